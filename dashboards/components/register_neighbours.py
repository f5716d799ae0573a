"""Neighbours: the register records near our facilities, on the map of the pipeline and on a project's page.

Belongs here: the switch, the map of one project, the table. Not here: the distance (`renewables/queries/registers.py`).
"""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.chart import CONFIG
from dashboards.components.formatting import number, power
from dashboards.components.plain_text import plain
from dashboards.components.register_parts import (
    PAGE,
    render_licence,
    render_register_downloads,
    render_register_rows,
)
from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.charts.pipeline_map import OUTLINE_SOURCE
from renewables.charts.register_map import map_around
from renewables.queries.records import facilities_of
from renewables.queries.register_issues import register_status
from renewables.queries.registers import neighbours

KM, MOST_KM = 10.0, 200.0
MOST_RINGS = 500
"The largest number of neighbours that are drawn and listed: the nearest ones."
COLUMNS = (
    *("distance_km", "technology", "capacity_mw", "status", "operator", "county", "permission_expiry_date"),
    "record_id",
)


def neighbours_chosen(places: Sequence[tuple[float, float]], without: Sequence[str] = ()) -> pl.DataFrame | None:
    """Draw the switch of neighbours with their distance, and return them; None while the switch is off.

    `without` are the REPD Ref IDs of our own facilities.
    """
    if not _has_planning_register():
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        is_on = st.toggle(
            "REPD records nearby", key="neighbours", bind="query-params",
            help="Projects of others in the planning register, as rings. TEC publishes no coordinates.",
        )  # fmt: skip
        if not is_on:
            return None
        km = st.number_input(
            "Within km",
            min_value=1.0,
            max_value=MOST_KM,
            value=KM,
            step=5.0,
            format="%g",
            key="km",
            bind="query-params",
            label_visibility="collapsed",
            width=120,
        )
        st.markdown("km", width="content")
    rows: pl.DataFrame = snapshot_cache.cached_query(
        neighbours, tuple(places), float(km or KM), without=tuple(without), limit=MOST_RINGS
    )
    return rows


def _neighbours_text(rows: pl.DataFrame) -> str:
    """Return how many neighbours there are, and their capacity."""
    most = f"The nearest {number(MOST_RINGS)}" if len(rows) == MOST_RINGS else f"**{number(len(rows))}**"
    km = float(st.session_state.get("km") or KM)
    return (
        f"{most} records of REPD within {km:g} km, {power(float(rows['capacity_mw'].sum()))} AC. Those that our "
        "facilities name as their own are left out."
    )


def render_neighbour_rows(rows: pl.DataFrame, *, name: str) -> None:
    """Draw neighbours as a table with the downloads and the licence line."""
    st.caption(_neighbours_text(rows))
    if rows.is_empty():
        return
    render_register_rows(rows, COLUMNS, key=name, register="repd")
    render_register_downloads(lambda: rows, ("repd",), name=name)
    render_licence(("repd",))


def render_project_neighbours(portfolio: Portfolio, project: Record) -> None:
    """Draw the section of a project's page with the records around its facilities; nothing without coordinates."""
    plants = [plant for _, plant in facilities_of(portfolio, project.id)]
    placed = [plant.fields for plant in plants if plant.fields["latitude"] is not None]
    if not placed or not _has_planning_register():
        return
    st.subheader("Neighbours", anchor=False)
    own = [plant.fields["repd_ref_id"] for plant in plants if plant.fields["repd_ref_id"]]
    places = [(plant["latitude"], plant["longitude"]) for plant in placed]
    rows = neighbours_chosen(places, own)
    if rows is None:
        return
    km = float(st.session_state.get("km") or KM)
    figure = map_around([(plant["name"], plant["latitude"], plant["longitude"]) for plant in placed], rows, km)
    st.plotly_chart(
        figure, key="chart neighbours", config=CONFIG,
        alt=f"Map of {plain(project.fields['name'])} and {len(rows)} records of REPD within {km:g} km",
    )  # fmt: skip
    st.caption(OUTLINE_SOURCE)
    render_neighbour_rows(rows, name="neighbours")
    st.page_link(
        PAGE, label="Search the registers near this project", icon=":material/travel_explore:",
        query_params={"register": "REPD", "near": project.id, "km": f"{km:g}"},
    )  # fmt: skip


def _has_planning_register() -> bool:
    if snapshot_cache.current_snapshot() is None:
        return False
    return any(
        status.register == "repd" and status.issue_date for status in snapshot_cache.cached_query(register_status)
    )
