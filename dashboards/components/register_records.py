"""The view Records of the page Registers: search and filters, a sentence, a chart or a map, and the table.

Belongs here: the widgets, which live in the address. Not here: the queries (`renewables/queries/registers.py`), what
all views share (`register_parts.py`).
"""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, snapshot_cache
from dashboards.components.chart_and_table import FigureRow, FiguresTable, category_row, chart_and_table, render_figures
from dashboards.components.formatting import day, number, power
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import (
    ROWS_A_PAGE,
    filter_row,
    page_of_rows,
    render_register_chart,
    render_register_downloads,
    render_register_rows,
)
from dashboards.components.toolbar import KEPT, Chip, more_options, render_chips
from pipeline_assets.registers.register_model import StatusGroup
from renewables.charts.pipeline_map import OUTLINE_SOURCE
from renewables.charts.register_map import squares_of_registers
from renewables.charts.registers import capacity_by_status
from renewables.queries.register_issues import RegisterStatus
from renewables.queries.register_places import Places, places_named
from renewables.queries.registers import (
    SQUARE_DEGREES,
    RegisterChoices,
    RegisterFilter,
    Sort,
    register_choices,
    register_records,
    register_sums,
    squares_of_records,
)
from renewables.user_errors import BadUsage

CHART, MAP = "Chart", "Map"
SORTS: dict[Sort, str] = {
    "capacity": "Largest first",
    "name": "Name",
    "connection_date": "Connection date",
    "distance": "Nearest first",
}
UNITS = {"repd": "MW AC, as published", "tec": "MW of the connection"}
SHOWN = {
    "repd": (
        *("distance_km", "operator", "technology", "status", "capacity_mw", "county", "permission_granted_date"),
        *("permission_expiry_date", "record_id"),
    ),
    "tec": (
        *("operator", "technology_published", "status", "capacity_mw", "connection_site", "connection_date"),
        *("stage", "gate"),
    ),
}
DEFAULT_KM = 25.0
MOST_TECHNOLOGIES = 8
"The largest number of technologies in the table beside the chart."
CLEARED = {"near": "", "operator": "", "least-mw": None, "most-mw": None}
"The values of filters that are not set; those of the others are empty lists."


def render_records(newest: RegisterStatus) -> None:
    """Draw the records of a register that match the filters."""
    register = newest.register
    sentence = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    choices: RegisterChoices = snapshot_cache.cached_query(register_choices, register)
    wanted, sort, picture = _render_filters(register, choices)
    if wanted is None:
        sentence.empty()
        return
    sums: pl.DataFrame = snapshot_cache.cached_query(register_sums, wanted)
    count = int(sums["records"].sum())
    sentence.subheader(_sentence(newest, sums, count), anchor=False)
    if not count:
        st.info("No records match these filters. Remove one.", icon=":material/filter_alt_off:")
        return
    _render_picture(wanted, sums, picture)
    _render_table(wanted, sort, count)


def _render_filters(register: str, choices: RegisterChoices) -> tuple[RegisterFilter | None, Sort, str]:
    """Draw the filters and return them with the order of the rows and the picture; None if a place cannot be read."""
    has_places = register == "repd"
    near, km, picture = "", DEFAULT_KM, CHART
    with filter_row():
        text = _typed("Search", "q", "Search: any word", width=200, is_labelled=False)
        technologies = tuple(
            st.multiselect(
                "Technology",
                choices.technologies,
                key="technology",
                bind="query-params",
                placeholder="All technologies",
                label_visibility="collapsed",
                width=240,
            )
        )
        with more_options("More filters"):
            if has_places:
                with st.container(horizontal=True, vertical_alignment="bottom"):
                    near = _typed(
                        "Near", "near", "Project or 52.45, -0.25", "A project of ours, or latitude and longitude."
                    )
                    km = st.number_input(
                        "Within km",
                        min_value=1.0,
                        max_value=500.0,
                        value=DEFAULT_KM,
                        step=5.0,
                        format="%g",
                        key="km",
                        bind="query-params",
                        persist_state=KEPT,
                        width=96,
                    )
            groups = _more("Status", choices.status_groups, "group")
            operator = _typed("Operator" if has_places else "Customer", "operator", "Part of the name", width=300)
            counties = _more("County", choices.counties, "county") if has_places else ()
            statuses = _more("Status as published", choices.statuses, "status")
            with st.container(horizontal=True):
                least, most = _megawatts("From MW", "least-mw"), _megawatts("To MW", "most-mw")
            orders = [name for name in SORTS if name != ("connection_date" if has_places else "distance")]
            sort: Sort = st.selectbox(
                "Order",
                orders,
                format_func=SORTS.__getitem__,
                key="sort",
                bind="query-params",
                persist_state=KEPT,
                width=300,
            )
        if has_places:
            picture = st.segmented_control(
                "Picture", [CHART, MAP], default=CHART, required=True, key="picture", bind="query-params",
                label_visibility="collapsed",
            ) or CHART  # fmt: skip
    chosen = {
        "near": near and f"Within {km:g} km of {near}",
        "group": ", ".join(groups),
        "operator": operator and f"Operator: {operator}",
        "county": ", ".join(counties),
        "status": ", ".join(statuses),
        "least-mw": least is not None and f"From {least:g} MW",
        "most-mw": most is not None and f"To {most:g} MW",
    }
    render_chips([Chip(words, key, CLEARED.get(key, [])) for key, words in chosen.items() if words])
    if least is not None and most is not None and least > most:
        st.warning("The smallest capacity is above the largest one.", icon=":material/filter_alt_off:")
    places: Places = ()
    if near:
        try:
            places = places_named(near, ledger_session.current_portfolio())
        except BadUsage as error:
            st.warning(plain(str(error)), icon=":material/location_off:")
            return None, sort, picture
    wanted = RegisterFilter(
        (register,),
        technologies=technologies,
        statuses=statuses,
        status_groups=groups,
        counties=counties,
        operator=operator,
        text=text,
        least_mw=least,
        most_mw=most,
        places=places,
        km=float(km or DEFAULT_KM),
    )
    return wanted, "distance" if places and sort == "capacity" else sort, picture


