"""Tests of settlement days: 46, 48 or 50 half-hours of a London day, in UTC."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elexon_assets.settlement import (
    HALF_HOUR,
    first_start_utc,
    periods_in,
    settlement_calendar,
    settlement_of,
    start_time_utc,
    with_settlement,
)

days = st.dates(date(2016, 1, 1), date(2040, 12, 31))
half_hours = st.integers(0, 25 * 365 * 48).map(lambda n: datetime(2016, 1, 1, tzinfo=UTC) + n * HALF_HOUR)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "periods", "first_start", "last_start"),
    [
        ("2024-03-31", 46, "2024-03-31T00:00", "2024-03-31T22:30"),
        ("2024-04-01", 48, "2024-03-31T23:00", "2024-04-01T22:30"),
        ("2024-10-27", 50, "2024-10-26T23:00", "2024-10-27T23:30"),
        ("2025-03-30", 46, "2025-03-30T00:00", "2025-03-30T22:30"),
        ("2025-10-26", 50, "2025-10-25T23:00", "2025-10-26T23:30"),
        ("2024-01-01", 48, "2024-01-01T00:00", "2024-01-01T23:30"),
    ],
)
def test_days_begin_at_london_midnight_and_have_46_48_or_50_periods(
    day: str, periods: int, first_start: str, last_start: str
) -> None:
    settlement_date = date.fromisoformat(day)
    assert periods_in(settlement_date) == periods
    assert first_start_utc(settlement_date) == utc(first_start)
    assert start_time_utc(settlement_date, periods) == utc(last_start)


@pytest.mark.parametrize(
    ("day", "period"), [("2024-03-31", 47), ("2024-04-01", 49), ("2024-10-27", 51), ("2024-04-01", 0)]
)
def test_a_period_that_the_day_does_not_have_is_an_error(day: str, period: int) -> None:
    with pytest.raises(ValueError, match=f"periods, not {period}"):
        start_time_utc(date.fromisoformat(day), period)


@given(days)
def test_the_periods_of_a_day_lead_without_gap_to_the_next_day(day: date) -> None:
    starts = [start_time_utc(day, period) for period in range(1, periods_in(day) + 1)]
    assert starts[0] == first_start_utc(day)
    assert {later - earlier for earlier, later in pairwise(starts)} == {HALF_HOUR}
    assert starts[-1] + HALF_HOUR == first_start_utc(day + timedelta(days=1))
    assert [settlement_of(start) for start in starts] == [(day, n) for n in range(1, len(starts) + 1)]


@given(half_hours, st.timedeltas(timedelta(0), timedelta(minutes=29, seconds=59)))
def test_every_instant_belongs_to_the_half_hour_that_contains_it(start: datetime, later: timedelta) -> None:
    assert start_time_utc(*settlement_of(start + later)) == start


@given(st.lists(half_hours, min_size=1, max_size=50))
def test_a_frame_is_labelled_like_single_instants(starts: list[datetime]) -> None:
    frame = with_settlement(
        pl.DataFrame({"start_time_utc": starts}, schema={"start_time_utc": pl.Datetime("us", "UTC")})
    )
    assert frame.select("settlement_date", "settlement_period").rows() == [settlement_of(start) for start in starts]


def test_a_frame_across_both_clock_changes_is_labelled_without_ambiguity() -> None:
    for day in ("2024-03-30", "2024-10-26"):
        starts = [utc(f"{day}T00:00") + n * HALF_HOUR for n in range(144)]
        frame = with_settlement(pl.DataFrame({"start_time_utc": starts}))
        assert frame.select("settlement_date", "settlement_period").rows() == [settlement_of(start) for start in starts]


@given(days, st.integers(0, 400))
def test_the_calendar_has_every_day_once_with_its_half_hours(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    frame = settlement_calendar(first, last)
    assert frame["settlement_date"].to_list() == [first + timedelta(days=n) for n in range(more + 1)]
    assert frame["first_start_time_utc"].to_list() == [first_start_utc(day) for day in frame["settlement_date"]]
    elapsed = first_start_utc(last + timedelta(days=1)) - first_start_utc(first)
    assert frame["half_hours"].cast(pl.Int64).sum() == elapsed // HALF_HOUR
