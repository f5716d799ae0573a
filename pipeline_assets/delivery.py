"""Takes the notices that wait to people: to Slack where a webhook is set, else to the log.

Not here: which notices there are (`alerts.py`, `notices.py`), which of them are due (`ledger/outbox.py`).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException

import sqlalchemy as sa
from slack_sdk.errors import SlackClientError
from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock
from slack_sdk.webhook import WebhookClient

from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.notices import shortened
from pipeline_assets.ledger.outbox import Notice, Waiting
from warehouse.settings import Settings

LOGGER = logging.getLogger(__name__)
TIMEOUT_SECONDS = 10
BUDGET_SECONDS = 20.0
"After it no other attempt begins: a sensor's tick ends within a minute, else Dagster ends it."
LOGGED = "logged"
"What became of a notice where no webhook is set."
LONGEST_TEXT = 550
"Characters; escaped, each may become five, and Slack takes 3,000 in a block."


@dataclass(frozen=True)
class Refusal:
    """Why Slack did not take it. `down`: it would take no other now either."""

    why: str
    down: bool = True
    wait: timedelta = timedelta()


def deliver(
    engine: sa.Engine,
    *,
    now: datetime | None = None,
    log: Callable[[str], object] = LOGGER.warning,
) -> list[Waiting]:
    """Sends what is due, oldest first, and returns those notices as they stand now.

    Ends early where Slack is down, so that its silence is met once a call and not once a notice. What could not be
    sent is in the log, and due again later. Raises LedgerUnavailable.
    """
    settings, end, done = Settings(), time.monotonic() + BUDGET_SECONDS, list[Waiting]()
    while time.monotonic() < end and (claimed := outbox.claim(engine, now or datetime.now(UTC))):
        link, text = _link(claimed.notice, settings), f"{claimed.notice.topic}. {claimed.notice.text}"
        if not settings.slack_webhook_url:
            log(f"{text} {link}".strip())
            done.append(outbox.sent(engine, claimed, now or datetime.now(UTC), LOGGED))
            continue
        refusal = _refused_by_slack(settings.slack_webhook_url, claimed.notice, link)
        if refusal is None:
            done.append(outbox.sent(engine, claimed, now or datetime.now(UTC)))
            continue
        log(f"{text} {link} (attempt {claimed.attempts} of {outbox.ATTEMPTS}: {refusal.why})")
        done.append(outbox.not_sent(engine, claimed, now or datetime.now(UTC), refusal.why, refusal.wait))
        if refusal.down:
            break
    return done


def _refused_by_slack(webhook_url: str, notice: Notice, link: str) -> Refusal | None:
    """None where it was taken. Repeats nothing: an answer that was lost on its way back would be sent twice."""
    client = WebhookClient(webhook_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    try:
        answer = client.send(text=_escaped(f"{notice.topic}: {notice.text}"), blocks=_blocks(notice, link))
    except OSError as error:
        return Refusal(f"Slack cannot be reached: {error}")
    except (SlackClientError, HTTPException, ValueError) as error:
        # Their messages quote the address, which is a secret.
        return Refusal(f"{type(error).__name__}: look at SLACK_WEBHOOK_URL")
    if answer.status_code == 200:
        return None
    asked = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), "")
    wait = timedelta(seconds=min(int(asked), 3600)) if asked.isdecimal() else timedelta()
    why = f"Slack answered {answer.status_code}: {answer.body[:200]}"
    return Refusal(why, down=answer.status_code == 429 or answer.status_code >= 500, wait=wait)


def _blocks(notice: Notice, link: str) -> list[Block]:
    # verbatim: names of people and channels in what somebody wrote do not become mentions.
    text = MarkdownTextObject(text=f"*{_escaped(notice.topic)}*\n{_escaped(notice.text)}", verbatim=True)
    blocks: list[Block] = [SectionBlock(text=text)]
    if link:
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"<{link}|Open it>", verbatim=True)]))
    return blocks


def _link(notice: Notice, settings: Settings) -> str:
    if not notice.page or notice.page.startswith(("http://", "https://")):
        return notice.page
    return f"{str(settings.dashboard_url).rstrip('/')}/{notice.page}"


def _escaped(text: str) -> str:
    """Slack's own rule: so `<!channel>` alarms nobody and `<https://…|…>` is no link."""
    return shortened(text, LONGEST_TEXT).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
