"""Freshness and checks: whether the data is new, whole and sound, from the data itself and from Dagster's checks."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.app_parts import asking
from dashboards.app_parts.chart import in_london
from dashboards.app_parts.foot import nothing_yet
from dashboards.app_parts.imports import orchestrator, unreachable
from dashboards.app_parts.texts import NOTHING, ago, date_of, moment, number, percent
from dashboards.orchestrator import OrchestratorError
from dashboards.queries.status import CapacityStatus, DatasetStatus, of_capacity, of_datasets
from dashboards.run_lists import checks
from elexon_assets.datasets import INSTALLED_CAPACITY

MARKS = {"passed": "✓ passed", "warning": "! warning", "FAILED": "✗ failed", "not run yet": "· not run yet"}
COLUMNS: dict[str, Any] = {
    "outcome": "Outcome",
    "asset": "Asset",
    "name": "Check",
    "said": st.column_config.TextColumn("It said", width="large"),
    "description": st.column_config.TextColumn("What is true when it passes", width="large"),
    "at": st.column_config.DatetimeColumn("At (London)", format="DD MMM YYYY HH:mm"),
}


def show() -> None:
    if not asking.shown():
        nothing_yet()
    else:
        now = datetime.now(UTC)
        datasets = asking.ask(of_datasets, now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0))
        capacity = asking.ask(of_capacity)
        for column, dataset in zip(st.columns(len(datasets) + 1), [*datasets, None], strict=True):
            with column, st.container(border=True, height="stretch", gap="small"):
                _dataset(dataset) if dataset else _capacity(capacity)
    st.subheader("Checks", anchor=False)
    _checks()


def _dataset(dataset: DatasetStatus) -> None:
    st.markdown(f"**{dataset.title}** ({dataset.code})")
    if dataset.newest_start_time_utc is None or dataset.age is None:
        st.caption("Nothing yet.")
        return
    if dataset.is_fresh:
        st.badge("fresh", icon=":material/check_circle:", color="green")
    else:
        st.badge("stale", icon=":material/schedule:", color="orange")
    st.metric("Coverage", percent(dataset.coverage), border=False)
    st.caption(
        f"Newest half hour {moment(dataset.newest_start_time_utc)}, ended {ago(dataset.age)}  \n"
        f"Since {date_of(dataset.first_start_time_utc)}: {number(dataset.half_hours)} of "
        f"{number(dataset.half_hours_expected)} half hours, {number(dataset.days_with_gaps)} days with gaps  \n"
        f"{number(dataset.publications)} published values, {number(dataset.rows_quarantined)} rows set aside, "
        f"{number(dataset.labels_disagreeing)} with another settlement label"
    )


def _capacity(capacity: CapacityStatus | None) -> None:
    st.markdown(f"**{INSTALLED_CAPACITY.title}** ({INSTALLED_CAPACITY.code})")
    if capacity is None:
        st.caption("Nothing yet: it comes with every import.")
        return
    st.metric("Years", f"{capacity.first_year} to {capacity.last_year}")
    st.caption(
        f"Newest published {moment(capacity.newest_publish_time_utc)}  \n{number(capacity.publications)} figures, "
        f"{number(capacity.rows_quarantined)} rows set aside"
    )


def _checks() -> None:
    try:
        found = checks(orchestrator())
    except OrchestratorError as error:
        unreachable(error)
        return
    counts = {outcome: sum(check.outcome == outcome for check in found) for outcome in MARKS}
    st.markdown(" · ".join(f"**{count}** {outcome}" for outcome, count in counts.items() if count) or NOTHING)
    rows = [
        {
            "outcome": MARKS[check.outcome],
            "asset": check.asset,
            "name": check.name.replace("_", " "),
            "said": check.said,
            "at_utc": check.at_utc,
            "description": check.description,
        }
        for check in found
    ]
    frame = pl.DataFrame(rows, schema_overrides={"at_utc": pl.Datetime("us", "UTC")})
    st.dataframe(
        in_london(frame).rename({"at_london": "at"}),
        hide_index=True,
        placeholder="",
        column_config=COLUMNS,
        height=38 + 35 * max(len(rows), 1),
        alt="Asset checks, those that are not well first",
    )
    st.caption("Checks run after every landing, in a job of their own; coverage and freshness warn, structure fails.")


show()
