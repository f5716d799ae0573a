"""Projects: the list with search and filters, and the form for a new one with its facilities and a counterparty."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, ledger_session, record_forms, record_lists, record_page, submit_form
from dashboards.components.record_lists import DAY_FORMAT
from pipeline_assets.errors import Problem, Refused
from pipeline_assets.fields import form_fields
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Rag, Stage, Technology
from renewables.queries.list_pages import rows_with_parameters

KIND, CREATE, FACILITY = "pipelines", "create a project", "facility"
UNKNOWN_AT_FIRST = ("dismissed_register_records",)
"The fields of a facility that nobody has when it is new."
CONFIGS: dict[str, Any] = {
    "capacity_mwp": st.column_config.NumberColumn(format="%,.1f"),
    "rtb_date": st.column_config.DateColumn(format=DAY_FORMAT, help="Ready to build"),
    "counterparties": st.column_config.TextColumn(width=232),
    "rag_comment": st.column_config.TextColumn(width=212),
}


def _filter_rows(frame: pl.DataFrame) -> pl.DataFrame:
    stages = record_lists.choose_words("Stage", "stage", Stage)
    kinds = record_lists.choose_words("Technology", "technology", Technology)
    rags = st.pills(
        *("RAG", list(map(str, Rag))),
        selection_mode="multi",
        key="rag",
        bind="query-params",
        label_visibility="collapsed",
    )
    return rows_with_parameters(frame, KIND, {"stage": stages, "technology": kinds, "rag": rags})


def _sums_text(frame: pl.DataFrame) -> str:
    return f", **{ledger_session.capacity_text(float(frame['capacity_mwp'].sum()))}**"


def _create_form(portfolio: Portfolio) -> None:
    project = submit_form.create_part(CREATE, KIND)
    plants = [
        submit_form.create_part(
            *(CREATE, "facilities", form_fields("facilities", apart_from=UNKNOWN_AT_FIRST)),
            block=block,
            heading=f"Facility {block + 1}" if block else "Facility",
        )
        for block in range(submit_form.number_of_blocks(CREATE, FACILITY))
    ]
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
        """Return the changes: project and facilities always, and the counterparty if one is chosen or named."""
        chosen, named = typed[role.key]["counterparty_id"], typed[company.key]["name"]
        if chosen and named:
            message = "a counterparty is also chosen above: keep only one of them"
            raise Refused([Problem(company.kind, company.id, "name", message)])
        changes = [project.requested_change(typed[project.key])]
        for plant in [plants[0], *(each for each in plants[1:] if any(typed[each.key].values()))]:
            link = {"pipeline_id": project.id, "facility_id": plant.id}
            changes.append(plant.requested_change(typed[plant.key]))
            changes.append(Change.create("pipeline_facilities", link, id=f"{project.id}-{plant.id}"))
        if named:
            changes.append(company.requested_change(typed[company.key]))
        if chosen or named:
            changes.append(role.requested_change({**typed[role.key], "counterparty_id": chosen or company.id}))
        return changes

    submit_form.render_form(
        CREATE,
        [project, *plants, role, company],
        choices=record_page.choices_of(portfolio, "counterparties"),
        build=build,
        label="Create project",
        go=record_forms.same_page(KIND, project.id),
        adds={FACILITY: "Add another facility"},
    )
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, CONFIGS, create=_create_form, filtered=_filter_rows, sums=_sums_text)
