"""Runs: the runs and backfills of Dagster, the latest twenty; those that failed come first, with their errors."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from dashboards.components import background_requests
from dashboards.components.background_requests import Feed
from dashboards.components.dagster_server import ASKED_BY, dagster_client, render_unreachable, render_waiting
from dashboards.components.formatting import how_long, moment, span_of_days
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.text_table import render_text_table
from elexon_assets.datasets import BY_NAME
from renewables.dagster_control.client import OrchestratorError
from renewables.dagster_control.run_history import RunSummary, recent_runs
from renewables.dagster_control.run_progress import RunProgress
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings

SHOWN, FAILED_SHOWN = 20, 3
"The newest runs in the table, and the newest failed ones that are shown above it."
WATCHES_EVERY = "5s"
ERRORS_SHOWN, LONGEST_ERROR = 3, 600
_ERRORS = "runs: errors"
FAILED = ":red[:material/error:] failed"
STATES = {
    "SUCCESS": ":green[:material/check_circle:] done",
    "COMPLETED_SUCCESS": ":green[:material/check_circle:] done",
    "FAILURE": FAILED,
    "COMPLETED_FAILED": FAILED,
    "FAILED": FAILED,
    "CANCELED": ":gray[:material/cancel:] cancelled",
    "QUEUED": ":gray[:material/schedule:] queued",
    "STARTED": ":blue[:material/sync:] running",
}


@st.fragment(run_every=WATCHES_EVERY)
def render_page() -> None:
    """Draw Dagster's newest runs."""
    errors: dict[str, list[str]] = st.session_state.setdefault(_ERRORS, {})
    feed: Feed[list[RunSummary]] = background_requests.feed_of("runs")
    feed.look(lambda: _look_at_runs(errors))
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
    for run in _failed_runs(runs)[:FAILED_SHOWN]:
        _render_failed(run, errors.get(run.launched.id, []))
    if runs:
        render_text_table([_row_of(run) for run in runs], name="runs", alt="Runs and backfills, newest first")
    st.caption(f"Each backfill is one row; “{ASKED_BY}” means it was started here.")


def _look_at_runs(errors: dict[str, list[str]]) -> list[RunSummary]:
    """Read the newest runs, and once the errors of each failed one that is shown. Raises OrchestratorError."""
    dagster = dagster_client()
    runs = recent_runs(dagster, limit=SHOWN)
    for run in _failed_runs(runs)[:FAILED_SHOWN]:
        if run.launched.id not in errors:
            progress = RunProgress()
            progress.poll(dagster, run.launched)
            errors[run.launched.id] = list(progress.errors.values())
    return runs


def _failed_runs(runs: Sequence[RunSummary]) -> list[RunSummary]:
    return [run for run in runs if STATES.get(run.status) == FAILED]


def _headline(runs: Sequence[RunSummary]) -> str:
    """Return one sentence about the runs: what is in progress, and how many of the newest failed."""
    if not runs:
        return "No runs yet"
    under_way, failed = sum(not run.is_over for run in runs), len(_failed_runs(runs))
    progress = f"{under_way} in progress" if under_way else "Nothing in progress"
    return f"{progress}; {f'{failed} of the' if failed else 'none of the'} newest {len(runs)} runs failed"


def _render_failed(run: RunSummary, errors: Sequence[str]) -> None:
    """Draw a failed run with its errors and a link to Dagster."""
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge("failed", icon=":material/error:", color="red")
            st.markdown(f"**{plain(_subject_of(run))}**", width="content")
            days = f"{span_of_days(*run.days)}, " if run.days else ""
            requested = f"{days}requested {moment(run.created_at_utc)} by {plain(run.asked_by)}"
            st.caption(requested, width="content")
            st.link_button("Open in Dagster", run.launched.url, icon=":material/open_in_new:", type="tertiary")
        if not errors:
            st.caption("Dagster has no error message for this run.")
        for message in errors[:ERRORS_SHOWN]:
            st.markdown(f":red[{plain_sentence(message[:LONGEST_ERROR])}]")


def _row_of(run: RunSummary) -> dict[str, str]:
    ended = run.ended_at_utc
    return {
        "Datasets or job": f"[{plain(_subject_of(run))}]({run.launched.url})",
        "State": STATES.get(run.status, f":blue[:material/sync:] {run.status.lower().replace('_', ' ')}"),
        "Requested (UK time)": moment(run.created_at_utc),
        "UTC days": span_of_days(*run.days) if run.days else "",
        "Requested by": plain(run.asked_by),
        "Took": _duration_text((ended - run.created_at_utc).total_seconds()) if ended else "",
    }


def _subject_of(run: RunSummary) -> str:
    """Return the titles of the datasets, or the name of the job."""
    return ", ".join(BY_NAME[name].title if name in BY_NAME else name for name in run.what.split(", "))


def _duration_text(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else how_long(timedelta(seconds=seconds))


render_page()
