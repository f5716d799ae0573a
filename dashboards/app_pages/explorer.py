"""Explorer: half-hours as stored, filtered, sorted and paged, and every value published for one of them."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import download_button, in_london, parquet_bytes, render_downloads
from dashboards.components.filters import (
    ABOUT_DATA,
    categories_chosen,
    categories_key,
    category_chips,
    days_chosen,
    days_of,
    select_dataset,
)
from dashboards.components.fitted_table import table_pixels
from dashboards.components.footer import empty_state
from dashboards.components.formatting import day, moment, number, zone
from dashboards.components.half_hour_columns import COLUMNS, column_title
from dashboards.components.plain_text import plain
from dashboards.components.toolbar import KEPT, Chip, clear_filters, more_options, render_chips, toolbar
from elexon_assets.dataset_model import Dataset
from elexon_assets.errors import UnusableInput
from elexon_assets.settlement import settlement_of
from elexon_assets.time_inputs import in_words, read_as_of, read_half_hour
from renewables.csv_files import csv_bytes
from renewables.queries.caveats import FLAGS_ARE_TODAYS
from renewables.queries.explorer import BROWSABLE, Filter, columns_of, count_rows, explorer_rows, publication_history
from renewables.queries.profiles import window_of_days
from renewables.queries.snapshot import span_of
from warehouse.settings import Settings

AT, EXAMPLE = "at", "2026-04-01T17:30Z"
"The query parameter of a half-hour."
TABLE = "half-hours"
"The key of the table."
ROWS_A_PAGE = 100
ROW_PIXELS, MOST_TABLE_PIXELS = 35, 530
ALL_ROWS = 2**62
MOST_PUBLICATIONS = 12
"The largest number of publications that are in sight without scrolling."
SHOWN_AT_FIRST = 6
"The number of columns, from the left."


def render_page() -> None:
    """Draw the half-hours of the chosen dataset, and every published value of a selected one."""
    columns: list[str] = []
    wanted: Filter | None = None
    with toolbar():
        dataset = select_dataset(BROWSABLE)
        available = snapshot_cache.cached_query(span_of, dataset.name) if snapshot_cache.current_snapshot() else None
        if available is not None:
            days = days_chosen(available, default="7 days")
            categories = categories_chosen(dataset)
            base = Filter(dataset.name, window_of_days(days.first, days.last), tuple(categories))
            columns, wanted, problem = _render_options(dataset, base)
    if wanted is None:
        empty_state(dataset.title.lower())
        return
    if problem:
        st.error(f"Point in time: {plain(problem)}", icon=":material/event_busy:")
        return
    chips = _active_filters(dataset, wanted)
    render_chips(chips)
    if AT in st.query_params and not _selected_rows():  # first, because what comes later would move the table
        with st.container(border=True):
            _render_addressed_half_hour(dataset, categories)
    row_count = snapshot_cache.cached_query(count_rows, wanted)
    if row_count:
        frame, chosen_rows = _render_rows(dataset, wanted, columns, row_count)
    else:
        frame, chosen_rows = pl.DataFrame(), []
        _render_no_rows(wanted, chips)
    if chosen_rows:
        chosen = frame.row(chosen_rows[0], named=True)
        st.subheader("Publication history", anchor=False)
        _render_history(dataset, chosen["start_time_utc"], [chosen[dataset.category]])
    elif row_count and AT not in st.query_params:
        st.caption("Select a row to see every value Elexon has published for that half-hour, with a link to share.")


def _selected_rows() -> list[int]:
    """Return the places of the rows that were selected in the table, as it was before this run."""
    selected: list[int] = st.session_state.get(TABLE, {}).get("selection", {}).get("rows", [])
    return selected


def _render_rows(
    dataset: Dataset, wanted: Filter, columns: list[str], row_count: int
) -> tuple[pl.DataFrame, list[int]]:
    """Draw one page of the rows, and return it with the places of the rows that are selected in it."""
    pages = max(1, -(-row_count // ROWS_A_PAGE))
    as_of = f", as published by {in_words(wanted.as_of)}" if wanted.as_of else ""
    st.markdown(f"**{number(row_count)}** rows{as_of}")
    if wanted.as_of:
        st.caption(FLAGS_ARE_TODAYS)
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        # Below the table, whose own buttons are above it on the right.
        page = st.pagination(pages, key="page", max_visible_pages=5) if pages > 1 else 1
        _render_downloads(wanted, columns)
    keys = ["start_time_utc", dataset.category]
    frame = snapshot_cache.cached_query(
        explorer_rows, wanted, list(dict.fromkeys([*columns, *keys])), ROWS_A_PAGE, (page - 1) * ROWS_A_PAGE
    )
    picked = table.dataframe(
        in_london(frame.select(columns)),
        hide_index=True,
        placeholder="",
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        key=TABLE,
        height=table_pixels(len(frame), ROW_PIXELS, MOST_TABLE_PIXELS),
        alt="Half-hours",
    )
    return frame, [n for n in picked.selection.rows if n < len(frame)]


def _render_no_rows(wanted: Filter, chips: list[Chip]) -> None:
    """Draw why there are no rows, with the button that removes the filters."""
    only_flagged = wanted.only_flagged and len(chips) == 1
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        reason = "No flagged half-hours." if only_flagged else "No half-hours match these filters."
        st.markdown(reason if chips else "No half-hours in these days.", width="content")
        if chips:
            st.button("Show all", icon=":material/filter_alt_off:", on_click=clear_filters, args=(chips,))


def _active_filters(dataset: Dataset, wanted: Filter) -> list[Chip]:
    """Return the filters that hide rows, apart from the days."""
    chips = category_chips(dataset, wanted.categories)
    if wanted.only_flagged:
        chips.append(Chip("Flagged only", "flagged", False))
    for key, words, bound in (("low", "From", wanted.low_mw), ("high", "Up to", wanted.high_mw)):
        if bound is not None:
            chips.append(Chip(f"{words} {bound:,.10g} {dataset.unit}", key))
    if wanted.as_of:
        chips.append(Chip(f"As published by {in_words(wanted.as_of)}", "as-of", ""))
    return chips


def _render_options(dataset: Dataset, wanted: Filter) -> tuple[list[str], Filter, str]:
    """Draw the remaining filters and return the columns, the filter, and what is wrong with its point in time."""
    names = columns_of(dataset)
    with more_options():
        columns = st.multiselect(
            "Columns",
            names,
            default=names[:SHOWN_AT_FIRST],
            format_func=column_title,
            key="columns",
            bind="query-params",
            persist_state=KEPT,
            width=420,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            by = st.selectbox(
                "Sort by",
                names,
                format_func=column_title,
                key="by",
                bind="query-params",
                persist_state=KEPT,
                width=180,
            )
            order = st.segmented_control(
                "Order",
                ["Descending", "Ascending"],
                default="Descending",
                required=True,
                key="order",
                bind="query-params",
                persist_state=KEPT,
            )
        with st.container(horizontal=True):
            low, high = (
                st.number_input(
                    f"{words} ({dataset.unit})",
                    value=None,
                    step=100.0,
                    key=key,
                    bind="query-params",
                    persist_state=KEPT,
                    width=180,
                )
                for words, key in (("Min", "low"), ("Max", "high"))
            )
        flagged = dataset.is_observed and st.toggle(
            "Flagged only", key="flagged", bind="query-params", persist_state=KEPT
        )
        as_of = st.text_input(
            "Point in time (UTC)",
            key="as-of",
            bind="query-params",
            persist_state=KEPT,
            placeholder="2026-01-31 or 2026-01-31T12:00Z",
            width=300,
            help="Show what Elexon had published by this point, without later revisions. Enter a day (its end) or "
            "a time with its zone. Leave empty for the current values.",
        )
        st.caption(ABOUT_DATA)
    published_by, problem = None, ""
    try:
        published_by = read_as_of(as_of or None)
    except UnusableInput as error:
        problem = str(error)
    chosen = Filter(
        wanted.dataset,
        wanted.window,
        wanted.categories,
        low_mw=low,
        high_mw=high,
        only_flagged=flagged,
        as_of=published_by,
        sorted_by=by,
        descending=order != "Ascending",
    )
    return columns or names[:SHOWN_AT_FIRST], chosen, problem


def _render_downloads(wanted: Filter, columns: list[str]) -> None:
    """Draw downloads of all pages of the snapshot shown, built on click."""
    snapshot = snapshot_cache.current_snapshot()

    def all_rows() -> pl.DataFrame:
        with snapshot_cache.opened_snapshot(snapshot) as con:
            return explorer_rows(wanted, columns, ALL_ROWS, 0, con)

    first, last = days_of(wanted.window).first, days_of(wanted.window).last
    name = f"{wanted.dataset}-{first}-to-{last}"
    help_text = "The columns and rows above from all pages, with times in UTC."
    with st.container(horizontal=True, width="content"):
        download_button("CSV of all rows", lambda: csv_bytes(all_rows()), f"{name}.csv", help=help_text)
        download_button("Parquet of all rows", lambda: parquet_bytes(all_rows()), f"{name}.parquet", help=help_text)


def _render_addressed_half_hour(dataset: Dataset, categories: Sequence[str]) -> None:
    """Draw the half-hour that the address names."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Publication history", anchor=False)
        st.button("Close", icon=":material/close:", type="tertiary", on_click=_clear_half_hour)
    try:
        half_hour = read_half_hour(st.query_params[AT])
    except UnusableInput as error:
        st.caption(f"{plain(str(error))} A link to a half-hour contains `{AT}={EXAMPLE}`.")
        return
    _render_history(dataset, half_hour, categories)


