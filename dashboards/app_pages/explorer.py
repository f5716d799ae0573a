"""Explorer: half-hours as stored, filtered, sorted and paged, and every value published for one of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import download_button, in_london, parquet_bytes, render_downloads
from dashboards.components.filters import categories_chosen, categories_key, dataset_chosen, days_chosen
from dashboards.components.footer import empty_state
from dashboards.components.formatting import day, moment, number, zone
from dashboards.components.plain_text import plain
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
ROWS_A_PAGE = 100
ALL_ROWS = 2**62
COLUMNS: dict[str, Any] = {
    "start_time_london": st.column_config.DatetimeColumn("Half-hour (UK time)", format="D MMM YYYY HH:mm"),
    "settlement_date": st.column_config.DateColumn("Settlement date", format="D MMM YYYY"),
    "settlement_period": "Period",
    "psr_type": "Technology",
    "fuel_type": "Fuel",
    "generation_mw": st.column_config.NumberColumn("MW", format="%,.1f"),
    "flags": "Flags",
    "publish_time_london": st.column_config.DatetimeColumn("Published (UK time)", format="D MMM YYYY HH:mm"),
    "ingested_at_london": st.column_config.DatetimeColumn("Ingested (UK time)", format="D MMM YYYY HH:mm:ss"),
    "source": "Source",
    "indo_mw": st.column_config.NumberColumn("INDO (MW)", format="%,.0f"),
    "itsdo_mw": st.column_config.NumberColumn("ITSDO (MW)", format="%,.0f"),
    "data_provider": "Provider",
    "series": "Series",
    "price_gbp_per_mwh": st.column_config.NumberColumn("Price (GBP/MWh)", format="%,.2f"),
    "volume_mwh": st.column_config.NumberColumn("Volume (MWh)", format="%,.1f"),
    "system_sell_price_gbp_per_mwh": st.column_config.NumberColumn("Sell price (GBP/MWh)", format="%,.2f"),
    "system_buy_price_gbp_per_mwh": st.column_config.NumberColumn("Buy price (GBP/MWh)", format="%,.2f"),
    "change": st.column_config.NumberColumn("Change", format="%+,.2f"),
    "change_mw": st.column_config.NumberColumn("Change (MW)", format="%+,.1f"),
    "is_current": "Current",
}
TITLES = {
    **{"start_time_utc": "Half-hour", "settlement_date": "Settlement date", "settlement_period": "Period"},
    **{"psr_type": "Technology", "fuel_type": "Fuel", "generation_mw": "MW", "flags": "Flags"},
    **{"indo_mw": "INDO (MW)", "itsdo_mw": "ITSDO (MW)", "data_provider": "Provider", "series": "Series"},
    **{"price_gbp_per_mwh": "Price (GBP/MWh)", "volume_mwh": "Volume (MWh)"},
    **{"system_sell_price_gbp_per_mwh": "Sell price", "system_buy_price_gbp_per_mwh": "Buy price"},
    **{"publish_time_utc": "Published", "ingested_at_utc": "Ingested", "source": "Source"},
}
SHOWN_AT_FIRST = 6
"The number of columns, from the left."


def render_page() -> None:
    """Draw the half-hours of the chosen dataset, and every published value of a selected one."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="large")
    with row:
        dataset = dataset_chosen(BROWSABLE)
    available = snapshot_cache.cached_query(span_of, dataset.name) if snapshot_cache.current_snapshot() else None
    if available is None:
        empty_state(dataset.title.lower())
        return
    days = days_chosen(available, default="7 days")
    with row:
        categories = categories_chosen(dataset)
    asked = st.container()
    columns, wanted = _render_more_options(
        dataset, Filter(dataset.name, window_of_days(days.first, days.last), tuple(categories))
    )
    row_count = snapshot_cache.cached_query(count_rows, wanted)
    pages = max(1, -(-row_count // ROWS_A_PAGE))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(
            f"**{number(row_count)}** rows" + (f", as published by {in_words(wanted.as_of)}" if wanted.as_of else "")
        )
        page = st.pagination(pages, key="page", max_visible_pages=5) if pages > 1 else 1
    if wanted.as_of:
        st.caption(FLAGS_ARE_TODAYS)
    keys = ["start_time_utc", dataset.category]
    frame = snapshot_cache.cached_query(
        explorer_rows, wanted, list(dict.fromkeys([*columns, *keys])), ROWS_A_PAGE, (page - 1) * ROWS_A_PAGE
    )
    picked = st.dataframe(
        in_london(frame.select(columns)),
        hide_index=True,
        placeholder="",
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        key="half-hours",
        height=min(38 + 35 * max(len(frame), 1), 460),
        alt="Half-hours",
    )
    _render_downloads(wanted, columns)
    chosen_rows = [n for n in picked.selection.rows if n < len(frame)]
    if chosen_rows:
        chosen = frame.row(chosen_rows[0], named=True)
        st.subheader("Publication history", anchor=False)
        _render_history(dataset, chosen["start_time_utc"], [chosen[dataset.category]])
    elif AT in st.query_params:
        with asked, st.container(border=True):
            _render_addressed_half_hour(dataset, categories)
    else:
        st.caption("Select a row to see every value Elexon has published for that half-hour, with a link to share.")


def _render_more_options(dataset: Dataset, wanted: Filter) -> tuple[list[str], Filter]:
    """Draw the remaining filters and return the columns with the filter."""
    names = columns_of(dataset)
    with st.expander("More options", key="more", bind="query-params", icon=":material/tune:"):
        columns = st.multiselect(
            "Columns",
            names,
            default=names[:SHOWN_AT_FIRST],
            format_func=_column_title,
            key="columns",
            bind="query-params",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            by = st.selectbox("Sort by", names, format_func=_column_title, key="by", bind="query-params", width=180)
            order = st.segmented_control(
                "Order",
                ["Descending", "Ascending"],
                default="Descending",
                required=True,
                key="order",
                bind="query-params",
            )
            low = st.number_input(
                f"Min ({dataset.unit})", value=None, step=100.0, key="low", bind="query-params", width=150
            )
            high = st.number_input(
                f"Max ({dataset.unit})", value=None, step=100.0, key="high", bind="query-params", width=150
            )
            flagged = dataset.is_observed and st.toggle("Flagged only", key="flagged", bind="query-params")
        as_of = st.text_input(
            "Point in time (UTC)",
            key="as-of",
            bind="query-params",
            placeholder="2026-01-31 or 2026-01-31T12:00Z",
            width=260,
            help="Show what Elexon had published by this point, without later revisions. Enter a day (its end) or "
            "a time with its zone. Leave empty for the current values.",
        )
    try:
        published_by = read_as_of(as_of or None)
    except UnusableInput as error:
        st.error(f"Point in time: {plain(str(error))}", icon=":material/event_busy:")
        st.stop()
    return columns or names[:SHOWN_AT_FIRST], Filter(
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


def _render_downloads(wanted: Filter, columns: list[str]) -> None:
    """Draw downloads of all pages of the snapshot shown, built on click."""
    snapshot = snapshot_cache.current_snapshot()

    def all_rows() -> pl.DataFrame:
        with snapshot_cache.opened_snapshot(snapshot) as con:
            return explorer_rows(wanted, columns, ALL_ROWS, 0, con)

    with st.container(horizontal=True, vertical_alignment="center"):
        download_button("CSV of all rows", lambda: csv_bytes(all_rows()), f"{wanted.dataset}.csv")
        download_button("Parquet of all rows", lambda: parquet_bytes(all_rows()), f"{wanted.dataset}.parquet")
        st.caption("The columns and rows above from all pages, with times in UTC.", width="content")


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
        st.dataframe(in_london(frame), hide_index=True, column_config=COLUMNS, alt="Publications of the half-hour")
        render_downloads(frame, name="publications")
    key = categories_key(dataset)
    parameters = {"data": dataset.title, key: list(categories), AT: f"{start:%Y-%m-%dT%H:%MZ}"}
    app = (st.context.url or str(Settings().dashboard_url)).rstrip("/").removesuffix("/explorer")
    st.code(f"{app}/explorer?{urlencode(parameters, doseq=True, safe=':')}", language=None, wrap_lines=True)


def _column_title(name: str) -> str:
    return TITLES.get(name, name)


render_page()
