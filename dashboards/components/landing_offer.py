"""What a page shows while saved changes are not in the charts yet: how many, when they will be, and a button for now.

Belongs here: the offer. Not here: marks of single records (`ledger_session.py`), the landing itself.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboards.components import ledger_session, snapshot_cache
from dashboards.components.formatting import number
from dashboards.components.plain_text import plain
from dashboards.components.sidebar import status_monitor
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import reader
from renewables.dagster_control.client import OrchestratorError
from renewables.dagster_control.landing_now import LandingFailed, land_now
from renewables.dagster_control.service_status import Answer
from renewables.formatting import how_long
from warehouse.settings import Settings

LOOKS_AGAIN = "3s"
LANDS_WITHIN = timedelta(seconds=60)
"What waits for longer was not taken by Dagster's sensor."
_NOTICE = "landing offer: notice"


def landing_offer() -> None:
    """Call where a page shows records or figures of the pipeline; draws nothing while everything has landed."""
    try:
        waits = reader.newest_position(ledger_session.engine()) > ledger_session.charted_position()
    except PipelineError:
        return  # the page says that the ledger does not answer
    if waits:
        _offer()
    else:
        st.session_state.pop(_NOTICE, None)


@st.fragment(run_every=LOOKS_AGAIN)
def _offer() -> None:
    shown, newest = snapshot_cache.current_snapshot(), snapshot_cache.newest_snapshot()
    if newest and (shown is None or newest.version != shown.version):
        st.rerun()
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
        changes = "1 saved change is" if waiting == 1 else f"{number(waiting)} saved changes are"
        st.caption(
            f":material/hourglass_top: {changes} not in the charts yet. "
            f"{_when(status_monitor().dagster(settings), age, 'It follows' if waiting == 1 else 'They follow')}",
            width="content",
        )
        if st.button("Update the charts now", key="land-now", type="tertiary", icon=":material/bolt:"):
            _land(settings)
    if notice := st.session_state.get(_NOTICE):
        kind, text = notice
        (st.caption if kind == "info" else st.warning)(plain(text))


def _when(dagster: Answer | None, age: timedelta, they_follow: str) -> str:
    """Return when the changes land; `dagster` is None while it is not known whether it answers."""
    if dagster is not None and not dagster.is_there:
        return f"Dagster does not answer. {they_follow} once `renewables up` runs."
    if age > LANDS_WITHIN:
        return f"The oldest has waited for {how_long(age)}: **Runs and backfills** shows why."
    return f"{they_follow} within seconds{'' if dagster else ', while `renewables up` runs'}."


def _land(settings: Settings) -> None:
    try:
        with st.spinner("Landing …"):
            st.session_state[_NOTICE] = ("info", land_now(settings, requested_by="dashboard"))
    except (OrchestratorError, LandingFailed) as error:
        st.session_state[_NOTICE] = ("warning", str(error))
