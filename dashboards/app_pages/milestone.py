"""A milestone: its dates, slip and owner, its note left and its latest changes right."""

import streamlit as st

from dashboards.components import record_forms, record_lists, record_page
from dashboards.components.formatting import NOTHING
from dashboards.components.plain_text import plain
from dashboards.components.record_timeline import render_timeline
from pipeline_assets.ledger.changes import Record
from renewables.queries.milestones import slip_days
from renewables.queries.records import name_of

KIND = "milestones"


def render_page() -> None:
    """Draw the record of one milestone."""
    portfolio, milestone = record_page.addressed_record(KIND)
    if milestone is None:
        return
    record_page.render_head(milestone, _head_facts(milestone), record_page.choices_of(portfolio, "pipelines"))
    left, right = record_page.two_columns()
    with left:
        st.subheader("Project", anchor=False)
        project = milestone.fields["pipeline_id"]
        record_lists.record_link("pipelines", project, name_of(portfolio, "pipelines", project), icon=":material/bolt:")
        shown = ("name", "pipeline_id", "planned_date", "forecast_date", "actual_date", "owner")
        record_page.render_fields(milestone, apart_from=shown)
    with right:
        render_timeline(portfolio, milestone, record_forms.same_page(KIND, milestone.id))


def _head_facts(milestone: Record) -> dict[str, str]:
    fields, slip = milestone.fields, slip_days(milestone)
    dates = (("Planned", "planned_date"), ("Forecast", "forecast_date"), ("Actual", "actual_date"))
    facts = {label: record_page.day_of(fields[name]) for label, name in dates}
    return {**facts, "Slip": NOTHING if slip is None else f"{slip:+,} days", "Owner": plain(fields["owner"]) or NOTHING}


render_page()
