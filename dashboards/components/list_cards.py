"""A list of records as cards, which a phone shows in place of the table.

The page does not know the width of the window, so it has both, and `page_style.py` shows one of them. Not here: the
table (`record_lists.py`).
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import polars as pl
import streamlit as st

from dashboards.components.formatting import day
from dashboards.components.ledger_session import rag_text

CARDS_SHOWN = 60
FACTS = {
    "pipelines": ("stage", "technologies", "capacity_mwp", "rtb_date"),
    "counterparties": ("roles", "project_count", "capacity_mwp"),
    "information_points": ("rating", "status", "project", "due_date"),
    "milestones": ("project", "forecast_date", "actual_date"),
}
"The columns of each kind that a card has room for."
WORDS = {
    "capacity_mwp": "{:,.1f} MWp",
    "rtb_date": "RTB {}",
    "project_count": "projects: {:,}",
    "rating": "rating {:,}",
    "due_date": "due {}",
    "forecast_date": "forecast {}",
    "actual_date": "reached {}",
}


def render_cards(frame: pl.DataFrame, kind: str, page: str) -> None:
    """Draw rows of records as links with their facts. `page` is the file of a record's page."""
    path = PurePath(page).stem
    cards = [_card(row, kind, path) for row in frame.head(CARDS_SHOWN).iter_rows(named=True)]
    render_card_list(cards, len(frame))


def render_card_list(cards: Sequence[str], total: int) -> None:
    """Draw the first cards of `total`, each an HTML element `li`; the table in their place has the key `list-table`."""
    shown = [*cards[:CARDS_SHOWN]]
    if total > len(shown):
        shown.append(f"<li>and {total - len(shown):,} more: search or filter above</li>")
    with st.container(key="list-cards"):
        st.html(f"<ul>{''.join(shown)}</ul>")


def _card(row: dict[str, Any], kind: str, path: str) -> str:
    facts = [text for name in FACTS[kind] if (text := _fact_text(name, row[name]))]
    rag = row.get("rag")
    badge = f'<span class="rag-{escape(rag.lower())}">{escape(rag_text(rag))}</span>' if rag else ""
    address = f"{path}?id={quote(row['id'], safe='')}"
    return f'<li><a href="{address}">{escape(row["name"])}</a>{badge}<br>{escape(" · ".join(facts))}</li>'


def _fact_text(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    return WORDS.get(name, "{}").format(day(value) if isinstance(value, date) else value)
