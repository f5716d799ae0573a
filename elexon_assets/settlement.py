"""Settlement days: the Europe/London civil day in half-hours. The only module that relates them to UTC.

Belongs here: conversions between UTC instants and (settlement date, settlement period), and the calendar of days. Not
here: Elexon's labels (they are compared with what is computed here, never trusted), windows, partitions.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

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


Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def with_settlement(frame: Frame) -> Frame:
    """Add `settlement_date` (Date) and `settlement_period` (Int16), computed from `start_time_utc`."""
    local_midnight = pl.col("start_time_utc").dt.convert_time_zone(LONDON.key).dt.truncate("1d")
    elapsed = pl.col("start_time_utc") - local_midnight.dt.convert_time_zone("UTC")
    return frame.with_columns(
        settlement_date=local_midnight.dt.date(),
        settlement_period=(elapsed.dt.total_minutes() // 30 + 1).cast(pl.Int16),
    )


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
