"""A counterparty: its contacts, projects, information points, comments and history."""

from collections.abc import Sequence

import streamlit as st

from dashboards.components import form_routing, ledger_session, record_lists, record_page, submit_form
from dashboards.components.ledger_session import rag_text
from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import ContactRole
from renewables.queries.records import contacts_of, information_points_of, projects_of

KIND = "counterparties"


def render_page() -> None:
    """Draw the record of one counterparty."""
    portfolio, company = record_page.addressed_record(KIND)
    if company is None:
        return
    st.title(plain(company.fields["name"]), anchor=False)
    ledger_session.landing_badge(company.position)
    record_page.archived_note(company)
    record_page.render_fields(company, apart_from=("name",))
    record_page.head_forms(company)
    _render_contacts(portfolio, company)
    st.subheader("Projects", anchor=False)
    _render_projects(portfolio, company)
    st.subheader("Information points", anchor=False)
    record_page.render_information_points(information_points_of(portfolio, KIND, company.id))
    record_page.render_comments(portfolio, company)
    record_page.render_history(portfolio, company)


def _render_contacts(portfolio: Portfolio, company: Record) -> None:
    st.subheader("Contacts", anchor=False)
    contacts = contacts_of(portfolio, company.id)
    go = record_page.same_page(KIND, company.id)
    drawn = set[str]()
    for role in ContactRole:
        for link, person in contacts:
            if link.fields["role"] != role:
                continue
            fields, form = person.fields, f"contact {person.id}"
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(f":gray[{role}]  \n**{plain(fields['name'])}**", width=180)
                st.text("\n".join(record_page.field_texts(person, apart_from=("name",)).values()), width="stretch")
                ledger_session.landing_mark(max(link.position, person.position))
                record_page.row_button("Edit", form, icon=":material/edit:", record=company, key=link.id)
                record_page.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=company)
            record_page.removal_form(link, f"{fields['name']} ({role})", go)
            if person.id not in drawn:
                drawn.add(person.id)
                record_page.comments_on_part(portfolio, person, company)
    for person in {person.id: person for _, person in contacts}.values():
        if form_routing.open_form() == f"contact {person.id}":
            name = f"edit contact {person.id}"
            with st.container(border=True):
                st.markdown(f"**Edit {plain(person.fields['name'])}**")
                submit_form.render_form(name, [submit_form.edit_part(name, person)], go=go)
                form_routing.close_button(name)
    if not contacts:
        st.caption("No contacts yet.")
    if form_routing.open_form() == "new contact":
        _new_contact(company, go)
    else:
        record_page.row_button("Add contact", "new contact", icon=":material/add:", record=company)


def _new_contact(company: Record, go: submit_form.Go) -> None:
    name = f"contact of {company.id}"
    person = submit_form.create_part(name, "contacts")
    role = submit_form.create_part(
        name, "counterparty_contacts", fixed={"counterparty_id": company.id, "contact_id": person.id}
    )

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        return [person.requested_change(typed[person.key]), role.requested_change(typed[role.key])]

    with st.container(border=True):
        st.markdown("**Add contact**")
        submit_form.render_form(name, [person, role], build=build, label="Add contact", go=go)
        form_routing.close_button(name)


def _render_projects(portfolio: Portfolio, company: Record) -> None:
    projects = projects_of(portfolio, company.id)
    for link, project in projects:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":gray[{link.fields['role']}]", width=140)
            record_lists.record_link("pipelines", project.id, project.fields["name"], icon=":material/bolt:")
            st.caption(f"{project.fields['stage']}, {rag_text(project.fields['rag'])}", width="content")
    if not projects:
        st.caption("No projects yet.")


render_page()
