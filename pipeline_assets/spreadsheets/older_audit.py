"""The older tool's history of changes (`audit.csv`), read as earlier versions of the records in a file.

Each of its rows holds the saved values of a record, in the older tool's columns, and the time of saving. The versions
of a record that this import creates become changes of the ledger before the file's own row, oldest first; their reason
contains the original time and author. A record that the ledger has already is left unchanged, because its history
cannot be inserted before it.

Belongs here: reading the audit, and which version comes in which round. Not here: the changes of a row
(`row_planner.py`).
"""

import ast
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline_assets.errors import UnreadableFile, UnreadableValue
from pipeline_assets.spreadsheets.cells import spelling_key
from pipeline_assets.spreadsheets.file_reader import read_table
from pipeline_assets.spreadsheets.header_row import HeaderNames
from pipeline_assets.spreadsheets.origins import Origin, clean_author, read_instant, shown
from pipeline_assets.spreadsheets.raw_table import RawTable, row_ranges
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Sheet

_DATA, _ENTITY, _CREATED, _AUTHORS = "data", "entityid", "created", ("author", "user", "createdby", "modifiedby", "who")
_NAMES = HeaderNames(frozenset({"id", _DATA, _ENTITY, _CREATED, *_AUTHORS}), frozenset({_ENTITY}))
LONGEST_DATA = 50_000
_OBJECTS = (
    (re.compile(r"<\w+\.\w+: ('[^']*')>"), r"\1"),  # a member of an enumeration
    (re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)"), r"'\1-\2-\3'"),
    (re.compile(r"datetime\.datetime\((\d+), (\d+), (\d+)[^()]*(\([^()]*\))?[^()]*\)"), r"'\1-\2-\3'"),
    (re.compile(r"(?:pd\.)?Timestamp\(('[^']*')[^()]*\)"), r"\1"),
    (re.compile(r"\b(?:nan|NaT)\b"), "None"),
)
"Python's notation for values that a literal cannot hold, and a literal in its place."


@dataclass(frozen=True)
class Version:
    """A saved version of a record; `row` is its row in the audit, `cells` are by the older tool's columns."""

    row: int
    id: str
    at: datetime
    author: str
    cells: Mapping[str, str]

    @property
    def origin(self) -> Origin:
        """Return the origin of this version."""
        author = f" by {self.author}" if self.author else ""
        return Origin(f"in the older tracker's audit: {shown(self.at)}{author}", self.at.date().isoformat())


@dataclass(frozen=True)
class Round:
    """A table with at most one version of each record, and the origin of each of its rows."""

    table: RawTable
    origins: Mapping[int, Origin]


def read_rounds(
    content: bytes, sheet: Sheet, ids: Collection[str], stored: Collection[str], *, used: Collection[str] = ()
) -> tuple[list[Round], list[str]]:
    """Return the earlier versions of the records in a file, oldest first, and sentences about everything left out.

    Args:
        content: The audit.
        sheet: The sheet of the file.
        ids: The ids in the file.
        stored: The ids in the ledger.
        used: The sheets for which the audit was read already.

    Raises:
        UnreadableFile: The file is not an audit.
    """
    table = read_table(content, _NAMES)
    columns = {spelling_key(name).replace("_", ""): position for position, name in enumerate(table.header)}
    if missing := [name for name in (_DATA, _ENTITY, _CREATED) if name not in columns]:
        raise UnreadableFile(f"This is not an audit of the older tracker: it has no column {' or '.join(missing)}.")
    versions: dict[str, list[Version]] = {}
    notes, other, gone, known = list[str](), list[int](), list[int](), list[int]()
    for number, row in table.rows:
        cells = {name: row[position] for name, position in columns.items()}
        try:
            version = _version(number, cells)
        except UnreadableValue as error:
            notes.append(f"Row {number} of the audit was ignored: {error}.")
            continue
        best = max(SHEETS.values(), key=lambda each: each.known(list(version.cells)))
        if best.name in used:
            continue
        if best is not sheet:
            other.append(number)
        elif version.id in stored:
            known.append(number)
        elif version.id not in ids:
            gone.append(number)
        else:
            versions.setdefault(version.id, []).append(version)
    for numbers, reason in (
        (other, "of other kinds of records; give the audit with their file, too"),
        (known, "of records that the ledger has already, before which nothing can be put"),
        (gone, "of records that are not in the file"),
    ):
        if numbers:
            notes.append(f"{row_ranges(numbers)} of the audit: ignored, {reason}.")
    for each in versions.values():
        each.sort(key=lambda version: version.at)
    count = max(map(len, versions.values()), default=0)
    return [_round([each[n] for each in versions.values() if n < len(each)]) for n in range(count)], notes


def _version(number: int, cells: Mapping[str, str]) -> Version:
    data = _parse_data(cells[_DATA])
    entity = cells[_ENTITY].strip()
    if not entity:
        raise UnreadableValue("it names no record (EntityID)")
    texts = {str(name): "" if value is None else str(value) for name, value in data.items()}
    others = {name: text for name, text in texts.items() if spelling_key(name) not in ("id", "created", "lastmodified")}
    author = next((clean_author(cells[name]) for name in _AUTHORS if cells.get(name, "").strip()), "")
    return Version(number, entity, read_instant(cells[_CREATED]), author, {"ID": entity, **others})


def _parse_data(text: str) -> dict[Any, Any]:
    """Return the saved record from JSON or from a printed Python dictionary. Raises UnreadableValue."""
    if len(text) > LONGEST_DATA:
        raise UnreadableValue(f"its data has more than {LONGEST_DATA:,} characters")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        for pattern, literal in _OBJECTS:
            text = pattern.sub(literal, text)
        try:
            parsed = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            raise UnreadableValue(f"its data cannot be read: {text[:60]!r}") from None
    if not isinstance(parsed, dict):
        raise UnreadableValue("its data is not a record")
    return parsed


def _round(versions: list[Version]) -> Round:
    header = tuple(dict.fromkeys(name for version in versions for name in version.cells))
    rows = tuple((version.row, tuple(version.cells.get(name, "") for name in header)) for version in versions)
    letters = tuple(f"{name} of the audit's data, row " for name in header)
    return Round(RawTable(header, letters, rows), {version.row: version.origin for version in versions})
