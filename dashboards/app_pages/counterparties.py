"""Counterparties: the list to search, and the form that creates one with its contacts."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import form_routing, record_forms, record_lists, submit_form
from dashboards.components.forms import Part
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio

KIND, CREATE, CONTACT = "counterparties", "create a counterparty", "contact"
CONFIGS: dict[str, Any] = {
    "roles": st.column_config.TextColumn(width="medium"),
    "capacity_mwp": st.column_config.NumberColumn(format="%,.1f", help="Total capacity of those projects"),
    "contacts": st.column_config.TextColumn(width="large"),
}


def _create_form(_: Portfolio) -> None:
    company = submit_form.create_part(CREATE, KIND)
    people = [_contact_parts(company, block) for block in range(submit_form.number_of_blocks(CREATE, CONTACT))]

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        changes = [company.requested_change(typed[company.key])]
        for person, role in people:
            if any(typed[person.key].values()) or typed[role.key]["role"]:
                changes += [person.requested_change(typed[person.key]), role.requested_change(typed[role.key])]
        return changes

    submit_form.render_form(
        CREATE,
        [company, *(part for parts in people for part in parts)],
        build=build,
        label="Create counterparty",
        go=record_forms.same_page(KIND, company.id),
        adds={CONTACT: "Add another contact"},
    )
    form_routing.close_button(CREATE)


def _contact_parts(company: Part, block: int) -> tuple[Part, Part]:
    """Return the inputs of one contact: the person, and the role at the company."""
    heading = f"Contact {block + 1} (optional)" if block else "Contact (optional)"
    person = submit_form.create_part(CREATE, "contacts", block=block, heading=heading, optional=True)
    fixed = {"counterparty_id": company.id, "contact_id": person.id}
    role = submit_form.create_part(CREATE, "counterparty_contacts", block=block, fixed=fixed, optional=True)
    return person, role


record_lists.render_list(KIND, CONFIGS, create=_create_form)
