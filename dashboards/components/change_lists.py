"""The lists of the page Changes: movements, moved dates, RAG and risks, each with links to the record and its history.

Not here: what moved (`pipeline_assets/comparison.py`), the bridge (`app_pages/changes.py`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.chart import render_downloads
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.formatting import number
from dashboards.components.list_cards import (
    CARDS_SHOWN,
    Card,
    change_fact,
    facts_of,
    page_address,
    render_card_list,
    table_of_cards,
)
from dashboards.components.pipeline_lists import DATE, ROWS_LISTED
from dashboards.components.printing import render_printed_table
from dashboards.components.rag_tags import rag_column, rag_tag
from dashboards.components.record_lists import PAGES
from pipeline_assets.comparison import Comparison

MWP = "%,.1f"
MOST_PIXELS = 460
HISTORY = "history"
"The action of the button that opens the history of a record."
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
    "comment": "RAG comment",
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
    cards = [
        Card(row[name], page_address(PAGES[kind], id=row[id]), _facts(row, name), row.get("rag_after"))
        for row in rows.head(CARDS_SHOWN).iter_rows(named=True)
    ]
    render_card_list(cards, len(frame), name=key, hint="the downloads have all")
    first = [name, *(column for column in ("name", "movement", "move") if column in frame.columns)]
    rags = [column for column in ("rag_before", "rag_after") if column in frame.columns]
    shown = rows.with_columns(*map(rag_tag, rags)).select(*first, pl.exclude(*first))
    with table_of_cards(key):
        click = clicked_row(
            shown, {**COLUMNS, **HIDDEN}, key=key, actions={HISTORY: "History"}, most_pixels=MOST_PIXELS
        )
        render_printed_table(shown.drop(HIDDEN, strict=False), COLUMNS)
    if click:
        row, action = click
        more = {"history": "true"} if action == HISTORY else {}
        st.switch_page(PAGES[kind], query_params={"id": rows[id][row], **more})
    render_downloads(frame, name=f"changes-{key}")


def _facts(row: Mapping[str, Any], title: str) -> list[str]:
    """Return what moved, from what to what, and by how much; `title` is the column that names the card."""
    names = ("movement", "move", "name", "project", "facility", "technology")
    mwp = change_fact(row.get("mwp_before"), row.get("mwp_after"))
    days = row.get("days")
    texts = [
        *facts_of(row, [name for name in names if name != title]),
        change_fact(row.get("stage_before"), row.get("stage_after")),
        mwp and f"{mwp} MWp",
        change_fact(row.get("before"), row.get("after")),
        f"{number(abs(days))} days {'later' if days > 0 else 'earlier'}" if days else "",
        change_fact(row.get("rag_before"), row.get("rag_after")),
        change_fact(row.get("rating_before"), row.get("rating_after")),
        *facts_of(row, ("comment",)),
    ]
    return [text for text in texts if text]
