"""Coverage: what data there is, day by day; imports and their progress; repairs; source and storage."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import background_requests, snapshot_cache
from dashboards.components.chart import CONFIG, render_downloads, show_table
from dashboards.components.fetch_list import render_fetches
from dashboards.components.fetch_requests import import_forms, render_repair
from dashboards.components.filters import CUSTOM, days_of, select_dataset
from dashboards.components.formatting import day, moment, number, size, zone
from dashboards.components.gap_form import gap_decision_form
from dashboards.components.plain_text import plain_sentence
from dashboards.components.row_heights import row_pixels
from dashboards.components.toolbar import toolbar
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import COVERED
from elexon_assets.missing_days import REPAIR_DAYS, last_closed_day
from elexon_assets.windows import merge_days, window_of_days
from renewables.charts.coverage import coverage_calendar
from renewables.dagster_control.service_status import Answer, elexon
from renewables.queries import coverage
from renewables.queries.snapshot import span_of
from warehouse.addresses import endpoint_of
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings

SHOWN = 500
"Rows of the quarantine and of the fetch log."
REASON_PIXELS = 380
"The width of the columns whose text wraps."
API = "api: last test"
WATCHES_EVERY = "1s"
YEARS: dict[str, Any] = {
    "year": st.column_config.NumberColumn("Year", format="%d"),
    **{state: st.column_config.NumberColumn(f"{state.capitalize()} (days)") for state in coverage.STATES},
}
DAYS: dict[str, Any] = {
    "day_utc": st.column_config.DateColumn("UTC day", format="D MMM YYYY", width=110),
    "state": st.column_config.TextColumn("State", width=100),
    "half_hours": st.column_config.NumberColumn("Half-hours", width=90),
    "half_hours_missing": st.column_config.NumberColumn("Missing", width=80),
    "half_hours_known_gap": st.column_config.NumberColumn("Known gaps", width=100),
    "half_hours_flagged": st.column_config.NumberColumn("Flagged", width=80),
    "why": st.column_config.TextColumn("Reason", width=REASON_PIXELS),
}
_WINDOW: dict[str, Any] = {
    "dataset": st.column_config.TextColumn("Dataset", width=170),
    "window_start_london": st.column_config.DatetimeColumn("From (UK time)", format="D MMM YYYY HH:mm", width=140),
    "window_end_london": st.column_config.DatetimeColumn("To (UK time)", format="D MMM YYYY HH:mm", width=140),
    "run_id": st.column_config.TextColumn("Dagster run", width=290),
}
QUARANTINED: dict[str, Any] = {
    **_WINDOW,
    "found_at_london": st.column_config.DatetimeColumn("Time (UK)", format="D MMM YYYY HH:mm", width=140),
    "reason": st.column_config.TextColumn("Reason", width=REASON_PIXELS),
    "raw_json": st.column_config.TextColumn("Row as published", width=REASON_PIXELS),
}
REQUESTS: dict[str, Any] = {
    **_WINDOW,
    "asked_at_london": st.column_config.DatetimeColumn("Time (UK)", format="D MMM YYYY HH:mm", width=140),
    "status": st.column_config.TextColumn("Outcome", width=80),
    "error": st.column_config.TextColumn("Error", width=REASON_PIXELS),
    "rows_received": st.column_config.NumberColumn("Rows received", format="%,d", width=120),
    "rows_landed": st.column_config.NumberColumn("Rows landed", format="%,d", width=110),
    "rows_quarantined": st.column_config.NumberColumn("Quarantined", format="%,d", width=110),
    "attempts": st.column_config.NumberColumn("Attempts", width=80),
    "seconds": st.column_config.NumberColumn("Seconds", format="%.1f", width=80),
}
TABLES: dict[str, Any] = {
    "name": st.column_config.TextColumn("Table or view", width=360),
    "kind": "Kind",
    "columns": "Columns",
    "rows": st.column_config.NumberColumn("Rows", format="%,d", help="Estimated by DuckDB."),
}


def render_page() -> None:
    """Draw the coverage by day, imports, known gaps, the fetch log and the quarantine."""
    if snapshot_cache.current_snapshot():
        _render_coverage()
    st.subheader("Import", anchor=False)
    import_forms()
    render_fetches()
    st.subheader("Source and storage", anchor=False)
    _render_api_status()
    _render_database()
    if snapshot_cache.current_snapshot():
        _render_log("Quarantine", "rows that failed validation, with the reason", _quarantined, QUARANTINED, "reason")
        _render_log("Fetch log", "every request to Elexon and its outcome", _requests, REQUESTS, "error")


def _render_coverage() -> None:
    headline = st.empty()
    with toolbar():
        dataset = select_dataset(COVERED)
        closed = last_closed_day(dataset)
        days = snapshot_cache.cached_query(coverage.days_by_state, dataset.name).filter(pl.col("day_utc") <= closed)
        days = coverage.mark_not_imported(days)
        years = coverage.by_year(days)
        year = st.selectbox(
            "Calendar of",
            years["year"].to_list(),
            key="year",
            bind="query-params",
            label_visibility="collapsed",
            width=110,
        )
    counts = years.filter(year=year).row(0, named=True)
    headline.subheader(_headline(dataset, days, year), anchor=False)
    st.plotly_chart(
        coverage_calendar(days, year),
        key="calendar",
        config=CONFIG,
        alt=f"Coverage of {dataset.title} in {year} by UTC day: "
        + ", ".join(f"{counts[state]} {state}" for state in coverage.STATES),
    )
    st.caption(
        f"{year}, UTC days up to {day(min(date(year, 12, 31), closed))}: "
        + ", ".join(f"**{number(counts[state])}** {state}" for state in coverage.STATES if counts[state])
        + ". A day is complete when all 48 half-hours are present in every regular series."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        spans = _to_repair(dataset, days)
        if spans:
            render_repair(dataset, spans)
            st.caption(f"Missing or short days in the last {REPAIR_DAYS} days.", width="content")
        else:
            st.caption(f"No missing or short days in the last {REPAIR_DAYS} days.", width="content")
    table = st.expander("Days with gaps or flags, and all years", key="gaps", on_change="rerun", type="compact")
    if table.open:
        with table:
            _render_incomplete_days(dataset, days.filter(pl.col("state") != coverage.COMPLETE).reverse())
            st.dataframe(years, hide_index=True, column_config=YEARS, alt="Days of each state by year")


def _headline(dataset: Dataset, days: pl.DataFrame, year: int) -> str:
    """Return one sentence about the year's days since the first imported one: whether they have all half-hours."""
    of_year, last = days.filter(pl.col("day_utc").dt.year() == year), days["day_utc"].max()
    since = of_year.filter(pl.col("state") != coverage.NOT_IMPORTED)
    if since.is_empty():
        return f"{dataset.title}: no data for {year} yet"
    if len(since) < len(of_year):
        which = f"{number(len(since))} days since {day(since['day_utc'][0])}"
    else:
        which = f"{number(len(since))} days of {year}{' so far' if last == since['day_utc'][-1] else ''}"
    lacking = since.filter(pl.col("state").is_in([coverage.SHORT, coverage.MISSING]))
    flagged = since.filter(state=coverage.FLAGGED)
    flags = f"; {number(len(flagged))} have flagged values" if len(flagged) else ""
    if len(lacking):
        return f"{dataset.title}: {number(len(lacking))} of {which} lack half-hours{flags}"
    return f"{dataset.title}: complete, all {which}{flags}"


