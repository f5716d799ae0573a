"""The columns of a table of records: those that a register publishes, and ours beside them.

Not here: the DDL (`register_views.py`).
"""

from dataclasses import dataclass

import polars as pl

from pipeline_assets.registers.register_model import CellKind, Register

DTYPES: dict[CellKind, pl.DataType] = {
    CellKind.TEXT: pl.String(),
    CellKind.CODE: pl.String(),
    CellKind.NUMBER: pl.Float64(),
    CellKind.DATE: pl.Date(),
}


@dataclass(frozen=True)
class RecordColumn:
    """A column of a table of records."""

    name: str
    dtype: pl.DataType
    description: str
    unit: str = ""


_BEFORE = (RecordColumn("row_number", pl.Int64(), "The row of the file, as a spreadsheet numbers it."),)
_DERIVED = {
    "repd": (
        RecordColumn("latitude", pl.Float64(), "Latitude from the coordinates, WGS84, within 5 m.", "°"),
        RecordColumn("longitude", pl.Float64(), "Longitude from the coordinates, WGS84, within 5 m.", "°"),
    ),
    "tec": (
        RecordColumn("capacity_mw", pl.Float64(), "MW Connected + MW Increase / Decrease: the MW of the row.", "MW"),
    ),
}
_AFTER = (
    RecordColumn("notes", pl.List(pl.String()), "What could not be read: those cells are null."),
    RecordColumn("other_columns", pl.String(), "The cells of columns that are not known, as JSON by header."),
)


def record_columns(register: Register) -> list[RecordColumn]:
    """Return the columns of the rows of an issue, in order; the table has `issue_id` before them."""
    published = [
        RecordColumn(c.name, DTYPES[c.kind], f"{c.description} Published as {c.header!r}.", c.unit)
        for c in register.columns
    ]
    return [*_BEFORE, *published, *_DERIVED[register.name], *_AFTER]


def record_schema(register: Register) -> dict[str, pl.DataType]:
    """Return the types of the rows of an issue by name, in order."""
    return {column.name: column.dtype for column in record_columns(register)}


def compared_columns(register: Register) -> list[str]:
    """Return the names of the columns whose values are compared between issues."""
    names = [column.name for column in register.columns if column.is_compared and column.name not in register.key]
    return [*names, "capacity_mw"] if register.capacity_parts else names
