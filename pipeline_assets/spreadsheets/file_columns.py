"""The columns of a file that an import reads, and why it leaves out the others.

Belongs here: headers, and columns that only their cells tell apart. Not here: the spellings of headers
(`sheet_columns.py`), the cells of a row (`parsed_rows.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_assets.errors import UnreadableFile, UnreadableValue
from pipeline_assets.spreadsheets import cells
from pipeline_assets.spreadsheets.column_roles import Column, ColumnRole
from pipeline_assets.spreadsheets.header_row import header_keys
from pipeline_assets.spreadsheets.origins import is_instant
from pipeline_assets.spreadsheets.raw_table import RawTable
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Sheet
from pipeline_assets.spreadsheets.synonyms import LOCATION_HEADERS


@dataclass(frozen=True)
class Ignored:
    """A column that is left out. `resembles` is the name of the column that may be meant, if any."""

    header: str
    reason: str
    resembles: str = ""


def columns_of(sheet: Sheet, table: RawTable) -> tuple[dict[int, Column], tuple[Ignored, ...]]:
    """Return the columns by position, and the columns that are left out. Raises UnreadableFile."""
    header, columns = table.header, dict[int, Column]()
    ignored: list[Ignored] = []
    for position, name in enumerate(header):
        column = sheet.column(name)
        if column is None:
            ignored.append(Ignored(name, sheet.reason_not_kept(name) or UNKNOWN))
            continue
        if _holds_no_coordinates(table, position, column):
            ignored.append(Ignored(name, "none of its cells holds coordinates"))
            continue
        for earlier, other in columns.items():
            if other is column:
                raise UnreadableFile(f"The columns {header[earlier]!r} and {name!r} mean the same: remove one of them.")
        columns[position] = column
    roles = {column.holds for column in columns.values()}
    names = {column.name for column in columns.values() if column.holds is not ColumnRole.ORIGIN}
    if not names & {"id", "name"} or names == {"id"}:
        raise UnreadableFile(
            f"This is not a sheet of {sheet.name}: its header needs `name` or `id`, and one more column; it has "
            + " ".join([f"{', '.join(header[:12])}.", *_did_you_mean(sheet, ignored), *other_sheet(sheet, header)])
        )
    if ColumnRole.PEOPLE in roles and roles & {ColumnRole.PART_ID, ColumnRole.PART_FIELD}:
        raise UnreadableFile(
            "Name the people either by the contact_… columns or by a column for each role, not by both."
        )
    if ColumnRole.CAPACITY in roles and "facility_capacity_mwp" in names:
        raise UnreadableFile("Give the capacity either in one column or by technology, not in both ways.")
    for position in [position for position, column in columns.items() if _holds_no_instant(table, position, column)]:
        del columns[position]
        ignored.append(Ignored(header[position], "none of its cells is a time"))
    return columns, tuple(_with_resemblance(sheet, each, names) for each in ignored)


UNKNOWN = "not recognised"


def _with_resemblance(sheet: Sheet, ignored: Ignored, used: set[str]) -> Ignored:
    """Return the ignored column with the column that may be meant, unless another column of the file has it."""
    column = sheet.resembling(ignored.header) if ignored.reason == UNKNOWN else None
    if column is None or column.name in used:
        return ignored
    return Ignored(ignored.header, f"{UNKNOWN}; did you mean {column.name} ({column.title})?", column.name)


def _did_you_mean(sheet: Sheet, ignored: Sequence[Ignored]) -> list[str]:
    offers = [(each.header, column.name) for each in ignored if (column := sheet.resembling(each.header))]
    return [f"Did you mean {', '.join(f'{name} by {header!r}' for header, name in offers[:5])}?"] if offers else []


def other_sheet(sheet: Sheet, header: Sequence[str]) -> list[str]:
    """Return a sentence that names the other kind of file that this one looks like, if any."""
    if {"data", "entityid"} <= {cells.spelling_key(name) for name in header}:
        return ["It looks like the older tool's history of changes: upload it as the audit of the file of its records."]
    best = max(SHEETS.values(), key=lambda each: each.known(header))
    return [f"It looks like {best.name}."] if best.known(header) > sheet.known(header) else []


def _holds_no_coordinates(table: RawTable, position: int, column: Column) -> bool:
    """Return whether a column of locations describes them in words, such as the nearest town."""
    loose = {cells.spelling_key(name) for name in LOCATION_HEADERS}
    if column.holds is not ColumnRole.COORDINATES or not loose.intersection(header_keys(table.header[position])):
        return False
    return not any(_is_place(row[position]) for _, row in table.rows)


def _is_place(cell: str) -> bool:
    try:
        cells.parse_place(cell)
    except UnreadableValue:
        return cells.is_clearing(cell)
    return True


def _holds_no_instant(table: RawTable, position: int, column: Column) -> bool:
    """Return whether a column that should hold the time when a row was recorded never holds one."""
    if column.holds is not ColumnRole.ORIGIN or column.field not in ("created", "modified"):
        return False
    texts = {row[position] for _, row in table.rows if row[position].strip()}
    return bool(texts) and not any(map(is_instant, texts))
