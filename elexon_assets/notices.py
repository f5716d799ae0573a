"""Notices to people: Slack where a webhook is set, else the log. A dead Slack never stops anything."""

from collections.abc import Callable

import dagster as dg
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


def cause(event: dg.DagsterEvent) -> str:
    """What the asset itself said, not Dagster's wrapping of it."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else (event.message or "no reason was recorded")
