"""Files with rows of the public registers, each with the licence line that the registers require.

Belongs here: CSV, Excel and Parquet. Not here: which rows (`queries/registers.py` and its neighbours).
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

import polars as pl

from renewables.csv_files import csv_bytes
from renewables.queries.register_issues import licence_lines

FileKind = Literal["csv", "xlsx", "parquet"]
FILE_KINDS: tuple[FileKind, ...] = ("csv", "xlsx", "parquet")


def register_file(frame: pl.DataFrame, kind: FileKind, registers: Sequence[str]) -> bytes:
    """Return a file of rows from these registers.

    The licence is the last column of every row, so that it survives a copy of the rows; a Parquet file also has it in
    its metadata, and a workbook on a sheet of its own.
    """
    note = " ".join(licence_lines(registers))
    rows = frame.with_columns(licence=_licence(frame, registers))
    if kind == "csv":
        return csv_bytes(rows)
    if kind == "xlsx":
        return _workbook(rows, note)
    file = BytesIO()
    rows.write_parquet(file, metadata={"note": note})
    return file.getvalue()


def _licence(frame: pl.DataFrame, registers: Sequence[str]) -> pl.Expr:
    """Return the licence of each row: that of its own register where the rows name it."""
    if "register" in frame.columns:
        lines = {name: " ".join(licence_lines([name])) for name in registers}
        return pl.col("register").replace_strict(lines, default=None, return_dtype=pl.String)
    return pl.lit(" ".join(licence_lines(registers)))


def _workbook(frame: pl.DataFrame, note: str) -> bytes:
    """Return an Excel workbook in which no text becomes a formula, a link or a number; lists are joined by commas."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime) and dtype.time_zone]
    rows = frame.with_columns(
        *(pl.col(name).list.join(", ") for name in lists),
        *(pl.col(name).dt.convert_time_zone("UTC").dt.replace_time_zone(None) for name in instants),
    )
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as workbook:
        rows.write_excel(workbook, worksheet="Records", autofit=True)
        pl.DataFrame({"Licence": [note]}).write_excel(workbook, worksheet="Licence", autofit=True)
    return file.getvalue()
