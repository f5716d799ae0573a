"""Runs: the runs and backfills of Dagster, the latest twenty; a selected one with its errors and a link to Dagster."""

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import background_requests
from dashboards.components.background_requests import Feed
from dashboards.components.chart import in_london
from dashboards.components.dagster_server import ASKED_BY, dagster_client, render_unreachable, render_waiting
from dashboards.components.formatting import how_long, moment, span_of_days
from dashboards.components.plain_text import plain
from dashboards.components.row_heights import row_pixels
from elexon_assets.datasets import BY_NAME
from renewables.dagster_control.client import OrchestratorError
from renewables.dagster_control.run_history import RunSummary, recent_runs
from renewables.dagster_control.run_progress import RunProgress
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings

SHOWN = 20
WATCHES_EVERY = "5s"
ERRORS_SHOWN = 3
WORDS = {
    "SUCCESS": "✓ done",
    "COMPLETED_SUCCESS": "✓ done",
    "FAILURE": "✗ failed",
    "COMPLETED_FAILED": "✗ failed",
    "FAILED": "✗ failed",
    "CANCELED": "– cancelled",  # noqa: RUF001 (a dash is meant)
    "QUEUED": "… queued",
}
WHAT_PIXELS = 330
"The width of the column whose text wraps."
COLUMNS: dict[str, Any] = {
    "state": st.column_config.TextColumn("State", width=100),
    "asked": st.column_config.DatetimeColumn("Requested (UK time)", format="D MMM YYYY HH:mm", width=150),
    "what": st.column_config.TextColumn("Datasets or job", width=WHAT_PIXELS),
    "days": st.column_config.TextColumn("UTC days", width=190),
    "by": st.column_config.TextColumn("Requested by", width=170),
    "took": st.column_config.TextColumn("Took", width=80),
}


@st.fragment(run_every=WATCHES_EVERY)
def render_page() -> None:
    """Draw Dagster's newest runs."""
    feed: Feed[list[RunSummary]] = background_requests.feed_of("runs")
    feed.look(lambda: recent_runs(dagster_client(), limit=SHOWN))
    try:
        runs = feed.answer()
    except OrchestratorError as error:
        render_unreachable(error)
        return
    if runs is None:
        render_waiting()
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_headline(runs), anchor=False, width="content")
        address = f"{endpoint_of(Settings().dagster_url).url}/runs"
        st.link_button("Open Dagster", address, icon=":material/open_in_new:", type="tertiary")
    if runs:
        _render_table(runs)
    st.caption(f"Each backfill is one row; “{ASKED_BY}” means it was started here.")


def _headline(runs: list[RunSummary]) -> str:
    """Return one sentence about the runs: what is in progress, and how many of the newest failed."""
    if not runs:
        return "No runs yet"
    under_way = sum(not run.is_over for run in runs)
    failed = sum(WORDS.get(run.status) == "✗ failed" for run in runs)
    progress = f"{under_way} in progress" if under_way else "Nothing in progress"
    return f"{progress}; {f'{failed} of the' if failed else 'none of the'} newest {len(runs)} runs failed"


def _render_table(runs: list[RunSummary]) -> None:
    rows = [_row_of(run) for run in runs]
    picked = st.dataframe(
        in_london(pl.DataFrame(rows)).rename({"asked_london": "asked"}),
        hide_index=True,
        placeholder="",
        column_config=COLUMNS,
        column_order=list(COLUMNS),
        height="content",
        row_height=row_pixels((str(row["what"]) for row in rows), WHAT_PIXELS),
        on_select="rerun",
        selection_mode="single-row",
        key=f"runs {runs[0].launched.id}",  # a new key with each new run, since the selected row has moved
        alt="Runs and backfills, newest first",
    )
    chosen = [runs[n] for n in picked.selection.rows if n < len(runs)]
    if not chosen:
        st.caption("Select a run to see why it failed.")
    for run in chosen:
        _render_run(run)


def _row_of(run: RunSummary) -> dict[str, object]:
    ended = run.ended_at_utc
    return {
        "state": WORDS.get(run.status, f"… {run.status.lower().replace('_', ' ')}"),
        "asked_utc": run.created_at_utc,
        "what": ", ".join(BY_NAME[name].title if name in BY_NAME else name for name in run.what.split(", ")),
        "days": span_of_days(*run.days) if run.days else "",
        "by": run.asked_by,
        "took": _duration_text((ended - run.created_at_utc).total_seconds()) if ended else "",
    }


def _duration_text(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else how_long(timedelta(seconds=seconds))


def _render_run(run: RunSummary) -> None:
    """Draw the selected run with its errors and a link to Dagster."""
    feed: Feed[list[str]] = background_requests.feed_of(f"run {run.launched.id}")
    feed.look(lambda: _errors_of(run))
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{WORDS.get(run.status, run.status.lower())}**, requested {moment(run.created_at_utc)}")
            st.link_button("Open in Dagster", run.launched.url, icon=":material/open_in_new:", type="tertiary")
        try:
            errors = feed.answer()
        except OrchestratorError as error:
            render_unreachable(error)
            return
        if errors is None:
            render_waiting()
        elif not errors:
            st.caption("No errors.")
        for message in (errors or [])[:ERRORS_SHOWN]:
            st.markdown(f":red[{plain(message[:600])}]")


def _errors_of(run: RunSummary) -> list[str]:
    """Read why the run, or runs of the backfill, failed. Raises OrchestratorError."""
    progress = RunProgress()
    progress.poll(dagster_client(), run.launched)
    return list(progress.errors.values())


render_page()
