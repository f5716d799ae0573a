"""A counterparty: its projects and information points left, its people and latest changes right."""

from collections.abc import Sequence

import streamlit as st

from dashboards.components import (
    form_routing,
    ledger_session,
    record_comments,
    record_dialog,
    record_forms,
    record_lists,
    record_page,
    submit_form,
)
from dashboards.components.people_view import email_links, phone_links, website_link
from dashboards.components.plain_text import plain
from dashboards.components.record_timeline import render_timeline
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import ContactRole
from renewables.queries.records import contacts_of, facilities_of, information_points_of, projects_of

KIND = "counterparties"


def render_page() -> None:
    """Draw the record of one counterparty."""
    portfolio, company = record_page.addressed_record(KIND)
    if company is None:
        return
    record_page.render_head(company, _head_facts(portfolio, company))
    left, right = record_page.two_columns()
    with left:
        st.subheader("Projects", anchor=False)
        _render_projects(portfolio, company)
        st.subheader("Information points", anchor=False)
        record_page.render_information_points(information_points_of(portfolio, KIND, company.id))
        record_page.render_fields(company, apart_from=("name", "website"))
        record_comments.render_comments(portfolio, company)
    with right:
        _render_contacts(portfolio, company)
        render_timeline(portfolio, company, record_forms.same_page(KIND, company.id))


def _head_facts(portfolio: Portfolio, company: Record) -> dict[str, str]:
    links = projects_of(portfolio, company.id)
    projects = {project.id for _, project in links}
    plants = [plant for id in projects for _, plant in facilities_of(portfolio, id)]
    roles = ", ".join(dict.fromkeys(str(link.fields["role"]) for link, _ in links))
    capacity = ledger_session.capacity_text(sum(plant.fields["capacity_mwp"] for plant in plants))
    facts = {"Projects": f"**{len(projects)}**", "Capacity": f"**{capacity}**"}
    if roles:
        facts["Roles"] = roles
    if company.fields["website"]:
        facts["Website"] = website_link(company.fields["website"])
    return facts


def _render_contacts(portfolio: Portfolio, company: Record) -> None:
    st.subheader("Contacts", anchor=False)
    contacts = contacts_of(portfolio, company.id)
    go = record_forms.same_page(KIND, company.id)
    people = {person.id: person for _, person in contacts}
    drawn = set[str]()
    for role in ContactRole:
        for link, person in contacts:
            if link.fields["role"] != role:
                continue
            fields = person.fields
            others = record_page.field_texts(person, apart_from=("name", "email", "phone"))
            facts = [*email_links(person), *phone_links(person), *map(plain, others.values())]
            with st.container(gap=None):
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(f"**{plain(fields['name'])}**, {role}", width="stretch")
                    form = f"contact {person.id}"
                    record_forms.row_button("Edit", form, icon=":material/edit:", record=company, key=link.id)
                    record_forms.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=company)
                st.markdown(" · ".join(facts))
            record_forms.removal_form(link, f"{fields['name']} ({role})", go)
            if person.id not in drawn:
                drawn.add(person.id)
                record_comments.comments_on_part(portfolio, person, company)
    if not contacts:
        st.caption("No contacts yet.")
    record_forms.row_button("Add contact", "new contact", icon=":material/add:", record=company)
    if company.archived:
        return
    if form_routing.open_form() == "new contact":
        _new_contact(company, go)
    opened = people.get(form_routing.open_form().removeprefix("contact "))
    if opened:
        record_forms.edit_dialog(opened, record_forms.record_dialog_title("Edit", opened), go)


def _new_contact(company: Record, go: submit_form.Go) -> None:
    name = f"contact of {company.id}"

    def draw() -> None:
        person = submit_form.create_part(name, "contacts")
        fixed = {"counterparty_id": company.id, "contact_id": person.id}
        role = submit_form.create_part(name, "counterparty_contacts", fixed=fixed)

        def build(typed: submit_form.Typed) -> Sequence[Change]:
            return [person.requested_change(typed[person.key]), role.requested_change(typed[role.key])]

        submit_form.render_form(name, [person, role], build=build, label="Add contact", go=go)

    record_dialog.render_dialog("Add contact", name, draw)


def _render_projects(portfolio: Portfolio, company: Record) -> None:
    projects = projects_of(portfolio, company.id)
    for link, project in projects:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":gray[{link.fields['role']}]", width=110)
            record_lists.record_link("pipelines", project.id, project.fields["name"], icon=":material/bolt:")
            rag = ledger_session.rag_markdown(project.fields["rag"])
            st.markdown(f"{project.fields['stage']} {rag}", width="content")
    if not projects:
        st.caption("No projects yet.")


render_page()