def _clear_half_hour() -> None:
    st.query_params.pop(AT, None)


def _render_history(dataset: Dataset, start: datetime, categories: Sequence[str]) -> None:
    """Draw every value published for the half-hour, and the address that shows the same."""
    settlement_date, period = settlement_of(start)
    st.caption(
        f"**{plain(', '.join(categories))}**, {moment(start)} {zone(start)}, settlement date {day(settlement_date)}, "
        f"period {period}"
    )
    frame = pl.concat(
        snapshot_cache.cached_query(publication_history, dataset.name, start, category).select(
            pl.lit(category).alias(dataset.category), pl.all()
        )
        for category in categories
    )
    if frame.is_empty():
        st.caption("No values were published for this half-hour, or it has not been imported.")
    else:
        pixels = table_pixels(min(len(frame), MOST_PUBLICATIONS), ROW_PIXELS)
        with st.container(height=pixels, border=False):  # its place is there before it is drawn
            st.dataframe(
                in_london(frame),
                hide_index=True,
                placeholder="",
                column_config=COLUMNS,
                height=pixels,
                alt="Publications of the half-hour",
            )
        render_downloads(frame, name="publications")
    key = categories_key(dataset)
    parameters = {"data": dataset.title, key: list(categories), AT: f"{start:%Y-%m-%dT%H:%MZ}"}
    app = (st.context.url or str(Settings().dashboard_url)).rstrip("/").removesuffix("/explorer")
    st.code(f"{app}/explorer?{urlencode(parameters, doseq=True, safe=':')}", language=None, wrap_lines=True)


render_page()