def _render_incomplete_days(dataset: Dataset, days: pl.DataFrame) -> None:
    """Draw the incomplete days, and from the selected one a link to its half-hours."""
    name = f"{dataset.name}-gaps"
    picked = st.dataframe(
        days,
        hide_index=True,
        placeholder="",
        column_config=DAYS,
        row_height=row_pixels(days["why"].fill_null(""), REASON_PIXELS),
        key=f"rows {name}",
        on_select="rerun",
        selection_mode="single-row",
        alt="Days with gaps or flags, newest first",
    )
    render_downloads(days, name=name)
    chosen = next((row for row in picked.selection.rows if row < len(days)), None)
    if chosen is None:
        st.caption("Select a day to see its half-hours.")
        return
    utc_day: date = days["day_utc"][chosen]
    row = days.row(chosen, named=True)
    counts = {name: row[name] for name in ("half_hours_missing", "half_hours_known_gap")}
    gap_decision_form(dataset, utc_day, **counts)
    asked, available = days_of(window_of_days(utc_day, utc_day)), snapshot_cache.cached_query(span_of, dataset.name)
    days_held = days_of(available) if available else None
    if days_held is None or asked.last < days_held.first or asked.first > days_held.last:
        st.caption(f"No data for {day(utc_day)} yet. Import it first.")
        return
    # The page ignores an address with a day beyond the data.
    ends = [max(asked.first, days_held.first).isoformat(), min(asked.last, days_held.last).isoformat()]
    parameters = {"data": dataset.title, "days": CUSTOM, "from-to": ends}
    st.page_link(
        "app_pages/explorer.py",
        label=f"Show half-hours of {day(utc_day)}",
        icon=":material/table_rows:",
        query_params=parameters,
    )


