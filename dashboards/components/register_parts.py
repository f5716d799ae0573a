"""What all views of the registers share: columns, charts, tables whose rows open a record, downloads, the licence.

Belongs here: parts of the page Registers that other pages with register rows use too. Not here: the views themselves
(`register_records.py`, `register_views.py`, `register_issue_views.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import snapshot_cache
from dashboards.components.chart import CONFIG, download_button, in_london
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.fitted_table import render_fitted_table
from dashboards.components.list_cards import (
    Card,
    change_fact,
    facts_of,
    page_address,
    render_card_list,
    table_of_cards,
)
from dashboards.components.plain_text import plain
from renewables.queries.register_issues import licence_lines, register_status
from renewables.queries.registers import RegisterFilter, register_records, register_sums
from renewables.register_files import FILE_KINDS, FileKind, register_file

PAGE, RECORD = "app_pages/registers.py", "record"
"The page of the registers, and its parameter with a record, such as `repd:8194`."
ROWS_A_PAGE = 50
HITS_SHOWN = 5
HIT_COLUMNS = {
    "repd": ("operator", "technology", "capacity_mw", "status", "county", "record_id"),
    "tec": ("operator", "technology", "capacity_mw", "status", "connection_site", "connection_date"),
}
BUTTONS, BUTTON_PIXELS = 5, 44
"The largest number of page numbers that are drawn, and the width of one."
NOT_ON_CARDS = {"record_id", "change", "field", "before", "after", "stage", "gate", "host"}
"What a card has no room for, or shows as a change."
DATE = "D MMM YYYY"
MW = "%,.1f"
NAMES = {"repd": "Planning (REPD)", "tec": "Grid connections (TEC)"}
"The short names of the registers on screen."
COLUMNS: dict[str, Any] = {
    "register": "Register",
    "record_id": "Record",
    "reference": None,
    "name": "Name",
    "operator": "Operator",
    "technology": "Technology",
    "technologies": "Technologies",
    "technology_published": "Technology, as published",
    "status": "Status",
    "status_group": "Status group",
    "capacity_mw": st.column_config.NumberColumn("MW", format=MW),
    "records": st.column_config.NumberColumn("Records", format="%,d"),
    "records_without_capacity": st.column_config.NumberColumn(
        "Without MW", format="%,d", help="Records whose capacity is blank; they add nothing to the MW."
    ),
    "county": "County",
    "region": "Region",
    "country": "Country",
    "connection_site": "Connection site",
    "connection_date": st.column_config.DateColumn("Connection", format=DATE, help="MW Effective From."),
    "permission_granted_date": st.column_config.DateColumn("Granted", format=DATE, help="Permission granted."),
    "permission_expiry_date": st.column_config.DateColumn("Expires", format=DATE, help="Permission expires."),
    "planning_reference": "Planning reference",
    "host": st.column_config.TextColumn("Owner", help="Transmission owner (HOST TO)."),
    "gate": st.column_config.TextColumn("Gate", help="Of the connections reform; published since 2026."),
    "stage": "Stage",
    "latitude": st.column_config.NumberColumn("Latitude (°)", format="%.4f"),
    "longitude": st.column_config.NumberColumn("Longitude (°)", format="%.4f"),
    "distance_km": st.column_config.NumberColumn("Distance (km)", format=MW),
    "issue_date": st.column_config.DateColumn("Issue", format=DATE),
    "from_issue_date": st.column_config.DateColumn("From issue", format=DATE),
    "to_issue_date": st.column_config.DateColumn("To issue", format=DATE),
    "change": "Change",
    "field": "Field",
    "before": "Before",
    "after": "After",
    "slip_days": st.column_config.NumberColumn("Days later", format="%+,d", help="Negative: earlier."),
    "slip_mw_years": st.column_config.NumberColumn("MW-years", format="%+,.1f", help="MW x years later."),
    "later_mw_years": st.column_config.NumberColumn("Later (MW-years)", format="%+,.0f"),
    "earlier_mw_years": st.column_config.NumberColumn("Earlier (MW-years)", format="%+,.0f"),
    "net_mw_years": st.column_config.NumberColumn("Net (MW-years)", format="%+,.0f"),
    "rank": st.column_config.NumberColumn("No.", width=50),
}


def filter_row() -> DeltaGenerator:
    """Return the row of the filters of a view; on a phone each has the width of the page (`page_style.py`)."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters")


def record_address(register: str, record_id: str) -> dict[str, str]:
    """Return the query parameters of the page of one record."""
    return {RECORD: f"{register}:{record_id}"}


def render_licence(registers: Sequence[str]) -> None:
    """Draw the licence line of each of these registers, or that a simulator invented it."""
    lines = snapshot_cache.cached_query(licence_lines, tuple(registers))
    st.caption("  \n".join(map(plain, lines)))


