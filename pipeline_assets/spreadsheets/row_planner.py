"""Turns the values of a row into changes, compared with the records in the ledger.

Rows add and change records. Only a link is ever archived, when a list of names no longer names its party. Rows of one
record succeed or fail together, and must agree.

Belongs here: changes, links, contradictory rows. Not here: finding records (`record_finder.py`), rules (the ledger's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline_assets import rules
from pipeline_assets.ledger.changes import Change, Key, Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.names import clean_name, name_key
from pipeline_assets.spreadsheets.cells import spelling_key
from pipeline_assets.spreadsheets.column_roles import ColumnRole
from pipeline_assets.spreadsheets.origins import status_day
from pipeline_assets.spreadsheets.parsed_rows import CLEAR, EMPTY, Part, RowProblem, Values
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.spreadsheets.record_finder import Finder, NotFound
from pipeline_assets.spreadsheets.sheet_columns import Sheet
from pipeline_assets.vocabulary import ContactRole


@dataclass(frozen=True)
class Place:
    """The place of a record in the file; a link has a `column`, and a `label` to show ("" hides it)."""

    row: int
    column: str = ""
    label: str = ""
    is_cleared: bool = False
    "Whether the file removes all links of the column."


@dataclass
class DraftedRow:
    """A row with the key of its record (None if it was not found), its changes, and their places by record."""

    number: int
    key: Key | None = None
    label: str = ""
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    places: dict[Key, Place] = field(default_factory=dict)
    errors: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


class RowPlanner:
    """A planner that drafts one row after the other."""

    def __init__(self, sheet: Sheet, portfolio: Portfolio) -> None:
        self.sheet, self.held, self.finder = sheet, portfolio, Finder(sheet, portfolio)
        self._said: dict[Key, tuple[int, Mapping[str, Any]]] = {}
        self._seen: dict[tuple[str, ...], int] = {}
        self._spelled_anew: set[int] = set()
        "The rows that name a record of an earlier row in another spelling."

    def plan(self, parsed: Values) -> DraftedRow:
        """Return the changes of the row, or its errors."""
        row = DraftedRow(parsed.number, errors=parsed.errors, warnings=parsed.warnings)
        name = parsed.fields.get("name", EMPTY)
        row.label = parsed.id if name is EMPTY else name
        try:
            if parsed.whole is not None:
                parsed.fields["pipeline_id"] = self.finder.whole(parsed)
            row.key = (self.sheet.kind, self.finder.record(parsed))
            record = self.held.get(*row.key)
            row.is_new = self._is_made_here(record)
            row.label = str(record.fields["name"]) if record and name is EMPTY else row.label
            if not row.errors:
                self._record(row, row.key[1], parsed, record)
            if not row.errors:
                self._not_twice(row, [row.key[1], *[self._part(row, row.key[1], part) for part in parsed.parts]])
        except NotFound as problem:
            self._wrong(row, problem.column, str(problem))
        if parsed.origin.reason:
            row.changes = [replace(change, why=parsed.origin.reason) for change in row.changes]
        return row

    def _is_made_here(self, record: Record | None) -> bool:
        """Return whether this import creates the record, with this row or an earlier one."""
        return record is None or record.position > self.held.position

    def _record(self, row: DraftedRow, id: str, parsed: Values, record: Record | None) -> None:
        linked = {role: self._counterparties(role, parsed) for role in {**parsed.linked, **parsed.linked_ids}}
        lists = {self.sheet.one(ColumnRole.LINKED, word=role).name: sorted(ids) for role, ids in linked.items()}
        lists |= {spelling_key(role): sorted(names) for role, names in parsed.people.items()}
        if not self._first_to_say(row, (self.sheet.kind, id), {**parsed.fields, **lists}):
            return
        if record is None and not ENTITIES[self.sheet.kind].unique and self.held.by_name(self.sheet.kind, row.label):
            row.warnings.append(
                RowProblem(
                    row.number,
                    "name",
                    "another record has this name; this one is new, because it has its own id or project",
                )
            )
        fields = parsed.fields if parsed.id else _without_key(parsed.fields, record)
        given = self._given(ColumnRole.FIELD, fields, record)
        if record and _is_dated_as_before(given, record):
            del given["status_date"]  # the earlier status has that day, the new one is dated today
        is_new_status = self.sheet.kind == "pipelines" and _changes_status(given, record)
        if is_new_status and self._is_made_here(record) and (day := status_day(parsed.origin)):
            given.setdefault("status_date", day)
        self._want(row, (self.sheet.kind, id), given, record)
        for role, ids in linked.items():
            self._link_counterparties(row, id, role, ids)
        for role, names in parsed.people.items():
            self._link_people(row, id, role, names)

    def _counterparties(self, role: str, parsed: Values) -> list[str]:
        column = self.sheet.one(ColumnRole.LINKED, word=role).name
        ids, id = self.finder.counterparties(column, parsed.linked.get(role, [])), parsed.linked_ids.get(role)
        if not id:
            return ids
        if not self.held.get("counterparties", id):
            raise NotFound(f"{column}_id", f"no counterparty has the id {id!r}: import it first")
        if ids not in ([], [id]):
            raise NotFound(f"{column}_id", f"{id!r} is another counterparty than {'; '.join(parsed.linked[role])}")
        return [id]

    def _link_counterparties(self, row: DraftedRow, owner: str, role: str, ids: list[str]) -> None:
        kind = self.sheet.linked
        owner_field, of_role = ENTITIES[kind].owners[0], {"role": role} if role else {}
        live = [link for link in self.held.referencing(kind, owner_field, owner) if link.fields.get("role", "") == role]
        wanted = [
            ({owner_field: owner, "counterparty_id": id} | of_role, self._name("counterparties", id)) for id in ids
        ]
        labelled = [(link, self._name("counterparties", link.fields["counterparty_id"])) for link in live]
        self._set_links(row, kind, self.sheet.one(ColumnRole.LINKED, word=role).name, wanted, labelled)

    def _link_people(self, row: DraftedRow, owner: str, role: str, names: list[str]) -> None:
        wanted: list[tuple[dict[str, Any], str]] = []
        for name in names:
            id = self.finder.part(owner, row.label, Part(fields={"name": name}))
            if not self.held.get("contacts", id) and ("contacts", id) not in row.places:
                self._want(row, ("contacts", id), {"name": name}, None)
            link = {"counterparty_id": owner, "contact_id": id, "role": role}
            if link not in [fields for fields, _ in wanted]:
                wanted.append((link, name))
        links = self.held.referencing(self.sheet.link, "counterparty_id", owner)
        live = [link for link in links if link.fields["role"] == role]
        labelled = [(link, self._name("contacts", link.fields["contact_id"])) for link in live]
        self._set_links(row, self.sheet.link, spelling_key(role), wanted, labelled)

    def _part(self, row: DraftedRow, owner: str, part: Part) -> str:
        """Plan the changes of a part and return its id."""
        kind, fields = self.sheet.part, dict(part.fields)
        id = self.finder.part(owner, row.label, part)
        record = self.held.get(kind, id)
        if record is None:
            fields |= {name: value for name, value in part.defaults.items() if fields.get(name, EMPTY) is EMPTY}
        if record is None and kind == "facilities" and fields.get("name", EMPTY) is EMPTY:
            technology = fields.get("technology", EMPTY)
            fields["name"] = f"{row.label} {'' if technology is EMPTY else technology}".strip()[:100]
        self._first_to_say(row, (kind, id), fields)
        if not part.id:
            fields = _without_key(fields, record)
        if not row.errors:
            self._want(row, (kind, id), self._given(ColumnRole.PART_FIELD, fields, record), record)
        owner_field, part_field = ENTITIES[self.sheet.link].references
        pair = {owner_field: owner, part_field: id}
        live = [
            link for link in self.held.referencing(self.sheet.link, owner_field, owner) if link.fields[part_field] == id
        ]
        if kind == "contacts":
            self._give_roles(row, pair, live, part.roles)
        else:
            label = self._name(kind, id) if record else ""  # a new part is shown by its fields
            self._set_links(
                row,
                self.sheet.link,
                self.sheet.one(ColumnRole.PART_ID).name,
                [(pair, label)],
                [(each, label) for each in live],
            )
        return id

    def _give_roles(self, row: DraftedRow, pair: dict[str, Any], live: list[Record], roles: list[str] | None) -> None:
        column = self.sheet.one(ColumnRole.PART_ROLES).name
        if roles == [] and live:
            raise NotFound(column, "a contact needs a role; taking a person off is done in the counterparty's form")
        if roles or not live:
            wanted = [(pair | {"role": str(role)}, str(role)) for role in roles or [ContactRole.CONTACT]]
            self._set_links(row, self.sheet.link, column, wanted, [(link, link.fields["role"]) for link in live])

    def _set_links(
        self,
        row: DraftedRow,
        kind: str,
        column: str,
        wanted: Sequence[tuple[dict[str, Any], str]],
        live: Sequence[tuple[Record, str]],
    ) -> None:
        """Archive, restore and create links until the live ones are the wanted ones, each with its label."""
        asked, linked = [fields for fields, _ in wanted], [dict(link.fields) for link, _ in live]
        changes = [
            (Change.archive(kind, link.id, base_version=link.version), label)
            for link, label in live
            if link.fields not in asked
        ]
        for fields, label in wanted:
            if fields in linked:
                continue
            owner = ENTITIES[kind].owners[0]
            archived = self.held.referencing(kind, owner, fields[owner], archived=True)
            twin = next((link for link in archived if link.fields == fields), None)
            restored = twin and Change.restore(kind, twin.id, base_version=twin.version)
            changes.append((restored or Change.create(kind, fields), label))
        for change, label in changes:
            row.changes.append(change)
            row.places[kind, change.id] = Place(row.number, column, label, is_cleared=not wanted)

    def _given(self, holds: ColumnRole, fields: Mapping[str, Any], record: Record | None) -> dict[str, Any]:
        """Return the values to set: a blank cell sets nothing, and the clearing word nothing in a new record."""
        given = {name: value for name, value in fields.items() if value is not EMPTY and value is not CLEAR}
        if record:
            given |= {name: self.sheet.one(holds, name).empty for name, value in fields.items() if value is CLEAR}
        return given

    def _want(self, row: DraftedRow, key: Key, given: Mapping[str, Any], record: Record | None) -> None:
        if record is None:
            row.changes.append(Change.create(key[0], given, id=key[1]))
        else:
            row.changes.append(Change.edit(*key, given, base_version=record.version))
        row.places[key] = Place(row.number)

    def _first_to_say(self, row: DraftedRow, key: Key, words: Mapping[str, Any]) -> bool:
        """Return whether no earlier row mentions the record; one that does must agree (a new spelling warns)."""
        earlier, before = self._said.setdefault(key, (row.number, words))
        if earlier == row.number and before is words:
            return True
        differing = [name for name, word in words.items() if word is not EMPTY and word != before.get(name, EMPTY)]
        if "name" in differing and _is_one_name(words["name"], before.get("name")):
            differing.remove("name")
            self._warn_of_spelling(row, key[0], earlier, _other_spelling(words, before))
        if differing:
            holds = ColumnRole.FIELD if key[0] == self.sheet.kind else ColumnRole.PART_FIELD
            column = self.sheet.find(holds, differing[0])
            what = "leaves this blank for" if before.get(differing[0], EMPTY) is EMPTY else "has another value for"
            message = f"row {earlier} {what} the same {ENTITIES[key[0]].title.lower()} ({key[1]})"
            self._wrong(row, column.name if column else differing[0], message)
        return False

    def _warn_of_spelling(self, row: DraftedRow, kind: str, earlier: int, difference: str) -> None:
        """Warn once in a row that its name is the one of an earlier row."""
        if row.number not in self._spelled_anew:
            holds = ColumnRole.FIELD if kind == self.sheet.kind else ColumnRole.PART_FIELD
            message = f"is the {ENTITIES[kind].title.lower()} of row {earlier}{difference}: one record"
            row.warnings.append(RowProblem(row.number, self.sheet.one(holds, "name").name, message))
            self._spelled_anew.add(row.number)

    def _not_twice(self, row: DraftedRow, ids: list[str]) -> None:
        earlier = self._seen.setdefault(tuple(ids), row.number)
        if earlier != row.number and row.number in self._spelled_anew:
            row.changes.clear()
            row.places.clear()
        elif earlier != row.number:
            self._wrong(row, "id", f"repeats row {earlier}")

    def _name(self, kind: str, id: str) -> str:
        record = self.held.get(kind, id)
        return str(record.fields["name"]) if record else id

    def _wrong(self, row: DraftedRow, column: str, message: str) -> None:
        if message.startswith("is needed") and any(error.column == column for error in row.errors):
            return  # the cell cannot be read, which was reported already
        row.errors.append(RowProblem(row.number, column, message))


def _is_one_name(name: Any, other: Any) -> bool:
    return isinstance(name, str) and isinstance(other, str) and name_key(name) == name_key(other)


def _other_spelling(words: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    if clean_name(words["name"]) == clean_name(before["name"]):
        return " (they differ in characters that cannot be seen)"
    return f", which is spelt {before['name']!r} there"


def _without_key(fields: Mapping[str, Any], record: Record | None) -> dict[str, Any]:
    """Return the fields without the name that found the record: another case finds it too, and changes nothing."""
    return {name: value for name, value in fields.items() if record is None or name != "name" or value is EMPTY}


def _is_dated_as_before(given: Mapping[str, Any], record: Record) -> bool:
    """Return whether a new status has the day of the status before it, in a cell that nobody edited."""
    return given.get("status_date", "") == record.fields.get("status_date") and _changes_status(given, record)


def _changes_status(given: Mapping[str, Any], record: Record | None) -> bool:
    """Return whether the status of a project changes; that of a new project does."""
    now = record.fields if record else {}
    return record is None or any(given.get(name, now[name]) != now[name] for name in rules.STATUS_FIELDS if name in now)
