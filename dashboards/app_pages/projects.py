"""Projects: the list to search and filter, and the form that creates one with its facility and a counterparty."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, ledger_session, record_lists, record_page, submit_form
from dashboards.components.ledger_session import rag_text
from pipeline_assets.errors import Problem, Refused
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Rag, Stage, Technology
from renewables.queries.records import project_list

KIND, CREATE = "pipelines", "create a project"
COLUMNS: dict[str, Any] = {
    "stage": "Stage",
    "rag": st.column_config.TextColumn("RAG", help="● Green, ▲ Amber, ■ Red"),
    "technology": "Technology",
    "capacity_mwp": st.column_config.NumberColumn("MWp", format="%,.1f"),
    "rtb_date": st.column_config.DateColumn("RTB", format="DD MMM YYYY", help="Ready to build"),
    "counterparties": st.column_config.TextColumn("Counterparties", width="medium"),
    "rag_comment": st.column_config.TextColumn("RAG comment", width="medium"),
    "market": "Market",
    "status_date": st.column_config.DateColumn("Status of", format="DD MMM YYYY"),
}


def _filter_rows(frame: pl.DataFrame) -> pl.DataFrame:
    stages = st.multiselect("Stage", list(map(str, Stage)), key="stage", bind="query-params", width=240)
    kinds = st.multiselect("Technology", list(map(str, Technology)), key="technology", bind="query-params", width=220)
    rags = st.pills("RAG", list(map(str, Rag)), selection_mode="multi", key="rag", bind="query-params")
    if stages:
        frame = frame.filter(pl.col("stage").is_in(stages))
    if rags:
        frame = frame.filter(pl.col("rag").is_in(rags))
    if kinds:
        frame = frame.filter(pl.col("technology").str.split(" + ").list.set_intersection(kinds).list.len() > 0)
    return frame.with_columns(pl.col("rag").map_elements(rag_text, return_dtype=pl.String()))


def _sums_text(frame: pl.DataFrame) -> str:
    return f", **{ledger_session.capacity_text(float(frame['capacity_mwp'].sum()))}**"


def _create_form(portfolio: Portfolio) -> None:
    project = submit_form.create_part(
        CREATE, KIND, ("name", "market", "stage", "rtb_date", "rag", "status_date", "rag_comment", "notes")
    )
    plant = submit_form.create_part(
        CREATE,
        "facilities",
        ("name", "technology", "capacity_mwp", "longitude", "latitude"),
        heading="Its facility (more can be added later)",
    )
    role = submit_form.create_part(
        CREATE,
        "pipeline_counterparties",
        ("counterparty_id", "role"),
        heading="Its first counterparty (or none yet)",
        optional=True,
    )
    company = submit_form.create_part(
        CREATE,
        "counterparties",
        ("name", "website"),
        heading="… or a counterparty that is not in the list yet",
        optional=True,
    )

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        """Plant and project always; the counterparty if one is chosen or named."""
        chosen, named = typed[role.key]["counterparty_id"], typed[company.key]["name"]
        if chosen and named:
            raise Refused(
                [Problem(company.kind, company.id, "name", "one is chosen above already: leave one of them out")]
            )
        link = {"pipeline_id": project.id, "facility_id": plant.id}
        changes = [
            project.requested_change(typed[project.key]),
            plant.requested_change(typed[plant.key]),
            Change.create("pipeline_facilities", link, id=f"{project.id}-{plant.id}"),
        ]
        if named:
            changes.append(company.requested_change(typed[company.key]))
        if chosen or named:
            who = {**typed[role.key], "counterparty_id": chosen or company.id, "pipeline_id": project.id}
            changes.append(role.requested_change(who))
        return changes

    choices = record_page.choices_of(portfolio, "counterparties")
    submit_form.render_form(
        CREATE,
        [project, plant, role, company],
        choices=choices,
        build=build,
        label="Create the project",
        go=record_page.same_page(KIND, project.id),
    )
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, project_list, COLUMNS, create=_create_form, filtered=_filter_rows, sums=_sums_text)
