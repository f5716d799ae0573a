"""Milestones of all projects: planned, forecast and actual dates, with filters and the form for a new one."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import form_routing, record_forms, record_lists, record_page, submit_form
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.vocabulary import MilestoneName
from renewables.queries.list_pages import AHEAD, SWITCHED_ON, rows_with_parameters

KIND, CREATE = "milestones", "create a milestone"
CONFIGS: dict[str, Any] = {
    "slip_days": st.column_config.NumberColumn(format="%+,d", help="Actual or forecast date minus planned date."),
}


def _filter_rows(frame: pl.DataFrame) -> pl.DataFrame:
    names = record_lists.choose_words("Milestone", "milestone", MilestoneName, width=260)
    ahead = st.toggle("Ahead only", key=AHEAD, bind="query-params", help="Without those that were reached.")
    return rows_with_parameters(frame, KIND, {"milestone": names, AHEAD: SWITCHED_ON if ahead else []})


def _create_form(portfolio: Portfolio) -> None:
    part = submit_form.create_part(CREATE, KIND)
    asked = str(st.query_params.get("project", ""))
    if portfolio.get("pipelines", asked):
        submit_form.form_state(CREATE).typed.setdefault(part.key, {"pipeline_id": asked})
    choices = record_page.choices_of(portfolio, "pipelines")
    go = record_forms.same_page(KIND, part.id)
    submit_form.render_form(CREATE, [part], choices=choices, label="Create milestone", go=go)
    form_routing.close_button(CREATE)


record_lists.render_list(KIND, CONFIGS, create=_create_form, filtered=_filter_rows)
