"""Counterparties: the list to search, and the form that creates one with a first contact."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import form_routing, record_lists, record_page, submit_form
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio

KIND, CREATE = "counterparties", "create a counterparty"
CONFIGS: dict[str, Any] = {
    "roles": st.column_config.TextColumn(width="medium"),
    "capacity_mwp": st.column_config.NumberColumn(format="%,.1f", help="Total capacity of those projects"),
    "contacts": st.column_config.TextColumn(width="medium"),
}


def _create_form(_: Portfolio) -> None:
    company = submit_form.create_part(CREATE, KIND)
    person = submit_form.create_part(
        CREATE,
        "contacts",
        heading="Contact (optional; you can add more later)",
        optional=True,
    )
    role = submit_form.create_part(
        CREATE,
        "counterparty_contacts",
        optional=True,
        fixed={"counterparty_id": company.id, "contact_id": person.id},
    )

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        changes = [company.requested_change(typed[company.key])]
        if any(typed[person.key].values()) or typed[role.key]["role"]:
            changes += [person.requested_change(typed[person.key]), role.requested_change(typed[role.key])]
        return changes

    go = record_page.same_page(KIND, company.id)
    submit_form.render_form(CREATE, [company, person, role], build=build, label="Create counterparty", go=go)
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, CONFIGS, create=_create_form)
