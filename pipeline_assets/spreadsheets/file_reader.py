"""A file's header and rows, as texts: CSV in UTF-8 (comma, semicolon or tab), or the first sheet of an Excel file.

Belongs here: encodings, separators, rows. Not here: what a column or a cell means.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.cells import is_blank

MOST_ROWS = 50_000
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Table:
    """`rows`: number as a spreadsheet shows it, and as many cells as the header has; rows without text are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    too_long: tuple[int, ...] = ()
    "Rows with text beyond the header's last column; they are in `rows` too."


def read_table(content: bytes, *, known: Callable[[Sequence[str]], int]) -> Table:
    """`known`: how many of the header's names mean something; it decides between separators. Raises UnreadableFile."""
    if content.startswith(_EXCEL):
        return _table(_excel_rows(content))
    text = _decoded(content)
    if marked := re.match(r"sep=(.)\r?\n", text):
        separators, text = marked[1], text[marked.end() :]
    else:
        separators = _SEPARATORS
    best = max(separators, key=lambda separator: _score(text, separator, known))
    return _table(_csv_rows(text, best))


def _table(lines: Iterable[Sequence[str]]) -> Table:
    header: tuple[str, ...] = ()
    rows, too_long = [], []
    for line_number, line in enumerate(lines, 1):
        if all(is_blank(cell) for cell in line):
            continue
        if not header:
            header = tuple(cell.strip() for cell in line)
            while not header[-1]:
                header = header[:-1]
            continue
        if any(not is_blank(cell) for cell in line[len(header) :]):
            too_long.append(line_number)
        cells = tuple(line[: len(header)])
        rows.append((line_number, cells + ("",) * (len(header) - len(cells))))
        if len(rows) > MOST_ROWS:
            raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows: cut it into smaller ones.")
    if not header:
        raise UnreadableFile("The file is empty: it needs a header with the names of the columns.")
    return Table(header, tuple(rows), tuple(too_long))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("The file is UTF-16: save it as “CSV UTF-8” instead.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        begins = max(content.rfind(b"\n", 0, error.start) + 1, error.start - 12)
        around = content[begins : error.start + 12].splitlines()[0].decode("cp1252", errors="replace")
        raise UnreadableFile(
            f"The file is not UTF-8 (line {line}: {around!r} if it is Windows-1252, cp1252): save it as “CSV UTF-8”."
        ) from None


def _score(text: str, separator: str, known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        if any(not is_blank(cell) for cell in line):
            return known(line), len(line)
    return 0, 0


def _csv_rows(text: str, separator: str) -> Iterable[Sequence[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            f"The file is no CSV from line {reader.line_num} on: {error}. A quote within quotes is written twice."
        ) from None


def _excel_rows(content: bytes) -> Iterable[Sequence[str]]:
    import fastexcel

    try:
        sheet = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string")
        return [[cell or "" for cell in row] for row in sheet.to_polars().rows()]
    except fastexcel.FastExcelError as error:
        raise UnreadableFile(f"The Excel file cannot be read: {error}. Save it as “CSV UTF-8” instead.") from None
