"""Counterparties: the list to search, and the form that creates one with a first contact."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import form_routing, record_lists, record_page, submit_form
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Holdings
from renewables.queries.records import counterparties

KIND, CREATE = "counterparties", "create a counterparty"
COLUMNS: dict[str, Any] = {
    "roles": st.column_config.TextColumn("Roles", width="medium"),
    "projects": st.column_config.NumberColumn("Projects"),
    "capacity_mwp": st.column_config.NumberColumn("MWp", format="%,.1f", help="Of those projects"),
    "contacts": st.column_config.TextColumn("Contacts", width="medium"),
    "website": "Website",
}


def _create(_: Holdings) -> None:
    company = submit_form.creating(CREATE, KIND, ("name", "website", "notes"))
    person = submit_form.creating(
        CREATE,
        "contacts",
        ("name", "email", "phone"),
        heading="Its first contact (or none yet; more can be added later)",
        optional=True,
    )
    role = submit_form.creating(
        CREATE,
        "counterparty_contacts",
        ("role",),
        optional=True,
        fixed={"counterparty_id": company.id, "contact_id": person.id},
    )

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        changes = [company.change(typed[company.key])]
        if any(typed[person.key].values()) or typed[role.key]["role"]:
            changes += [person.change(typed[person.key]), role.change(typed[role.key])]
        return changes

    go = record_page.same_page(KIND, company.id)
    submit_form.form(CREATE, [company, person, role], build=build, label="Create the counterparty", go=go)
    form_routing.close_button(CREATE)


record_lists.whole_list(KIND, counterparties, COLUMNS, create=_create)
