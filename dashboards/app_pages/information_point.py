"""An information point: its rating, scope, mitigation, counterparties, comments and history."""

import polars as pl
import streamlit as st

from dashboards.components import form_routing, ledger_session, record_lists, record_page, submit_form
from dashboards.components.formatting import NOTHING
from dashboards.components.plain_text import plain
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
    fields = point.fields
    st.title(plain(fields["name"]), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(fields["status"], icon=":material/flag:", color="blue")
        ledger_session.landing_badge(point.position)
        if fields["pipeline_id"]:
            project = fields["pipeline_id"]
            record_lists.record_link(
                "pipelines", project, name_of(portfolio, "pipelines", project), icon=":material/bolt:"
            )
    record_page.archived_note(point)
    listed = ledger_session.listed(information_point_list, portfolio, archived=point.archived)
    row = as_text(listed.filter(pl.col("id") == point.id)).row(0, named=True)
    record_page.render_fields(
        point,
        {
            "Market": row["effective_market"] or NOTHING,
            "Technology": row["effective_technologies"] or NOTHING,
            "Rating": f"{row['rating']:,} of 10,000",
        },
        apart_from=("name", "pipeline_id", "market", "technology", "status"),
    )
    record_page.head_forms(point, record_page.choices_of(portfolio, "pipelines"))
    _render_counterparties(portfolio, point)
    record_page.render_comments(portfolio, point)
    record_page.render_history(portfolio, point)


def _render_counterparties(portfolio: Portfolio, point: Record) -> None:
    st.subheader("Counterparties", anchor=False)
    go = record_page.same_page(KIND, point.id)
    counterparties = counterparties_of_point(portfolio, point.id)
    for link, company in counterparties:
        with st.container(horizontal=True, vertical_alignment="center"):
            record_lists.record_link("counterparties", company.id, company.fields["name"], icon=":material/domain:")
            ledger_session.landing_mark(link.position)
            record_page.row_button("Remove", f"remove {link.id}", icon=":material/close:", record=point)
        record_page.removal_form(link, company.fields["name"], go)
    if not counterparties:
        st.caption("No counterparties yet.")
    if form_routing.open_form() != "new counterparty":
        record_page.row_button("Add counterparty", "new counterparty", icon=":material/add:", record=point)
        return
    name = f"counterparty of {point.id}"
    part = submit_form.create_part(name, "information_point_counterparties", fixed={"information_point_id": point.id})
    with st.container(border=True):
        st.markdown("**Add counterparty**")
        submit_form.render_form(
            name, [part], choices=record_page.choices_of(portfolio, "counterparties"), label="Add", go=go
        )
        form_routing.close_button(name)


render_page()
