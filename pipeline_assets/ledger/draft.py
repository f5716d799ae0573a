"""A batch while it is being checked: records as they would be, and everything that speaks against them.

Belongs here: one change after the other. Not here: rules between records (`whole.py`), the transaction (`submitting`).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from pipeline_assets import rules
from pipeline_assets.errors import Conflict, Problem
from pipeline_assets.history import difference
from pipeline_assets.ledger import reading, schema
from pipeline_assets.ledger.changes import ARCHIVED, Action, Change, Record, Recorded
from pipeline_assets.models import ENTITIES, VALID_ID

Key = tuple[str, str]
"Kind and id."


@dataclass
class Draft:
    """What a batch would make of the records that it touches. `position`: of the newest change so far."""

    con: sa.Connection
    batch: str
    who: str
    why: str
    at: datetime
    position: int
    undoing: bool = False
    "A revert may take any step back that was taken forth."
    touched: dict[Key, Record] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    restored: set[Key] = field(default_factory=set)
    namesakes: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    "Kind and unique key to the ids that had it at some step of the batch."
    naming: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    "To a record, those that named it at some step of the batch."

    def record(self, kind: str, id: str) -> Record | None:
        """As the batch leaves it so far, else as it is."""
        return self.touched.get((kind, id)) or reading.record_in(self.con, kind, id)

    def live(self, kind: str, id: str) -> Record | None:
        """The record, if it is there and not archived."""
        found = self.record(kind, id)
        return None if found is None or found.archived else found

    def mentioning(self, kind: str, id: str) -> Iterator[tuple[Record, str]]:
        """Records that are not archived and name this one, with the field."""
        there = schema.mentions
        query = sa.select(there.c.kind, there.c.id).where(there.c.target_kind == kind, there.c.target_id == id)
        keys = {(row.kind, row.id) for row in self.con.execute(query)}
        for key in sorted(keys | self.naming.get((kind, id), set())):
            for name, target_kind in ENTITIES[key[0]].references.items():
                found = self.live(*key) if target_kind == kind else None
                if found and found.fields[name] == id:
                    yield found, name

    def apply(self, change: Change, today: date) -> Recorded | None:
        """The change as it would be recorded; None if it changes nothing or cannot be made."""
        before = self.record(change.kind, change.id)
        if (problem := _impossible(change, before)) is not None:
            self._refuse(change, "id", problem)
            return None
        values = dict(before.fields) if before else {}
        archived = change.action is Action.ARCHIVE
        if change.action in (Action.CREATE, Action.EDIT):
            if self.undoing:
                values, found = rules.validated(change.kind, change.id, {**values, **change.fields})
            else:
                values, found = rules.after(change.kind, change.id, values or None, change.fields, today)
            self.problems += found
            if found:
                return None
        old, new = difference(
            {**before.fields, ARCHIVED: before.archived} if before else {},
            {**values, ARCHIVED: archived} if before else values,
        )
        if not new:
            return None
        if before and before.version != change.base_version:
            self.conflicts.append(self._conflict(change, before))
            return None
        self._judge_step(change, before, values)
        self.position += 1
        made = Record(
            *(change.kind, change.id, before.version + 1 if before else 1, self.position),
            *(archived, values, self.who, self.at),
        )
        self._keep(made)
        if change.action is Action.RESTORE:
            self.restored.add((change.kind, change.id))
        return Recorded(
            *(made.position, self.batch, made.kind, made.id, made.version, change.action, old, new),
            *(self.who, self.why, self.at),
        )

    def write(self) -> None:
        """The records as they are now, and whom they mention."""
        for table in (schema.records, schema.mentions):
            for kind in {kind for kind, _ in self.touched}:
                ids = [id for touched_kind, id in self.touched if touched_kind == kind]
                for some in (ids[n : n + 500] for n in range(0, len(ids), 500)):
                    self.con.execute(table.delete().where(table.c.kind == kind, table.c.id.in_(some)))
        self.con.execute(schema.records.insert(), [_row(record) for record in self.touched.values()])
        mentions = [
            {"kind": kind, "id": id, "field": name, "target_kind": target, "target_id": record.fields[name]}
            for (kind, id), record in self.touched.items()
            for name, target in ENTITIES[kind].references.items()
            if record.fields[name] is not None
        ]
        if mentions:
            self.con.execute(schema.mentions.insert(), mentions)

    def _keep(self, made: Record) -> None:
        entity, key = ENTITIES[made.kind], (made.kind, made.id)
        self.touched[key] = made
        if unique_key := entity.unique_key(made.fields):
            self.namesakes[made.kind, unique_key].add(made.id)
        for name, target in entity.references.items():
            if made.fields[name] is not None:
                self.naming[target, made.fields[name]].add(key)

    def _judge_step(self, change: Change, before: Record | None, after: dict[str, object]) -> None:
        old = before.fields if before else None
        if old is not None and not self.undoing:
            self.problems += rules.problems_of_step(change.kind, change.id, old, after)
        self.warnings += rules.warnings_of(change.kind, change.id, old, after)

    def _refuse(self, change: Change, name: str, message: str) -> None:
        self.problems.append(Problem(change.kind, change.id, name, message))

    def _conflict(self, change: Change, now: Record) -> Conflict:
        there = schema.changes
        later = sa.select(there.c.after).where(
            there.c.kind == change.kind, there.c.id == change.id, there.c.version > change.base_version
        )
        names = {name for (after,) in self.con.execute(later) for name in after}
        theirs = {name: value for name, value in {**now.fields, ARCHIVED: now.archived}.items() if name in names}
        return Conflict(change.kind, change.id, change.base_version, now.version, theirs, dict(change.fields), now.who)


def _impossible(change: Change, before: Record | None) -> str | None:
    if change.kind not in ENTITIES:
        return f"there are no {change.kind}"
    if change.action is Action.CREATE:
        if not VALID_ID.fullmatch(change.id):
            return "must be 1-100 characters, without blanks around them or control characters"
        return "is taken" + (" by an archived record: restore it" if before.archived else "") if before else None
    if before is None:
        return "there is no such record"
    if change.action is Action.EDIT and before.archived:
        return "is archived: restore it first"
    return None


def _row(record: Record) -> dict[str, object]:
    return {
        **{name: getattr(record, name) for name in ("kind", "id", "version", "position", "archived", "fields", "who")},
        "unique_key": ENTITIES[record.kind].unique_key(record.fields),
        "submitted_at_us": reading.microseconds(record.submitted_at_utc),
    }
