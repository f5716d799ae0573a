"""A milestone: its dates, slip, owner, note and history."""

import streamlit as st

from dashboards.components import ledger_session, record_lists, record_page
from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Record
from renewables.queries.milestones import slip_days
from renewables.queries.records import name_of

KIND = "milestones"


def render_page() -> None:
    """Draw the record of one milestone."""
    portfolio, milestone = record_page.addressed_record(KIND)
    if milestone is None:
        return
    project = milestone.fields["pipeline_id"]
    st.title(plain(milestone.fields["name"]), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        ledger_session.landing_badge(milestone.position)
        record_lists.record_link("pipelines", project, name_of(portfolio, "pipelines", project), icon=":material/bolt:")
    record_page.archived_note(milestone)
    record_page.render_fields(milestone, _slip_fact(milestone), apart_from=("name", "pipeline_id"))
    record_page.head_forms(milestone, record_page.choices_of(portfolio, "pipelines"))
    record_page.render_history(portfolio, milestone)


def _slip_fact(milestone: Record) -> dict[str, str]:
    days = slip_days(milestone)
    return {} if days is None else {"Slip": f"{days:+,} days"}


render_page()
