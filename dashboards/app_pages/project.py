"""A project: head with its status, facts and next steps left, map, people and latest changes right, the rest below."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboards.components import (
    form_routing,
    ledger_session,
    project_facilities,
    record_comments,
    record_dialog,
    record_forms,
    record_lists,
    record_page,
    snapshot_cache,
    submit_form,
)
from dashboards.components.formatting import NOTHING
from dashboards.components.pipeline_lists import render_figure
from dashboards.components.plain_text import plain
from dashboards.components.project_people import render_people
from dashboards.components.record_timeline import render_timeline
from dashboards.components.register_links import render_registers
from dashboards.components.register_neighbours import render_project_neighbours
from dashboards.components.yield_views import render_project_yield
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import MilestoneName
from renewables.charts.milestones import milestone_timeline
from renewables.queries.milestone_timeline import project_timeline
from renewables.queries.milestones import milestones_of, missing_milestones, slip_days
from renewables.queries.records import facilities_of, information_points_of, rating_of

KIND, KIND_OF_MILESTONES = "pipelines", "milestones"
TEMPLATE = "usual milestones"
SHOWN_IN_HEAD = ("name", "market", "stage", "rtb_date", "rag", "status_date", "rag_comment")


def render_page() -> None:
    """Draw the record of one project."""
    portfolio, project = record_page.addressed_record(KIND)
    if project is None:
        return
    comment = {"RAG comment": project.fields["rag_comment"]}
    record_page.render_head(project, _head_facts(portfolio, project), comment=comment)
    left, right = record_page.two_columns()
    with left:
        record_page.render_fields(project, apart_from=SHOWN_IN_HEAD)
        _render_milestones(portfolio, project)
        project_facilities.render_facilities(portfolio, project)
        _render_information_points(portfolio, project)
        record_comments.render_comments(portfolio, project)
    with right:
        project_facilities.render_map(portfolio, project)
        render_people(portfolio, project)
        render_timeline(portfolio, project, record_forms.same_page(KIND, project.id))
    render_registers(portfolio, project)
    render_project_yield(project.id)
    render_project_neighbours(portfolio, project)


def _head_facts(portfolio: Portfolio, project: Record) -> dict[str, str]:
    """Return what a person wants to know first, as Markdown."""
    fields, plants = project.fields, [plant for _, plant in facilities_of(portfolio, project.id)]
    step = next((each for each in _by_date(milestones_of(portfolio, project.id)) if not _is_reached(each)), None)
    rtb = f"RTB, {record_page.day_of(fields['rtb_date'])}" if _has_rtb_ahead(project) else NOTHING
    technologies = " + ".join(sorted({plant.fields["technology"] for plant in plants}))
    capacity = ledger_session.capacity_text(sum(plant.fields["capacity_mwp"] for plant in plants))
    return {
        "Capacity": f"**{capacity}**",
        "Technology": technologies or NOTHING,
        "Stage": f"**{fields['stage']}**",
        "RAG": ledger_session.rag_markdown(fields["rag"]),
        "RTB": f"**{record_page.day_of(fields['rtb_date'])}**",
        "Next milestone": plain(f"{step.fields['name']}, {record_page.day_of(_date_of(step))}") if step else rtb,
        "Owner": plain(step.fields["owner"]) if step and step.fields["owner"] else NOTHING,
        "Market": fields["market"],
        "Status date": record_page.day_of(fields["status_date"]),
    }


def _date_of(milestone: Record) -> str | None:
    """Return the date on which a milestone was reached, is expected, or was planned."""
    fields = milestone.fields
    date: str | None = fields["actual_date"] or fields["forecast_date"] or fields["planned_date"]
    return date


def _is_reached(milestone: Record) -> bool:
    return bool(milestone.fields["actual_date"])


def _has_rtb_ahead(project: Record) -> bool:
    return bool(project.fields["rtb_date"] and project.fields["rtb_date"] >= _today())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _by_date(milestones: Sequence[Record]) -> list[Record]:
    """Return milestones by date; without a date last."""
    return sorted(milestones, key=lambda each: _date_of(each) or "9999")


def _render_milestones(portfolio: Portfolio, project: Record) -> None:
    """Draw the milestones that are ahead, the chart of all, and in a box to open those that were reached."""
    st.subheader("Next steps", anchor=False)
    milestones = _by_date(milestones_of(portfolio, project.id))
    reached = [each for each in milestones if _is_reached(each)]
    steps = [each for each in milestones if not _is_reached(each)]
    for milestone in steps:
        _render_milestone(milestone, ":material/event:")
    shows_rtb = _has_rtb_ahead(project) and str(MilestoneName.RTB) not in {each.fields["name"] for each in milestones}
    if shows_rtb:
        st.caption(f"RTB · forecast {record_page.day_of(project.fields['rtb_date'])}, the RTB date of the project")
    elif not steps:
        st.caption("All milestones were reached." if reached else "No milestones yet.")
    _render_milestone_chart(project)
    if reached:
        box = st.expander(f"Reached ({len(reached)})", key="reached", on_change="rerun", type="compact")
        if box.open:
            with box:
                for milestone in reached[::-1]:
                    _render_milestone(milestone, ":material/event_available:")
    if project.archived:
        return
    missing = missing_milestones(portfolio, project)
    if form_routing.open_form() == TEMPLATE and missing:
        _add_usual_milestones(project, missing)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            record_lists.LISTS[KIND_OF_MILESTONES],
            label="New milestone",
            icon=":material/add:",
            query_params={"edit": form_routing.NEW, "project": project.id},
        )
        if missing:
            record_forms.row_button(
                "Add the usual milestones", TEMPLATE, icon=":material/playlist_add:", record=project
            )


def _add_usual_milestones(project: Record, missing: Sequence[Change]) -> None:
    name = f"milestones of {project.id}"

    def draw() -> None:
        st.caption(plain(", ".join(change.fields["name"] for change in missing)))
        go = record_forms.same_page(KIND, project.id)
        submit_form.render_form(name, [], build=lambda _: missing, label="Add milestones", go=go)

    record_dialog.render_dialog("Add the usual milestones", name, draw)


def _render_milestone_chart(project: Record) -> None:
    """Draw the landed milestones of the project over time."""
    if not snapshot_cache.current_snapshot():
        return
    frame = snapshot_cache.cached_query(project_timeline, project.id)
    if len(frame):
        figure = milestone_timeline(frame, datetime.now(UTC).date(), by="milestone")
        render_figure(figure, frame, "timeline", f"Milestones of {project.fields['name']} over time")


def _render_milestone(milestone: Record, icon: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        record_lists.record_link(KIND_OF_MILESTONES, milestone.id, milestone.fields["name"], icon=icon)
        st.caption(_dates_text(milestone), width="content")


def _dates_text(milestone: Record) -> str:
    """Return the date of a milestone, how far it is from the plan, and its owner."""
    fields, slip = milestone.fields, slip_days(milestone)
    words = (("actual_date", "reached"), ("forecast_date", "forecast"), ("planned_date", "planned"))
    date = next((f"{word} {record_page.day_of(fields[name])}" for name, word in words if fields[name]), "no date yet")
    if not _is_reached(milestone) and (_date_of(milestone) or "9999") < _today():
        date = f"overdue, {date}"
    if slip is not None:
        days = "1 day" if abs(slip) == 1 else f"{abs(slip):,} days"
        date += f", {days} {'after' if slip > 0 else 'before'} the plan" if slip else ", as planned"
    return plain(" · ".join(filter(None, [date, fields["owner"]])))


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
