"""Information points: risks, issues and opportunities by rating, with filters and the form for a new one."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, record_forms, record_lists, record_page, submit_form
from pipeline_assets.ledger.changes import Change
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import Market, PointStatus, Technology
from renewables.queries.list_pages import rows_with_parameters

KIND, CREATE = "information_points", "create an information point"
CONFIGS: dict[str, Any] = {
    "rating": st.column_config.ProgressColumn(
        format="%,d", min_value=0, max_value=10_000, width=110, help="Impact x likelihood, at most 10,000"
    ),
    "effective_market": st.column_config.TextColumn(help="Its own market, or that of its project"),
    "effective_technologies": st.column_config.TextColumn(help="Its own technology, or those of its project"),
    "counterparties": st.column_config.TextColumn(width=160),
}


def _filter_rows(frame: pl.DataFrame) -> pl.DataFrame:
    status = st.pills(
        "Status", list(map(str, PointStatus)), key="status", bind="query-params", label_visibility="collapsed"
    )
    chosen = {
        name: record_lists.choose_words(name.capitalize(), name, words)
        for name, words in (("market", Market), ("technology", Technology))
    }
    return rows_with_parameters(frame, KIND, {"status": [status] if status else [], **chosen})


def _create_form(portfolio: Portfolio) -> None:
    point = submit_form.create_part(CREATE, KIND)
    about = submit_form.create_part(
        CREATE,
        "information_point_counterparties",
        fixed={"information_point_id": point.id},
        heading="Counterparty (optional; you can add more later)",
        optional=True,
    )
    asked = str(st.query_params.get("project", ""))
    state = submit_form.form_state(CREATE)
    if portfolio.get("pipelines", asked):
        state.typed.setdefault(point.key, {"pipeline_id": asked})

    def build(typed: submit_form.Typed) -> Sequence[Change]:
        changes = [point.requested_change(typed[point.key])]
        return [*changes, about.requested_change(typed[about.key])] if typed[about.key]["counterparty_id"] else changes

    choices = record_page.choices_of(portfolio, "pipelines", "counterparties")
    go = record_forms.same_page(KIND, point.id)
    submit_form.render_form(
        CREATE, [point, about], choices=choices, build=build, label="Create information point", go=go
    )
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, CONFIGS, create=_create_form, filtered=_filter_rows)
