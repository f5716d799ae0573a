"""Lists as cards, which a phone shows in place of their tables: each is a link with its facts.

The page does not know the width of the window, so it has both, and `page_style.py` shows one of them. Not here: the
tables (`clickable_rows.py`, `record_lists.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import streamlit as st

from dashboards.components.formatting import day, number
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
    "capacity_mw": "{:,.1f} MW",
    "rtb_date": "RTB {}",
    "project_count": "projects: {:,}",
    "rating": "rating {:,}",
    "impact": "impact {:,}",
    "likelihood": "likelihood {:,}",
    "due_date": "due {}",
    "forecast_date": "forecast {}",
    "actual_date": "reached {}",
    "slippage_days": "slipped {:+,} days",
    "days": "{:,} days since then",
    "days_overdue": "{:,} days overdue",
    "status_date": "status of {}",
    "updated_at_london": "updated {}",
    "distance_km": "{:,.1f} km away",
    "connection_date": "connection {}",
    "permission_granted_date": "granted {}",
    "permission_expiry_date": "expires {}",
    "slip_days": "{:+,} days",
    "slip_mw_years": "{:+,.1f} MW-years",
    "records": "records: {:,}",
}
"How a fact is written where its value says too little."


@dataclass(frozen=True)
class Card:
    """A row as a card: its name, the address that it opens, its facts in a line, and its RAG status if it has one."""

    name: str
    address: str
    facts: Sequence[str]
    rag: str | None = None


def page_address(page: str, **parameters: str) -> str:
    """Return the address of a page, of which `page` is the file, with query parameters."""
    return f"{PurePath(page).stem}?{urlencode(parameters, quote_via=quote)}"


def facts_of(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Return the values of these columns as texts, without those that are missing."""
    return [text for name in columns if name in row and (text := _fact_text(name, row[name]))]


def change_fact(before: Any, after: Any) -> str:
    """Return a change as text, such as `30 Sep 2029 → 30 Jun 2030`; a side that is missing or the same is left out."""
    texts = [text for value in (before, after) if (text := _fact_text("", value))]
    return " → ".join(dict.fromkeys(texts))


def render_cards(frame: pl.DataFrame, kind: str, page: str) -> None:
    """Draw rows of records as links with their facts. `page` is the file of a record's page."""
    cards = [
        Card(row["name"], page_address(page, id=row["id"]), facts_of(row, FACTS[kind]), row.get("rag"))
        for row in frame.head(CARDS_SHOWN).iter_rows(named=True)
    ]
    render_card_list(cards, len(frame))


def render_card_list(
    cards: Sequence[Card], count: int, *, name: str = "", hint: str = "search or filter above"
) -> None:
    """Draw the first `CARDS_SHOWN` cards of a list of `count` rows; `name` is the key of a further list on a page."""
    shown = "".join(map(_card_html, cards[:CARDS_SHOWN]))
    rest = count - min(len(cards), CARDS_SHOWN)
    more = f"<li>and {number(rest)} more: {escape(hint)}</li>" if rest > 0 else ""
    with st.container(key=f"list-cards {name}".strip()):
        st.html(f"<ul>{shown}{more}</ul>")


@contextmanager
def table_of_cards(name: str = "") -> Iterator[None]:
    """Draw the table of a list, which a phone shows as cards."""
    with st.container(key=f"list-table {name}".strip()):
        yield


def _card_html(card: Card) -> str:
    badge = f'<span class="rag-{escape(card.rag.lower())}">{escape(rag_text(card.rag))}</span>' if card.rag else ""
    link = f'<a href="{escape(card.address)}">{escape(card.name)}</a>'
    return f"<li>{link}{badge}<br>{escape(' · '.join(card.facts))}</li>"


def _fact_text(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, date):
        value = day(value)
    elif isinstance(value, int | float) and name not in WORDS:
        value = number(value, 0 if float(value).is_integer() else 1)
    return WORDS.get(name, "{}").format(value)
