"""Projects: the list with search and filters, and the form for a new one with its facility and a counterparty."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, ledger_session, record_lists, record_page, submit_form
from dashboards.components.ledger_session import rag_text
from dashboards.components.record_lists import DAY_FORMAT
from pipeline_assets.errors import Problem, Refused
from pipeline_assets.fields import form_fields
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Rag, Stage, Technology
from renewables.queries.list_pages import rows_with_parameters

KIND, CREATE = "pipelines", "create a project"
CONFIGS: dict[str, Any] = {
    "rag": st.column_config.TextColumn(help="● Green, ▲ Amber, ■ Red"),
    "capacity_mwp": st.column_config.NumberColumn(format="%,.1f"),
    "rtb_date": st.column_config.DateColumn(format=DAY_FORMAT, help="Ready to build"),
    "counterparties": st.column_config.TextColumn(width="medium"),
}


def _filter_rows(frame: pl.DataFrame) -> pl.DataFrame:
    stages = st.multiselect("Stage", list(map(str, Stage)), key="stage", bind="query-params", width=240)
    kinds = st.multiselect("Technology", list(map(str, Technology)), key="technology", bind="query-params", width=220)
    rags = st.pills("RAG", list(map(str, Rag)), selection_mode="multi", key="rag", bind="query-params")
    frame = rows_with_parameters(frame, KIND, {"stage": stages, "technology": kinds, "rag": rags})
    return frame.with_columns(
        pl.col("rag").replace_strict({rag: rag_text(rag) for rag in map(str, Rag)}, return_dtype=pl.String)
    )


def _sums_text(frame: pl.DataFrame) -> str:
    return f", **{ledger_session.capacity_text(float(frame['capacity_mwp'].sum()))}**"


def _create_form(portfolio: Portfolio) -> None:
    project = submit_form.create_part(CREATE, KIND)
    plant = submit_form.create_part(CREATE, "facilities", heading="Facility (you can add more later)")
    role = submit_form.create_part(
        CREATE,
        "pipeline_counterparties",
        fixed={"pipeline_id": project.id},
        heading="Counterparty (optional)",
        optional=True,
    )
    company = submit_form.create_part(
        CREATE,
        "counterparties",
        form_fields("counterparties", with_long=False),
        heading="Or add a new counterparty",
        optional=True,
    )

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        """Return the changes: project and facility always, and the counterparty if one is chosen or named."""
        chosen, named = typed[role.key]["counterparty_id"], typed[company.key]["name"]
        if chosen and named:
            raise Refused(
                [
                    Problem(
                        company.kind, company.id, "name", "a counterparty is also chosen above: keep only one of them"
                    )
                ]
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
            changes.append(role.requested_change({**typed[role.key], "counterparty_id": chosen or company.id}))
        return changes

    choices = record_page.choices_of(portfolio, "counterparties")
    submit_form.render_form(
        CREATE,
        [project, plant, role, company],
        choices=choices,
        build=build,
        label="Create project",
        go=record_page.same_page(KIND, project.id),
    )
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, CONFIGS, create=_create_form, filtered=_filter_rows, sums=_sums_text)
