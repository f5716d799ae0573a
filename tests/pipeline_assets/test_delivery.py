"""Slack with failures, on loopback: the save succeeds, and the notice is retried and sent once."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline_assets import delivery
from pipeline_assets.delivery import deliver_notice
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.outbox import ATTEMPTS, FIRST_PAUSE, NoticeState
from tests.pipeline_assets.ledger.sample_portfolio import set_fields, submit_batch
from tests.pipeline_assets.slack import Slack, add_notices, notice_states

pytestmark = pytest.mark.slow


def test_a_notice_goes_to_slack_with_a_link_to_the_record(
    engine: sa.Engine, slack: Slack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_URL", "https://renewables.example/team/")
    submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar"}, id="fen"))
    [sent] = deliver_notice(engine, now=now)
    assert (sent.state, sent.outcome, sent.sent_at_utc) == (NoticeState.SENT, "", now)
    [message] = slack.received
    words = "Fen Solar, added by ana: Great Britain, Discovery, Green, RTB not known yet."
    assert message["text"] == f"New project: {words}"
    header, section, context = message["blocks"]
    assert header["text"]["text"] == "New project"
    assert section["text"] == {"type": "plain_text", "emoji": False, "text": words}
    assert context["elements"][0]["text"] == "<https://renewables.example/team/project?id=fen|Open it>"
    assert not deliver_notice(engine, now=now)


@pytest.mark.usefixtures("home")
def test_without_a_webhook_a_notice_is_only_logged_and_does_not_count_as_sent(engine: sa.Engine, now: datetime) -> None:
    add_notices(engine, "One.", "Two.")
    logged: list[str] = []
    assert [item.sent_at_utc for item in deliver_notice(engine, now=now, log=logged.append)] == [None, None]
    assert sorted(logged) == ["Test. One.", "Test. Two."]
    assert set(notice_states(engine).values()) == {(NoticeState.LOGGED, 1)}
    assert not deliver_notice(engine, now=now + timedelta(days=9)), "a webhook that is set later gets no old news"


def test_text_from_people_cannot_mention_anyone_or_add_links_in_slack(
    engine: sa.Engine, slack: Slack, now: datetime
) -> None:
    evil = "<!channel> <@U123> <https://evil.example|click> R&D @here #general " + "<" * 10_000
    add_notices(engine, evil)
    assert deliver_notice(engine, now=now)[0].state is NoticeState.SENT
    [message] = slack.received
    for text in (message["text"], message["blocks"][1]["text"]["text"]):
        assert "<" not in text
        assert ">" not in text
        assert "&lt;!channel&gt; &lt;@U123&gt;" in text
        assert "R&amp;D" in text
        assert len(text) < 3_000  # the most characters that Slack accepts in a section
    assert message["blocks"][1]["text"]["type"] == "plain_text", "@here and #general stay words"


def test_stars_underscores_and_backticks_in_a_name_format_nothing_in_slack(
    engine: sa.Engine, slack: Slack, now: datetime
) -> None:
    add_notices(engine, "*All clear* _now_ ~never~ `code` :tada:")
    deliver_notice(engine, now=now)
    [message] = slack.received
    assert not message["mrkdwn"]
    assert message["blocks"][1]["text"] == {
        "type": "plain_text",
        "text": "*All clear* _now_ ~never~ `code` :tada:",
        "emoji": False,
    }


def test_when_slack_is_unreachable_the_save_succeeds_and_the_notice_is_sent_once_later(
    engine: sa.Engine, slack: Slack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario 22."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}/services/secret"
    logged: list[str] = []
    monkeypatch.setenv("SLACK_WEBHOOK_URL", nobody)
    assert submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar"}, id="fen")).position == 1
    [waiting] = deliver_notice(engine, now=now, log=logged.append)
    assert (waiting.state, waiting.attempts) == (NoticeState.PENDING, 1)
    assert "Slack cannot be reached" in waiting.outcome
    assert "Fen Solar" in logged[0]
    assert "secret" not in waiting.outcome + logged[0]

    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.url)
    assert not deliver_notice(engine, now=now + FIRST_PAUSE - timedelta(seconds=1)), "it is not due yet"
    later = now + FIRST_PAUSE
    assert [item.state for item in deliver_notice(engine, now=later)] == [NoticeState.SENT]
    assert not deliver_notice(engine, now=later + timedelta(days=9))
    assert len(slack.received) == 1


@pytest.mark.parametrize("status", [500, 503, 429, 404, 302])
def test_a_notice_is_retried_after_an_error_response(
    engine: sa.Engine, slack: Slack, now: datetime, status: int
) -> None:
    add_notices(engine, "One.")
    slack.status = status
    [waiting] = deliver_notice(engine, now=now)
    assert (waiting.state, waiting.due_at_utc) == (NoticeState.PENDING, now + FIRST_PAUSE)
    assert waiting.outcome.startswith(f"Slack answered {status}: no_service")
    slack.status = 200
    assert [item.state for item in deliver_notice(engine, now=now + FIRST_PAUSE)] == [NoticeState.SENT]
    assert slack.texts() == ["Test: One."]


def test_the_retry_after_header_of_slack_sets_the_pause(engine: sa.Engine, slack: Slack, now: datetime) -> None:
    add_notices(engine, "One.")
    slack.status, slack.headers = 429, {"Retry-After": "600"}
    assert deliver_notice(engine, now=now)[0].due_at_utc == now + timedelta(seconds=600)


def test_a_hanging_slack_costs_one_timeout_per_call(engine: sa.Engine, slack: Slack, now: datetime) -> None:
    add_notices(engine, "One.", "Two.", "Three.")
    slack.seconds = 30
    [waiting] = deliver_notice(engine, now=now)
    assert waiting.state is NoticeState.PENDING
    assert "timed out" in waiting.outcome
    assert sorted(attempts for _, attempts in notice_states(engine).values()) == [0, 0, 1]


def test_no_save_waits_for_slack(
    engine: sa.Engine, slack: Slack, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two saves are made while Slack hangs, and it is released only after them."""
    monkeypatch.setattr(delivery, "TIMEOUT_SECONDS", 30)
    add_notices(engine, "One.")
    slack.seconds = 30
    with ThreadPoolExecutor(1) as pool:
        delivering = pool.submit(deliver_notice, engine, now=now)
        assert slack.asked.wait(10)
        submit_batch(engine, Change.create("pipelines", {"name": "Fen Solar"}, id="fen"))
        set_fields(engine, "pipelines", "fen", rag="Red", rag_comment="Grid.")
        assert not delivering.done()
        slack.ended.set()
        handled = delivering.result(timeout=10)
    assert [item.state for item in handled] == [NoticeState.SENT] * 3


