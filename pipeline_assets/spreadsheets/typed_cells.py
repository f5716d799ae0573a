"""Cells that a person typed or pasted into a table of records, read as an import would read the same text.

Belongs here: which cells of a table changed, and their values. Not here: reading one cell (`parsed_rows.py`,
`cells.py`), drawing the table (`dashboards/app_pages/bulk_edit.py`), rules of records (the ledger's).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from pipeline_assets.errors import Problem, UnreadableValue
from pipeline_assets.fields import DATED_BY_THE_LEDGER
from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets import cells
from pipeline_assets.spreadsheets.column_roles import Column, ColumnRole
from pipeline_assets.spreadsheets.parsed_rows import CLEAR, EMPTY, cell_value
from pipeline_assets.spreadsheets.sheet_columns import (
    COUNTERPARTIES,
    INFORMATION_POINTS,
    MILESTONES,
    PIPELINES,
)

_COLUMNS = {
    "counterparties": (COUNTERPARTIES, ColumnRole.FIELD),
    "contacts": (COUNTERPARTIES, ColumnRole.PART_FIELD),
    "pipelines": (PIPELINES, ColumnRole.FIELD),
    "facilities": (PIPELINES, ColumnRole.PART_FIELD),
    "information_points": (INFORMATION_POINTS, ColumnRole.FIELD),
    "milestones": (MILESTONES, ColumnRole.FIELD),
}
"The sheet whose columns read the fields of a kind."
KINDS = tuple(_COLUMNS)


@dataclass
class TypedCells:
    """The values of the changed cells.

    `edits` holds the fields to set by record; `cleared` holds those that would be emptied.
    """

    edits: dict[str, dict[str, Any]] = field(default_factory=dict)
    cleared: list[tuple[Record, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@cache
def columns_of(kind: str) -> Mapping[str, Column]:
    """Return the columns that read the fields of a kind, by field."""
    sheet, holds = _COLUMNS[kind]
    return {column.field: column for column in sheet.columns if column.holds is holds}


def cell_text(column: Column, value: Any) -> str:
    """Return a value as the text of its cell; the same text is read as the same value."""
    if value is None:
        return ""
    return cells.format_number(value) if column.type in (float, int) else str(value)


def parse_cells(kind: str, typed: Sequence[tuple[Record, Mapping[str, str]]]) -> TypedCells:
    """Read the cells that were changed.

    A cell that cannot be read is a problem of its record and field. A cell that was emptied, or that holds the clearing
    word, would empty its field; a status date that is emptied is left to the ledger, which dates a new status today.

    Args:
        kind: The kind of the records.
        typed: The records with the text of each changed cell, by field.
    """
    read, columns = TypedCells(), columns_of(kind)
    month_first = {
        columns[name].name
        for _, texts in typed
        for name, text in texts.items()
        if columns[name].type is date and cells.is_month_first(text)
    }
    for record, texts in typed:
        edits = {
            name: value for name, value in _values(read, record, texts, month_first) if value != record.fields[name]
        }
        if edits:
            read.edits[record.id] = edits
    return read


def _values(
    read: TypedCells, record: Record, texts: Mapping[str, str], month_first: set[str]
) -> Iterator[tuple[str, Any]]:
    """Yield field and value of the cells that set one; problems and emptied fields go to `read`."""
    for name, text in texts.items():
        column = columns_of(record.kind)[name]
        try:
            value = cell_value(column, text, month_first)
        except UnreadableValue as error:
            read.problems.append(Problem(record.kind, record.id, name, str(error)))
            continue
        if value is EMPTY and name == DATED_BY_THE_LEDGER:
            message = "is left blank: a new status is dated today, and without one the date stays"
            read.warnings.append(Problem(record.kind, record.id, name, message))
        elif value is EMPTY and not column.may_be_empty:
            read.problems.append(Problem(record.kind, record.id, name, "cannot be empty"))
        elif value is EMPTY or value is CLEAR:
            if record.fields[name] not in ("", None):
                read.cleared.append((record, name))
            yield name, column.empty
        else:
            if column.type is date and cells.is_ambiguous(text):
                message = f"{text.strip()} is read with the day first: {value}"
                read.warnings.append(Problem(record.kind, record.id, name, message))
            yield name, value
