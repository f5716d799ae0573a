"""The lists of the page Changes: movements, moved dates, RAG and risks, each with links to the record and its history.

Not here: what moved (`pipeline_assets/comparison.py`), the bridge (`app_pages/changes.py`).
"""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.chart import render_downloads
from dashboards.components.clickable_rows import clicked_cell
from dashboards.components.formatting import number
from dashboards.components.pipeline_lists import DATE, ROWS_LISTED
from dashboards.components.printing import render_printed_table
from dashboards.components.rag_tags import rag_column, rag_tag
from dashboards.components.record_lists import PAGES, ROW_PIXELS, TALL_ROW_PIXELS
from pipeline_assets.comparison import Comparison

MWP = "%,.1f"
MOST_PIXELS = 460
COLUMNS: dict[str, Any] = {
    "project": "Project",
    "information_point": "Information point",
    "movement": "Movement",
    "facility": "Facility",
    "technology": "Technology",
    "stage_before": "Stage before",
    "stage_after": "Stage after",
    "mwp_before": st.column_config.NumberColumn("MWp before", format=MWP),
    "mwp_after": st.column_config.NumberColumn("MWp after", format=MWP),
    "name": "Date",
    "before": st.column_config.DateColumn("Before", format=DATE),
    "after": st.column_config.DateColumn("After", format=DATE),
    "days": st.column_config.NumberColumn("Days later", format="%+,d", help="Negative: earlier."),
    "rag_before": rag_column("Before"),
    "rag_after": rag_column("After"),
    "comment": st.column_config.TextColumn("RAG comment", width="large"),
    "move": "Move",
    "rating_before": st.column_config.NumberColumn("Rating before", format="%,d"),
    "rating_after": st.column_config.NumberColumn("Rating after", format="%,d"),
}
HIDDEN: dict[str, None] = {"pipeline_id": None, "facility_id": None, "information_point_id": None}


def render_lists(comparison: Comparison) -> None:
    """Draw the lists, what got worse first."""
    rags = comparison.rags.sort("is_worse", descending=True, maintain_order=True)
    dates = comparison.dates.sort("days", descending=True, nulls_last=True, maintain_order=True)
    lists = {
        "Movements": (comparison.lines, "project", "pipelines", "pipeline_id"),
        "Moved dates": (dates, "project", "pipelines", "pipeline_id"),
        "RAG moves": (
            rags.rename({"before": "rag_before", "after": "rag_after"}).drop("is_worse"),
            *("project", "pipelines", "pipeline_id"),
        ),
        "Risk moves": (comparison.risks, "information_point", "information_points", "information_point_id"),
    }
    for title, (frame, name, kind, id) in lists.items():
        if len(frame):
            st.subheader(f"{title} ({number(len(frame))})", anchor=False)
            _render_rows(frame, title.lower().replace(" ", "-"), name, kind, id)
    if nothing := [title for title, (frame, *_) in lists.items() if frame.is_empty()]:
        st.caption(f"None in this period: {', '.join(nothing)}.")


def _render_rows(frame: pl.DataFrame, key: str, name: str, kind: str, id: str) -> None:
    """Draw a list with a button to each record, and one to its history: `ROWS_LISTED` rows, and downloads of all."""
    if len(frame) > ROWS_LISTED:
        st.caption(f"Showing the first {ROWS_LISTED} of {len(frame):,}. The downloads contain all.")
    rows = frame.head(ROWS_LISTED)
    first = [name, "history", *(column for column in ("name", "movement", "move") if column in frame.columns)]
    rags = [column for column in ("rag_before", "rag_after") if column in frame.columns]
    shown = rows.with_columns(*map(rag_tag, rags), pl.lit("History").alias("history")).select(
        *first, pl.exclude(*first)
    )

    def button(label: str, action: str, width: Any) -> Any:
        return st.column_config.ButtonColumn(
            label, type="tertiary", alignment="left", width=width, key=f"{action} {key}"
        )

    opener = button(name.replace("_", " ").capitalize(), "open", "medium")
    pixels = TALL_ROW_PIXELS if "comment" in rows.columns else ROW_PIXELS
    click = clicked_cell(
        shown,
        {**COLUMNS, **HIDDEN, name: opener, "history": button("History", "history", "small")},
        key=f"list {key} {hash(tuple(rows[id]))}",
        buttons={f"open {key}": name, f"history {key}": "history"},
        height=min(38 + pixels * len(rows), MOST_PIXELS),
        row_height=pixels,
    )
    render_printed_table(shown.drop("history", *HIDDEN, strict=False), COLUMNS)
    if click:
        row, column = click
        more = {"history": "true"} if column == "history" else {}
        st.switch_page(PAGES[kind], query_params={"id": rows[id][row], **more})
    render_downloads(frame, name=f"changes-{key}")
