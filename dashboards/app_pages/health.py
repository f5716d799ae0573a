"""Checks: whether the data is up to date, complete and valid, from the data and from Dagster's checks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import in_london
from dashboards.components.fetch_requests import ONE_AT_A_TIME, dagster_client, render_unreachable
from dashboards.components.footer import empty_state
from dashboards.components.formatting import NOTHING, ago, date_of, moment, number, percent
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import current_actor, refusal_of
from dashboards.components.unknown_series import warn_of_unknown_series
from elexon_assets.datasets import INSTALLED_CAPACITY
from pipeline_assets.errors import AccessRefused
from renewables.dagster_control.client import START, DagsterClient, OrchestratorError
from renewables.dagster_control.run_history import Check, RunSummary, recent_checks, recent_runs
from renewables.queries.status import CapacityStatus, DatasetStatus, of_capacity, of_datasets
from renewables.queries.stored_datasets import StoredDataset, stored_datasets

JOB, ASKED_BY = "checks", "dashboard: checks"
"The Dagster job, and the tag that identifies the runs requested from this page."
WATCHES_EVERY = "2s"
ROWS_SEEN = 20
MARKS = {
    **{"passed": "✓ passed", "warning": "! warning", "FAILED": "✗ failed"},
    **{"running": "… running", "not run yet": "· not run yet"},
}
STATES = {
    "SUCCESS": ":green[:material/check_circle:] done",
    "FAILURE": ":red[:material/error:] failed",
    "CANCELED": ":gray[:material/cancel:] cancelled",
    "QUEUED": ":gray[:material/schedule:] queued",
}
_NOTE = "checks: note"
COLUMNS: dict[str, Any] = {
    "outcome": "Outcome",
    "asset": "Asset",
    "name": "Check",
    "said": st.column_config.TextColumn("Result", width="medium"),
    "description": st.column_config.TextColumn("Passes when", width="large"),
    "at": st.column_config.DatetimeColumn("Time (UK)", format="D MMM YYYY HH:mm", width=150),
}


def render_page() -> None:
    """Draw the freshness of the data and the results of its checks."""
    if not snapshot_cache.current_snapshot():
        empty_state()
    else:
        datasets = snapshot_cache.cached_query(of_datasets)
        capacity = snapshot_cache.cached_query(of_capacity)
        for column, dataset in zip(st.columns(len(datasets) + 1), [*datasets, None], strict=True):
            with column, st.container(border=True, height="stretch", gap="small"):
                _render_dataset(dataset) if dataset else _render_capacity(capacity)
        _render_all_datasets(snapshot_cache.cached_query(stored_datasets))
        warn_of_unknown_series()
    st.subheader("Checks", anchor=False)
    _render_checks()


def _render_dataset(dataset: DatasetStatus) -> None:
    st.markdown(f"**{dataset.title}** ({dataset.code})")
    now = datetime.now(UTC)
    if dataset.newest_start_time_utc is None or (age := dataset.age(now)) is None:
        st.caption("No data yet.")
        return
    if dataset.is_fresh(now):
        st.badge("up to date", icon=":material/check_circle:", color="green")
    else:
        st.badge("stale", icon=":material/schedule:", color="orange")
    st.metric("Coverage", percent(dataset.coverage), border=False)
    st.caption(
        f"Latest half-hour {moment(dataset.newest_start_time_utc)}, ended {ago(age)}  \n"
        f"Since {date_of(dataset.first_start_time_utc)}: {number(dataset.half_hours)} of "
        f"{number(dataset.half_hours_expected)} half-hours, {number(dataset.days_with_gaps)} days with gaps  \n"
        f"{number(dataset.publications)} published values, {number(dataset.rows_quarantined)} rows quarantined, "
        f"{number(dataset.labels_disagreeing)} with a different settlement label"
    )


def _render_all_datasets(stored: Sequence[StoredDataset]) -> None:
    """Draw the newest times of every dataset, also of forecasts, demand and prices."""
    now = datetime.now(UTC)
    rows = [
        {
            "Dataset": f"{each.title} ({each.code})",
            "State": ("up to date" if each.is_fresh(now) else "stale") if each.publications else "no data yet",
            "Newest period": moment(each.newest_start_time_utc) if each.newest_start_time_utc else "",
            "Latest published": moment(each.newest_publish_time_utc) if each.newest_publish_time_utc else "",
            "Published values": each.publications,
            "Rows quarantined": each.rows_quarantined,
        }
        for each in stored
    ]
    st.dataframe(rows, hide_index=True, height=38 + 35 * len(rows), alt="All datasets with their newest times")


def _render_capacity(capacity: CapacityStatus | None) -> None:
    st.markdown(f"**{INSTALLED_CAPACITY.title}** ({INSTALLED_CAPACITY.code})")
    if capacity is None:
        st.caption("No data yet. It is fetched with every import.")
        return
    st.metric("Latest year", str(capacity.last_year))
    st.caption(
        f"Since {capacity.first_year}  \nLatest published {moment(capacity.newest_publish_time_utc)}  \n"
        f"{number(capacity.publications)} values, {number(capacity.rows_quarantined)} rows quarantined"
    )


def _render_checks() -> None:
    """Draw all checks with a button; they are watched while a run requested here is active."""
    try:
        dagster = dagster_client()
        newest = _newest_requested_run(dagster)
        if newest is None or newest.is_over:
            _render_check_list(dagster, newest)
        else:
            _render_watched_run()
    except OrchestratorError as error:
        render_unreachable(error)


@st.fragment(run_every=WATCHES_EVERY)
def _render_watched_run() -> None:
    """Draw the checks every few seconds until the run is over."""
    try:
        dagster = dagster_client()
        newest = _newest_requested_run(dagster)
        if newest is None or newest.is_over:
            st.rerun()
        _render_check_list(dagster, newest)
    except OrchestratorError as error:
        render_unreachable(error)


def _render_check_list(dagster: DagsterClient, newest: RunSummary | None) -> None:
    """Draw the list; `newest` is the run requested here. Raises OrchestratorError."""
    checks, under_way = recent_checks(dagster), newest is not None and not newest.is_over
    failed_because = dagster.run_state(newest.launched.id).errors if newest and newest.status == "FAILURE" else []
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in MARKS}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        message = " · ".join(f"**{count}** {outcome}" for outcome, count in counts.items() if count) or NOTHING
        st.markdown(message, width="content")
        refusal = refusal_of(START)
        st.button(
            "Run checks now",
            icon=":material/play_arrow:",
            disabled=under_way or bool(refusal),
            on_click=_run_checks,
            help=refusal or None,
        )
    if note := st.session_state.pop(_NOTE, ""):
        st.warning(plain_sentence(note), icon=":material/info:")
    if newest:
        _render_newest_run(newest, checks)
    for message in failed_because[:1]:
        st.markdown(f":small[:red[{plain(message[:300])}]]")
    _render_table(checks)
    st.caption(
        "Checks run after every import. Coverage and freshness checks warn; structural checks fail. Checks of the "
        "portfolio run whenever edits reach the charts, and not with this button."
    )


def _newest_requested_run(dagster: DagsterClient) -> RunSummary | None:
    return next(iter(recent_runs(dagster, limit=1, asked_by=ASKED_BY)), None)


def _run_checks() -> None:
    """Start the job, unless a run that this page requested is active, so that a double click starts one run."""
    try:
        dagster = dagster_client()
        with ONE_AT_A_TIME:
            newest = _newest_requested_run(dagster)
            if newest is None or newest.is_over:
                dagster.launch_job(JOB, requested_by=ASKED_BY, actor=current_actor())
    except (OrchestratorError, AccessRefused) as error:
        st.session_state[_NOTE] = str(error)


def _render_newest_run(run: RunSummary, checks: list[Check]) -> None:
    """Draw the progress of the run: the checks that are finished, of those that it announced."""
    state = STATES.get(run.status, ":blue[:material/sync:] running")
    took = f", {(run.ended_at_utc - run.created_at_utc).total_seconds():.0f} s" if run.ended_at_utc else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Checks requested {moment(run.created_at_utc)}: {state}{took}", width="content")
        st.link_button("Open in Dagster", run.launched.url, icon=":material/open_in_new:", type="tertiary")
    if not run.is_over:
        announced = [check for check in checks if check.run_id == run.launched.id]
        judged = sum(check.outcome != "running" for check in announced)
        text = f"{judged} of {len(announced)} checks" if announced else "Starting …"
        st.progress(judged / len(announced) if announced else 0.0, text=text)


def _render_table(checks: list[Check]) -> None:
    rows = [
        {
            "outcome": MARKS[check.outcome],
            "asset": check.asset,
            "name": check.name.replace("_", " "),
            "said": check.said,
            "at_utc": check.at_utc,
            "description": check.description,
        }
        for check in checks
    ]
    frame = pl.DataFrame(rows, schema_overrides={"at_utc": pl.Datetime("us", "UTC")})
    st.dataframe(
        in_london(frame).rename({"at_london": "at"}),
        hide_index=True,
        placeholder="",
        column_config=COLUMNS,
        height=38 + 35 * min(max(len(rows), 1), ROWS_SEEN),
        alt="Asset checks, failures and warnings first",
    )


render_page()
