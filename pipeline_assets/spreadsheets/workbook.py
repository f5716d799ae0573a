"""Chooses the sheet of a workbook to read, and leaves out what a person cannot see.

Belongs here: the first visible sheet with a recognisable header, hidden rows and columns, merged cells. Not here: file
formats (`xlsx_file.py`, `ods_file.py`), the process around it (`workbook_process.py`). The child process imports this
module: the standard library only.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Protocol

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.header_row import ROWS_SEARCHED, HeaderNames
from pipeline_assets.spreadsheets.ods_file import OdsFile
from pipeline_assets.spreadsheets.raw_sheet import RawRow, RawSheet, column_letters
from pipeline_assets.spreadsheets.raw_table import RawTable, Special, build_table, row_ranges
from pipeline_assets.spreadsheets.workbook_limits import WorkbookArchive
from pipeline_assets.spreadsheets.xlsx_file import XlsxFile

HOW = "Save it as .xlsx or as “CSV UTF-8” instead."


class WorkbookFile(Protocol):
    """A workbook of any format. `visible` and `hidden` are the names of its sheets in their order."""

    visible: list[str]
    hidden: list[str]

    def sheets(self) -> Iterator[RawSheet]:
        """Yield the visible sheets; their rows are read on demand."""


def read_workbook(content: bytes, names: HeaderNames) -> RawTable:
    """Return the table in the first visible sheet with a recognised header, or else in the first that is not blank.

    Raises UnreadableFile for a file that is not a workbook, is damaged or is too large.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(f"The file is an old .xls workbook, or is protected by a password. {HOW}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            file = _open_workbook(WorkbookArchive(archive))
            sheet = _chosen_sheet(file, names)
            return _sheet_table(sheet, names, _notes_on_sheets(file, sheet))
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:
        raise UnreadableFile(f"The Excel file cannot be read ({type(error).__name__}: {error}). {HOW}") from error


def _open_workbook(archive: WorkbookArchive) -> WorkbookFile:
    if "xl/workbook.bin" in archive:
        raise UnreadableFile(f"The file is a binary workbook (.xlsb). {HOW}")
    if "content.xml" in archive:
        return OdsFile(archive)
    if "xl/workbook.xml" in archive or "_rels/.rels" in archive:
        return XlsxFile(archive)
    raise UnreadableFile(f"The Excel file cannot be read: it is an archive of something else. {HOW}")


def _chosen_sheet(file: WorkbookFile, names: HeaderNames) -> RawSheet:
    best: tuple[int, RawSheet] | None = None
    for sheet in file.sheets():
        lines = [list(_shown(row)) for row in sheet.head(ROWS_SEARCHED)]
        if any(names.is_header(line) for line in lines):
            return sheet
        known = max((names.known_count(line) for line in lines), default=-1)
        if lines and (best is None or known > best[0]):
            best = known, sheet
    if best is None:
        raise UnreadableFile("The workbook has no visible sheet that holds something.")
    return best[1]


def _shown(row: RawRow) -> Iterator[str]:
    for cell in row.cells.values():
        yield cell.text


def _notes_on_sheets(file: WorkbookFile, sheet: RawSheet) -> list[str]:
    notes = []
    others = [name for name in file.visible if name != sheet.name]
    if others:
        notes.append(f"The sheet {sheet.name!r} is read; not read: {', '.join(map(repr, others[:20]))}.")
    if file.hidden:
        notes.append(
            f"{_count_hidden(len(file.hidden), 'hidden sheet')}: ignored ({', '.join(map(repr, file.hidden[:20]))})."
        )
    return notes


def _sheet_table(sheet: RawSheet, names: HeaderNames, notes: list[str]) -> RawTable:
    sheet.read_all()
    rows = [row for row in sheet.rows if not row.is_hidden]
    used = sorted({column for row in rows for column in row.cells})
    columns = [column for column in used if not sheet.is_column_hidden(column)]
    index_of = {column: index for index, column in enumerate(columns)}
    lines: list[tuple[int, list[str]]] = []
    special: dict[tuple[int, int], Special] = {}
    for row in rows:
        line = [""] * len(columns)
        for column, cell in row.cells.items():
            if (index := index_of.get(column)) is not None:
                line[index] = cell.text
                if cell.kind:
                    special[row.number, index] = Special(cell.kind, cell.detail)
        if any(line):
            lines.append((row.number, line))
    if lines:
        header_number = lines[names.header_index([line for _, line in lines[:200]])][0]
        below = {number: line for number, line in lines if number > header_number}
        _mark_merged_cells(sheet, index_of, below, special)
        notes += _notes_on_hidden(sheet, header_number, used, index_of)
    return build_table(lines, names, columns=columns, special=special, notes=notes, is_workbook=True)


def _mark_merged_cells(
    sheet: RawSheet, index_of: dict[int, int], lines: dict[int, list[str]], special: dict[tuple[int, int], Special]
) -> None:
    """Mark merged cells: a person sees the text beside each row, but only the first row holds it."""
    for (row, column), name in sheet.covered_cells(sorted(lines), index_of).items():
        lines[row][index_of[column]] = "(merged)"
        message = f"is one of the merged cells {name}: unmerge them, and fill in each row"
        special[row, index_of[column]] = Special("fault", message)


def _notes_on_hidden(sheet: RawSheet, header_number: int, used: list[int], index_of: dict[int, int]) -> list[str]:
    notes = []
    hidden_rows = [row.number for row in sheet.rows if row.is_hidden and row.number > header_number]
    if hidden_rows:
        what = _count_hidden(
            len(hidden_rows), "row that is hidden or filtered out", "rows that are hidden or filtered out"
        )
        notes.append(f"{what}: ignored ({row_ranges(hidden_rows).lower()}).")
    hidden_columns = [column for column in used if column not in index_of]
    if hidden_columns:
        header = next(row for row in sheet.rows if row.number == header_number).cells
        named = [
            f"{column_letters(column)} {header[column].text!r}" if column in header else column_letters(column)
            for column in hidden_columns[:20]
        ]
        notes.append(f"{_count_hidden(len(hidden_columns), 'hidden column')}: ignored ({', '.join(named)}).")
    return notes


def _count_hidden(number: int, message: str, many: str = "") -> str:
    return f"{number:,} {message if number == 1 else many or message + 's'}"
