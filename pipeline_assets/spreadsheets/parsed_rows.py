"""A table's cells as values: what each row says, in the words of the models.

An absent column says nothing: what it would set stays. An empty cell says "nothing": it clears what can be empty, and
takes the model's default in a new record.

Belongs here: headers, cells, and which days are too ambiguous to be read. Not here: records (`rows.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pipeline_assets.errors import UnreadableFile, UnreadableValue
from pipeline_assets.spreadsheets import cells
from pipeline_assets.spreadsheets.file_reader import Table
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Column, Holds, Sheet


class _Empty:
    def __repr__(self) -> str:
        return "EMPTY"


EMPTY: Final = _Empty()
"A cell without text in a column that is there."


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a cell (or, as a warning, deserves a second look). `column`: the name that is exported."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.message}"


@dataclass
class Part:
    """`roles`: None where no column says anything of them."""

    id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    roles: list[str] | None = None


@dataclass
class Values:
    """What a row says. `linked` and `people`: role to names; `linked_ids`: role to the one counterparty's id."""

    number: int
    id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    whole: Any = None
    linked: dict[str, list[str]] = field(default_factory=dict)
    linked_ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    errors: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


def columns_of(sheet: Sheet, header: Sequence[str]) -> tuple[dict[int, Column], tuple[tuple[str, str], ...]]:
    """Position to column, and (header, reason) of those left out. Raises UnreadableFile."""
    columns: dict[int, Column] = {}
    ignored = []
    reasons = {cells.spelling_key(name): reason for name, reason in sheet.not_kept}
    for position, name in enumerate(header):
        column = sheet.column(name)
        if column is None:
            ignored.append((name, reasons.get(cells.spelling_key(name), "nothing is known by this name")))
            continue
        for earlier, other in columns.items():
            if other is column:
                raise UnreadableFile(
                    f"The columns {header[earlier]!r} and {name!r} mean the same: leave one of them out."
                )
        columns[position] = column
    held = {column.holds for column in columns.values()}
    names = {column.name for column in columns.values()}
    if not names & {"id", "name"} or names == {"id"}:
        raise UnreadableFile(
            f"This is no sheet of {sheet.name}: its first row needs `name` or `id`, and a column besides; it has "
            f"{', '.join(header[:12])}.{_other_sheet(sheet, header)}"
        )
    if Holds.PEOPLE in held and held & {Holds.PART_ID, Holds.PART_FIELD}:
        raise UnreadableFile(
            "Name the people either by the contact_… columns or by a column for each role, not by both."
        )
    if Holds.CAPACITY in held and "facility_capacity_mwp" in names:
        raise UnreadableFile("Give the capacity either in one column or by technology, not in both ways.")
    return columns, tuple(ignored)


def _other_sheet(sheet: Sheet, header: Sequence[str]) -> str:
    if {"data", "entityid"} <= {cells.spelling_key(name) for name in header}:
        return " It looks like the older tool's history of changes: that is not imported, the ledger writes its own."
    best = max(SHEETS.values(), key=lambda each: each.known(header))
    return f" It looks like {best.name}." if best is not sheet and best.known(header) > sheet.known(header) else ""


def values_of(table: Table, columns: dict[int, Column]) -> list[Values]:
    """What each row says."""
    month_first = {
        column.name
        for position, column in columns.items()
        if column.type is date and any(cells.is_month_first(row[position]) for _, row in table.rows)
    }
    return [_row(number, row, columns, month_first, number in table.too_long) for number, row in table.rows]


def _row(number: int, row: Sequence[str], columns: dict[int, Column], month_first: set[str], too_long: bool) -> Values:
    said, part, capacities = Values(number), Part(), dict[str, float]()
    by_name: dict[Holds, dict[str, Any]] = {
        **{Holds.FIELD: said.fields, Holds.PART_FIELD: part.fields, Holds.CAPACITY: capacities},
        **{Holds.LINKED: said.linked, Holds.LINKED_ID: said.linked_ids, Holds.PEOPLE: said.people},
    }
    by_technology = False
    if too_long:
        message = "has more cells than the header: a text with the separator in it needs quotes"
        said.errors.append(RowProblem(number, "row", message))
    for position, column in columns.items():
        cell = row[position]
        by_technology |= column.holds is Holds.CAPACITY
        try:
            value = _value(column, cell, month_first)
        except UnreadableValue as error:
            said.errors.append(RowProblem(number, column.name, str(error)))
            continue
        if column.type is date and value is not EMPTY and cells.is_ambiguous(cell):
            said.warnings.append(RowProblem(number, column.name, f"{cell.strip()} is read with the day first: {value}"))
        match column.holds:
            case Holds.ID:
                said.id = value
            case Holds.WHOLE:
                said.whole = value
            case Holds.PART_ID:
                part.id = value
            case Holds.PART_ROLES:
                part.roles = value
            case holds:
                by_name[holds][column.field or column.word] = value
    if by_technology:
        _facilities_by_technology(said, part, capacities)
    elif part.id or part.roles or any(value is not EMPTY for value in part.fields.values()):
        said.parts = [part]
    return said


_WITHOUT_TEXT: dict[Holds, Callable[[], Any]] = {
    **dict.fromkeys((Holds.ID, Holds.PART_ID, Holds.LINKED_ID), str),
    **dict.fromkeys((Holds.LINKED, Holds.PEOPLE, Holds.PART_ROLES), list),
    Holds.CAPACITY: float,
}
"What an empty cell says, where it is another thing than EMPTY."


def _value(column: Column, cell: str, month_first: set[str]) -> Any:
    if cells.is_blank(cell):
        return _WITHOUT_TEXT[column.holds]() if column.holds in _WITHOUT_TEXT else EMPTY
    match column.holds, column.type:
        case ((Holds.ID | Holds.PART_ID | Holds.LINKED_ID), _):
            return cells.unguard_text(cell.strip(cells.BLANKS))
        case ((Holds.LINKED | Holds.PEOPLE), _):
            return cells.parse_names(cell)
        case Holds.PART_ROLES, _:
            return [cells.parse_word(column.type, name) for name in cells.parse_names(cell)]
        case _, kind if kind is float:
            return cells.parse_number(cell)
        case _, kind if kind is int:
            return cells.parse_whole_number(cell)
        case _, kind if kind is date:
            if column.name in month_first and cells.is_ambiguous(cell):
                message = "other days of this column name the month first, this one could be either: write YYYY-MM-DD"
                raise UnreadableValue(f"{cell.strip()!r}: {message}")
            return cells.parse_date(cell).isoformat()
        case _, kind if kind is str:
            return cells.unguard_text(cell)
    return cells.parse_word(column.type, cell)


def _facilities_by_technology(said: Values, part: Part, capacities: dict[str, float]) -> None:
    """The older tool's three columns of capacity: a facility for each that is not 0."""
    if any(error.column.endswith(("_capacity", "_technology")) for error in said.errors):
        return
    technology = part.fields.get("technology", EMPTY)
    given = {word: capacity for word, capacity in capacities.items() if capacity}
    named = (
        None if technology is EMPTY else next((word for word in capacities if technology.startswith(word)), technology)
    )
    if named and given and named not in given:
        message = f"is {technology}, while the capacity stands under {' and '.join(given)}"
        said.errors.append(RowProblem(said.number, "facility_technology", message))
        return
    if not given and named:
        given = {named: 0.0}
    said.parts = [
        Part(part.id, {**part.fields, "technology": technology if word == named else word, "capacity_mwp": capacity})
        for word, capacity in given.items()
    ]
