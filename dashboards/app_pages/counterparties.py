"""Counterparties: the list to search, and the form that creates one with a first contact."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.app_parts import ledger, receipts, record_page, records, saving
from dashboards.queries.records import counterparties
from pipeline_assets.ledger.changes import Change

KIND, CREATE = "counterparties", "create a counterparty"
COLUMNS: dict[str, Any] = {
    "roles": st.column_config.TextColumn("Roles", width="medium"),
    "projects": st.column_config.NumberColumn("Projects"),
    "capacity_mwp": st.column_config.NumberColumn("MWp", format="%,.1f", help="Of those projects"),
    "contacts": st.column_config.TextColumn("Contacts", width="medium"),
    "website": "Website",
}


def show() -> None:
    receipts.tell()
    held = ledger.held()
    if record_page.form_open() == record_page.NEW:
        _create()
        return
    archived = records.archived_wanted()
    frame = counterparties(held, archived=archived)
    if frame.is_empty() and not archived and not held.of_kind(KIND, archived=True):
        records.nothing_yet(held, KIND)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = records.words_box()
        records.archived_toggle()
    found = records.with_words(frame, text)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{len(found)}** of {len(frame)} counterparties", width="content")
        record_page.open_button("New counterparty", record_page.NEW, icon=":material/add:", key="new counterparty")
    records.table(found, KIND, COLUMNS, key=KIND)


def _create() -> None:
    st.subheader("New counterparty", anchor=False)
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
    record_page.close_button(CREATE)


show()
