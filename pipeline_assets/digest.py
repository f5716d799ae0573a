"""The digest of a period: a comparison of the portfolio in a few sentences, and the notice of the past week.

Not here: the comparison (`comparison.py`), what is due (`todo.py`), sending (`delivery.py`), when it is
written (`schedules.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

import duckdb
import polars as pl

from pipeline_assets.comparison import ENDS, Comparison, Movement, RiskMove, compare_portfolio
from pipeline_assets.delivery import LONGEST_TEXT
from pipeline_assets.ledger.notices import shorten_text
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.register_links.linked_changes import linked_change_texts, linked_changes

SCHEDULE_NAME = "monday_digest"
"The schedule that writes it, which is off until somebody switches it on."
TOPIC = "The portfolio last week"
MOST_NAMES = 2
"The most projects that a sentence names; it says how many there are besides."


def digest_sentences(comparison: Comparison) -> list[str]:
    """Return the comparison in sentences: capacity, movements, dates, RAG and risks; one if nothing changed."""
    if comparison.is_empty:
        return ["Nothing changed in the portfolio."]
    return [_capacity_sentence(comparison), *_move_sentences(comparison)]


def _capacity_sentence(comparison: Comparison) -> str:
    bridge = comparison.bridge
    opening, closing = (float(bridge.filter(movement=str(end))["mwp"].sum()) for end in ENDS)
    change = f"{closing - opening:+,.1f}".replace("-", "\u2212")
    return f"{closing:,.1f} MWp in all stages ({change})."


def _move_sentences(comparison: Comparison) -> Iterator[str]:
    for movement in Movement:
        lines = comparison.lines.filter(movement=str(movement))
        if len(lines):
            yield f"{movement}: {_names(lines['project'].unique(maintain_order=True).to_list())}."
    for words, moved in (("later", pl.col("days") > 0), ("earlier", pl.col("days") < 0)):
        rows = comparison.dates.filter(moved).iter_rows(named=True)
        if texts := [f"{row['project']} ({row['name']}, {abs(row['days']):,} days)" for row in rows]:
            yield f"Dates {words}: {_names(texts)}."
    for words, is_worse in (("worse", True), ("better", False)):
        rows = comparison.rags.filter(is_worse=is_worse).iter_rows(named=True)
        if texts := [f"{row['project']} ({row['after']})" for row in rows]:
            yield f"RAG {words}: {_names(texts)}."
    counts = dict(comparison.risks.group_by("move").len().iter_rows())
    if counts:
        yield f"Risks: {', '.join(f'{counts[move]} {move.lower()}' for move in RiskMove if move in counts)}."


def _names(texts: list[str]) -> str:
    more = len(texts) - MOST_NAMES
    return ", ".join(texts[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def weekly_digest(con: duckdb.DuckDBPyConnection, now: datetime, to_do: Sequence[str] = ()) -> Notice:
    """Return the notice of the week, Monday to Sunday in UTC, before the week of `now`; it ends with the to-dos.

    A week has one notice, however often it is written. If it is too long for Slack, the changes are cut and not the
    to-dos: the page behind its link has all changes.
    """
    this_monday = now.astimezone(UTC).date() - timedelta(days=now.astimezone(UTC).weekday())
    midnight = datetime.combine(this_monday, time(), UTC) - timedelta(microseconds=1)
    comparison = compare_portfolio(con, midnight - timedelta(days=7), midnight)
    days = [(comparison.before_utc + timedelta(days=n)).date().isoformat() for n in (0, 7)]
    page = "changes?" + urlencode({"period": "Two days", "from-to": days}, doseq=True)
    records = linked_change_texts(linked_changes(con, midnight - timedelta(days=7), midnight))
    registers = [f"Registers: {_names(records)}."] if records else []
    changes, due = " ".join([*digest_sentences(comparison), *registers]), " ".join(to_do)
    text = f"{shorten_text(changes, LONGEST_TEXT - len(due) - 1)} {due}" if due else changes
    return Notice(TOPIC, text, page, id=f"digest {this_monday}")
