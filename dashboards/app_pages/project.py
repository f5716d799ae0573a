"""A project: status, facilities, counterparties, milestones, yield, information points, comments and history."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboards.components import form_routing, ledger_session, record_lists, record_page, snapshot_cache, submit_form
from dashboards.components.formatting import NOTHING, place
from dashboards.components.pipeline_lists import render_figure
from dashboards.components.plain_text import plain
from dashboards.components.register_links import render_registers
from dashboards.components.register_neighbours import render_project_neighbours
from dashboards.components.yield_views import render_project_yield
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import MilestoneName, ProjectRole
from renewables.charts.milestones import milestone_timeline
from renewables.queries.milestone_timeline import project_timeline
from renewables.queries.milestones import milestones_of, missing_milestones, slip_days
from renewables.queries.records import counterparties_of, facilities_of, information_points_of, rating_of

KIND, KIND_OF_MILESTONES = "pipelines", "milestones"
TEMPLATE = "usual milestones"
SIZES = ("capacity_mwp", "export_capacity_mw", "storage_mwh")


def render_page() -> None:
    """Draw the record of one project."""
    portfolio, project = record_page.addressed_record(KIND)
    if project is None:
        return
    _render_head(portfolio, project)
    _render_facilities(portfolio, project)
    _render_counterparties(portfolio, project)
    _render_milestones(portfolio, project)
    render_registers(portfolio, project)
    render_project_yield(project.id)
    render_project_neighbours(portfolio, project)
    _render_information_points(portfolio, project)
    record_page.render_comments(portfolio, project)
    record_page.render_history(portfolio, project)


def _render_head(portfolio: Portfolio, project: Record) -> None:
    fields = project.fields
    plants = [plant for _, plant in facilities_of(portfolio, project.id)]
    st.title(plain(fields["name"]), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(fields["stage"], icon=":material/flag:", color="blue")
        ledger_session.rag_badge(fields["rag"])
        ledger_session.landing_badge(project.position)
    record_page.archived_note(project)
    if fields["rag_comment"]:
        st.text(fields["rag_comment"])
    facts = {
        "Capacity": ledger_session.capacity_text(sum(plant.fields["capacity_mwp"] for plant in plants)),
        "Technology": " + ".join(sorted({plant.fields["technology"] for plant in plants})) or NOTHING,
    }
    record_page.render_fields(project, facts, apart_from=("name", "stage", "rag", "rag_comment"))
    record_page.head_forms(project)


def _render_facilities(portfolio: Portfolio, project: Record) -> None:
    st.subheader("Facilities", anchor=False)
    for link, plant in facilities_of(portfolio, project.id):
        fields, form = plant.fields, f"facility {plant.id}"
        if form_routing.open_form() == form:
            _edit_facility(project, link, plant)
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            size = _size_text(plant)
            where = place(fields["latitude"], fields["longitude"])
            shown = ("name", "technology", *SIZES, "longitude", "latitude")
            others = record_page.field_texts(plant, apart_from=shown)
            more = "".join(f"  \n:gray[{label}] {plain(text)}" for label, text in others.items())
            st.markdown(
                f"**{plain(fields['name'])}**  \n{fields['technology']}, {size}, {where}{more}", width="stretch"
            )
            ledger_session.landing_mark(max(link.position, plant.position))
            record_page.row_button("Edit", form, icon=":material/edit:", record=project)
        record_page.removal_form(link, fields["name"], record_page.same_page(KIND, project.id))
        record_page.comments_on_part(portfolio, plant, project)
    if form_routing.open_form() == "new facility":
        _new_facility(project)
    else:
        record_page.row_button("Add facility", "new facility", icon=":material/add:", record=project)


def _size_text(plant: Record) -> str:
    """Return the capacity of a plant, with its export capacity and its storage where they are known."""
    capacity, export, storage = (plant.fields[name] for name in SIZES)
    sizes = [f"**{ledger_session.capacity_text(capacity)}**"]
    sizes += [f"{export:,.10g} MW AC export"] if export is not None else []
    return ", ".join([*sizes, *([f"{storage:,.10g} MWh"] if storage is not None else [])])


def _new_facility(project: Record) -> None:
    name = f"facility of {project.id}"
    plant = submit_form.create_part(name, "facilities")

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        link = {"pipeline_id": project.id, "facility_id": plant.id}
        return [
            plant.requested_change(typed[plant.key]),
            Change.create("pipeline_facilities", link, id=f"{project.id}-{plant.id}"),
        ]

    with st.container(border=True):
        st.markdown("**Add facility**")
        submit_form.render_form(
            name, [plant], build=build, label="Add facility", go=record_page.same_page(KIND, project.id)
        )
        form_routing.close_button(name)


def _edit_facility(project: Record, link: Record, plant: Record) -> None:
    name = f"edit facility {plant.id}"
    with st.container(border=True):
        st.markdown(f"**Edit {plain(plant.fields['name'])}**")
        part = submit_form.edit_part(name, plant)
        submit_form.render_form(name, [part], go=record_page.same_page(KIND, project.id))
        with st.container(horizontal=True):
            form_routing.close_button(name)
            record_page.row_button(
                "Remove from the project", f"remove {link.id}", icon=":material/link_off:", record=project
            )


def _render_counterparties(portfolio: Portfolio, project: Record) -> None:
    st.subheader("Counterparties", anchor=False)
    counterparties = counterparties_of(portfolio, project.id)
    for role in ProjectRole:
        for link, company in counterparties:
            if link.fields["role"] != role:
                continue
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f":gray[{role}]", width=140)
                record_lists.record_link("counterparties", company.id, company.fields["name"], icon=":material/domain:")
                ledger_session.landing_mark(link.position)
                record_page.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=project)
            record_page.removal_form(link, company.fields["name"], record_page.same_page(KIND, project.id))
    if not counterparties:
        st.caption("No counterparties yet.")
    if form_routing.open_form() != "new counterparty":
        record_page.row_button("Add counterparty", "new counterparty", icon=":material/add:", record=project)
        return
    name = f"counterparty of {project.id}"
    part = submit_form.create_part(name, "pipeline_counterparties", fixed={"pipeline_id": project.id})
    with st.container(border=True):
        st.markdown("**Add counterparty**")
        choices = record_page.choices_of(portfolio, "counterparties")
        submit_form.render_form(name, [part], choices=choices, label="Add", go=record_page.same_page(KIND, project.id))
        form_routing.close_button(name)


def _render_milestones(portfolio: Portfolio, project: Record) -> None:
    st.subheader("Milestones", anchor=False)
    milestones = milestones_of(portfolio, project.id)
    for milestone in milestones:
        with st.container(horizontal=True, vertical_alignment="center"):
            record_lists.record_link(
                KIND_OF_MILESTONES, milestone.id, milestone.fields["name"], icon=":material/event:"
            )
            st.caption(_dates_text(milestone), width="content")
            ledger_session.landing_mark(milestone.position)
    if project.fields["rtb_date"] and str(MilestoneName.RTB) not in {each.fields["name"] for each in milestones}:
        st.caption(f"RTB: forecast {record_page.day_of(project.fields['rtb_date'])}, the RTB date of the project.")
    elif not milestones:
        st.caption("No milestones yet.")
    _render_timeline(project)
    if project.archived:
        return
    missing, name = missing_milestones(portfolio, project), f"milestones of {project.id}"
    if form_routing.open_form() == TEMPLATE and missing:
        with st.container(border=True):
            st.markdown("**Add the usual milestones**")
            st.caption(plain(", ".join(change.fields["name"] for change in missing)))
            go = record_page.same_page(KIND, project.id)
            submit_form.render_form(name, [], build=lambda _: missing, label="Add milestones", go=go)
            form_routing.close_button(name)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            record_lists.LISTS[KIND_OF_MILESTONES],
            label="New milestone",
            icon=":material/add:",
            query_params={"edit": form_routing.NEW, "project": project.id},
        )
        if missing:
            record_page.row_button("Add the usual milestones", TEMPLATE, icon=":material/playlist_add:", record=project)


def _render_timeline(project: Record) -> None:
    """Draw the landed milestones of the project over time."""
    if not snapshot_cache.current_snapshot():
        return
    frame = snapshot_cache.cached_query(project_timeline, project.id)
    if len(frame):
        figure = milestone_timeline(frame, datetime.now(UTC).date(), by="milestone")
        render_figure(figure, frame, "timeline", f"Milestones of {project.fields['name']} over time")


def _dates_text(milestone: Record) -> str:
    """Return the dates of a milestone, with its slip and owner."""
    fields, slip = milestone.fields, slip_days(milestone)
    words = (("actual_date", "reached"), ("forecast_date", "forecast"), ("planned_date", "planned"))
    dates = [f"{word} {record_page.day_of(fields[name])}" for name, word in words if fields[name]]
    if slip:
        dates.append(f"{slip:+,} days")
    return plain(", ".join(filter(None, [*dates, fields["owner"]])) or "no date yet")


def _render_information_points(portfolio: Portfolio, project: Record) -> None:
    st.subheader("Information points", anchor=False)
    points = information_points_of(portfolio, KIND, project.id)
    record_page.render_information_points(points)
    if not project.archived:
        st.page_link(
            record_lists.LISTS["information_points"],
            label="New information point",
            icon=":material/add:",
            query_params={"edit": form_routing.NEW, "project": project.id},
        )
    if points:
        st.caption(f"Rating: impact x likelihood, at most 10,000. The highest here is {rating_of(points[0]):,}.")


render_page()
