"""One cell: between a value of the ledger and its text in a spreadsheet, exact both ways and harmless to open.

Belongs here: the guard against formulas; numbers, days, words and lists as people type them. Not here: which column
holds what (`sheets.py`). Everything raises `CellError` with a sentence for a person.

The guard: a text that a spreadsheet would run as a formula (it begins with = + - @ and the like) or change as a number
or date (it holds digits and their punctuation only) gets an apostrophe before it, and reading takes just that one off.
"""

import ast
import csv
import io
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache

BLANKS = " \t\r\n\xa0"
ALSO_CALLED = {
    "onshorewind": "windonshore",
    "offshorewind": "windoffshore",
    "pv": "solar",
    "solarpv": "solar",
    "battery": "bess",
    "storage": "bess",
}
"Words that people use for one of a vocabulary."

_CHANGED_BY_SPREADSHEETS = re.compile(
    r"[\s\u200b\ufeff]*[=+\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20].*|[\d.,:/\s-]*\d[\d.,:/\s-]*(e[+-]?\d+)?\s*",
    re.DOTALL | re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_BY_THOUSANDS = re.compile(r"[-+]?\d{1,3}(([ \u00a0\u202f]\d{3})+|(,\d{3})+(?=\.)|(,\d{3}){2,})(\.\d+)?")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})([T ]\d{2}:\d{2}.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( 0?0:00(:00)?)?")
_NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})", re.IGNORECASE)
_MONTH_THEN_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


class CellError(ValueError):
    """What is typed cannot be meant."""


def guarded(text: str) -> str:
    """As it may stand in a spreadsheet."""
    return "'" + text if _CHANGED_BY_SPREADSHEETS.fullmatch(text.lstrip("'")) else text


def bare(cell: str) -> str:
    """The text that was guarded; any other as it is."""
    is_guarded = cell.startswith("'") and _CHANGED_BY_SPREADSHEETS.fullmatch(cell.lstrip("'"))
    return cell[1:] if is_guarded else cell


def is_empty(cell: str) -> bool:
    return not cell.strip(BLANKS)


def plain(value: float) -> str:
    """A number that reads back as the same."""
    return repr(value).removesuffix(".0")


def number(cell: str) -> float:
    """12.5, -0.1, 1 250, 1,250.5; never a decimal comma."""
    text = bare(cell.strip(BLANKS)).replace("\u2212", "-")
    if _NUMBER.fullmatch(text):
        return float(text)
    if _BY_THOUSANDS.fullmatch(text):
        return float(re.sub(r"[ \u00a0\u202f,]", "", text))
    if re.fullmatch(r"[-+]?[\d., \u00a0\u202f]*,\d+", text):
        pointed = ".".join(re.sub(r"[. \u00a0\u202f]", "", text).rsplit(",", 1)).replace(",", "")
        raise CellError(f"{text!r} has a comma, which could part decimals or thousands: write {pointed} or without it")
    raise CellError(f"{text!r} is not a number: write digits and a decimal point, without a unit")


def whole_number(cell: str) -> int:
    value = number(cell)
    if not value.is_integer():
        raise CellError(f"{cell.strip(BLANKS)!r} is not a whole number")
    return int(value)


def day(cell: str) -> date:
    """2026-07-22, 22/07/2026 (day first), 22 Jul 2026, 22-Jul-2026, July 22, 2026; a time of day is left off."""
    text = bare(cell.strip(BLANKS))
    if found := _ISO.fullmatch(text):
        year, month, dom = (int(part) for part in found.groups()[:3])
    elif found := _DAY_FIRST.fullmatch(text):
        dom, month, year = (int(part) for part in found.groups()[:3])
    elif found := _NAMED_MONTH.fullmatch(text):
        dom, month, year = int(found[1]), _month(found[2]), int(found[3])
    elif found := _MONTH_THEN_DAY.fullmatch(text):
        dom, month, year = int(found[2]), _month(found[1]), int(found[3])
    else:
        raise CellError(f"{text!r} is not a day: write YYYY-MM-DD, for example 2026-07-22")
    if is_month_first(text):
        raise CellError(f"{text!r} names the month first: write it {year:04}-{dom:02}-{month:02}")
    try:
        return date(year, month, dom)
    except ValueError:
        raise CellError(f"{text!r} is no day of the calendar: write YYYY-MM-DD, for example 2026-07-22") from None


def is_month_first(cell: str) -> bool:
    """Cannot be read with the day first, as in 07/22/2026."""
    found = _DAY_FIRST.fullmatch(bare(cell.strip(BLANKS)))
    return bool(found and int(found[2]) > 12 >= int(found[1]))


def is_ambiguous(cell: str) -> bool:
    """Would be another day with the month first, as 03/04/2026."""
    found = _DAY_FIRST.fullmatch(bare(cell.strip(BLANKS)))
    return bool(found and int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2]))


def word(vocabulary: type[StrEnum], cell: str) -> str:
    """The vocabulary's own spelling; capitals, blanks and hyphens do not matter."""
    wanted, words = letters(bare(cell)), _by_letters(vocabulary)
    found = words.get(wanted) or words.get(ALSO_CALLED.get(wanted, ""))
    if found is None:
        raise CellError(f"{cell.strip(BLANKS)[:60]!r} is none of {', '.join(vocabulary)}")
    return found


@cache
def _by_letters(vocabulary: type[StrEnum]) -> dict[str, str]:
    return {letters(member): str(member) for member in vocabulary}


def letters(text: str) -> str:
    """What two spellings of one word have in common."""
    return "".join(character for character in text.casefold() if character.isalnum())


def joined(names: Iterable[str]) -> str:
    """A list in one cell: parted by semicolons, quoted where a name holds one."""
    buffer = io.StringIO()
    names = list(names)
    odd = any(re.search(r'[;"\[\r\n]|^\s|\s$', name) for name in names)
    csv.writer(buffer, delimiter=";", lineterminator="", quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL).writerow(
        names
    )
    return guarded(buffer.getvalue() if odd else "; ".join(names))


def listed(cell: str) -> list[str]:
    """The names of a cell, each once: parted by semicolons, or the older tool's ['A', 'B']."""
    text = bare(cell.strip(BLANKS))
    if text.startswith("["):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise CellError(f"{text[:60]!r} is not a list: write the names with semicolons between them") from None
        names = [str(name) for name in found] if isinstance(found, list) else [str(found)]
    else:
        try:
            names = [
                name for row in csv.reader([text], delimiter=";", skipinitialspace=True, strict=True) for name in row
            ]
        except csv.Error:
            raise CellError(f"{text[:60]!r} has quotes that do not close: write two where one is meant") from None
    return list(dict.fromkeys(stripped for name in names if (stripped := name.strip(BLANKS))))


def _month(name: str) -> int:
    for number_of_month, month in enumerate(_MONTHS, 1):
        if month.startswith(name.casefold()):
            return number_of_month
    raise CellError(f"{name!r} is no month: write YYYY-MM-DD, for example 2026-07-22")
