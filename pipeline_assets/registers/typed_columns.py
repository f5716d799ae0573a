"""The typed columns of a register's cells: text, codes, numbers and dates, with a note for each unreadable cell.

Belongs here: how a cell is read, by kind. Blank cells, `NA` and `N/A` are null. A cell that is no number or date of its
column is null with a note; dates are never read with the month first. Not here: which rows land (`contract.py`).
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from pipeline_assets.dates import is_ambiguous, is_month_first, spelled_date
from pipeline_assets.errors import UnreadableValue
from pipeline_assets.registers.register_model import CellKind

FIRST_YEAR, LAST_YEAR = 1901, 2100
"""The years of a register's dates. Hydro stations of 1906 are real; years before are Excel's day zero, and years after
are placeholders such as 9999.
"""
BLANK_WORDS = ("", "NA", "N/A")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_SERIAL = re.compile(r"[1-7]\d{4}(\.0+)?")
"The number of a day as Excel counts them, from 1927 to 2119."
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")

NotesByText = dict[str, str]
"What is wrong with a text, by the text."


def clean_texts(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the texts without blanks around them, and null for blank ones."""
    text = pl.all()
    is_filled = pl.lit(True)
    for word in BLANK_WORDS:
        is_filled &= text != word
    return cells.with_columns(text.str.strip_chars()).with_columns(pl.when(is_filled).then(text).name.keep())


def typed_series(kind: CellKind, texts: pl.Series) -> tuple[pl.Series, NotesByText]:
    """Return the column as its type, and what is wrong with the texts that became null."""
    if kind is CellKind.TEXT:
        return texts, {}
    if kind is CellKind.CODE:
        return _code_series(texts), {}
    if kind is CellKind.NUMBER:
        return _parsed(texts, texts.cast(pl.Float64(), strict=False), _number, pl.Float64())
    return _parsed(texts, _plain_dates(texts), read_register_date, pl.Date())


def months_come_first(texts: pl.Series) -> bool:
    """Return whether the dates of a column are written with the month first, so that ambiguous ones would be wrong."""
    distinct = texts.drop_nulls().unique().to_list()
    month_first = sum(map(is_month_first, distinct))
    day_first = sum(re.match(r"(1[3-9]|2\d|3[01])/", text) is not None for text in distinct)
    return month_first > day_first and any(map(is_ambiguous, distinct))


def _plain_dates(texts: pl.Series) -> pl.Series:
    """Return the dates in the register's usual spelling; other spellings are null."""
    dates = texts.str.to_date("%d/%m/%Y", strict=False)
    if dates.null_count() == len(texts) > texts.null_count():
        dates = texts.str.to_date("%Y-%m-%d", strict=False)
    return dates.set(~dates.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(True), None)


def _parsed(
    texts: pl.Series, values: pl.Series, read: Callable[[str], object], dtype: pl.DataType
) -> tuple[pl.Series, NotesByText]:
    """Fill the values that the fast reading left null, text by text, and return what cannot be read at all."""
    if dtype == pl.Float64():
        values = values.set(~values.is_finite().fill_null(True), None)
    left = values.is_null() & texts.is_not_null()
    if not left.any():
        return values, {}
    notes: NotesByText = {}
    read_values: dict[str, object] = {}
    for text in texts.filter(left).unique().to_list():
        try:
            read_values[text] = read(text)
        except UnreadableValue as error:
            notes[text] = str(error)
    slow = texts.replace_strict(list(read_values), list(read_values.values()), default=None, return_dtype=dtype)
    return values.zip_with(~left, slow), notes


def _number(text: str) -> float:
    if _GROUPED.fullmatch(text):
        return float(text.replace(",", ""))
    raise UnreadableValue(f"{text[:60]!r} is not a number")


def read_register_date(text: str) -> date:
    """Return the date of a cell. Raises UnreadableValue, also for a year outside FIRST_YEAR to LAST_YEAR."""
    if _SERIAL.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(float(text)))
    try:
        value = spelled_date(text)
    except UnreadableValue as error:
        # Nobody can follow the advice on how to write a date in a published file.
        raise UnreadableValue(str(error).partition(": write ")[0]) from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise UnreadableValue(f"{text[:60]!r} is outside {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _code_series(texts: pl.Series) -> pl.Series:
    """Return codes as they were before a spreadsheet rewrote them: `1.00` and `01/01/1900` are `1`."""
    codes = texts
    if texts.str.contains(".0", literal=True).any():
        codes = texts.str.replace_all(r"\b(\d+)\.0+\b", "$1")
    if not texts.str.ends_with("/01/1900").any():
        return codes
    days = codes.str.extract(r"^(\d\d)/01/1900$").str.strip_chars_start("0")
    return codes.zip_with(days.is_null(), days)
