"""History for people: every field of every change of a record and its parts, and the batches of changes.

Not here: replaying (`pipeline_assets/ledger/history.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from pipeline_assets.access import author_label
from pipeline_assets.fields import field_title
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Key
from pipeline_assets.ledger.history import fields_changed
from pipeline_assets.models import ENTITIES, VALID_ID
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.records import name_of

PARTS = {
    "pipelines": ("pipeline_facilities", "pipeline_counterparties", "milestones", "comments"),
    "counterparties": ("counterparty_contacts", "comments"),
    "information_points": ("information_point_counterparties", "comments"),
}
"The kinds whose changes belong to the history of a record."
BEHIND = {"pipeline_facilities": "facility_id", "counterparty_contacts": "contact_id"}
"The links whose other end counts as a part of the record."


def record_changes(engine: sa.Engine, portfolio: Portfolio, kind: str, id: str) -> pl.DataFrame:
    """Return every field of every change of a record and its parts, newest first, with values as people read them.

    Columns: submitted_at_utc, who, record, action, field, before, after, why, version, position.
    """
    changes = sorted(reader.histories(engine, keys_of_record(portfolio, kind, id)), key=lambda change: -change.position)
    rows = [
        {
            "submitted_at_utc": change.submitted_at_utc,
            "who": author_label(change.who, change.identity),
            "record": f"{ENTITIES[change.kind].title}: {name_of(portfolio, change.kind, change.id)}",
            "action": str(change.action),
            "field": field_title(change.kind, name),
            "before": shown_value(portfolio, change.kind, name, before),
            "after": shown_value(portfolio, change.kind, name, after),
            "why": change.why,
            "version": change.version,
            "position": change.position,
        }
        for change, name, before, after in fields_changed(changes)
        if (before is not None or after not in (None, ""))
        and (ENTITIES[change.kind].references.get(name), after) != (kind, id)
    ]
    texts = dict.fromkeys(("who", "record", "action", "field", "before", "after", "why"), pl.String())
    numbers = dict.fromkeys(("version", "position"), pl.Int64())
    return pl.DataFrame(rows, schema={"submitted_at_utc": pl.Datetime("us", "UTC"), **texts, **numbers})


def keys_of_record(portfolio: Portfolio, kind: str, id: str) -> list[Key]:
    """Return the keys of a record and its parts, whose changes are its history."""
    return list(dict.fromkeys(_with_parts(portfolio, kind, id)))


def _with_parts(portfolio: Portfolio, kind: str, id: str) -> Iterator[tuple[str, str]]:
    yield kind, id
    for part in PARTS.get(kind, ()):
        field = next(name for name, target in ENTITIES[part].references.items() if target == kind)
        for archived in (False, True):
            for link in portfolio.referencing(part, field, id, archived=archived):
                yield part, link.id
                if behind := BEHIND.get(part):
                    target = ENTITIES[part].references[behind]
                    yield target, link.fields[behind]
                    yield from _comments_on(portfolio, target, link.fields[behind])


def _comments_on(portfolio: Portfolio, kind: str, id: str) -> Iterator[tuple[str, str]]:
    field = next(name for name, target in ENTITIES["comments"].references.items() if target == kind)
    for archived in (False, True):
        for comment in portfolio.referencing("comments", field, id, archived=archived):
            yield comment.kind, comment.id


def shown_value(portfolio: Portfolio, kind: str, name: str, value: Any) -> str:
    """Return a value as people read it, with the name of a referenced record."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    target = ENTITIES[kind].references.get(name)
    if target:
        return name_of(portfolio, target, value)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Batch:
    """Changes that were submitted together. `reverted_by` is the batch that reverted it and is in force, or ""."""

    batch: str
    source: str
    changes: int
    position: int
    who: str
    "The author, marked if the name is verified."
    why: str
    submitted_at_utc: datetime
    reverted_by: str


def recent_batches(engine: sa.Engine, limit: int = 50) -> list[Batch]:
    """Return the newest batches, newest first."""
    return _batches(engine, sa.true(), limit)


def batches_by_id(engine: sa.Engine, ids: Iterable[str]) -> dict[str, Batch]:
    """Return the batches with these ids; ids that do not exist are left out."""
    valid = [id for id in ids if VALID_ID.fullmatch(id)]
    return {batch.batch: batch for batch in _batches(engine, schema.batches.c.batch.in_(valid), None)}


def _batches(engine: sa.Engine, where: sa.ColumnElement[bool], limit: int | None) -> list[Batch]:
    columns, last = schema.batches.c, schema.changes.c
    query = (
        sa.select(schema.batches, last.who, last.identity, last.why, last.submitted_at_us)
        .join(schema.changes, last.position == columns.last_position)
        .where(where)
        .order_by(columns.last_position.desc())
        .limit(limit)
    )
    with schema.reading(engine) as con:
        undoing = con.execute(
            sa.select(columns.reverts, columns.batch)
            .where(columns.reverts.is_not(None))
            .order_by(columns.last_position.desc())
        )
        by_reverted: dict[str, str] = {}
        for row in undoing:  # newest first: what was undone itself undoes nothing
            if row.batch not in by_reverted:
                by_reverted.setdefault(row.reverts, row.batch)
        return [
            Batch(
                *(row.batch, row.source, row.last_position - row.first_position + 1, row.last_position),
                *(
                    author_label(row.who, row.identity),
                    row.why,
                    reader.instant_of(row.submitted_at_us),
                    by_reverted.get(row.batch, ""),
                ),
            )
            for row in con.execute(query)
        ]
