"""Times and spans as people write them, read in one way by the Python API, the command line, the pages and SQL.

Belongs here: which inputs are accepted, and the message of each refusal. Not here: how SQL reads them
(`schema/time_macros.py`, which uses the same messages), which windows Elexon accepts (`windows.py`).
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from elexon_assets.errors import UnusableInput
from elexon_assets.settlement import HALF_HOUR, LONDON
from elexon_assets.windows import Window, window_of_days
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE
from warehouse.settings import Settings

YEARS = (EARLIEST_DATE.year, LATEST_DATE.year)
"The first and the last year of a day or a time."

OPEN_ENDS = ("9999", "2999-12-31", "3000-01-01", "2262-04-11", "infinity")
"The beginnings of the texts that other tools write for an open end. As an `as_of` they mean all values."

NOT_A_TIME = "'{value}' is not a day or a time: write 2026-01-31 or 2026-01-31T12:00Z."
NOT_A_DAY = "'{value}' is not a day: write YYYY-MM-DD, for example 2026-01-31."
NO_ZONE = "{value} has no time zone: write {value}Z for UTC."
FAR_AWAY = f"{{value}} is outside the years {YEARS[0]} to {YEARS[1]}."
ONE_OF_EACH = "Give two days or two times, not one of each: {start} to {end}."
REVERSED = "The start {start} is after the end {end}: give the earlier one first."
EMPTY = "The span from {start} to {end} is empty: give an end after the start."
OFF_GRID = "{value} is not on the grid of half-hours: give a time at minute 00 or 30."
TOO_EARLY = "{value} is before {first_day}, the first day with data: begin there."
IN_FUTURE = "{value} is in the future: the last day is today, {today}."

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)?", re.IGNORECASE)


def read_time(value: object) -> date | datetime:
    """Return a day, or a time as an instant in UTC, from a date, a datetime or an ISO text.

    Raises UnusableInput for anything else, for a time without a zone and for a year outside `YEARS`.
    """
    parsed = _parse_text(value) if isinstance(value, str) else value
    if not isinstance(parsed, date):
        raise UnusableInput(NOT_A_TIME.format(value=value))
    if not YEARS[0] <= parsed.year <= YEARS[1]:
        raise UnusableInput(FAR_AWAY.format(value=value if isinstance(value, str) else shown(parsed)))
    if not isinstance(parsed, datetime):
        return parsed
    if parsed.utcoffset() is None:
        raise UnusableInput(NO_ZONE.format(value=value if isinstance(value, str) else shown(parsed)))
    return parsed.astimezone(UTC)


def read_day(value: object) -> date:
    """Return a day from a date or an ISO text. Raises UnusableInput, also for a time."""
    if isinstance(value, str) and not _DAY.fullmatch(value.strip()):
        raise UnusableInput(NOT_A_DAY.format(value=value))
    day = None if isinstance(value, datetime) else read_time(value)
    if day is None or isinstance(day, datetime):
        raise UnusableInput(NOT_A_DAY.format(value=shown(value) if isinstance(value, datetime) else value))
    return day


def read_as_of(value: object) -> datetime | None:
    """Return the instant that an `as_of` or a `known_at` means, or None for all values.

    A day means its end in UTC. An open end (`OPEN_ENDS`) means all values. Raises UnusableInput.
    """
    if value is None or str(value).strip().lower().startswith(OPEN_ENDS):
        return None
    parsed = read_time(value)
    return parsed if isinstance(parsed, datetime) else end_of_day(parsed)


def end_of_day(day: date) -> datetime:
    """Return the last microsecond of a UTC day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)


def read_span(start: object, end: object, *, first_day: date | None = None) -> Window:
    """Return the window that two days (both included) or two times (the end excluded) mean.

    Args:
        start: A date, a datetime or an ISO text.
        end: The same kind as `start`.
        first_day: The first day with data; that of the settings unless given.

    Raises:
        UnusableInput: for a span that is reversed, empty, off the grid of half-hours, without a zone, before the first
            day with data or after today.
    """
    start_utc, end_utc = read_bounds(start, end, first_day=first_day)
    if start_utc is None or end_utc is None:
        raise UnusableInput(NOT_A_TIME.format(value=None))
    return Window(start_utc, end_utc)


