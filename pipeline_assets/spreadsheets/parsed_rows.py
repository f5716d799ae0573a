"""The cells of a table as values of the models, row by row.

An absent column and a blank cell set nothing: the stored value stays, and a new record gets the model's default. Only
the clearing word empties a field.

Belongs here: cells, and which dates are too ambiguous to be read. Not here: headers (`file_columns.py`), records
(`row_planner.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from pipeline_assets.errors import UnreadableValue
from pipeline_assets.spreadsheets import cells
from pipeline_assets.spreadsheets.column_roles import COORDINATE_FIELDS, Column, ColumnRole
from pipeline_assets.spreadsheets.origins import Origin, read_origin
from pipeline_assets.spreadsheets.raw_table import RawTable, Special


class _Sentinel:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


EMPTY: Final = _Sentinel("EMPTY")
"The value of a blank cell in a column that exists."
CLEAR: Final = _Sentinel("CLEAR")
"The value of a cell that holds the clearing word."


@dataclass(frozen=True)
class RowProblem:
    """An error in a cell or, as a warning, something that deserves a check; `column` is the exported name."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.message}"


@dataclass
class Part:
    """The values of a part.

    `roles` is None if no cell mentions roles; `defaults` holds fields of a new part.
    """

    id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    roles: list[str] | None = None
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass
class Values:
    """The values of a row.

    `linked` and `people` hold names by role; `linked_ids` holds the id of the single counterparty by role.
    """

    number: int
    id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    whole: Any = None
    linked: dict[str, list[str]] = field(default_factory=dict)
    linked_ids: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    origin: Origin = field(default_factory=Origin)
    errors: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


def values_of(table: RawTable, columns: dict[int, Column]) -> list[Values]:
    """Return the values of each row."""
    month_first = {
        column.name
        for position, column in columns.items()
        if column.type is date and any(cells.is_month_first(row[position]) for _, row in table.rows)
    }
    return [_parse_row(table, number, row, columns, month_first) for number, row in table.rows]


def _parse_row(
    table: RawTable, number: int, row: Sequence[str], columns: dict[int, Column], month_first: set[str]
) -> Values:
    parsed, part, capacities, origin = Values(number), Part(), dict[str, Any](), dict[str, str]()
    by_name: dict[ColumnRole, dict[str, Any]] = {
        **{ColumnRole.FIELD: parsed.fields, ColumnRole.PART_FIELD: part.fields, ColumnRole.CAPACITY: capacities},
        **{ColumnRole.LINKED: parsed.linked, ColumnRole.LINKED_ID: parsed.linked_ids, ColumnRole.PEOPLE: parsed.people},
    }
    by_technology, coordinates = False, ("", EMPTY)
    if number in table.too_long:
        fix = "give their column a header" if table.is_workbook else "a text with the separator in it needs quotes"
        message = f"has more cells than the header: {fix}"
        parsed.errors.append(RowProblem(number, "row", message))
    for position, column in columns.items():
        cell = row[position]
        by_technology |= column.holds is ColumnRole.CAPACITY
        special = table.special.get((number, position))
        if column.holds is ColumnRole.ORIGIN:
            origin[column.field] = cell
            continue
        try:
            value = cell_value(column, _unspecial(column, cell, special), month_first)
        except UnreadableValue as error:
            place = f"{table.letters[position]}{number}: " if table.is_workbook else ""
            parsed.errors.append(RowProblem(number, column.name, f"{place}{error}"))
            continue
        if special and special.kind == "date" and special.detail and isinstance(value, str):
            parsed.warnings.append(RowProblem(number, column.name, f"shows a month without a day: read as {value}"))
        if column.type is date and isinstance(value, str) and cells.is_ambiguous(cell):
            parsed.warnings.append(
                RowProblem(number, column.name, f"{cell.strip()} is read with the day first: {value}")
            )
        match column.holds:
            case ColumnRole.ID:
                parsed.id = value
            case ColumnRole.WHOLE:
                parsed.whole = value
            case ColumnRole.PART_ID:
                part.id = value
            case ColumnRole.COORDINATES:
                coordinates = column.name, value
            case ColumnRole.PART_ROLES:
                part.roles = None if value is EMPTY else value
            case ColumnRole.LINKED | ColumnRole.LINKED_ID | ColumnRole.PEOPLE if value is EMPTY:
                continue
            case holds:
                by_name[holds][column.field or column.word] = value
    try:
        parsed.origin = read_origin(origin)
    except UnreadableValue as error:
        parsed.warnings.append(
            RowProblem(number, "created" if "modified" not in origin else "modified", f"{error}; not kept")
        )
    _set_coordinates(parsed, part, *coordinates)
    if by_technology:
        _facilities_by_technology(parsed, part, capacities)
    elif part.id or part.roles is not None or any(value is not EMPTY for value in part.fields.values()):
        parsed.parts = [part]
    return parsed


