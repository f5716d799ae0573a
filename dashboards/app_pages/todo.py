"""To do: milestones and information points that are overdue or due soon, by owner."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice
from dashboards.components.chart import render_downloads
from dashboards.components.clickable_rows import clicked_row
from dashboards.components.formatting import day, number
from dashboards.components.list_cards import CARDS_SHOWN, Card, page_address, render_card_list, table_of_cards
from dashboards.components.plain_text import plain
from dashboards.components.printing import render_printed_table
from dashboards.components.toolbar import toolbar
from pipeline_assets.todo import HORIZONS, LATER, OVERDUE, WHEN, todo_list

NOBODY = "No owner"
SHOWN = tuple(when for when in WHEN if when != LATER)
CARD_PIXELS = 150
"The least width of a card: four fit side by side on a desktop, two on a phone."
COLUMNS: dict[str, Any] = {
    "due_date": st.column_config.DateColumn("Due", format=record_lists.DAY_FORMAT),
    "days": st.column_config.NumberColumn("Days", format="%+,d", help="Until it is due; negative if overdue."),
    "project": "Project",
    "owner": "Owner",
    "what": "What",
}


def render_page() -> None:
    """Draw what is overdue, and what is due in the next days."""
    save_notice.render_notice()
    portfolio = ledger_session.current_portfolio()
    if portfolio.position == 0:
        record_lists.empty_list(portfolio, "pipelines")
        return
    frame = todo_list(portfolio, datetime.now(UTC).date())
    owners = sorted(frame["owner"].unique().to_list(), key=lambda name: (not name, name.casefold()))
    headline = st.subheader("…", anchor=False)  # its line is there from the start, so that nothing moves
    with toolbar():
        chosen = st.multiselect(
            "Owner",
            [name or NOBODY for name in owners],
            key="owner",
            bind="query-params",
            placeholder="All owners",
            label_visibility="collapsed",
            width=360,
        )
    if chosen:
        frame = frame.filter(pl.col("owner").replace("", NOBODY).is_in(chosen))
    counts = dict(frame.group_by("when").len().rows())
    headline.subheader(
        _headline(counts, frame),
        anchor=False,
        help="Milestones are due on their forecast date, or on the planned one without a forecast, until they have an "
        "actual date. Projects in construction have reached RTB.",
    )
    with st.grid(len(SHOWN), min_column_width=CARD_PIXELS, key="cards"):
        for when in SHOWN:
            st.metric(when, number(counts.get(when, 0)), border=True, height="stretch")
    if frame.is_empty():
        st.success(f"Nothing is overdue or due in {HORIZONS[-1]} days.", icon=":material/check_circle:")
        return
    parts = [(when, frame.filter(when=when)) for when in SHOWN if counts.get(when)]
    for when, part in parts:
        st.subheader(_title(when, part), anchor=False)
        cards = [_card(row) for row in part.head(CARDS_SHOWN).to_dicts()]
        render_card_list(cards, len(part), name=when, hint="choose an owner above")
        with table_of_cards(when):
            _render_part(when, part)
    render_downloads(frame.drop("position", "record_kind", "id"), name="to-do")


def _headline(counts: Mapping[str, int], frame: pl.DataFrame) -> str:
    """Return how much is due and when, and who has most of what is overdue, in one sentence."""
    parts = [
        f"{number(counts[when])} {'overdue' if when == OVERDUE else f'due {when.lower()}'}"
        for when in SHOWN
        if when in counts
    ]
    if not parts:
        return "Nothing to do"
    late = frame.filter(pl.col("when") == OVERDUE, pl.col("owner") != "").group_by("owner").len()
    sentence = ", ".join(parts)
    if late.is_empty():
        return sentence
    owner, count = late.sort("len", "owner", descending=[True, False]).row(0)
    return f"{sentence}; {plain(owner)} has {number(count)} of the overdue" if count > 1 else sentence


def _title(when: str, frame: pl.DataFrame) -> str:
    return f"{OVERDUE if when == OVERDUE else f'Due {when.lower()}'} ({number(len(frame))})"


def _card(row: Mapping[str, Any]) -> Card:
    days = abs(row["days"])
    late = "today" if not days else f"{number(days)} {'day' if days == 1 else 'days'}"
    due = f"{day(row['due_date'])}, {late}{' late' if row['days'] < 0 else ''}"
    address = page_address(record_lists.PAGES[row["record_kind"]], id=row["id"])
    return Card(row["name"], address, [text for text in (row["project"], due, row["owner"]) if text])


def _render_part(when: str, frame: pl.DataFrame) -> None:
    shown = frame.select("name", *COLUMNS)
    alt = f"{_title(when, frame)}: milestones and information points"
    click = clicked_row(shown, COLUMNS, key=when, alt=alt)
    render_printed_table(shown, COLUMNS)
    if click:
        row = frame.row(click[0], named=True)
        st.switch_page(record_lists.PAGES[row["record_kind"]], query_params={"id": row["id"]})


render_page()
