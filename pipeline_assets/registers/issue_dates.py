"""The date of a register's issue, as the name of its file or the title of its link says it.

Belongs here: dates inside names. Not here: dates in cells (`parsing.py`), spellings of a date alone
(`pipeline_assets/dates.py`).
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from pipeline_assets.dates import parse_date
from pipeline_assets.errors import UnreadableValue

FIRST_YEAR = 2010
"The first year of an issue. An earlier year in a name is part of something else."

_DAYS = (
    r"(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d)",
    r"(?<![a-z\d])\d{1,2}-\d{1,2}-\d{4}(?!\d)",
    r"(?<![a-z\d])\d{1,2}(?:st|nd|rd|th)?-[a-z]{3,9}-\d{4}(?!\d)",
    r"(?<![a-z])[a-z]{3,9}-\d{1,2}(?:st|nd|rd|th)?-\d{4}(?!\d)",
)
_COMPACT = re.compile(r"(?<![\da-f])(20\d\d)([01]\d)([0-3]\d)(?![\da-f])")
_MONTHS = (
    r"(?<![a-z])([a-z]{3,9})-?(\d{4})(?!\d)",
    r"(?<!\d)(\d{4})-?([a-z]{3,9})(?![a-z])",
    r"(?<!\d)(\d{4})-(\d\d)$",
)
_QUARTERS = (r"(?<![a-z])q([1-4])-?(\d{4})(?!\d)", r"(?<!\d)(\d{4})-?q([1-4])(?!\d)")


def day_in_name(name: str, *, today: date | None = None) -> date | None:
    """Return the day in a name such as tec-register-02-september-2025.csv, or None.

    A day before its month is never read with the month first: 11-10-2024 is in October, and 09-13-2025 is no date. A
    name with two different days has none, and a day after tomorrow is none.
    """
    text = _hyphenated(name)
    texts = [match for pattern in _DAYS for match in re.findall(pattern, text)]
    texts += ["-".join(match) for match in _COMPACT.findall(text)]
    return _only_plausible((_parse_day(each) for each in texts), today)


def month_in_name(name: str, *, today: date | None = None) -> date | None:
    """Return the first day of the month in a name such as repd-q2-jul-2024.csv, or the last day of its quarter.

    Returns None for a name without either.
    """
    text = _hyphenated(name)
    months = [_first_of_month(*groups) for pattern in _MONTHS for groups in re.findall(pattern, text)]
    if any(months):
        return _only_plausible(months, today)
    quarters = [sorted(map(int, groups)) for pattern in _QUARTERS for groups in re.findall(pattern, text)]
    return _only_plausible([_last_of_quarter(year, quarter) for quarter, year in quarters], today)


def date_in_name(name: str, *, today: date | None = None) -> date | None:
    """Return the day in a name, otherwise its month or quarter as in `month_in_name`, otherwise None."""
    return day_in_name(name, today=today) or month_in_name(name, today=today)


def _hyphenated(name: str) -> str:
    stem = re.sub(r"\.[a-z]{2,4}$", "", name.strip().lower())
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")


def _parse_day(text: str) -> date | None:
    named = re.fullmatch(r"([a-z]+)-(\d.*)", text)
    try:
        return parse_date(f"{named[1]} {named[2].replace('-', ' ')}" if named else text)
    except UnreadableValue:
        return None


def _first_of_month(*parts: str) -> date | None:
    year, month = parts if parts[0].isdecimal() else parts[::-1]
    return _parse_day(f"{year}-{month}-01" if month.isdecimal() else f"01-{month}-{year}")


def _last_of_quarter(year: int, quarter: int) -> date:
    month = 3 * quarter
    return date(year, month, monthrange(year, month)[1]) if year else date.min


def _only_plausible(days: Iterable[date | None], today: date | None) -> date | None:
    """Return the one day among those that an issue can have, or None if they are none or several."""
    latest = (today or datetime.now(UTC).date()) + timedelta(days=1)
    plausible = {day for day in days if day and day.year >= FIRST_YEAR and day <= latest}
    return plausible.pop() if len(plausible) == 1 else None
