"""Alerts: the outbox of notices, what became of each, and another try for those that were given up."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.formatting import moment, number
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import PAGES
from pipeline_assets.errors import LedgerUnavailable
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
    None: "No notice yet: failed runs, new projects, a RAG status that turns Red and the like will be told of here.",
    NoticeState.PENDING: "Nothing waits.",
    NoticeState.SENT: "Nothing was sent yet.",
    NoticeState.LOGGED: "No notice went to the log only.",
    NoticeState.FAILED: "Nothing was given up.",
}
RECORDS = {path: PAGES[kind] for kind, path in notices.PAGES.items()}
"A record's path, as notices have it, to its page here."


def render_page() -> None:
    counts = outbox.count_by_state(ledger_session.engine())
    _where_they_go()
    st.markdown(" · ".join(f"**{number(count)}** {NAMES[state].lower()}" for state, count in counts.items()))
    states = {NAMES[state]: state for state in NoticeState}
    state = states.get(st.segmented_control("State", list(states), key="state", bind="query-params") or "")
    result = outbox.list_notices(ledger_session.engine(), state=state, limit=SHOWN)
    for waiting in result:
        _render_notice(waiting)
    if not result:
        st.info(EMPTY[state], icon=":material/notifications:")
    elif sum(counts.values() if state is None else [counts[state]]) > len(result):
        st.caption(f"The newest {SHOWN}.")


def _where_they_go() -> None:
    if _webhook_is_set():
        message = ":green[:material/check_circle:] Slack is set up: notices go to the channel of its webhook."
    else:
        message = ":material/info: Slack is not set up (`SLACK_WEBHOOK_URL`): notices go to Dagster's log only."
    st.caption(f"{message} Dagster sends them while `renewables up` runs, up to {ATTEMPTS} attempts over about a day.")


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
            st.caption(_became_of(waiting), width="content")
            _notice_link(notice)
            if waiting.state is NoticeState.FAILED or (waiting.state is NoticeState.LOGGED and _webhook_is_set()):
                _again_button(notice, "Try again" if waiting.state is NoticeState.FAILED else "Send it now")


def _became_of(waiting: Waiting) -> str:
    message = f": {plain(waiting.outcome)}" if waiting.outcome else ""
    if waiting.state is NoticeState.SENT:
        return f"Sent {moment(waiting.sent_at_utc)}{message}; attempt {waiting.attempts}"
    if waiting.state is NoticeState.LOGGED:
        return "Nobody was told: there was no webhook, so only Dagster's log has it"
    if waiting.state is NoticeState.FAILED:
        return f"Given up after {waiting.attempts} attempts{message}"
    due = "due now" if waiting.due_at_utc <= datetime.now(UTC) else f"next not before {moment(waiting.due_at_utc)}"
    return f"Attempt {waiting.attempts} of {ATTEMPTS}{message}; {due}" if waiting.attempts else f"Not tried yet; {due}"


def _notice_link(notice: Notice) -> None:
    """Return a link to the record's page, or to a run in Dagster."""
    address = urlsplit(notice.page)
    if address.path in RECORDS:
        parameters = dict(parse_qsl(address.query))
        st.page_link(RECORDS[address.path], label="Open it", icon=":material/open_in_full:", query_params=parameters)
    elif address.scheme in ("http", "https"):
        st.page_link(notice.page, label="In Dagster", icon=":material/open_in_new:")


def _again_button(notice: Notice, label: str) -> None:
    def put_back() -> None:
        with suppress(LedgerUnavailable):  # the page, drawn next, says so
            outbox.try_again(ledger_session.engine(), [notice.id], datetime.now(UTC))

    st.button(label, key=f"again {notice.id}", icon=":material/replay:", on_click=put_back, type="tertiary")


render_page()
