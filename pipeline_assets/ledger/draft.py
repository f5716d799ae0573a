"""A batch while it is checked: the records as they would become, and every objection.

Belongs here: applying one change after the other. Not here: rules between records (`cross_record_rules.py`), the
transaction (`submission.py`).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from pipeline_assets import rules
from pipeline_assets.access import Actor
from pipeline_assets.errors import Conflict, Problem
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import ARCHIVED, Action, Change, Key, Record, Recorded
from pipeline_assets.ledger.history import changed_fields
from pipeline_assets.ledger.lookups import KEYS_PER_QUERY, Stored
from pipeline_assets.models import ENTITIES, VALID_ID


@dataclass
class Draft:
    """The effect of a batch on the records that it touches. `position` is that of the newest change so far."""

    stored: Stored
    batch: str
    actor: Actor
    why: str
    at: datetime
    position: int
    undoing: bool = False
    "Whether the batch is a revert, which may undo any step that was allowed forwards."
    touched: dict[Key, Record] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    stale: list[tuple[Change, Record]] = field(default_factory=list)
    "The changes that are based on an older version of their record, each with the record."
    restored: set[Key] = field(default_factory=set)
    namesakes: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    "The ids of the records that had a (kind, unique key) at some step of the batch."
    references_to: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    "The keys of the records that referred to a record at some step of the batch, by its key."

    def record(self, kind: str, id: str) -> Record | None:
        """Return a record as the batch leaves it so far."""
        return self.touched.get((kind, id)) or self.stored.records.get(kind, id)

    def live_record(self, kind: str, id: str) -> Record | None:
        """Return a record if it exists and is not archived."""
        stored_record = self.record(kind, id)
        return None if stored_record is None or stored_record.archived else stored_record

    def records_referencing(self, kind: str, id: str) -> Iterator[tuple[Record, str]]:
        """Yield (record, field) for each live record that refers to this one."""
        for key in sorted({*self.stored.references_to_others.get(kind, id), *self.references_to.get((kind, id), ())}):
            if live := self.live_record(*key):
                for name, named in live.references_to_others():
                    if named == (kind, id):
                        yield live, name

    def with_unique_key(self, kind: str, key: str) -> list[Record]:
        """Return the records that have a unique key, ordered by id."""
        stored = self.stored.namesakes.get(kind, key)
        ids = self.namesakes[kind, key] | ({stored} if stored else set())
        matches = [record for id in sorted(ids) if (record := self.record(kind, id))]
        return [record for record in matches if ENTITIES[kind].unique_key(record.fields) == key]

    def earlier_unique_key(self, record: Record) -> str | None:
        """Return the unique key that the record had before the batch."""
        earlier = self.stored.records.get(record.kind, record.id)
        return ENTITIES[record.kind].unique_key(earlier.fields) if earlier else None

    def apply(self, changes: Sequence[Change], today: date) -> tuple[Recorded, ...]:
        """Return the changes as they would be recorded, without those that change nothing or are refused."""
        for change in changes:
            self.stored.records.expect(change.kind, change.id)
        return tuple(made for change in changes if (made := self._apply(change, today)))

    def conflicts(self) -> list[Conflict]:
        """Return one conflict for each stale change."""
        for change, _ in self.stale:
            self.stored.changes.expect(change.kind, change.id)
        return [self._conflict(*stale) for stale in self.stale]

    def _apply(self, change: Change, today: date) -> Recorded | None:
        before = self.record(change.kind, change.id)
        if (problem := _reason_to_refuse(change, before)) is not None:
            self._refuse(change, "id", problem)
            return None
        values = dict(before.fields) if before else {}
        archived = change.action is Action.ARCHIVE
        if change.action in (Action.CREATE, Action.EDIT):
            if self.undoing:
                earlier = {**values, **change.fields}
                values, fields = rules.validated_fields(change.kind, change.id, earlier, stored=earlier)
            else:
                values, fields = rules.fields_after(change.kind, change.id, values or None, change.fields, today)
            self.problems += fields
            if fields:
                return None
        old, new = changed_fields(
            {**before.fields, ARCHIVED: before.archived} if before else {},
            {**values, ARCHIVED: archived} if before else values,
        )
        if not new:
            return None
        if before and before.version != change.base_version:
            self.stale.append((change, before))
            return None
        self._judge_step(change, before, values)
        self.position += 1
        made = Record(
            *(change.kind, change.id, before.version + 1 if before else 1, self.position),
            *(archived, values, self.actor.name, self.at),
        )
        self._stage(made)
        if change.action is Action.RESTORE:
            self.restored.add((change.kind, change.id))
        return Recorded(
            *(made.position, self.batch, made.kind, made.id, made.version, change.action, old, new),
            *(self.actor.name, "; ".join(filter(None, (change.why, self.why))), self.at, self.actor.identity),
        )

    def write(self, con: sa.Connection) -> None:
        """Write the records as the batch leaves them, and their references."""
        for table in (schema.records, schema.mentions):
            for kind in {kind for kind, _ in self.touched}:
                ids = [id for touched_kind, id in self.touched if touched_kind == kind]
                for some in (ids[n : n + KEYS_PER_QUERY] for n in range(0, len(ids), KEYS_PER_QUERY)):
                    con.execute(table.delete().where(table.c.kind == kind, table.c.id.in_(some)))
        rows = [{**_record_row(record), "unique_key": self._unique_key(record)} for record in self.touched.values()]
        con.execute(schema.records.insert(), rows)
        mentions = [
            {"kind": kind, "id": id, "field": name, "target_kind": target_kind, "target_id": target_id}
            for (kind, id), record in self.touched.items()
            for name, (target_kind, target_id) in record.references_to_others()
        ]
        if mentions:
            con.execute(schema.mentions.insert(), mentions)

    def _unique_key(self, record: Record) -> str | None:
        key = ENTITIES[record.kind].unique_key(record.fields)
        holder = self.stored.namesakes.get(record.kind, key) if key else None
        others = [each.id for each in self.with_unique_key(record.kind, key) if each.id != record.id] if key else []
        return schema.unique_key_of(record.kind, record.id, record.fields, is_taken=holder in others)

    def _stage(self, made: Record) -> None:
        key = (made.kind, made.id)
        self.touched[key] = made
        self.stored.references_to_others.expect(*key)
        if unique_key := ENTITIES[made.kind].unique_key(made.fields):
            self.namesakes[made.kind, unique_key].add(made.id)
            self.stored.namesakes.expect(made.kind, unique_key)
        for _, named in made.references_to_others():
            self.references_to[named].add(key)
            self.stored.records.expect(*named)

    def _judge_step(self, change: Change, before: Record | None, after: dict[str, object]) -> None:
        old = before.fields if before else None
        if old is not None and not self.undoing:
            self.problems += rules.problems_of_step(change.kind, change.id, old, after)
        self.warnings += rules.warnings_of(change.kind, change.id, old, after)

    def _refuse(self, change: Change, name: str, message: str) -> None:
        self.problems.append(Problem(change.kind, change.id, name, message))

    def _conflict(self, change: Change, now: Record) -> Conflict:
        made = self.stored.changes.get(change.kind, change.id)
        names = {name for version, after in made if version > change.base_version for name in after}
        theirs = {name: value for name, value in {**now.fields, ARCHIVED: now.archived}.items() if name in names}
        return Conflict(change.kind, change.id, change.base_version, now.version, theirs, dict(change.fields), now.who)


def _reason_to_refuse(change: Change, before: Record | None) -> str | None:
    if change.kind not in ENTITIES:
        return f"unknown kind {change.kind!r}"
    if change.action is Action.CREATE:
        if not VALID_ID.fullmatch(change.id):
            return "must be 1-100 characters, without blanks around them or control characters"
        return "is already used" + (" by an archived record: restore it" if before.archived else "") if before else None
    if before is None:
        return "no such record exists"
    if change.action is Action.EDIT and before.archived:
        return "is archived: restore it first"
    return None


def _record_row(record: Record) -> dict[str, object]:
    return {
        **{name: getattr(record, name) for name in ("kind", "id", "version", "position", "archived", "fields", "who")},
        "submitted_at_us": reader.microseconds_of(record.submitted_at_utc),
    }
