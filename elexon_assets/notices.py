"""Notices to people: Slack where a webhook is set, else the log. A dead Slack never stops anything."""

from collections.abc import Callable

from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient


def send(text: str, webhook_url: str | None, log: Callable[[str], object]) -> bool:
    """True when Slack took it. What it did not take is in the log, with the reason."""
    if not webhook_url:
        log(text)
        return False
    try:
        response = WebhookClient(webhook_url, timeout=10).send(text=text)
    except (SlackClientError, OSError) as error:
        log(f"{text}\n(Slack could not be reached: {error})")
        return False
    if response.status_code != 200:
        log(f"{text}\n(Slack answered {response.status_code}: {response.body[:200]})")
        return False
    return True
