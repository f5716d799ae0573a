"""What the ledger holds at one moment, kept in memory to be looked up by id, by name and by what refers to it.

Belongs here: one consistent look and its indexes. Not here: what is done with it.
"""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES


class Holdings:
    """Records with `archived` ones; `position`: of the newest change among them."""

    def __init__(self, records: Iterable[Record], position: int) -> None:
        self.position = position
        self._by_id: dict[tuple[str, str], Record] = {}
        self._by_name: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._naming: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
        for record in records:
            self._by_id[record.kind, record.id] = record
            if "name" in record.fields:
                self._by_name[record.kind, name_key(record.fields["name"])].append(record)
            for field in ENTITIES[record.kind].references:
                if record.fields[field] is not None:
                    self._naming[record.kind, field, record.fields[field]].append(record)

    def get(self, kind: str, id: str) -> Record | None:
        return self._by_id.get((kind, id))

    def of_kind(self, kind: str, *, archived: bool = False) -> list[Record]:
        """By name."""
        found = [record for (its_kind, _), record in self._by_id.items() if its_kind == kind]
        found = [record for record in found if record.archived == archived]
        return sorted(found, key=lambda record: (name_key(str(record.fields.get("name", ""))), record.id))

    def named(self, kind: str, name: str, *, archived: bool = False) -> list[Record]:
        """Those of a name; capitals and repeated blanks aside."""
        return [record for record in self._by_name.get((kind, name_key(name)), ()) if record.archived == archived]

    def naming(self, kind: str, field: str, id: str, *, archived: bool = False) -> list[Record]:
        """Those of a kind whose field names the record of this id, oldest first."""
        found = [record for record in self._naming.get((kind, field, id), ()) if record.archived == archived]
        return sorted(found, key=lambda record: record.position)


def name_key(name: str) -> str:
    return " ".join(name.casefold().split()) or name


def holdings(engine: sa.Engine) -> Holdings:
    """All records, in one transaction."""
    with schema.reading(engine) as con:
        rows = con.execute(sa.select(schema.records)).all()
        return Holdings(map(reader.record_of, rows), reader.position_in(con))
