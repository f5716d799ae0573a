"""The ledger at one moment, kept in memory to be looked up by id, by name and by references.

Belongs here: one consistent read and its indexes. Not here: what is done with it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from pipeline_assets.collection_pause import paused_collection
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.names import name_key


class Portfolio:
    """All records, including archived ones; `position` and `batch` are those of the newest change among them."""

    def __init__(self, records: Iterable[Record], position: int, batch: str | None = None) -> None:
        self.position, self.batch = position, batch
        self._by_id: dict[tuple[str, str], Record] = {}
        self._by_name: dict[tuple[str, str], list[Record]] = {}
        self._naming: dict[tuple[str, str, str], list[Record]] = {}
        self._of_kind: dict[tuple[str, bool], list[Record]] = {}
        "Filled on first use."
        self._add(records)

    def updated(self, records: Iterable[Record], position: int, batch: str | None = None) -> "Portfolio":
        """Return the portfolio with newer versions of some records; this object is not modified."""
        newer, changed = Portfolio((), position, batch), list(records)
        newer._by_id, newer._by_name, newer._naming = dict(self._by_id), dict(self._by_name), dict(self._naming)
        ids = {(record.kind, record.id) for record in changed}
        earlier = [record for key in ids if (record := self._by_id.get(key))]
        for index, key in {
            (id(index), key): (index, key) for each in earlier for index, key in newer._keys(each)
        }.values():
            index[key] = [each for each in index[key] if (each.kind, each.id) not in ids]
        newer._add(changed)
        return newer

    def _add(self, records: Iterable[Record]) -> None:
        is_shared, copied = bool(self._by_id), set[tuple[int, tuple[str, ...]]]()
        for record in records:
            self._by_id[record.kind, record.id] = record
            for index, key in self._keys(record):
                if not is_shared:
                    index.setdefault(key, []).append(record)
                    continue
                if (id(index), key) not in copied:  # the list may belong to an older portfolio
                    copied.add((id(index), key))
                    index[key] = list(index.get(key, ()))
                index[key].append(record)

    def _keys(self, record: Record) -> Iterator[tuple[dict[Any, list[Record]], tuple[str, ...]]]:
        """Yield each index with the key of the record in it."""
        if "name" in record.fields:
            yield self._by_name, (record.kind, name_key(record.fields["name"]))
        for field in ENTITIES[record.kind].references:
            if record.fields[field] is not None:
                yield self._naming, (record.kind, field, record.fields[field])

    def get(self, kind: str, id: str) -> Record | None:
        """Return a record, including an archived one, or None."""
        return self._by_id.get((kind, id))

    def keys(self) -> frozenset[tuple[str, str]]:
        """Return the kind and id of every record, including archived ones."""
        return frozenset(self._by_id)

    def of_kind(self, kind: str, *, archived: bool = False) -> list[Record]:
        """Return the records of a kind, ordered by name."""
        if (kind, archived) not in self._of_kind:
            records = (each for each in self._by_id.values() if each.kind == kind and each.archived == archived)
            by_name = sorted(records, key=lambda each: (name_key(str(each.fields.get("name", ""))), each.id))
            self._of_kind[kind, archived] = by_name
        return list(self._of_kind[kind, archived])

    def by_name(self, kind: str, name: str, *, archived: bool = False) -> list[Record]:
        """Return the records with a name, in any spelling."""
        return [record for record in self._by_name.get((kind, name_key(name)), ()) if record.archived == archived]

    def referencing(self, kind: str, field: str, id: str, *, archived: bool = False) -> list[Record]:
        """Return the records of a kind whose field refers to this id, oldest first."""
        records = [record for record in self._naming.get((kind, field, id), ()) if record.archived == archived]
        return sorted(records, key=lambda record: record.position)


def read_portfolio(engine: sa.Engine) -> Portfolio:
    """Return all records, read in one transaction."""
    return portfolio_since(engine, Portfolio((), 0))


def portfolio_since(engine: sa.Engine, known: Portfolio) -> Portfolio:
    """Return all records by reading only those that changed since the known portfolio.

    All are read if the ledger is a different one than before, as after a backup was restored.
    """
    with paused_collection(), schema.reading(engine) as con:
        position = reader.position_in(con)
        if known.batch is None or known.batch != reader.batch_at(con, known.position):
            known = Portfolio((), 0)
        changed = sa.select(schema.records).where(schema.records.c.position > known.position)
        records = map(reader.record_of, con.execute(changed).all())
        return known.updated(records, position, reader.batch_at(con, position))