def _unspecial(column: Column, cell: str, special: Special | None) -> str:
    """Return the text of a workbook's cell for its column. Raises UnreadableValue if a person sees something else."""
    if special is None:
        return cell
    if special.kind == "fault":
        raise UnreadableValue(special.detail)
    if special.kind == "date" and column.type is not date:
        raise UnreadableValue(
            f"contains a date ({cell}) where {column.help.partition(';')[0]} is expected: format the cell as text, and "
            "type it again"
        )
    if special.kind == "number" and column.type not in (int, float):
        if not special.detail:
            raise UnreadableValue(f"contains the number {cell}, which its format shows differently: format it as text")
        return special.detail
    return cell


_NEVER_CLEARED = (ColumnRole.ID, ColumnRole.PART_ID, ColumnRole.LINKED_ID, ColumnRole.CAPACITY)


def cell_value(column: Column, cell: str, month_first: set[str]) -> Any:
    """Return the value of a cell. Raises UnreadableValue."""
    if cells.is_blank(cell):
        return "" if column.holds in (ColumnRole.ID, ColumnRole.PART_ID) else EMPTY
    if cells.is_spreadsheet_error(cell):
        raise UnreadableValue(
            f"shows {cell.strip()}, an error of the spreadsheet: enter the value, or leave the cell blank"
        )
    if cells.is_clearing(cell):
        if column.holds in _NEVER_CLEARED or not column.may_be_empty:
            raise UnreadableValue("cannot be emptied; a blank cell keeps the current value")
        return [] if column.holds in (ColumnRole.LINKED, ColumnRole.PEOPLE, ColumnRole.PART_ROLES) else CLEAR
    match column.holds, column.type:
        case ((ColumnRole.ID | ColumnRole.PART_ID | ColumnRole.LINKED_ID), _):
            return cells.unguard_text(cell.strip(cells.BLANKS))
        case ((ColumnRole.LINKED | ColumnRole.PEOPLE), _):
            return cells.parse_names(cell) or EMPTY
        case ColumnRole.COORDINATES, _:
            return cells.parse_place(cell)
        case ColumnRole.PART_ROLES, _:
            return [cells.parse_word(column.type, name) for name in cells.parse_names(cell)] or EMPTY
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


SAME_PLACE_DEGREES = 0.0001
"The greatest difference of two coordinates of one place, about 10 m: maps round them differently."


def _set_coordinates(parsed: Values, part: Part, column: str, place: Any) -> None:
    """Set latitude and longitude from a cell with both; a cell with one of them alone must agree."""
    if place is EMPTY:
        return
    for name, value in zip(COORDINATE_FIELDS, (CLEAR, CLEAR) if place is CLEAR else place, strict=True):
        other = part.fields.get(name, EMPTY)
        if other is EMPTY:
            part.fields[name] = value
        elif not _are_the_same(value, other):
            texts = ["empties it" if each is CLEAR else f"says {each:.10g}" for each in (value, other)]
            message = f"{texts[0]} for the {name}, while the column of the {name} {texts[1]}"
            parsed.errors.append(RowProblem(parsed.number, column, message))


def _are_the_same(value: Any, other: Any) -> bool:
    if value is CLEAR or other is CLEAR:
        return value is other
    return abs(float(value) - float(other)) <= SAME_PLACE_DEGREES


def _facilities_by_technology(parsed: Values, part: Part, capacities: dict[str, Any]) -> None:
    """Read the older tool's three columns of capacity: each that is not 0 is a facility."""
    if any(error.column.endswith(("_capacity", "_technology")) for error in parsed.errors):
        return
    technology = part.fields.get("technology", EMPTY)
    given = {word: capacity for word, capacity in capacities.items() if capacity is not EMPTY and capacity}
    named = (
        None if technology is EMPTY else next((word for word in capacities if technology.startswith(word)), technology)
    )
    if named and given and named not in given:
        message = f"is {technology}, while the capacity is under {' and '.join(given)}"
        parsed.errors.append(RowProblem(parsed.number, "facility_technology", message))
        return
    if not given and named:
        given = {named: capacities.get(named, EMPTY)}
    parsed.parts = [
        Part(
            part.id,
            {**part.fields, "technology": technology if word == named else word, "capacity_mwp": capacity},
            defaults={"capacity_mwp": 0.0},
        )
        for word, capacity in given.items()
    ]