def _to_repair(dataset: Dataset, days: pl.DataFrame) -> list[tuple[date, date]]:
    """Return the spans of trailing closed days that are missing or short, as `renewables repair` fetches them."""
    last = last_closed_day(dataset)
    trailing = days.filter(pl.col("day_utc").is_between(last - timedelta(days=REPAIR_DAYS - 1), last))
    lacking = trailing.filter(pl.col("half_hours_missing") > pl.col("half_hours_known_gap"))["day_utc"].to_list()
    return [(span.days[0], span.days[-1]) for span in merge_days(lacking)]


def _render_api_status() -> None:
    """Draw the test of the API, and watch it until it is answered."""
    asked: Future[Answer] | None = st.session_state.get(API)
    watching = asked is not None and not asked.done()
    st.fragment(_render_api_test, run_every=WATCHES_EVERY if watching else None)(watching=watching)


def _render_api_test(*, watching: bool) -> None:
    asked: Future[Answer] | None = st.session_state.get(API)
    if asked is not None:
        wait([asked], timeout=background_requests.PATIENCE_SECONDS)  # usually the answer is there by then
    is_waiting = asked is not None and not asked.done()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Test Elexon API", icon=":material/network_check:", disabled=is_waiting, on_click=_request_api_test)
        if asked is None:
            st.caption(f"Sends one small request to `{endpoint_of(Settings().elexon_base_url).url}`.", width="content")
        elif is_waiting:
            st.markdown(":material/hourglass_top: Waiting for the Elexon API to answer …", width="content")
        else:
            answer = asked.result()
            mark = ":green[:material/check_circle:]" if answer.is_there else ":red[:material/error:]"
            st.markdown(f"{mark} {plain_sentence(answer.sentence)}", width="content")
    if is_waiting != watching:
        st.rerun()


def _request_api_test() -> None:
    """Send the request in the background: an address that does not answer takes seconds."""
    settings = Settings()
    st.session_state[API] = background_requests.run_in_thread(lambda: elexon(settings))


def _render_database() -> None:
    part = st.expander("Database", key="database", on_change="rerun", icon=":material/database:")
    if not part.open:
        return
    with part:
        warehouse, snapshot = configured_warehouse(), snapshot_cache.current_snapshot()
        size_bytes = warehouse.size_bytes()
        st.markdown(f"Warehouse `{warehouse.name}`, {'not created yet' if size_bytes is None else size(size_bytes)}")
        if snapshot is None:
            return
        st.markdown(
            f"Snapshot {snapshot.version} of {moment(snapshot.published_at_utc)} {zone(snapshot.published_at_utc)}, "
            f"{size(snapshot.size_bytes)}; for other tools, use `current.duckdb`."
        )
        st.dataframe(
            snapshot_cache.cached_query(coverage.table_overview),
            hide_index=True,
            placeholder="",
            column_config=TABLES,
            alt="Tables and views of the warehouse",
        )


def _quarantined() -> pl.DataFrame:
    return snapshot_cache.cached_query(coverage.quarantined_rows, SHOWN)


def _requests() -> pl.DataFrame:
    only_failed = st.toggle("Failed only", key="only-failed")
    return snapshot_cache.cached_query(coverage.fetch_log, SHOWN, only_failed=only_failed)


def _render_log(
    title: str, subtitle: str, read: Callable[[], pl.DataFrame], columns: Mapping[str, Any], wrapped: str
) -> None:
    """Draw a log in an expander that reads it once it is open; the column `wrapped` sets the height of its rows."""
    part = st.expander(f"{title}: {subtitle}", key=title, on_change="rerun", icon=":material/list_alt:")
    if not part.open:
        return
    with part:
        frame = read()
        if frame.is_empty():
            st.caption("No rows.")
            return
        row_height = row_pixels(frame[wrapped].fill_null(""), REASON_PIXELS)
        show_table(frame, name=title.lower().replace(" ", "-"), columns=columns, row_height=row_height)
        st.caption(f"Showing the newest {number(min(len(frame), SHOWN))}.")


render_page()
