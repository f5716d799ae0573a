"""Finds the record of a row by id, otherwise by name; a new record gets an id.

A counterparty is found by its own name, a project if only one has the name, an information point within its project, a
part within its record (a facility by its technology if it has no name).

Belongs here: looking up. Not here: the changes of the record (`row_planner.py`). Everything raises `NotFound`.
"""

import re
from typing import Any

from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES, new_id
from pipeline_assets.names import clean_name, name_key
from pipeline_assets.spreadsheets.column_roles import ColumnRole
from pipeline_assets.spreadsheets.parsed_rows import CLEAR, EMPTY, Part, Values
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.spreadsheets.sheet_columns import Sheet

_NEW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class NotFound(ValueError):
    """Raised when there is no such record, or several. `column` is the column in which it can be corrected."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Finder:
    """A search in the records of the ledger; the same new name gets the same new id throughout a file."""

    def __init__(self, sheet: Sheet, portfolio: Portfolio) -> None:
        self.sheet, self.held = sheet, portfolio
        self._new_ids: dict[tuple[str, ...], str] = {}
        self.unknown_counterparties: dict[str, str] = {}
        "The counterparties that rows name and that do not exist, by the key of their name."

    def record(self, parsed: Values) -> str:
        """Return the id of the row's record."""
        kind, name = self.sheet.kind, parsed.fields.get("name", EMPTY)
        if parsed.id:
            return self._given(kind, parsed.id, "id")
        if name is EMPTY:
            raise NotFound("name", "is needed if there is no id")
        candidates, within = self.held.by_name(kind, name), parsed.fields.get("pipeline_id")
        within = EMPTY if within is CLEAR else within
        if within is not None:
            candidates = [each for each in candidates if (each.fields["pipeline_id"] or EMPTY) == within]
        if len(candidates) > 1:
            raise NotFound("name", self._not_one(kind, name, candidates, "give its id"))
        return candidates[0].id if candidates else self.new_id(kind, name_key(name), str(within or ""))

    def whole(self, parsed: Values) -> Any:
        """Return the project of a row that gives its name, its id, or both if they agree.

        Return EMPTY if the row gives neither, and CLEAR if it requests no project.
        """
        given, name = parsed.fields.get("pipeline_id", EMPTY), parsed.whole
        if name is None or name is EMPTY:
            return given
        if name is CLEAR:
            if given in (EMPTY, CLEAR):
                return CLEAR
            raise NotFound("pipeline", f"means none, while pipeline_id is {given}: leave one of the two blank")
        if given is CLEAR:
            raise NotFound("pipeline", f"is {name!r}, while pipeline_id means none: leave one of the two blank")
        if given is not EMPTY:
            by_id = self.held.get("pipelines", given)
            if by_id and name_key(by_id.fields["name"]) != name_key(name):
                raise NotFound("pipeline", f"{name!r} is not the name of {given}: clear one of the two")
            return given
        candidates = self.held.by_name("pipelines", name)
        if len(candidates) != 1:
            raise NotFound("pipeline", self._not_one("pipelines", name, candidates, "give pipeline_id"))
        return candidates[0].id

    def part(self, owner: str, label: str, part: Part) -> str:
        """Return the id of the row's part."""
        kind, name = self.sheet.part, part.fields.get("name", EMPTY)
        id_column = self.sheet.one(ColumnRole.PART_ID).name
        if part.id:
            return self._given(kind, part.id, id_column)
        by = "technology" if kind == "facilities" and name is EMPTY else "name"
        value = part.fields.get(by, EMPTY)
        if value is EMPTY:
            raise NotFound(self.sheet.one(ColumnRole.PART_FIELD, by).name, f"is needed if there is no {id_column}")
        called = self.parts_called(owner, by, value)
        if len(called) > 1:
            raise NotFound(id_column, f"{label} has several of {value}: give the id of the right one")
        return called[0].id if called else self.new_id(owner, by, name_key(value))

    def parts_called(self, owner: str, by: str, value: str) -> list[Record]:
        """Return the distinct parts of a record whose field has the value."""
        owner_field, part_field = ENTITIES[self.sheet.link].references
        ids = {link.fields[part_field] for link in self.held.referencing(self.sheet.link, owner_field, owner)}
        parts = [self.held.get(self.sheet.part, id) for id in sorted(ids)]
        return [part for part in parts if part and name_key(part.fields[by]) == name_key(value)]

    def counterparties(self, column: str, names: list[str]) -> list[str]:
        """Return the distinct ids of counterparties by their names."""
        missing, ids = [], []
        for name in names:
            candidates = self.held.by_name("counterparties", name)
            if len(candidates) == 1:
                ids.append(candidates[0].id)
            else:
                missing.append(self._not_one("counterparties", name, candidates, "give its id"))
                if not candidates and not self.held.by_name("counterparties", name, archived=True):
                    self.unknown_counterparties.setdefault(name_key(name), clean_name(name))
        if missing:
            raise NotFound(column, "; ".join(missing))
        return list(dict.fromkeys(ids))

    def new_id(self, *key: str) -> str:
        """Return the new id for a key, the same one each time."""
        return self._new_ids.setdefault(key, new_id())

    def _given(self, kind: str, id: str, column: str) -> str:
        if not self.held.get(kind, id) and not _NEW_ID.fullmatch(id):
            raise NotFound(column, f"{id[:60]!r} is not there, and a new id has letters, digits and . _ - only")
        return id

    def _not_one(self, kind: str, name: str, records: list[Record], fix: str) -> str:
        title = ENTITIES[kind].title.lower()
        if records:
            return f"{len(records)} are called {name!r} ({', '.join(each.id for each in records[:5])}): {fix}"
        if self.held.by_name(kind, name, archived=True):
            return f"the {title} {name!r} is archived: restore it first"
        return f"no {title} is called {name[:100]!r}: import it first"
