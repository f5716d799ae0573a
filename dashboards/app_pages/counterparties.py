"""Counterparties: the list to search, and the form that creates one with a first contact."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.app_parts import open_form, record_page, records, saving
from dashboards.queries.records import counterparties
from pipeline_assets.ledger.changes import Change
from pipeline_assets.transfer.holdings import Holdings

KIND, CREATE = "counterparties", "create a counterparty"
COLUMNS: dict[str, Any] = {
    "roles": st.column_config.TextColumn("Roles", width="medium"),
    "projects": st.column_config.NumberColumn("Projects"),
    "capacity_mwp": st.column_config.NumberColumn("MWp", format="%,.1f", help="Of those projects"),
    "contacts": st.column_config.TextColumn("Contacts", width="medium"),
    "website": "Website",
}


def _create(_: Holdings) -> None:
    company = saving.creating(CREATE, KIND, ("name", "website", "notes"))
    person = saving.creating(
        CREATE,
        "contacts",
        ("name", "email", "phone"),
        heading="Its first contact (or none yet; more can be added later)",
        optional=True,
    )
    role = saving.creating(
        CREATE,
        "counterparty_contacts",
        ("role",),
        optional=True,
        fixed={"counterparty_id": company.id, "contact_id": person.id},
    )

    def build(typed: saving.Typed) -> Sequence[Change]:
        changes = [company.change(typed[company.key])]
        if any(typed[person.key].values()) or typed[role.key]["role"]:
            changes += [person.change(typed[person.key]), role.change(typed[role.key])]
        return changes

    go = record_page.same_page(KIND, company.id)
    saving.form(CREATE, [company, person, role], build=build, label="Create the counterparty", go=go)
    open_form.close_button(CREATE)


records.whole_list(KIND, counterparties, COLUMNS, create=_create)
