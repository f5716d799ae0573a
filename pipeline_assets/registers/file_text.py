"""The text of a register's file: its encoding, and its table of cells with the published headers.

Belongs here: what makes a file no table of the register. Not here: the meaning of the cells (`typed_columns.py`).
"""

import codecs
import csv
import io
from dataclasses import dataclass

import polars as pl

from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers.register_model import Register

_LOST_LETTER = "\ufffd"
"""The character that stands for a letter that was lost by reading a file in a wrong encoding. Garbled letters are no
sign of it: REPD itself publishes some.
"""
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or an archive: save it as CSV (comma delimited), or take the CSV file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save it as CSV (comma delimited), or take the CSV file",
    b"%PDF": "a PDF: take the CSV file",
    codecs.BOM_UTF16_LE: "in UTF-16: save it as CSV UTF-8",
    codecs.BOM_UTF16_BE: "in UTF-16: save it as CSV UTF-8",
    b"<": "a web page, and not the file that it links: take the CSV file",
}
"The beginnings of files that are no CSV, and what to do."
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "cp1252": "Windows-1252"}


@dataclass(frozen=True)
class RawTable:
    """The cells of a file as text, and the rows that have too many cells."""

    headers: list[str]
    "The published headers with blanks collapsed, in the file's order; a column without one is `column 51`."
    cells: pl.DataFrame
    "One column of text for each header, named by its position, and `row_number` as a spreadsheet shows it."
    too_long: dict[int, list[str]]
    "The cells of the rows that have more of them than there are headers, by row number."


def decode_text(register: Register, content: bytes) -> tuple[str, str]:
    """Return the file's text and the name of its encoding. Raises RegisterUnreadable."""
    if not content.strip():
        raise RegisterUnreadable(f"The {register.title} file is empty. Fetch it again.")
    for signature, advice in _SIGNATURES.items():
        if content.lstrip().startswith(signature):
            raise RegisterUnreadable(f"The {register.title} file is {advice}.")
    encodings = ("utf-8-sig",) if content.startswith(codecs.BOM_UTF8) else register.encodings
    problems = []
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            problems.append(f"{_NAMES[encoding]} (byte 0x{content[error.start]:02X} at {error.start:,})")
            continue
        if _LOST_LETTER in text:
            position = text.index(_LOST_LETTER)
            line = " ".join(text[max(position - 20, 0) : position + 20].split())
            raise RegisterUnreadable(
                f"The {register.title} file was saved in a wrong encoding, and letters are lost: {line!r}. Take the "
                "file as published."
            )
        return text, _NAMES[encoding]
    raise RegisterUnreadable(
        f"The {register.title} file is not in {' or '.join(problems)}. Take the file as published, without saving it "
        "in another program."
    )


def read_cells(register: Register, text: str) -> RawTable:
    """Return the cells of a CSV text. Raises RegisterUnreadable if it is no table."""
    text = text.lstrip("\ufeff\r\n")
    try:
        first = next(csv.reader(io.StringIO(text), strict=True))
    except (StopIteration, csv.Error):
        raise RegisterUnreadable(f"The {register.title} file has no header row. Take the file as published.") from None
    headers = [" ".join(header.split()) or f"column {number}" for number, header in enumerate(first, 1)]
    names = [str(position) for position in range(len(headers))]
    try:
        cells = pl.read_csv(text.encode(), has_header=True, new_columns=names, infer_schema=False).with_row_index(
            "row_number", offset=2
        )
        too_long: dict[int, list[str]] = {}
    except pl.exceptions.ComputeError:
        cells, too_long = _read_slowly(register, text, names)
    return RawTable(headers, cells.with_columns(pl.col("row_number").cast(pl.Int64)), too_long)


def _read_slowly(register: Register, text: str, names: list[str]) -> tuple[pl.DataFrame, dict[int, list[str]]]:
    """Read with Python's reader, which tells rows with too many cells apart. Raises RegisterUnreadable."""
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    too_long: dict[int, list[str]] = {}
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), 1):
            if number == 1:
                continue
            if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
                too_long[number] = row
                continue
            numbers.append(number)
            rows.append([*(cell or None for cell in row[: len(names)]), *[None] * (len(names) - len(row))])
    except csv.Error as error:
        raise RegisterUnreadable(
            f"The {register.title} file cannot be read as CSV: {error} after row {number:,}. The file may be cut "
            "short: fetch it again."
        ) from None
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
    return frame.insert_column(0, pl.Series("row_number", numbers, pl.UInt32())), too_long
