"""Alerts: the outbox of notices, how each was delivered, and a retry for those that failed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.formatting import moment, number
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import PAGES
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.errors import AccessRefused, LedgerUnavailable
from pipeline_assets.ledger import notices, outbox
from pipeline_assets.ledger.outbox import ATTEMPTS, Notice, NoticeState, Waiting
from warehouse.settings import Settings

SHOWN = 50
MARKS: dict[NoticeState, tuple[str, Literal["orange", "green", "gray", "red"]]] = {
    NoticeState.PENDING: (":material/hourglass_top:", "orange"),
    NoticeState.SENT: (":material/check_circle:", "green"),
    NoticeState.LOGGED: (":material/receipt_long:", "gray"),
    NoticeState.FAILED: (":material/error:", "red"),
}
NAMES = {state: state.capitalize() for state in NoticeState} | {NoticeState.LOGGED: "Logged only"}
EMPTY = {
    None: "Failed runs, new projects and projects turning Red appear here.",
    NoticeState.PENDING: "No alerts are waiting.",
    NoticeState.SENT: "No alerts have been sent yet.",
    NoticeState.LOGGED: "No alerts were logged only.",
    NoticeState.FAILED: "No alerts have failed.",
}
RECORDS = {path: PAGES[kind] for kind, path in notices.PAGES.items()}
"From the path of a record, as notices name it, to its page."


def render_page() -> None:
    """Draw the outbox: the destination of notices, their states and the notices themselves."""
    counts = outbox.count_by_state(ledger_session.engine())
    st.subheader(_headline(counts), anchor=False)
    _render_destination()
    states = {NAMES[state]: state for state in NoticeState}
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "State", list(states), key="state", bind="query-params", label_visibility="collapsed", width="content"
        )
        counted = " · ".join(f"{number(count)} {NAMES[state].lower()}" for state, count in counts.items() if count)
        st.caption(counted, width="content")
    state = states.get(chosen or "")
    result = outbox.list_notices(ledger_session.engine(), state=state, limit=SHOWN)
    for waiting in result:
        _render_notice(waiting)
    if not result:
        st.info(EMPTY[state], icon=":material/notifications:")
    elif sum(counts.values() if state is None else [counts[state]]) > len(result):
        st.caption(f"Showing the newest {SHOWN}.")


def _headline(counts: Mapping[NoticeState, int]) -> str:
    """Return one sentence about the notices, the worst first."""
    total = sum(counts.values())
    if not total:
        return "No alerts yet"
    if failed := counts[NoticeState.FAILED]:
        return f"{number(failed)} of {number(total)} alerts could not be sent"
    if logged := counts[NoticeState.LOGGED]:
        which = f"All {number(total)}" if logged == total else f"{number(logged)} of {number(total)}"
        return f"{which} alerts were only logged: nobody was notified"
    if pending := counts[NoticeState.PENDING]:
        return f"{number(pending)} of {number(total)} alerts are waiting to be sent"
    return f"All {number(total)} alerts were sent"


def _render_destination() -> None:
    if _webhook_is_set():
        message = ":green[:material/check_circle:] Slack is set up: notices go to the channel of the webhook."
    else:
        message = ":material/info: Slack is not set up (`SLACK_WEBHOOK_URL`): notices go only to Dagster's log."
    attempts = f"with up to {ATTEMPTS} attempts over about a day"
    st.caption(f"{message} Dagster sends them while `renewables up` is running, {attempts}.")


def _webhook_is_set() -> bool:
    return bool(Settings().slack_webhook_url)


def _render_notice(waiting: Waiting) -> None:
    notice, (icon, colour) = waiting.notice, MARKS[waiting.state]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(NAMES[waiting.state], icon=icon, color=colour)
            st.markdown(f"**{plain(notice.topic)}**", width="content")
            st.caption(moment(waiting.created_at_utc), width="content")
        st.text(notice.text)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(_delivery_text(waiting), width="content")
            _notice_link(notice)
            if waiting.state is NoticeState.FAILED or (waiting.state is NoticeState.LOGGED and _webhook_is_set()):
                _again_button(notice, "Try again" if waiting.state is NoticeState.FAILED else "Send now")


def _delivery_text(waiting: Waiting) -> str:
    message = f": {plain(waiting.outcome)}" if waiting.outcome else ""
    if waiting.state is NoticeState.SENT:
        return f"Sent {moment(waiting.sent_at_utc)}{message}, on attempt {waiting.attempts}"
    if waiting.state is NoticeState.LOGGED:
        return "Logged only: Slack was not set up, so nobody was notified"
    if waiting.state is NoticeState.FAILED:
        return f"Failed after {waiting.attempts} attempts{message}"
    is_due = waiting.due_at_utc <= datetime.now(UTC)
    due = "next attempt now" if is_due else f"next attempt at {moment(waiting.due_at_utc)}"
    return f"Attempt {waiting.attempts} of {ATTEMPTS}{message}; {due}" if waiting.attempts else f"Not sent yet; {due}"


def _notice_link(notice: Notice) -> None:
    """Draw a link to the record's page, or to a run in Dagster."""
    address = urlsplit(notice.page)
    if address.path in RECORDS:
        parameters = dict(parse_qsl(address.query))
        st.page_link(RECORDS[address.path], label="Open", icon=":material/open_in_full:", query_params=parameters)
    elif address.scheme in ("http", "https"):
        st.page_link(notice.page, label="Open in Dagster", icon=":material/open_in_new:")


def _again_button(notice: Notice, label: str) -> None:
    def put_back() -> None:
        with suppress(LedgerUnavailable, AccessRefused):  # the page that is drawn next shows the reason
            outbox.try_again(ledger_session.engine(), [notice.id], datetime.now(UTC), actor=current_actor())

    refusal = refusal_of("send a notice again")
    st.button(
        label,
        key=f"again {notice.id}",
        icon=":material/replay:",
        on_click=put_back,
        type="tertiary",
        disabled=bool(refusal),
        help=refusal or None,
    )


render_page()
