"""Settlement days: the Europe/London civil day in half-hours. The only module that relates them to UTC.

Belongs here: conversions between UTC instants and (settlement date, settlement period), and the calendar of days. Not
here: Elexon's labels (they are compared with what is computed here, never trusted), windows, partitions.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

LONDON = ZoneInfo("Europe/London")
HALF_HOUR = timedelta(minutes=30)
"The length of Elexon's settlement period; every start time is a multiple of it."


def first_start_utc(settlement_date: date) -> datetime:
    """Return London midnight of the settlement date as a UTC instant: the start of its period 1."""
    return datetime.combine(settlement_date, time(), LONDON).astimezone(UTC)


def periods_in(settlement_date: date) -> int:
    """Return the number of periods of a settlement date: 46, 48 or 50."""
    return (first_start_utc(settlement_date + timedelta(days=1)) - first_start_utc(settlement_date)) // HALF_HOUR


def start_time_utc(settlement_date: date, settlement_period: int) -> datetime:
    """Return the start of the period, UTC. Raises ValueError if the day lacks the period.

    Elapsed time is added in UTC, so that clock changes are handled correctly.
    """
    if not 1 <= settlement_period <= periods_in(settlement_date):
        raise ValueError(f"{settlement_date} has {periods_in(settlement_date)} periods, not {settlement_period}")
    return first_start_utc(settlement_date) + HALF_HOUR * (settlement_period - 1)


def settlement_of(instant: datetime) -> tuple[date, int]:
    """Return (settlement date, settlement period) of the half-hour that contains the instant."""
    settlement_date = instant.astimezone(LONDON).date()
    return settlement_date, (instant - first_start_utc(settlement_date)) // HALF_HOUR + 1


CALENDAR_FIRST, CALENDAR_LAST = date(1989, 12, 31), date(2101, 1, 2)
"Settlement dates around all instants that parsing accepts; the last one only ends the one before."
DAY_ZERO = date(1970, 1, 1)
OUTSIDE = -(2**63)
"An instant before the calendar, in microseconds."


@cache
def _midnights() -> NDArray[np.int64]:
    """Return the first instant of every settlement date of the calendar, as microseconds since 1970."""
    calendar = settlement_calendar(CALENDAR_FIRST, CALENDAR_LAST)
    return calendar["first_start_time_utc"].to_physical().to_numpy()


def with_settlement(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `settlement_date` (Date) and `settlement_period` (Int16), computed from `start_time_utc`.

    Both are null where that is, or is outside the calendar. A search among the midnights of the calendar is ten times
    as fast as the conversion of each time to London's.
    """
    starts = frame["start_time_utc"].to_physical()
    microseconds = (starts.fill_null(OUTSIDE) if starts.null_count() else starts).to_numpy()
    midnights = _midnights()
    days = np.searchsorted(midnights, microseconds, side="right") - 1
    periods = (microseconds - midnights[days]) // (HALF_HOUR // timedelta(microseconds=1)) + 1
    labels = [
        pl.Series("settlement_date", (days + (CALENDAR_FIRST - DAY_ZERO).days).astype(np.int32)).cast(pl.Date),
        pl.Series("settlement_period", periods.astype(np.int16)),
    ]
    is_outside = (days < 0) | (days == len(midnights) - 1)
    if is_outside.any():
        labels = [column.set(pl.Series(is_outside), None) for column in labels]
    return frame.hstack(labels)


def settlement_calendar(first: date, last: date) -> pl.DataFrame:
    """Return one row per settlement date, both ends inclusive.

    Columns: `settlement_date`, `first_start_time_utc`, `half_hours` (46, 48 or 50).
    """
    midnight = pl.col("settlement_date").cast(pl.Datetime("us")).dt.replace_time_zone(LONDON.key)
    elapsed = pl.col("first_start_time_utc").shift(-1) - pl.col("first_start_time_utc")
    return (
        pl.select(settlement_date=pl.date_range(first, last + timedelta(days=1)))
        .with_columns(first_start_time_utc=midnight.dt.convert_time_zone("UTC"))
        .with_columns(half_hours=(elapsed.dt.total_minutes() // 30).cast(pl.Int16))
        .head(-1)
    )
