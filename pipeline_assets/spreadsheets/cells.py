"""One cell: a value of the ledger as text in a spreadsheet, exact in both directions and harmless to open.

Belongs here: reading dates, numbers, words and lists as people type them, in imports, bulk edits and options of the
command line; the guard of exported CSV. Not here: which column holds what (`sheet_columns.py`), how a workbook is read
(`file_reader.py`). Every `parse_` function raises UnreadableValue with a sentence for a person.

The guard: a text that a spreadsheet would run as a formula, or change into a number, a date, a boolean or an error,
gets a leading apostrophe, and reading removes exactly that one.
"""

import ast
import csv
import difflib
import io
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache

from pipeline_assets import dates
from pipeline_assets.coordinates import parse_coordinates
from pipeline_assets.errors import UnreadableValue
from pipeline_assets.spreadsheets.synonyms import WORDS

BLANKS = " \t\r\n\xa0"
CLEARING_WORD = "(clear)"
"The content of a cell that empties its field; a blank cell keeps the value. The same text as a value is guarded."

_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20].*", re.DOTALL)
_NUMBER_OR_TIME = re.compile(
    r"(?=\D*\d)[\d.,:/\s()%£$€¥-]++(e[+-]?\d++|t[\d:.,]++(z|[+-][\d:]++)?)?\s*+([ap]m?)?\s*+", re.IGNORECASE
)
_LONGEST_DATE = 60
_MONTH = "|".join(f"{month[:3]}[{month[3:]}]*" if month[3:] else month for month in dates.MONTHS)
_DATE_WITH_A_MONTH = re.compile(
    r"(?=\D*\d)\s*((mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s)?"
    rf"[\d.,:/\s-]*(st|nd|rd|th)?[.,:/\s-]*({_MONTH})[\d.,:/\s-]*(st|nd|rd|th)?[\d.,:/\s-]*([ap]m?)?\s*",
    re.IGNORECASE,
)
_BOOLEAN = re.compile(r"\s*(true|false)\s*", re.IGNORECASE)
_ERROR_OF_A_SPREADSHEET = re.compile(
    r"#N/A( N/A)?|#GETTING_DATA|#{3,}|Err:\d{3}|"
    r"#(REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN|PYTHON|EXTERNAL|ERROR)[!?]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_BY_THOUSANDS = re.compile(r"[-+]?\d{1,3}(([ \u00a0\u202f]\d{3})+|(,\d{3})+(?=\.)|(,\d{3}){2,})(\.\d+)?")


def guard_text(text: str) -> str:
    """Return the text for a spreadsheet, with a leading apostrophe if it would be run or changed there."""
    return "'" + text if _is_changed_by_spreadsheets(text.lstrip("'")) else text


def unguard_text(cell: str) -> str:
    """Return the original of a guarded text, or any other text unchanged."""
    return cell[1:] if cell.startswith("'") and _is_changed_by_spreadsheets(cell.lstrip("'")) else cell


def _is_changed_by_spreadsheets(text: str) -> bool:
    """Return whether a spreadsheet, or an import, would interpret the text as something else."""
    return bool(
        _FORMULA.match(text)
        or _NUMBER_OR_TIME.fullmatch(text)
        or (len(text) <= _LONGEST_DATE and _DATE_WITH_A_MONTH.fullmatch(text))
        or _BOOLEAN.fullmatch(text)
        or is_spreadsheet_error(text)
        or is_clearing(text)
    )


def is_blank(cell: str) -> bool:
    """Return whether the cell holds nothing visible."""
    return not cell.strip(BLANKS)


def is_clearing(cell: str) -> bool:
    """Return whether the cell holds the clearing word, which empties its field."""
    return cell.strip(BLANKS).casefold() == CLEARING_WORD


def is_spreadsheet_error(cell: str) -> bool:
    """Return whether the cell holds an error of a spreadsheet in place of a value, such as #N/A."""
    return _ERROR_OF_A_SPREADSHEET.fullmatch(cell.strip(BLANKS)) is not None


def format_number(value: float) -> str:
    """Return a number as a text that reads back as the same number."""
    return repr(value).removesuffix(".0")


def parse_place(cell: str) -> tuple[float, float]:
    """Parse latitude and longitude in one text, such as 52.45, -0.25."""
    text = unguard_text(cell.strip(BLANKS))
    try:
        return parse_coordinates(text)
    except UnreadableValue as error:
        raise UnreadableValue(f"{text!r} cannot be read: {error}") from None


def parse_number(cell: str) -> float:
    """Parse 12.5, -0.1, 1 250 or 1,250.5; a decimal comma is rejected."""
    text = unguard_text(cell.strip(BLANKS)).replace("\u2212", "-")
    if _NUMBER.fullmatch(text):
        return float(text)
    if _BY_THOUSANDS.fullmatch(text):
        return float(re.sub(r"[ \u00a0\u202f,]", "", text))
    if re.fullmatch(r"[-+]?[\d., \u00a0\u202f]*,\d+", text):
        pointed = ".".join(re.sub(r"[. \u00a0\u202f]", "", text).rsplit(",", 1)).replace(",", "")
        raise UnreadableValue(
            f"{text!r} has a comma, which could separate decimals or thousands: write {pointed} or without it"
        )
    if percentage := re.fullmatch(r"([-+]?[\d.]+)\s*%", text):
        raise UnreadableValue(f"{text!r} is a percentage: write {percentage[1]}, as a number without the sign")
    raise UnreadableValue(
        f"{text[:60]!r} is not a number: write digits and a decimal point, without a unit; leave it empty if not known"
    )


def parse_whole_number(cell: str) -> int:
    """Parse a number without decimals."""
    value = parse_number(cell)
    if not value.is_integer():
        raise UnreadableValue(f"{cell.strip(BLANKS)[:60]!r} is not a whole number")
    return int(value)


def parse_date(cell: str) -> date:
    """Parse a date as `dates.parse_date` does."""
    return dates.parse_date(_date_text(cell))


def is_month_first(cell: str) -> bool:
    """Return whether the date can only be read with the month first, as 07/22/2026."""
    return dates.is_month_first(_date_text(cell))


def is_ambiguous(cell: str) -> bool:
    """Return whether the date would be another one with the month first, as 03/04/2026."""
    return dates.is_ambiguous(_date_text(cell))


def _date_text(cell: str) -> str:
    return unguard_text(cell.strip(BLANKS))


def parse_word(vocabulary: type[StrEnum], cell: str) -> str:
    """Return the vocabulary's own spelling of a word or synonym, regardless of case, blanks and hyphens."""
    key, words = spelling_key(unguard_text(cell)), _words_by_key(vocabulary)
    if key in words:
        return words[key]
    close = difflib.get_close_matches(key, words, n=1, cutoff=0.75)
    question = f": did you mean {words[close[0]]}?" if close else ""
    raise UnreadableValue(f"{cell.strip(BLANKS)[:60]!r} is not one of {', '.join(vocabulary)}{question}")


@cache
def _words_by_key(vocabulary: type[StrEnum]) -> dict[str, str]:
    words = {spelling_key(member): str(member) for member in vocabulary}
    for member, synonyms in WORDS.get(vocabulary, {}).items():
        for synonym in synonyms:
            words.setdefault(spelling_key(synonym), str(member))
    return words


def spelling_key(text: str) -> str:
    """Return a key that all spellings of one word share."""
    return "".join(character for character in text.casefold() if character.isalnum())


def join_names(names: Iterable[str]) -> str:
    """Return a list as one cell, separated by semicolons; names that contain one are quoted."""
    buffer = io.StringIO()
    names = list(names)
    odd = any(re.search(r'[;"\[\r\n]|^\s|\s$', name) for name in names)
    csv.writer(buffer, delimiter=";", lineterminator="", quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL).writerow(
        names
    )
    return guard_text(buffer.getvalue() if odd else "; ".join(names))


def parse_names(cell: str) -> list[str]:
    """Return the distinct names of a cell, separated by semicolons or in the older tool's form ['A', 'B']."""
    text = unguard_text(cell.strip(BLANKS))
    if text.startswith("["):
        try:
            listed = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise UnreadableValue(
                f"{text[:60]!r} is not a list: write the names with semicolons between them"
            ) from None
        names = [str(name) for name in listed] if isinstance(listed, list) else [str(listed)]
    else:
        if '"' not in text:
            text = re.sub(r"[\r\n]+", " ", text)  # a name may span two lines of a cell
        try:
            names = [
                name for row in csv.reader([text], delimiter=";", skipinitialspace=True, strict=True) for name in row
            ]
        except csv.Error:
            message = f"{text[:60]!r} has quotes that do not close: write two where one is meant"
            raise UnreadableValue(message) from None
    return list(dict.fromkeys(stripped for name in names if (stripped := name.strip(BLANKS))))
