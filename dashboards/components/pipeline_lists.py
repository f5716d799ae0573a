"""Tables of the pipeline's dashboard: column labels, and lists whose rows open a record.

Not here: lists of the ledger's records (`record_lists.py`), which mark edits that have not landed.
"""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go  # type: ignore[import-untyped]  # it ships no types
import polars as pl
import streamlit as st

from dashboards.components.chart import in_london, render_chart, render_downloads
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.column_widths import PAGE_PIXELS
from dashboards.components.list_cards import (
    CARDS_SHOWN,
    Card,
    facts_of,
    page_address,
    render_card_list,
    table_of_cards,
)
from dashboards.components.printing import render_printed_table
from dashboards.components.rag_tags import rag_column, rag_tag
from dashboards.components.record_lists import PAGES

DATE = "D MMM YYYY"
HIDDEN: dict[str, None] = {"pipeline_id": None, "information_point_id": None, "milestone_id": None}
ROWS_LISTED = 500
COLUMNS: dict[str, Any] = {
    "gross_mwp": st.column_config.NumberColumn("Gross (MWp)", format="%,.1f"),
    "weighted_mwp": st.column_config.NumberColumn("Weighted (MWp)", format="%,.1f"),
    "capacity_mwp": st.column_config.NumberColumn("Capacity (MWp)", format="%,.1f"),
    "weight": st.column_config.NumberColumn("Weight", format="percent"),
    "project": "Project",
    "facility": "Facility",
    "technology": "Technology",
    "stage": "Stage",
    "rag": "RAG",
    "market": "Market",
    "rtb_date": st.column_config.DateColumn("RTB date", format=DATE),
    "first_rtb_date": st.column_config.DateColumn("First RTB date", format=DATE),
    "status_date": st.column_config.DateColumn("Status date", format=DATE),
    "updated_at_london": st.column_config.DatetimeColumn("Updated", format=DATE),
    "due_date": st.column_config.DateColumn("Due", format=DATE),
    "days_overdue": st.column_config.NumberColumn("Days overdue"),
    "days": st.column_config.NumberColumn("Days since"),
    "rank": st.column_config.NumberColumn("No.", width=50),
    "information_point": "Information point",
    "impact": "Impact",
    "likelihood": "Likelihood",
    "rating": st.column_config.ProgressColumn("Rating", min_value=0, max_value=10_000, format="%,d", width=150),
    "band": "Band",
    "owner": "Owner",
    "slippage_days": st.column_config.NumberColumn("Slippage (days)", format="%+,d"),
    "is_overdue": "Overdue",
    "projects": "Projects",
    "share": st.column_config.NumberColumn("Share of gross MWp", format="percent"),
    "facilities": "Facilities",
    "weight_is_default": st.column_config.CheckboxColumn(
        "Default weight", help="No weight has been entered for this stage."
    ),
    "cumulative_gross_mwp": st.column_config.NumberColumn("Cumulative gross (MWp)", format="%,.1f"),
    "cumulative_weighted_mwp": st.column_config.NumberColumn("Cumulative weighted (MWp)", format="%,.1f"),
    "advanced": "Advanced",
    "dropped": "Archived",
    "conversion": st.column_config.NumberColumn("Conversion", format="percent"),
    "stays": "Stays that ended",
    "median_days": st.column_config.NumberColumn("Median time (days)", format="%,.0f"),
    "decided": "Completed or archived",
    "completed": "Completed",
    "realised_probability": st.column_config.NumberColumn("Realised", format="percent"),
    "milestone": "Milestone",
    "planned_date": st.column_config.DateColumn("Planned", format=DATE),
    "forecast_date": st.column_config.DateColumn("Forecast", format=DATE),
    "actual_date": st.column_config.DateColumn("Actual", format=DATE),
    "slip_days": st.column_config.NumberColumn("Slip (days)", format="%+,d"),
    "longitude": "Longitude (°)",
    "latitude": "Latitude (°)",
    "repd_ref_id": "REPD Ref ID",
    "rag_comment": "RAG comment",
    "month": st.column_config.DateColumn("Month", format="MMM YYYY"),
}
FITS: dict[str, Any] = {
    "technology": "Technology",
    "first_month": st.column_config.DateColumn("From", format="MMM YYYY"),
    "last_month": st.column_config.DateColumn("To", format="MMM YYYY"),
    "months": "Months",
    "mwp_a_year": st.column_config.NumberColumn("Trend (MWp per year)", format="%,.0f"),
    "standard_error_mwp": st.column_config.NumberColumn("Standard error (MWp)", format="%,.0f"),
    "r2": st.column_config.NumberColumn("R²", format="%.2f"),
    "now_mwp": st.column_config.NumberColumn("Now (MWp)", format="%,.0f"),
    "in_five_years_mwp": st.column_config.NumberColumn("In five years (MWp)", format="%,.0f"),
    "low_mwp": st.column_config.NumberColumn("Low (MWp)", format="%,.0f"),
    "high_mwp": st.column_config.NumberColumn("High (MWp)", format="%,.0f"),
}


def render_figure(
    figure: go.Figure,
    frame: pl.DataFrame | Callable[[], pl.DataFrame],
    name: str,
    alt: str,
    *,
    selects: bool = False,
) -> list[Any] | None:
    """Draw a chart of the pipeline with the table behind it; see `render_chart`."""
    return render_chart(
        figure,
        frame,
        name=name,
        alt=alt,
        columns={**COLUMNS, **HIDDEN},
        selects=selects,
    )


def render_projects(frame: pl.DataFrame, name: str, none: str) -> None:
    """Draw the projects of a frame with links, or the message `none` for an empty one."""
    if frame.is_empty():
        st.success(none, icon=":material/check_circle:")
        return
    render_rows(frame, name, "project", "pipelines", "pipeline_id")


def render_rows(frame: pl.DataFrame, name: str, title: str, kind: str, id: str, *, pixels: int = PAGE_PIXELS) -> None:
    """Draw a list whose rows open the record: at most `ROWS_LISTED` of them, and the downloads of all.

    `title` is the column with the name of the record. A phone shows cards, and paper has a table of its own. `pixels`
    is the width of the table on a desktop.
    """
    all_rows, frame = frame, frame.head(ROWS_LISTED)
    if len(all_rows) > ROWS_LISTED:
        st.caption(f"Showing the first {ROWS_LISTED} of {len(all_rows):,}. The downloads contain all.")
    shown = in_london(frame)
    facts = [column for column in shown.columns if column not in {title, "rag", "rank", *HIDDEN}]
    cards = [
        Card(row[title], page_address(PAGES[kind], id=row[id]), facts_of(row, facts), row.get("rag"))
        for row in shown.head(CARDS_SHOWN).iter_rows(named=True)
    ]
    render_card_list(cards, len(all_rows), name=name, hint="filter above")
    if "rag" in shown.columns:
        shown = shown.with_columns(rag_tag("rag"))
    with table_of_cards(name):
        columns = {**COLUMNS, **HIDDEN, "rag": rag_column("RAG")}
        click = clicked_row(shown, columns, key=name, pixels=pixels)
        render_printed_table(shown.drop(HIDDEN, strict=False), COLUMNS)
    if click:
        st.switch_page(PAGES[kind], query_params={"id": frame[id][click[0]]})
    render_downloads(all_rows, name=name)
