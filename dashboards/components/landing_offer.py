"""The notice of recent edits that the charts do not include yet: how many, when they follow, and a button.

Belongs here: the notice. Not here: marks of single records (`ledger_session.py`), the landing itself.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic

import streamlit as st

from dashboards.components import background_requests, ledger_session, snapshot_cache
from dashboards.components.automatic_redraws import is_automatic_run, redraw_page
from dashboards.components.formatting import number
from dashboards.components.sidebar import status_monitor
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import reader
from renewables.dagster_control.landing_now import UPDATE, land_now
from renewables.dagster_control.service_status import Answer
from renewables.formatting import how_long
from warehouse.connection import newest_version
from warehouse.settings import Settings

LOOKS_AGAIN = "3s"
REST_SECONDS = 15.0
"""The least time between two automatic redraws: while other people save all the time, a page that follows each of their
edits would never be at rest. The first redraw, which shows the reader's own edit, comes as soon as it can.
"""
LANDS_WITHIN = timedelta(seconds=60)
"An edit that waits for longer was not landed by Dagster's sensor."
_DRAWN = "landing offer: when it was drawn with the page"
DESK, UPDATES = "landing offer", "the update of the charts"
"The desk of the request, and its title."


def landing_offer() -> None:
    """Draw the notice on pages with records or figures of the pipeline; nothing while every edit has landed."""
    try:
        waits = reader.newest_position(ledger_session.engine()) > ledger_session.charted_position()
    except PipelineError:
        return  # the page shows that the ledger is not available
    if waits:
        st.session_state[_DRAWN] = monotonic()
        _render_offer()


@st.fragment(run_every=LOOKS_AGAIN)
def _render_offer() -> None:
    shown, newest = snapshot_cache.current_snapshot(), newest_version()
    if newest and (shown is None or newest.version != shown.version) and _is_at_rest():
        redraw_page()
    landed = ledger_session.charted_position()
    try:
        engine = ledger_session.engine()
        waiting, oldest = reader.newest_position(engine) - landed, reader.changes_since(engine, landed, limit=1)
    except PipelineError:
        return
    if not oldest:
        return
    settings = Settings()
    age = datetime.now(UTC) - oldest[0].submitted_at_utc
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="landing-offer"):
        they_follow = "It appears" if waiting == 1 else "They appear"
        when = _landing_time_text(status_monitor().dagster(settings), age, they_follow)
        edits = "1 recent edit is" if waiting == 1 else f"{number(waiting)} recent edits are"
        st.caption(
            f":material/hourglass_top: {edits} not in these charts yet. {when}",
            width="content",
        )
        st.button(
            "Update now",
            key="land-now",
            type="tertiary",
            icon=":material/bolt:",
            disabled=bool(refusal_of(UPDATE)) or background_requests.is_pending(DESK),
            on_click=_land_edits,
        )
    background_requests.render_requests(DESK)


def _is_at_rest() -> bool:
    """Return whether the page may be redrawn: its run has ended, and the last one was not automatic a moment ago."""
    least = REST_SECONDS if is_automatic_run() else 1.0
    return monotonic() - float(st.session_state.get(_DRAWN, 0.0)) >= least


def _landing_time_text(dagster: Answer | None, age: timedelta, they_follow: str) -> str:
    """Return when the edits reach the charts; `dagster` is None while it is not known whether it answers."""
    if dagster is not None and not dagster.is_there:
        return f"Dagster is not running. {they_follow} once `renewables up` is running."
    if age > LANDS_WITHIN:
        return f"The oldest was saved {how_long(age)} ago: see **Runs** for the reason."
    return f"{they_follow} within seconds{'' if dagster else ' while `renewables up` is running'}."


def _land_edits() -> None:
    """Hand the update over to the background: without Dagster it takes seconds, in a process of its own."""
    settings, actor = Settings(), current_actor()
    background_requests.hand_over(DESK, UPDATES, lambda: land_now(settings, requested_by="dashboard", actor=actor))
