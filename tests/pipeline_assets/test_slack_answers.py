"""The responses of Slack, or of something else at its address, and the form in which a notice reaches it."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from pipeline_assets.delivery import deliver_notice
from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.outbox import FIRST_PAUSE, Notice, NoticeState
from tests.pipeline_assets.slack import Slack, add_notices, run_webhook


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x1b[2K", "\x85"])
def test_a_text_cannot_add_a_second_line_to_the_log_or_the_message(
    engine: sa.Engine, slack: Slack, now: datetime, end: str
) -> None:
    add_notices(engine, f"One.{end}RAG to Red: Fen Solar.")
    slack.status = 500
    logged: list[str] = []
    later = deliver_notice(engine, now=now, log=logged.append)[0].due_at_utc
    assert logged[0].isprintable()
    slack.status = 200
    deliver_notice(engine, now=later)
    [message] = slack.received
    assert message["text"].isprintable()
    assert message["blocks"][1]["text"]["text"].isprintable()


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"ok, thanks", b'{"ok": true}', b"invalid_token"])
def test_a_status_200_without_ok_is_a_failure_and_is_retried(
    engine: sa.Engine, slack: Slack, now: datetime, body: bytes
) -> None:
    add_notices(engine, "One.", "Two.")
    slack.body = body
    [waiting] = deliver_notice(engine, now=now)
    assert waiting.state is NoticeState.PENDING
    assert waiting.outcome.startswith("Slack answered 200: ")
    assert "look at SLACK_WEBHOOK_URL" in waiting.outcome
    slack.body = b"ok\n"
    assert deliver_notice(engine, now=now + FIRST_PAUSE)[-1].state is NoticeState.SENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    engine: sa.Engine, slack: Slack, now: datetime, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of a login would return 200, and might even contain ok."""
    add_notices(engine, "One.")
    target = slack.url
    with run_webhook(Slack()) as redirecting:
        redirecting.status, redirecting.headers = status, {"Location": target}
        monkeypatch.setenv("SLACK_WEBHOOK_URL", redirecting.url)
        [waiting] = deliver_notice(engine, now=now)
    assert (waiting.state, slack.received) == (NoticeState.PENDING, [])
    assert waiting.outcome.startswith(f"Slack answered {status}")


def test_an_endless_response_does_not_block_the_delivery(engine: sa.Engine, slack: Slack, now: datetime) -> None:
    add_notices(engine, "One.")
    slack.body = b"<html>" + b"x" * 3_000_000
    [waiting] = deliver_notice(engine, now=now)
    assert len(waiting.outcome) < 400


def test_the_response_of_slack_is_stored_on_one_line_without_the_address(
    engine: sa.Engine, slack: Slack, now: datetime
) -> None:
    add_notices(engine, "One.")
    slack.status, slack.body = 404, f"no such hook: {slack.url}\nsecond line".encode()
    logged: list[str] = []
    [waiting] = deliver_notice(engine, now=now, log=logged.append)
    assert waiting.outcome == "Slack answered 404: no such hook: … second line"
    assert "secret" not in logged[0]


def test_no_message_contains_the_password_of_the_dashboard_address(
    engine: sa.Engine, slack: Slack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_URL", "https://ana:hunter22@renewables.example/")
    outbox.put_notices(engine, [Notice("Test", "One.", "project?id=a&tab=b|c>d")])
    deliver_notice(engine, now=now)
    link = slack.received[0]["blocks"][2]["elements"][0]["text"]
    assert link == "<https://renewables.example/project?id=a&amp;tab=b%7Cc%3Ed|Open it>"
