"""The counterparties of a project by role, with their people and how to reach them.

Not here: the contacts' own forms (`app_pages/counterparty.py`).
"""

import streamlit as st

from dashboards.components import form_routing, record_dialog, record_forms, record_lists, record_page, submit_form
from dashboards.components.people_view import name_link, phone_links
from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import ContactRole, ProjectRole
from renewables.queries.records import contacts_of, counterparties_of

KIND = "pipelines"
PEOPLE_SHOWN = 3
ROLES = {str(role): number for number, role in enumerate(ContactRole)}


def render_people(portfolio: Portfolio, project: Record) -> None:
    """Draw the counterparties with their first contacts, and the form for one more."""
    st.subheader("Counterparties", anchor=False)
    counterparties = counterparties_of(portfolio, project.id)
    shown = set[str]()
    for role in ProjectRole:
        for link, company in counterparties:
            if link.fields["role"] != role:
                continue
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                record_lists.record_link("counterparties", company.id, company.fields["name"], icon=":material/domain:")
                record_forms.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=project)
            lines = [f":gray[{role}]"]
            if company.id not in shown:
                shown.add(company.id)
                lines += _contact_lines(portfolio, company)
            st.markdown("  \n".join(lines))
            go = record_forms.same_page(KIND, project.id)
            record_forms.removal_form(link, str(company.fields["name"]), go)
    if not counterparties:
        st.caption("No counterparties yet.")
    record_forms.row_button("Add counterparty", "new counterparty", icon=":material/add:", record=project)
    if form_routing.open_form() == "new counterparty" and not project.archived:
        _new_counterparty(portfolio, project)


def _contact_lines(portfolio: Portfolio, company: Record) -> list[str]:
    """Return the first contacts of a company as Markdown, each name with its e-mail behind it."""
    contacts = sorted(contacts_of(portfolio, company.id), key=lambda pair: ROLES[pair[0].fields["role"]])
    lines = [
        " · ".join([f"{name_link(person)}, {link.fields['role']}", *phone_links(person)])
        for link, person in contacts[:PEOPLE_SHOWN]
    ]
    if len(contacts) > PEOPLE_SHOWN:
        lines.append(f":gray[and {len(contacts) - PEOPLE_SHOWN} more]")
    return lines


def _new_counterparty(portfolio: Portfolio, project: Record) -> None:
    name = f"counterparty of {project.id}"

    def draw() -> None:
        part = submit_form.create_part(name, "pipeline_counterparties", fixed={"pipeline_id": project.id})
        choices = record_page.choices_of(portfolio, "counterparties")
        go = record_forms.same_page(KIND, project.id)
        submit_form.render_form(name, [part], choices=choices, label="Add", go=go)

    record_dialog.render_dialog("Add counterparty", name, draw, width="small")
