"""The one reader of dates, for what people type, paste or import and for what the models accept, with the same bounds.

Belongs here: spellings of a date. Not here: its bounds (`warehouse/date_bounds.py`), which field holds a date
(`models.py`), how a cell of a workbook becomes text (`spreadsheets/`).
"""

import re
from datetime import date, datetime, time
from typing import Any

from pipeline_assets.errors import UnreadableValue
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( 0?0:00(:00)?)?")
_NAMED_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})", re.IGNORECASE)
_MONTH_THEN_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_HOW = "write YYYY-MM-DD, for example 2026-07-22"


def parse_date(text: str) -> date:
    """Parse 2026-07-22, 22/07/2026 (day first), 22 Jul 2026, 22-Jul-2026 or July 22, 2026, without a time of day.

    Raises UnreadableValue for anything else, and for a date outside EARLIEST_DATE to LATEST_DATE.
    """
    return within_bounds(spelled_date(text))


def spelled_date(text: str) -> date:
    """Parse the spellings of `parse_date` in any year. Raises UnreadableValue."""
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in iso.groups()[:3])
    elif day_first := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in day_first.groups()[:3])
    elif named := _NAMED_MONTH.fullmatch(text):
        day, month, year = int(named[1]), _month_number(named[2]), int(named[3])
    elif month_then_day := _MONTH_THEN_DAY.fullmatch(text):
        day, month, year = int(month_then_day[2]), _month_number(month_then_day[1]), int(month_then_day[3])
    else:
        raise UnreadableValue(f"{text[:60]!r} is not a date: {_HOW}{_hint(text)}")
    if is_month_first(text):
        raise UnreadableValue(f"{text!r} has the month first: write it {year:04}-{day:02}-{month:02}")
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableValue(f"{text!r} is not a valid date: {_HOW}") from None


def within_bounds(value: date) -> date:
    """Return the date; raises UnreadableValue if it is outside EARLIEST_DATE to LATEST_DATE."""
    if not EARLIEST_DATE <= value <= LATEST_DATE:
        raise UnreadableValue(
            f"{value.isoformat()} is outside {EARLIEST_DATE.year} to {LATEST_DATE.year}: check the year, "
            "and leave the date empty where it is not known"
        )
    return value


def strict_date(value: Any) -> date:
    """Return the date from a form or the API: a date, a midnight, or the text YYYY-MM-DD.

    Raises UnreadableValue outside the bounds and for anything else: in an API call nothing shows whether 03/04/2027 is
    in March or April, and a number could be a year, a day of Excel or seconds since 1970.
    """
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return parse_date(value)
    if isinstance(value, datetime) and value.time() == time():
        return within_bounds(value.date())
    if isinstance(value, date) and not isinstance(value, datetime):
        return within_bounds(value)
    raise UnreadableValue(f"{str(value)[:60]!r} is not a date: {_HOW}")


def is_month_first(text: str) -> bool:
    """Return whether the text can only be read with the month first, as 07/22/2026."""
    parts = _DAY_FIRST.fullmatch(text.strip())
    return bool(parts and int(parts[2]) > 12 >= int(parts[1]))


def is_ambiguous(text: str) -> bool:
    """Return whether the text would be another date with the month first, as 03/04/2026."""
    parts = _DAY_FIRST.fullmatch(text.strip())
    return bool(parts and int(parts[1]) <= 12 and int(parts[2]) <= 12 and int(parts[1]) != int(parts[2]))


def _month_number(name: str) -> int:
    start = name.casefold()
    for number, month in enumerate(MONTHS, 1):
        if month.startswith(start):
            return number
    raise UnreadableValue(f"{name!r} is not a month: {_HOW}")


def _hint(text: str) -> str:
    """Explain why a text that resembles a date is not one."""
    if re.fullmatch(r"\d{4,6}(\.\d+)?", text):
        return "; a bare number is not read as a date"
    if re.fullmatch(r"Q[1-4][ /-]*\d{2,4}|\d{2,4}[ /-]*Q[1-4]", text, re.IGNORECASE):
        return "; a quarter is not a day: give its last day if that is meant"
    if re.fullmatch(r"[a-z]{3,9}\.?[ /-]*\d{2,4}", text, re.IGNORECASE):
        return "; the day is missing"
    if re.fullmatch(r"\d{1,2}[/. -](\d{1,2}|[a-z]{3,9})[/. -]\d{2}", text, re.IGNORECASE):
        return "; the year needs four digits"
    return ""
