"""The facilities of a project: their facts, forms and comments, and where they are on the map.

Not here: records of the registers around them (`register_neighbours.py`).
"""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.components import (
    form_routing,
    ledger_session,
    record_comments,
    record_dialog,
    record_forms,
    record_page,
    submit_form,
)
from dashboards.components.chart import CONFIG
from dashboards.components.formatting import place
from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Technology
from renewables.charts.pipeline_map import EAST, NORTH, OUTLINE_SOURCE, SOUTH, WEST
from renewables.charts.register_map import map_around
from renewables.queries.records import facilities_of

KIND = "pipelines"
SIZES = ("capacity_mwp", "export_capacity_mw", "storage_mwh")
MAP_PIXELS, MAP_KM, MAP_ASPECT = 300, 200.0, 4 / 3


def render_facilities(portfolio: Portfolio, project: Record) -> None:
    """Draw the facilities of a project, each with its edit, and the form for a new one."""
    st.subheader("Facilities", anchor=False)
    go = record_forms.same_page(KIND, project.id)
    for link, plant in facilities_of(portfolio, project.id):
        form = f"facility {plant.id}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_facility_markdown(plant), width="stretch")
            record_forms.row_button("Edit", form, icon=":material/edit:", record=project)
        if form_routing.open_form() == form and not project.archived:
            _edit_facility(project, link, plant, go)
        record_forms.removal_form(link, str(plant.fields["name"]), go)
        record_comments.comments_on_part(portfolio, plant, project)
    record_forms.row_button("Add facility", "new facility", icon=":material/add:", record=project)
    if form_routing.open_form() == "new facility" and not project.archived:
        _new_facility(project, go)


def render_map(portfolio: Portfolio, project: Record) -> None:
    """Draw where the facilities are; nothing without coordinates on the map of Great Britain and Ireland."""
    plants = [plant.fields for _, plant in facilities_of(portfolio, project.id)]
    places = [
        (str(plant["name"]), plant["latitude"], plant["longitude"]) for plant in plants if plant["latitude"] is not None
    ]
    if not places or not all(SOUTH <= north <= NORTH and WEST <= east <= EAST for _, north, east in places):
        return
    nobody = pl.DataFrame(schema={"latitude": pl.Float64(), "longitude": pl.Float64(), "capacity_mw": pl.Float64()})
    figure = map_around(places, nobody, MAP_KM, aspect=MAP_ASPECT)
    figure.update_layout(height=MAP_PIXELS, showlegend=False, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    names = ", ".join(name for name, *_ in places)
    st.plotly_chart(figure, key="chart place", config=CONFIG, alt=f"Map of the place of {names}")
    st.caption(OUTLINE_SOURCE)


def _facility_markdown(plant: Record) -> str:
    fields = plant.fields
    shown = ("name", "technology", *SIZES, "longitude", "latitude")
    others = record_page.field_texts(plant, apart_from=shown)
    more = "".join(f"  \n:gray[{label}] {plain(text)}" for label, text in others.items())
    facts = ", ".join([fields["technology"], _size_text(plant), place(fields["latitude"], fields["longitude"])])
    return f"**{plain(fields['name'])}**  \n{facts}{more}"


def _size_text(plant: Record) -> str:
    """Return the capacity of a plant, with its export capacity and its storage where they are known.

    Only solar has a peak: the capacity of wind and batteries is a rated power.
    """
    capacity, export, storage = (plant.fields[name] for name in SIZES)
    text = ledger_session.capacity_text(capacity)
    sizes = [f"**{text if plant.fields['technology'] == Technology.SOLAR else text.removesuffix('p')}**"]
    sizes += [f"{export:,.10g} MW AC export"] if export is not None else []
    return ", ".join([*sizes, *([f"{storage:,.10g} MWh"] if storage is not None else [])])


def _new_facility(project: Record, go: submit_form.Go) -> None:
    name = f"facility of {project.id}"

    def draw() -> None:
        plant = submit_form.create_part(name, "facilities")

        def build(typed: submit_form.Typed) -> Sequence[Change]:
            link = {"pipeline_id": project.id, "facility_id": plant.id}
            return [
                plant.requested_change(typed[plant.key]),
                Change.create("pipeline_facilities", link, id=f"{project.id}-{plant.id}"),
            ]

        submit_form.render_form(name, [plant], build=build, label="Add facility", go=go)

    record_dialog.render_dialog("Add facility", name, draw)


def _edit_facility(project: Record, link: Record, plant: Record, go: submit_form.Go) -> None:
    def draw_removal() -> None:
        record_forms.row_button(
            "Remove from the project", f"remove {link.id}", icon=":material/link_off:", record=project
        )

    record_forms.edit_dialog(plant, record_forms.record_dialog_title("Edit", plant), go, more=draw_removal)
