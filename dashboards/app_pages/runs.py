"""Runs: the runs and backfills of Dagster, the latest twenty, with links to Dagster."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.chart import in_london
from dashboards.components.fetch_requests import ASKED_BY, dagster_client, render_unreachable
from dashboards.components.formatting import span_of_days
from elexon_assets.datasets import BY_NAME
from renewables.dagster_control.client import OrchestratorError
from renewables.dagster_control.run_history import RunSummary, recent_runs

SHOWN = 20
WATCHES_EVERY = "5s"
WORDS = {
    "SUCCESS": "✓ done",
    "COMPLETED_SUCCESS": "✓ done",
    "FAILURE": "✗ failed",
    "COMPLETED_FAILED": "✗ failed",
    "FAILED": "✗ failed",
    "CANCELED": "– cancelled",  # noqa: RUF001 (a dash is meant)
    "QUEUED": "… queued",
}
COLUMNS: dict[str, Any] = {
    "asked": st.column_config.DatetimeColumn("Requested (UK time)", format="D MMM YYYY HH:mm:ss"),
    "state": "State",
    "kind": "Kind",
    "what": "Datasets or job",
    "days": "UTC days",
    "by": "Requested by",
    "seconds": st.column_config.NumberColumn("Took (s)", format="%,.0f"),
    "link": st.column_config.LinkColumn("Dagster", display_text="Open"),
}


@st.fragment(run_every=WATCHES_EVERY)
def render_page() -> None:
    """Draw Dagster's newest runs."""
    try:
        dagster = dagster_client()
        runs = recent_runs(dagster, limit=SHOWN)
    except OrchestratorError as error:
        render_unreachable(error)
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        under_way = sum(not listed.is_over for listed in runs)
        message = f"**{under_way}** in progress; newest {len(runs)} shown." if under_way else "Nothing in progress."
        st.markdown(message if runs else "No runs yet.")
        st.link_button("Open Dagster", f"{dagster.url}/runs", icon=":material/open_in_new:", type="tertiary")
    if runs:
        st.dataframe(
            in_london(pl.DataFrame([_render_row(listed) for listed in runs])).rename({"asked_london": "asked"}),
            hide_index=True,
            placeholder="",
            column_config=COLUMNS,
            height=38 + 35 * len(runs),
            alt="Runs and backfills, newest first",
        )
    st.caption(f"Each backfill is one row; “{ASKED_BY}” means it was started here.")


def _render_row(listed: RunSummary) -> dict[str, object]:
    ended = listed.ended_at_utc
    return {
        "state": WORDS.get(listed.status, f"… {listed.status.lower().replace('_', ' ')}"),
        "asked_utc": listed.created_at_utc,
        "kind": listed.launched.kind,
        "what": ", ".join(BY_NAME[name].title if name in BY_NAME else name for name in listed.what.split(", ")),
        "days": span_of_days(*listed.days) if listed.days else "",
        "by": listed.asked_by,
        "seconds": (ended - listed.created_at_utc).total_seconds() if ended else None,
        "link": listed.launched.url,
    }


render_page()
