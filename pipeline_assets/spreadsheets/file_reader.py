"""The header and rows of a file as texts: CSV in UTF-8 (comma, semicolon or tab), or a workbook (.xlsx, .xlsm, .ods).

Belongs here: encodings, separators, lines. Not here: the meaning of a column or a cell (`parsed_rows.py`), how a
workbook is read (`workbook_process.py`).
"""

import csv
import io
import re
from collections.abc import Sequence

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.cells import is_blank
from pipeline_assets.spreadsheets.header_row import ROWS_SEARCHED, HeaderNames
from pipeline_assets.spreadsheets.raw_table import RawTable, build_table
from pipeline_assets.spreadsheets.workbook_limits import MOST_BYTES, MOST_ROWS
from pipeline_assets.spreadsheets.workbook_process import read_workbook_safely

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SEPARATORS = ",;\t"


def read_table(content: bytes, names: HeaderNames) -> RawTable:
    """Return the table of a file. Raises UnreadableFile.

    Args:
        content: The file.
        names: The known headers; they also decide between separators, and locate the header below titles.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableFile(f"The file is larger than {MOST_BYTES // 2**20} MB: cut it into smaller ones.")
    if content.startswith(_WORKBOOKS):
        return read_workbook_safely(content, names)
    text = _decoded(content)
    if marked := re.match(r"sep=(.)\r?\n", text):
        separator, text, first_number = marked[1], text[marked.end() :], 2
    else:
        separator, first_number = max(_SEPARATORS, key=lambda each: _separator_score(text, each, names)), 1
    return build_table(_csv_lines(text, separator, first_number), names)


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


def _separator_score(text: str, separator: str, names: HeaderNames) -> tuple[int, int]:
    """Return the greatest number of known headers in one of the first lines, and the number of cells of that line."""
    best, searched = (0, 0), 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(not is_blank(cell) for cell in line):
                best = max(best, (names.known_count(line), len(line) if not searched else 0))
                searched += 1
            if searched == ROWS_SEARCHED:
                break
    except csv.Error:
        return best
    return best


def _csv_lines(text: str, separator: str, first_number: int) -> list[tuple[int, Sequence[str]]]:
    """Return the lines that are not blank, each with the row number that a spreadsheet shows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[tuple[int, Sequence[str]]] = []
    try:
        for number, line in enumerate(reader, first_number):
            if any(not is_blank(cell) for cell in line):
                lines.append((number, line))
            if len(lines) > MOST_ROWS + ROWS_SEARCHED:
                break
    except csv.Error as error:
        if "field larger" in str(error):
            message = f"has a cell of more than {csv.field_size_limit():,} characters, or a quote that does not close"
            raise UnreadableFile(f"The file {message}, from line {reader.line_num} on.") from None
        raise UnreadableFile(
            f"The file is not valid CSV from line {reader.line_num}: {error}. A quote within quotes is written twice."
        ) from None
    return lines
