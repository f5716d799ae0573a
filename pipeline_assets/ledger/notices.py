"""The changes that are worth a notice, and the notice's text.

Not here: waiting (`outbox.py`), sending (`delivery.py`), failed runs (`run_notices.py`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from pipeline_assets.ledger.changes import Action, Receipt, Record
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.vocabulary import PointStatus, Rag

RTB_MOVED_DAYS = 30
"The shift of the RTB date in days beyond which it is worth a notice; a shift within the month is everyday work."
HIGH_RATING = 5_000
"The rating above which an information point is worth a notice, because it is both likely and serious."
MOST_NOTICES = 10
"The most notices per batch; a batch with more sends one summary, because an import must not flood the channel."
LONGEST_COMMENT = 300

NEW_PROJECT, RED, RTB_MOVED, HIGH_RISK = "New project", "RAG to Red", "RTB moved", "High-rated information point"
MANY = "Many changes"
UNDO = "Undo"
"The first word of a notice about values that are back because somebody undid a batch."
PAGES = {"pipelines": "project", "information_points": "information_point"}
"The path of the record's page in the dashboard by kind; the page takes the id as a query parameter."


def notices_for_batch(receipt: Receipt, records: Mapping[tuple[str, str], Record], source: str) -> list[Notice]:
    """Return the notices of a batch that left `records`; none for the seeds, which no person has just entered."""
    if source == "seed":
        return []
    notices = [
        notice for key, before in _fields_before(receipt).items() for notice in _notices_of_record(records[key], before)
    ]
    if len(notices) <= MOST_NOTICES:
        return [replace(notice, text=f"{UNDO}: {notice.text}") for notice in notices] if source == "revert" else notices
    counts = Counter(notice.topic for notice in notices)
    summary = ", ".join(f"{topic} ({count})" for topic, count in counts.items())
    first = receipt.changes[0]
    why = f" Why: {shorten_text(first.why)}" if first.why else ""
    what = "undo" if source == "revert" else source
    return [Notice(MANY, f"{len(notices)} changes in one {what} by {first.who}: {summary}.{why}")]


def shorten_text(text: str, length: int = LONGEST_COMMENT) -> str:
    """Return the text, or its beginning with an ellipsis."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _fields_before(receipt: Receipt) -> dict[tuple[str, str], Mapping[str, Any] | None]:
    """Return the changed fields of each record as they were before the batch; None for a created record."""
    fields_by_record: dict[tuple[str, str], Mapping[str, Any] | None] = {}
    for change in receipt.changes:
        key = (change.kind, change.id)
        if key not in fields_by_record:
            fields_by_record[key] = None if change.action is Action.CREATE else change.before
        elif (earlier := fields_by_record[key]) is not None:
            fields_by_record[key] = {**change.before, **earlier}
    return fields_by_record


def _notices_of_record(record: Record, before: Mapping[str, Any] | None) -> Iterator[Notice]:
    """Yield the notices of one record. Archived records produce none."""
    if record.archived or record.kind not in PAGES:
        return
    now, page = record.fields, f"{PAGES[record.kind]}?id={quote(record.id, safe='')}"
    name, who = now["name"], record.who
    if record.kind == "information_points":
        rating = now["impact"] * now["likelihood"]
        if before is None and rating > HIGH_RATING and now["status"] == PointStatus.OPEN:
            scores = f"impact {now['impact']} x likelihood {now['likelihood']} = {rating:,}"
            yield Notice(HIGH_RISK, f"{name}: {scores}, reported by {who}.", page)
        return
    if before is None:
        because = f" ({shorten_text(now['rag_comment'])})" if now["rag_comment"] else ""
        status = f"{now['market']}, {now['stage']}, {now['rag']}{because}, RTB {_day_text(now['rtb_date'])}"
        yield Notice(NEW_PROJECT, f"{name}, added by {who}: {status}.", page)
        return
    was = {**now, **before}
    if now["rag"] == Rag.RED != was["rag"]:
        yield Notice(RED, f"{name} turned Red (was {was['rag']}), by {who}: {shorten_text(now['rag_comment'])}", page)
    if now["rtb_date"] and was["rtb_date"]:
        days = (date.fromisoformat(now["rtb_date"]) - date.fromisoformat(was["rtb_date"])).days
        if abs(days) > RTB_MOVED_DAYS:
            moved = f"{abs(days)} days {'later' if days > 0 else 'earlier'}"
            new, old = _day_text(now["rtb_date"]), _day_text(was["rtb_date"])
            yield Notice(RTB_MOVED, f"{name}: RTB {new}, {moved} than {old}, by {who}.", page)


def _day_text(stored: str | None) -> str:
    """Return a stored day as people read it, such as 25 Nov 2026."""
    if stored is None:
        return "not known yet"
    day = date.fromisoformat(stored)
    return f"{day.day} {day:%b %Y}"
