"""The views Changes and Connection dates of the page Registers.

Belongs here: what moved between two issues. Not here: its definition (`renewables/queries/register_changes.py`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.formatting import day, number, power
from dashboards.components.register_parts import (
    DATE,
    NAMES,
    ROWS_A_PAGE,
    filter_row,
    page_of_rows,
    render_register_chart,
    render_register_downloads,
    render_register_rows,
)
from renewables.charts.registers import kinds_of_changes, slip_by_technology
from renewables.queries.record_lists import rows_with_text
from renewables.queries.register_changes import (
    APPEARED,
    CHANGED,
    LEFT,
    ConnectionSlip,
    IssueChanges,
    connection_slip,
    field_titles,
    register_changes,
)
from renewables.queries.register_issues import register_issues

CHANGE_COLUMNS = ("change", "field", "before", "after", "capacity_mw", "operator", "technology", "record_id")
SLIP_FORMATS: dict[str, Any] = {
    "before": st.column_config.DateColumn("Before", format=DATE),
    "after": st.column_config.DateColumn("After", format=DATE),
}
SLIP_COLUMNS = (*("capacity_mw", "before", "after", "slip_days", "slip_mw_years", "technology", "operator", "stage"),)


def render_changes(register: str) -> None:
    """Draw what changed between two issues: how many records in which way, and each change."""
    sentence = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    issues = _issues_chosen(register)
    if issues is None:
        sentence.empty()
        return
    result: IssueChanges | None = snapshot_cache.cached_query(register_changes, register, *issues)
    if result is None or result.changes.is_empty():
        sentence.subheader("Nothing changed between these issues", anchor=False)
        return
    counts = {change: result.records(change) for change in (APPEARED, LEFT, CHANGED)}
    sentence.subheader(
        f"From {day(result.from_issue_date)} to {day(result.to_issue_date)}, {number(counts[APPEARED])} records "
        f"appeared ({power(result.capacity_mw(APPEARED))}), {number(counts[LEFT])} left "
        f"({power(result.capacity_mw(LEFT))}) and {number(counts[CHANGED])} changed",
        anchor=False,
    )
    render_register_chart(
        kinds_of_changes(result.fields, field_titles(register)),
        result.fields,
        (register,),
        name=f"{register}-kinds-of-changes",
        alt=", ".join(f"{count} records {change}" for change, count in counts.items()),
    )
    frame = _changes_chosen(result.changes, field_titles(register))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{number(len(frame))} changes, the largest records first. A new spelling is not a change.")
        offset = page_of_rows(len(frame), key="page")
    shown = frame.slice(offset, ROWS_A_PAGE).with_columns(pl.col("field").replace(field_titles(register)))
    render_register_rows(shown, CHANGE_COLUMNS, key=f"{register} changes", register=register)
    name = f"{register}-changes-{result.from_issue_date}-{result.to_issue_date}"
    render_register_downloads(lambda: frame, (register,), name=name)


def render_slip() -> None:
    """Draw how far the connection dates of TEC moved between two issues, in MW-years."""
    sentence = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    issues = _issues_chosen("tec")
    if issues is None:
        sentence.empty()
        return
    result: ConnectionSlip | None = snapshot_cache.cached_query(connection_slip, *issues)
    if result is None or result.rows.is_empty():
        sentence.subheader("No connection date moved between these issues", anchor=False)
        return
    later = result.rows.filter(pl.col("slip_days") > 0)
    earlier = result.rows.filter(pl.col("slip_days") < 0)
    direction = "later" if result.net_mw_years >= 0 else "earlier"
    sentence.subheader(
        f"From {day(result.from_issue_date)} to {day(result.to_issue_date)}, connection dates moved {direction} by "
        f"a net {number(abs(result.net_mw_years))} MW-years: {number(len(later))} moved later "
        f"({number(float(later['slip_mw_years'].sum()))}) and {number(len(earlier))} earlier "
        f"({number(-float(earlier['slip_mw_years'].sum()))})",
        anchor=False,
        help="A MW-year is one MW that connects one year later. Records that left, appeared or have no date in one of "
        "the issues have not slipped.",
    )
    render_register_chart(
        slip_by_technology(result.technologies),
        result.technologies,
        ("tec",),
        name="tec-slip-by-technology",
        alt=f"Net slip of {result.net_mw_years:,.0f} MW-years by technology",
    )
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{number(len(result.rows))} connections, the greatest movement first.")
        offset = page_of_rows(len(result.rows), key="page")
    render_register_rows(
        result.rows.slice(offset, ROWS_A_PAGE), SLIP_COLUMNS, key="tec slip", register="tec", formats=SLIP_FORMATS
    )
    name = f"tec-slip-{result.from_issue_date}-{result.to_issue_date}"
    render_register_downloads(lambda: result.rows, ("tec",), name=name)


def _issues_chosen(register: str) -> tuple[str, str] | None:
    """Draw the choice of two issues, the newest two at first, and return (earlier, later); None without two."""
    rows: list[dict[str, Any]] = snapshot_cache.cached_query(register_issues, register).to_dicts()
    if len(rows) < 2:
        st.info(
            f"{NAMES[register]} has only {'one issue' if rows else 'no issue'} here, so nothing can be compared yet. "
            "Add an earlier issue under Issues, or wait for the next one.",
            icon=":material/difference:",
        )
        return None
    names = {row["issue_id"]: f"{day(row['issue_date'])} ({row['issue_id'][:6]})" for row in rows}
    order = list(names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = st.selectbox(
            "From", order[1:], format_func=names.__getitem__, key="from", bind="query-params", width=240
        )
        after = st.selectbox("To", order[:-1], format_func=names.__getitem__, key="to", bind="query-params", width=240)
    before, after = before or order[1], after or order[0]
    if order.index(before) <= order.index(after):
        st.warning("Choose an earlier issue under From than under To.", icon=":material/swap_horiz:")
        return None
    return before, after


def _changes_chosen(frame: pl.DataFrame, titles: Mapping[str, str]) -> pl.DataFrame:
    """Draw the filters of changes and return the rows that match."""
    fields = frame["field"].drop_nulls().unique().sort().to_list()
    with filter_row():
        text = st.text_input(
            "Search", key="q", bind="query-params", type="search", placeholder="Search: any word",
            label_visibility="collapsed", width=220,
        )  # fmt: skip
        named = st.multiselect(
            "Field", fields, format_func=lambda name: titles.get(name, name), key="field",
            bind="query-params", placeholder="All fields", label_visibility="collapsed", width=240,
        )  # fmt: skip
        kinds = st.pills(
            "Change", [APPEARED, LEFT, CHANGED], format_func=str.capitalize, selection_mode="multi", key="change",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
    if kinds:
        frame = frame.filter(pl.col("change").is_in(list(kinds)))
    if named:
        frame = frame.filter(pl.col("field").is_in(named))
    return rows_with_text(frame, text or "")