def read_bounds(
    start: object | None, end: object | None, *, first_day: date | None = None
) -> tuple[datetime | None, datetime | None]:
    """Return both ends of a span as instants, of which either may be missing. Raises UnusableInput as `read_span`."""
    times = tuple(None if value is None else read_time(value) for value in (start, end))
    first, last = times
    if first is not None and last is not None:
        if isinstance(first, datetime) != isinstance(last, datetime):
            raise UnusableInput(ONE_OF_EACH.format(start=shown(first), end=shown(last)))
        if first > last:
            raise UnusableInput(REVERSED.format(start=shown(first), end=shown(last)))
        if first == last and isinstance(first, datetime):
            raise UnusableInput(EMPTY.format(start=shown(first), end=shown(last)))
    for value in times:
        if isinstance(value, datetime):
            _refuse_off_grid(value)
    start_utc = None if first is None else _start_of(first)
    end_utc = None if last is None else last if isinstance(last, datetime) else window_of_days(last, last).end_utc
    _refuse_without_data(times, start_utc, end_utc, first_day or Settings().first_day)
    return start_utc, end_utc


def read_half_hour(value: object) -> datetime:
    """Return the start of a half-hour, which is a time with a zone on the grid. Raises UnusableInput."""
    start = read_time(value)
    if not isinstance(start, datetime):
        raise UnusableInput(NOT_A_TIME.format(value=value))
    _refuse_off_grid(start)
    return start


def read_days(first: object, last: object, *, first_day: date | None = None) -> tuple[date, date]:
    """Return two days, both included. Raises UnusableInput as `read_span`, and for times."""
    days = read_day(first), read_day(last)
    read_bounds(*days, first_day=first_day)
    return days


def shown(value: object) -> str:
    """Return a day or a time as messages show it: ISO 8601, seconds only if not zero, Z for UTC."""
    if not isinstance(value, datetime):
        return str(value)
    if value.utcoffset() is not None and YEARS[0] <= value.year <= YEARS[1]:
        value = value.astimezone(UTC)
    text = value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")
    return text.replace("+00:00", "Z")


def in_words(instant: datetime) -> str:
    """Return an `as_of` or a `known_at` as messages show it: the end of a day as such."""
    day = instant.astimezone(UTC).date()
    return f"the end of {day}" if instant == end_of_day(day) else shown(instant)


def _refuse_off_grid(instant: datetime) -> None:
    if (instant - datetime(2000, 1, 1, tzinfo=UTC)) % HALF_HOUR:
        raise UnusableInput(OFF_GRID.format(value=shown(instant)))


def _refuse_without_data(
    times: tuple[date | datetime | None, ...], start_utc: datetime | None, end_utc: datetime | None, first_day: date
) -> None:
    """Raise UnusableInput for a time before the first day with data or after today."""
    now = datetime.now(UTC)
    today = max(now.date(), now.astimezone(LONDON).date())  # in summer London's day begins an hour before UTC's
    after = window_of_days(today, today).end_utc
    for value, instant in zip(times, (start_utc, end_utc), strict=True):
        if value is None or instant is None:
            continue
        if _start_of(value) < _start_of(first_day):
            raise UnusableInput(TOO_EARLY.format(value=shown(value), first_day=first_day))
        if instant > after:
            raise UnusableInput(IN_FUTURE.format(value=shown(value), today=today))


def _start_of(value: date | datetime) -> datetime:
    return value if isinstance(value, datetime) else window_of_days(value, value).start_utc


def _parse_text(text: str) -> date | datetime | None:
    """Return the day or time of an ISO text, or None if it is neither."""
    stripped = text.strip()
    try:
        if _DAY.fullmatch(stripped):
            return date.fromisoformat(stripped)
        return datetime.fromisoformat(stripped.upper()) if _TIME.fullmatch(stripped) else None
    except ValueError:
        return None