def test_a_notice_that_slack_rejects_does_not_block_others(engine: sa.Engine, slack: Slack, now: datetime) -> None:
    add_notices(engine, "One.", "Two.")
    slack.status = 400
    assert [item.state for item in deliver_notice(engine, now=now)] == [NoticeState.PENDING, NoticeState.PENDING]


def test_a_notice_is_given_up_after_the_last_attempt_and_stays_listed(
    engine: sa.Engine, slack: Slack, now: datetime
) -> None:
    add_notices(engine, "One.")
    slack.status, at = 500, now
    for _ in range(ATTEMPTS):
        at = deliver_notice(engine, now=at)[0].due_at_utc
    assert notice_states(engine) == {"One.": (NoticeState.FAILED, ATTEMPTS)}
    slack.status = 200
    assert not deliver_notice(engine, now=at + timedelta(days=9))
    assert not slack.received


def test_two_deliverers_at_once_send_each_notice_once(engine: sa.Engine, slack: Slack, now: datetime) -> None:
    texts = [f"Notice {n}." for n in range(10)]
    add_notices(engine, *texts)
    slack.seconds = 0.05
    with ThreadPoolExecutor(2) as pool:
        shares = list(pool.map(lambda _: deliver_notice(engine, now=now), range(2)))
    assert all(shares), "both of them had something to do"
    assert sorted(slack.texts()) == sorted(f"Test: {text}" for text in texts)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("url", ["ftp://host/secret", "no address/secret", "http://[secret", "http://a b/secret"])
def test_an_invalid_webhook_address_is_reported_without_showing_it(
    engine: sa.Engine, now: datetime, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", url)
    add_notices(engine, "One.")
    logged: list[str] = []
    [waiting] = deliver_notice(engine, now=now, log=logged.append)
    assert waiting.state is NoticeState.PENDING
    assert "look at SLACK_WEBHOOK_URL" in waiting.outcome
    assert "secret" not in waiting.outcome + logged[0]
