"""Queries of the ledger: the present state, earlier states, and the changes since a position.

Not here: replaying (`history.py`), which works on the results of these queries.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Action, Key, Record, Recorded
from pipeline_assets.ledger.history import State, fold_changes
from pipeline_assets.models import VALID_ID
from pipeline_assets.upgrades import complete_fields, upgraded_fields

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 5_000


def newest_position(engine: sa.Engine) -> int:
    """Return the position of the newest change, or 0 for an empty ledger."""
    with schema.reading(engine) as con:
        return position_in(con)


def changes_since(engine: sa.Engine, after: int = 0, *, limit: int | None = None) -> list[Recorded]:
    """Return the changes past a position, in order."""
    with schema.reading(engine) as con:
        return list(recorded_in(con, schema.changes.c.position > after, limit))


def changes_in_spans(engine: sa.Engine, spans: Iterable[tuple[int, int]]) -> list[Recorded]:
    """Return the changes whose position is in one of the spans, both ends included, in order."""
    parts = [schema.changes.c.position.between(first, last) for first, last in spans]
    with schema.reading(engine) as con:
        return list(recorded_in(con, sa.or_(sa.false(), *parts)))


def rows_since(engine: sa.Engine, after: int = 0) -> Sequence[sa.Row[Any]]:
    """Return the changes past a position as rows of `schema.changes`, with before and after as JSON text."""
    result = schema.changes.c
    columns = [sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column for column in result]
    query = sa.select(*columns).where(result.position > after).order_by(result.position)
    with schema.reading(engine) as con:
        return con.execute(query).fetchall()


def record_history(engine: sa.Engine, kind: str, id: str) -> list[Recorded]:
    """Return every change of one record, oldest first."""
    if not VALID_ID.fullmatch(id):
        return []
    with schema.reading(engine) as con:
        return list(recorded_in(con, (schema.changes.c.kind == kind) & (schema.changes.c.id == id)))


def histories(engine: sa.Engine, keys: Iterable[Key]) -> list[Recorded]:
    """Return every change of several records, in the order of positions."""
    ids: dict[str, list[str]] = {}
    for kind, id in keys:
        if VALID_ID.fullmatch(id):
            ids.setdefault(kind, []).append(id)
    columns = schema.changes.c
    own = [(columns.kind == kind) & columns.id.in_(of_kind) for kind, of_kind in ids.items()]
    if not own:
        return []
    with schema.reading(engine) as con:
        return list(recorded_in(con, sa.or_(*own)))


def batch_changes(engine: sa.Engine, batch: str) -> list[Recorded]:
    """Return the changes that were submitted together."""
    if not VALID_ID.fullmatch(batch):
        return []
    with schema.reading(engine) as con:
        return list(recorded_in(con, schema.changes.c.batch == batch))


def records_of_kind(engine: sa.Engine, kind: str, *, archived: bool | None = False) -> list[Record]:
    """Return the records of a kind by id: live ones (default), archived ones (True), or both (None)."""
    query = sa.select(schema.records).where(schema.records.c.kind == kind).order_by(schema.records.c.id)
    if archived is not None:
        query = query.where(schema.records.c.archived == archived)
    with schema.reading(engine) as con:
        return [record_of(row) for row in con.execute(query)]


def find_record(engine: sa.Engine, kind: str, id: str) -> Record | None:
    """Return one record, archived or not, or None."""
    with schema.reading(engine) as con:
        return records_in(con, kind, [id]).get(id)


def state_at(engine: sa.Engine, *, position: int | None = None, at: datetime | None = None) -> State:
    """Replay the changes up to a position or an instant (both inclusive) into every record, including archived ones."""
    where: sa.ColumnElement[bool] = sa.true()
    if position is not None:
        where = schema.changes.c.position <= position
    if at is not None:
        where = where & (schema.changes.c.submitted_at_us <= microseconds_of(at))
    with schema.reading(engine) as con:
        return fold_changes(recorded_in(con, where))


def position_in(con: sa.Connection) -> int:
    """Return the position of the newest change within a transaction."""
    return int(con.execute(_POSITION).scalar_one())


def batch_at(con: sa.Connection, position: int) -> str | None:
    """Return the batch of the change at a position, or None if no change has it."""
    batch: str | None = con.execute(_BATCH_AT, {"position": position}).scalar()
    return batch


def records_in(con: sa.Connection, kind: str, ids: Iterable[str]) -> dict[str, Record]:
    """Return the existing records by id, including archived ones."""
    valid = [id for id in ids if VALID_ID.fullmatch(id)]  # PostgreSQL rejects a query that contains a NUL
    return {row.id: record_of(row) for row in con.execute(_RECORDS, {"kind": kind, "ids": valid})}


def record_of(row: sa.Row[Any]) -> Record:
    """Return a stored record with all fields of today's model."""
    fields = complete_fields(row.kind, row.fields)
    return Record(
        row.kind, row.id, row.version, row.position, row.archived, fields, row.who, instant_of(row.submitted_at_us)
    )


def microseconds_of(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant_of(us: int) -> datetime:
    """Return the instant of microseconds since 1970, UTC."""
    return EPOCH + timedelta(microseconds=us)


_POSITION = sa.select(schema.ledger_info.c.value).where(schema.ledger_info.c.key == "position")
_BATCH_AT = sa.select(schema.changes.c.batch).where(schema.changes.c.position == sa.bindparam("position"))
_RECORDS = sa.select(schema.records).where(
    schema.records.c.kind == sa.bindparam("kind"), schema.records.c.id.in_(sa.bindparam("ids", expanding=True))
)


def recorded_in(con: sa.Connection, where: sa.ColumnElement[bool], limit: int | None = None) -> Iterator[Recorded]:
    """Yield recorded changes in the order of positions."""
    query = sa.select(schema.changes).where(where).order_by(schema.changes.c.position).limit(limit)
    for row in con.execution_options(yield_per=_CHUNK).execute(query):
        (place, batch, kind, id, version, action, before, after, who, why, at_us, identity) = row
        before, after = upgraded_fields(kind, before), upgraded_fields(kind, after)
        at = instant_of(at_us)
        yield Recorded(place, batch, kind, id, version, Action(action), before, after, who, why, at, identity)
