"""Lookups of the stored records that a batch concerns, as they were before the batch.

Ten thousand changes must not run ten thousand queries while others wait for the lock: keys that will be needed are read
along with the next query of their kind. A single change reads no more than it needs. Not here: the effect of the batch
on them (`draft.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Key, Record

KEYS_PER_QUERY = 500
"The largest number of keys in one query."

Value = TypeVar("Value")


class Lookup(Generic[Value]):
    """Values by kind and key, each read once.

    `read` returns the values of all keys that are passed to it, for one kind.
    """

    def __init__(self, read: Callable[[str, Sequence[str]], Mapping[str, Value]]) -> None:
        self._read = read
        self._found: dict[tuple[str, str], Value] = {}
        self._expected: dict[str, dict[str, None]] = defaultdict(dict)

    def expect(self, kind: str, key: str) -> None:
        """Mark a key as needed soon: it is read along with the next one of its kind."""
        if (kind, key) not in self._found:
            self._expected[kind][key] = None

    def get(self, kind: str, key: str) -> Value:
        """Return the value of a key, reading it together with all expected ones."""
        if (kind, key) not in self._found:
            expected = self._expected[kind]
            expected.pop(key, None)
            keys = [key, *islice(expected, KEYS_PER_QUERY - 1)]
            for other in keys[1:]:
                del expected[other]
            self._found |= {(kind, read): value for read, value in self._read(kind, keys).items()}
        return self._found[kind, key]


class Stored:
    """Lookups in a transaction that has changed no record yet.

    Reading a record marks as expected the records that it refers to and those that refer to it.
    """

    def __init__(self, con: sa.Connection) -> None:
        self._con = con
        self.records: Lookup[Record | None] = Lookup(self._records)
        self.references_to_others: Lookup[list[Key]] = Lookup(self._mentions)
        "The kind and id of the records that refer to a record, including archived ones."
        self.namesakes: Lookup[str | None] = Lookup(self._namesakes)
        "The id of the record that has a unique key, by kind and key."
        self.changes: Lookup[list[tuple[int, Mapping[str, Any]]]] = Lookup(self._changes)
        "The changes of a record, as (version, values that were set), by kind and id."

    def _records(self, kind: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        records = reader.records_in(self._con, kind, ids)
        for id, record in records.items():
            self.references_to_others.expect(kind, id)
            for _, named in record.references_to_others():
                self.records.expect(*named)
        return dict.fromkeys(ids) | records

    def _mentions(self, kind: str, ids: Sequence[str]) -> Mapping[str, list[Key]]:
        keys_by_id: dict[str, list[Key]] = {id: [] for id in ids}
        for row in self._con.execute(_MENTIONS, {"kind": kind, "keys": ids}):
            keys_by_id[row.target_id].append((row.kind, row.id))
            self.records.expect(row.kind, row.id)
        return keys_by_id

    def _namesakes(self, kind: str, keys: Sequence[str]) -> Mapping[str, str | None]:
        ids_by_key: dict[str, str | None] = dict.fromkeys(keys)
        for row in self._con.execute(_NAMESAKES, {"kind": kind, "keys": keys}):
            ids_by_key[row.unique_key] = row.id
            self.records.expect(kind, row.id)
        return ids_by_key

    def _changes(self, kind: str, ids: Sequence[str]) -> Mapping[str, list[tuple[int, Mapping[str, Any]]]]:
        changes_by_id: dict[str, list[tuple[int, Mapping[str, Any]]]] = {id: [] for id in ids}
        for row in self._con.execute(_CHANGES, {"kind": kind, "keys": ids}):
            changes_by_id[row.id].append((row.version, row.after))
        return changes_by_id


def _key_of(kind: sa.Column[str], key: sa.Column[str], *columns: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(key, *columns).where(kind == sa.bindparam("kind"), key.in_(sa.bindparam("keys", expanding=True)))


_mentions, _records, _changes = schema.mentions.c, schema.records.c, schema.changes.c
_MENTIONS = _key_of(_mentions.target_kind, _mentions.target_id, _mentions.kind, _mentions.id)
_NAMESAKES = _key_of(_records.kind, _records.unique_key, _records.id)
_CHANGES = _key_of(_changes.kind, _changes.id, _changes.version, _changes.after)
