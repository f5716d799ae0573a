"""Half-hours as integers (half-hours since 1970-01-01T00:00Z), as Elexon's text, and their settlement labels.

Belongs here: conversions that every other module of the simulator needs. Not here: publication, datasets, values.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from elexon_assets.settlement import HALF_HOUR, LONDON, first_start_utc

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HALF_HOURS_A_DAY = 48
SECONDS = 1800


def index_of(instant: datetime) -> int:
    """Return the half-hour that contains the instant."""
    return (instant - EPOCH) // HALF_HOUR


def index_at_or_after(instant: datetime) -> int:
    """Return the first half-hour that starts at the instant or later."""
    return -((EPOCH - instant) // HALF_HOUR)


def instant_of(half_hour: int) -> datetime:
    """Return the start of a half-hour, UTC."""
    return EPOCH + HALF_HOUR * half_hour


def first_of(settlement_date: date) -> int:
    """Return the half-hour of settlement period 1."""
    return index_of(first_start_utc(settlement_date))


def consecutive_half_hours(first: int, count: int) -> NDArray[np.int64]:
    """Return `count` consecutive half-hours from `first` on."""
    return np.arange(first, first + count, dtype=np.int64)


def start_texts(first: int, last: int, *, minutes_later: int = 0) -> list[str]:
    """Return `2024-01-01T00:00:00Z` for every half-hour from first to last, both inclusive."""
    seconds = consecutive_half_hours(first, last + 1 - first) * SECONDS + minutes_later * 60
    plain = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s")
    return [text + "Z" for text in plain.tolist()]


def text_of(instant: datetime) -> str:
    """Format an instant as Elexon does: UTC, whole seconds, `Z`."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def text_minutes_later(text: str, minutes: float) -> str:
    """Return the text of an instant that is `minutes` later."""
    return text_of(datetime.fromisoformat(text) + timedelta(minutes=minutes))


def settlement_labels(first: int, last: int) -> tuple[list[str], list[int]]:
    """Return (settlement dates as ISO text, settlement periods) from the half-hour first to last, both inclusive."""
    dates: list[str] = []
    periods: list[int] = []
    day = instant_of(first).astimezone(LONDON).date()
    day_start = first_of(day)
    while day_start <= last:
        next_start = first_of(day + timedelta(days=1))
        within = range(max(first, day_start), min(last + 1, next_start))
        dates += [day.isoformat()] * len(within)
        periods += [half_hour - day_start + 1 for half_hour in within]
        day, day_start = day + timedelta(days=1), next_start
    return dates, periods