def render_register_chart(
    figure: go.Figure, frame: pl.DataFrame, registers: Sequence[str], *, name: str, alt: str
) -> None:
    """Draw a figure with its table and the downloads of it, which have the licence."""
    st.plotly_chart(figure, key=f"chart {name}", alt=alt, config=CONFIG)
    table = st.expander("Table and download", key=f"table {name}", on_change="rerun", type="compact")
    if table.open:
        with table:
            render_fitted_table(in_london(frame), COLUMNS, key=f"rows {name}", alt=f"The values of the chart: {alt}")
            render_register_downloads(lambda: frame, registers, name=name)


def render_register_downloads(rows: Callable[[], pl.DataFrame], registers: Sequence[str], *, name: str) -> None:
    """Draw the downloads of all rows, each with the licence; a file is built when it is clicked."""

    def content(kind: FileKind) -> Callable[[], bytes]:
        return lambda: register_file(rows(), kind, registers)

    with st.container(horizontal=True):
        for kind in FILE_KINDS:
            label = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}[kind]
            download_button(label, content(kind), f"{name}.{kind}", key=f"{kind} {name}")


def render_register_rows(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    key: str,
    register: str | None = None,
    formats: Mapping[str, Any] | None = None,
) -> None:
    """Draw rows of records, which open the record: a table, or cards on a phone.

    `register` is theirs unless a column says it; `formats` are columns that are shown otherwise than in `COLUMNS`.
    """
    frame = readable_changes(frame)
    shown = [name for name in columns if name in frame.columns and name != "name"]
    cards = [
        Card(
            row["name"] or row["record_id"],
            page_address(PAGE, **record_address(str(row.get("register") or register), row["record_id"])),
            _facts(row, shown),
        )
        for row in frame.iter_rows(named=True)
    ]
    render_card_list(cards, len(frame), name=key)
    with table_of_cards(key):
        click = clicked_row(
            frame.select("name", *shown),
            {**COLUMNS, **_own_words(frame, register), **(formats or {})},
            key=key,
            alt=f"{len(frame)} records",
        )
    if click:
        row = frame.row(click[0], named=True)
        open_record(str(row.get("register") or register), row["record_id"])


def readable_changes(frame: pl.DataFrame) -> pl.DataFrame:
    """Write the days among the texts before and after a change as everywhere on screen."""
    texts = [name for name in ("before", "after") if frame.schema.get(name) == pl.String]
    days = {name: pl.col(name).str.to_date("%Y-%m-%d", strict=False).dt.strftime("%-d %b %Y") for name in texts}
    return frame.with_columns(pl.coalesce(day, name).alias(name) for name, day in days.items())


def _facts(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Return what changed in a record, if that is listed, and its other values."""
    change = change_fact(row.get("before"), row.get("after"))
    others = [name for name in columns if name not in NOT_ON_CARDS]
    what = row.get("field") or (row.get("change") or "").capitalize()
    return [text for text in (": ".join(filter(None, (what, change))), *facts_of(row, others)) if text]


def _own_words(frame: pl.DataFrame, register: str | None) -> dict[str, Any]:
    """Return the columns that TEC calls otherwise, for rows of TEC only."""
    named = set(frame["register"]) if "register" in frame.columns else {register}
    return {"operator": "Customer", "technology_published": "Technology"} if named == {"tec"} else {}


def render_register_hits(text: str) -> None:
    """Draw the records of the registers that contain every word, the largest first; nothing without registers."""
    if snapshot_cache.current_snapshot() is None:
        return
    if not any(status.issue_date for status in snapshot_cache.cached_query(register_status)):
        return
    wanted = RegisterFilter(text=text)
    sums: pl.DataFrame = snapshot_cache.cached_query(register_sums, wanted)
    for register in sums["register"].unique(maintain_order=True):
        own = replace(wanted, registers=(register,))
        count = int(sums.filter(register=register)["records"].sum())
        st.subheader(f"{NAMES[register]} ({count:,})", anchor=False)
        rows = snapshot_cache.cached_query(register_records, own, limit=HITS_SHOWN)
        render_register_rows(rows, HIT_COLUMNS[register], key=f"hits {register}")
        more = {"register": register.upper(), "q": text}
        st.page_link(PAGE, label="Open in Registers", icon=":material/travel_explore:", query_params=more)
        render_licence((register,))


def open_record(register: str, record_id: str) -> None:
    """Go to the page of one record, from which a link leads back to the present address."""
    if RECORD not in st.query_params:
        st.session_state[_LEFT] = {name: st.query_params.get_all(name) for name in st.query_params}
    st.switch_page(PAGE, query_params=record_address(register, record_id))


def list_address() -> dict[str, list[str]]:
    """Return the query parameters with which the page was left for a record."""
    left: dict[str, list[str]] = st.session_state.get(_LEFT, {})
    return left


def page_of_rows(count: int, *, key: str) -> int:
    """Draw the numbers of the pages and return the offset of the first row of the chosen one."""
    pages = max(1, -(-count // ROWS_A_PAGE))
    if pages == 1:
        return 0
    width = BUTTON_PIXELS * (min(pages, BUTTONS) + 2)  # with its own choice it hides numbers that have room
    page = st.pagination(pages, key=key, bind="query-params", max_visible_pages=BUTTONS, width=width)
    return (min(max(page, 1), pages) - 1) * ROWS_A_PAGE


_LEFT = "registers: address of the list"
