"""Delivers waiting notices: to Slack if a webhook is set, otherwise only to the log.

Not here: which notices exist (`ledger/notices.py`, `run_notices.py`), which of them are due (`ledger/outbox.py`).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa

from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.notices import shorten_text
from pipeline_assets.ledger.outbox import Notice, Waiting
from warehouse.addresses import endpoint_of
from warehouse.redaction import log_line, redacted
from warehouse.settings import Settings

LOGGER = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
"The longest silence of Slack, and the longest time for its complete response."
BUDGET_SECONDS = 20.0
"The time after which no other attempt begins: Dagster ends the tick of a sensor after a minute."
TAKEN = "ok"
"The complete body of Slack's response, with status 200, to an accepted message. Any other response is not Slack's."
LONGEST_ANSWER_BYTES = 4_096
LONGEST_TEXT = 550
"The longest text in characters; each may become five when escaped, and Slack accepts 3,000 in a block."


@dataclass(frozen=True)
class Refusal:
    """The reason why Slack did not accept a message. With `down` it would accept no other message now either."""

    why: str
    down: bool = True
    wait: timedelta = timedelta()


def deliver_notice(
    engine: sa.Engine,
    *,
    now: datetime | None = None,
    log: Callable[[str], object] = LOGGER.warning,
) -> list[Waiting]:
    """Send the notices that are due, oldest first, and return them with their new state.

    It stops early when Slack is down, so that the timeout passes once per call and not once per notice. A notice that
    could not be sent is in the log and becomes due again later. Without a webhook a notice goes to the log and does not
    count as sent. Raises LedgerUnavailable.
    """
    settings, end, done = Settings(), time.monotonic() + BUDGET_SECONDS, list[Waiting]()
    while time.monotonic() < end and (claimed := outbox.claim_next(engine, now or datetime.now(UTC))):
        link = _page_link(claimed.notice, settings)
        text = log_line(f"{claimed.notice.topic}. {claimed.notice.text} {link}")
        if not settings.slack_webhook_url:
            log(text)
            done.append(outbox.logged(engine, claimed))
            continue
        refusal = _refused_by_slack(settings.slack_webhook_url, claimed.notice, link)
        if refusal is None:
            done.append(outbox.mark_sent(engine, claimed, now or datetime.now(UTC)))
            continue
        log(f"{text} (attempt {claimed.attempts} of {outbox.ATTEMPTS}: {refusal.why})")
        done.append(outbox.mark_not_sent(engine, claimed, now or datetime.now(UTC), refusal.why, refusal.wait))
        if refusal.down:
            break
    return done


def _refused_by_slack(webhook_url: str, notice: Notice, link: str) -> Refusal | None:
    """Send one message, and return None if Slack accepted it.

    It never retries, because a message whose response was lost would be sent twice. It follows no redirect either: a
    webhook has none, and the page of a login or of a proxy would return 200 although nobody was notified.
    """
    try:
        with httpx.stream("POST", webhook_url, json=_message(notice, link), timeout=TIMEOUT_SECONDS) as response:
            answer = _beginning_of(response)
    except httpx.UnsupportedProtocol as error:
        return Refusal(f"{type(error).__name__}: look at SLACK_WEBHOOK_URL")
    except httpx.TransportError as error:
        reason = log_line(str(error)) or type(error).__name__
        return Refusal(f"Slack cannot be reached: {reason} (if this lasts, look at SLACK_WEBHOOK_URL)")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, UnicodeError) as error:
        return Refusal(f"{type(error).__name__}: look at SLACK_WEBHOOK_URL")
    if response.status_code == 200 and answer.strip() == TAKEN:
        return None
    asked = response.headers.get("retry-after", "")
    wait = timedelta(seconds=min(int(asked), 3600)) if asked.isdecimal() else timedelta()
    advice = "" if response.status_code >= 400 else " (only `ok` with status 200 is Slack's: look at SLACK_WEBHOOK_URL)"
    why = log_line(f"Slack answered {response.status_code}: {answer[:200]}") + advice
    # Only 400 and 404 concern a single message; any other error would affect the next one too.
    is_of_this_message = 400 <= response.status_code < 500 and response.status_code != 429
    return Refusal(why, down=not is_of_this_message, wait=wait)


def _beginning_of(response: httpx.Response) -> str:
    """Return the first few bytes of a response, without waiting for one that never ends."""
    content, end = b"", time.monotonic() + TIMEOUT_SECONDS
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LONGEST_ANSWER_BYTES or time.monotonic() > end:
            break
    return content[:LONGEST_ANSWER_BYTES].decode(errors="replace")


def _message(notice: Notice, link: str) -> dict[str, Any]:
    """Return the message for Slack as plain text, in which `*`, `_`, `~`, `@here` and backticks do nothing."""
    topic, text = _escape_markup(notice.topic), _escape_markup(notice.text)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": topic, "emoji": False}},
        {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}},
    ]
    if link:
        address = {"type": "mrkdwn", "text": f"<{_in_link(link)}|Open it>", "verbatim": True}
        blocks.append({"type": "context", "elements": [address]})
    return {"text": f"{topic}: {text}", "mrkdwn": False, "blocks": blocks}


def _page_link(notice: Notice, settings: Settings) -> str:
    if not notice.page or notice.page.startswith(("http://", "https://")):
        return redacted(notice.page)
    return f"{endpoint_of(settings.dashboard_url).url}/{notice.page}"


def _escape_markup(text: str) -> str:
    """Escape a text by Slack's own rule, so that `<!channel>` notifies nobody and `<https://…|…>` is not a link.

    The result is one line, because a second line could look like another notice.
    """
    return shorten_text(log_line(text), LONGEST_TEXT).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_link(address: str) -> str:
    """Return an address without characters that would end the link around it."""
    for character, code in {"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C", " ": "%20"}.items():
        address = address.replace(character, code)
    return log_line(address)
