"""An information point: its rating, scope and mitigation left, its counterparties and latest changes right."""

import polars as pl
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
from dashboards.components.formatting import NOTHING
from dashboards.components.plain_text import plain
from dashboards.components.record_timeline import render_timeline
from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.record_lists import as_text, information_point_list
from renewables.queries.records import counterparties_of_point, name_of

KIND = "information_points"


def render_page() -> None:
    """Draw the record of one information point."""
    portfolio, point = record_page.addressed_record(KIND)
    if point is None:
        return
    record_page.render_head(point, _head_facts(portfolio, point), record_page.choices_of(portfolio, "pipelines"))
    left, right = record_page.two_columns()
    with left:
        if project := point.fields["pipeline_id"]:
            st.subheader("Project", anchor=False)
            name = name_of(portfolio, "pipelines", project)
            record_lists.record_link("pipelines", project, name, icon=":material/bolt:")
        shown = ("name", "pipeline_id", "market", "technology", "status", "impact", "likelihood", "owner", "due_date")
        record_page.render_fields(point, apart_from=shown)
        record_comments.render_comments(portfolio, point)
    with right:
        _render_counterparties(portfolio, point)
        render_timeline(portfolio, point, record_forms.same_page(KIND, point.id))


def _head_facts(portfolio: Portfolio, point: Record) -> dict[str, str]:
    listed = ledger_session.listed(information_point_list, portfolio, archived=point.archived)
    row = as_text(listed.filter(pl.col("id") == point.id)).row(0, named=True)
    fields = point.fields
    return {
        "Status": f"**{fields['status']}**",
        "Rating": f"**{row['rating']:,}** of 10,000",
        "Impact": f"{fields['impact']} of 100",
        "Likelihood": f"{fields['likelihood']} of 100",
        "Due": record_page.day_of(fields["due_date"]),
        "Owner": plain(fields["owner"]) or NOTHING,
        "Market": row["effective_market"] or NOTHING,
        "Technology": row["effective_technologies"] or NOTHING,
    }


def _render_counterparties(portfolio: Portfolio, point: Record) -> None:
    st.subheader("Counterparties", anchor=False)
    go = record_forms.same_page(KIND, point.id)
    counterparties = counterparties_of_point(portfolio, point.id)
    for link, company in counterparties:
        with st.container(horizontal=True, vertical_alignment="center"):
            record_lists.record_link("counterparties", company.id, company.fields["name"], icon=":material/domain:")
            record_forms.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=point)
        record_forms.removal_form(link, str(company.fields["name"]), go)
    if not counterparties:
        st.caption("No counterparties yet.")
    record_forms.row_button("Add counterparty", "new counterparty", icon=":material/add:", record=point)
    if form_routing.open_form() == "new counterparty" and not point.archived:
        _new_counterparty(portfolio, point, go)


def _new_counterparty(portfolio: Portfolio, point: Record, go: submit_form.Go) -> None:
    name = f"counterparty of {point.id}"

    def draw() -> None:
        fixed = {"information_point_id": point.id}
        part = submit_form.create_part(name, "information_point_counterparties", fixed=fixed)
        choices = record_page.choices_of(portfolio, "counterparties")
        submit_form.render_form(name, [part], choices=choices, label="Add", go=go)

    record_dialog.render_dialog("Add counterparty", name, draw, width="small")


render_page()