def _more(label: str, options: Sequence[str], key: str) -> tuple[str, ...]:
    return tuple(
        st.multiselect(label, options, key=key, bind="query-params", persist_state=KEPT, placeholder="All", width=300)
        or ()
    )


def _typed(
    label: str, key: str, hint: str, help: str | None = None, width: int = 190, *, is_labelled: bool = True
) -> str:
    text = st.text_input(
        label,
        key=key,
        bind="query-params",
        persist_state=KEPT,
        type="search",
        placeholder=hint,
        help=help,
        width=width,
        label_visibility="visible" if is_labelled else "collapsed",
    )
    return (text or "").strip()


def _megawatts(label: str, key: str) -> float | None:
    return st.number_input(
        label,
        min_value=0.0,
        value=None,
        step=10.0,
        format="%g",
        key=key,
        bind="query-params",
        persist_state=KEPT,
        placeholder="Any",
        width=142,
    )


def _sentence(newest: RegisterStatus, sums: pl.DataFrame, count: int) -> str:
    """Return how many records match, and their capacity, in one sentence."""
    of_all = "" if count == newest.records else f" of {number(newest.records)}"
    return f"{number(count)}{of_all} records of {day(newest.issue_date)}, {power(float(sums['capacity_mw'].sum()))}"


def _detail(sums: pl.DataFrame) -> str:
    """Return the capacity by status, and how many records have none."""
    groups = dict(sums.group_by("status_group").agg(pl.col("capacity_mw").sum()).iter_rows())
    parts = [f"{power(groups[group])} {group.lower()}" for group in map(str, StatusGroup) if groups.get(group)]
    blank = int(sums["records_without_capacity"].sum())
    if blank:
        parts.append(f"{number(blank)} {'record' if blank == 1 else 'records'} without a capacity")
    return ", ".join(parts)


def _render_picture(wanted: RegisterFilter, sums: pl.DataFrame, picture: str) -> None:
    """Draw the chart, with its sums as a table beside it, or the map."""
    register = wanted.registers[0]
    if picture == MAP:
        squares = snapshot_cache.cached_query(squares_of_records, wanted)
        render_register_chart(
            squares_of_registers(squares), squares, wanted.registers, name=f"{register}-map",
            alt=f"Map of the {register.upper()} records by technology and MW",
        )  # fmt: skip
        st.caption(
            f"Each mark combines the records of one technology within {SQUARE_DEGREES:g}°. Its area shows MW. "
            f"{OUTLINE_SOURCE}"
        )
        return
    left, right = chart_and_table()
    with left:
        render_register_chart(
            capacity_by_status(sums, UNITS[register]),
            sums,
            wanted.registers,
            name=f"{register}-by-status",
            alt=f"MW of the {register.upper()} records by status and technology",
        )
    with right:
        _render_sums(sums)
        st.caption(_detail(sums))


def _render_sums(sums: pl.DataFrame) -> None:
    """Draw the records and the capacity of the largest technologies."""
    by_technology = sums.group_by("technology").agg(pl.col("records", "capacity_mw").sum())
    by_technology = by_technology.sort("capacity_mw", "technology", descending=[True, False], nulls_last=True)
    rows = [
        category_row(
            row["technology"] or "",
            row["technology"] or "No technology",
            [number(row["records"]), f"**{power(row['capacity_mw'])}**"],
        )
        for row in by_technology.head(MOST_TECHNOLOGIES).iter_rows(named=True)
    ]
    rest = by_technology.slice(MOST_TECHNOLOGIES)
    if len(rest):
        records, capacity = int(rest["records"].sum()), float(rest["capacity_mw"].sum())
        rows.append(FigureRow(f"{number(len(rest))} others", [number(records), power(capacity)]))
    render_figures(FiguresTable(["", "Records", "Capacity"], rows))


def _render_table(wanted: RegisterFilter, sort: Sort, count: int) -> None:
    register = wanted.registers[0]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        above = st.empty()
        offset = page_of_rows(count, key="page")
    frame: pl.DataFrame = snapshot_cache.cached_query(
        register_records, wanted, sort=sort, limit=ROWS_A_PAGE, offset=offset
    )
    above.caption(
        f"Rows {number(offset + 1)} to {number(offset + len(frame))} of {number(count)}. Click a row for its history."
    )
    render_register_rows(frame, SHOWN[register], key=f"{register} records")
    snapshot = snapshot_cache.current_snapshot()

    def all_rows() -> pl.DataFrame:
        with snapshot_cache.opened_snapshot(snapshot) as con:
            return register_records(wanted, sort=sort, con=con)

    render_register_downloads(all_rows, wanted.registers, name=f"{register}-records")
