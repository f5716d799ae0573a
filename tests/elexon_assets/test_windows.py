"""Tests of windows and their requests. Scenario 1: never more than 7 days, tiled without gap or overlap."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.settlement import HALF_HOUR, LONDON
from elexon_assets.windows import Window, merge_days, split_window, window_of_days

DAY = timedelta(days=1)
ALL_DAYS = [date(2016, 1, 1) + n * DAY for n in range((date(2030, 12, 31) - date(2016, 1, 1)).days + 1)]

days = st.dates(date(2016, 1, 1), date(2030, 12, 31))
instants = st.integers(0, 15 * 365 * 48).map(lambda n: datetime(2016, 1, 1, tzinfo=UTC) + n * HALF_HOUR)


def tiles(windows: list[Window], span: Window) -> bool:
    without_gap = all(item.end_utc == other.start_utc for item, other in pairwise(windows))
    return without_gap and (windows[0].start_utc, windows[-1].end_utc) == (span.start_utc, span.end_utc)


def test_no_request_for_wind_and_solar_spans_more_than_seven_days_from_any_day_2016_to_2030() -> None:
    for day in ALL_DAYS:
        span = window_of_days(day, day + 20 * DAY)
        windows = split_window(span, WIND_AND_SOLAR.longest_window)
        assert len(windows) == 3
        assert tiles(windows, span)
        for window in windows:
            asked = WIND_AND_SOLAR.parameters(window)
            first, last = datetime.fromisoformat(asked["from"]), datetime.fromisoformat(asked["to"])
            assert first == window.start_utc
            assert last + HALF_HOUR == window.end_utc  # both ends are inclusive
            assert last - first < timedelta(days=7)


def test_no_request_for_fuels_names_more_than_seven_settlement_dates_from_any_day_2016_to_2030() -> None:
    for day in ALL_DAYS:
        span = window_of_days(day, day + 17 * DAY)
        windows = split_window(span, GENERATION_BY_FUEL.longest_window)
        assert len(windows) == 3
        assert tiles(windows, span)
        for window in windows:
            asked = GENERATION_BY_FUEL.parameters(window)
            first = date.fromisoformat(asked["settlementDateFrom"])
            last = date.fromisoformat(asked["settlementDateTo"])
            assert (last - first).days + 1 <= 7
            assert first <= window.start_utc.astimezone(LONDON).date()
            assert (window.end_utc - HALF_HOUR).astimezone(LONDON).date() <= last


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
@given(end=instants)
def test_the_trailing_day_of_any_half_hour_is_one_request_within_the_cap(dataset: Dataset, end: datetime) -> None:
    [window] = split_window(Window(end - DAY, end), dataset.longest_window)
    first, last = (datetime.fromisoformat(value) for value in dataset.parameters(window).values())
    assert timedelta(0) <= last - first <= 2 * DAY


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
@given(first=days, more=st.integers(0, 400))
def test_windows_tile_any_range_of_days_and_every_day_is_in_exactly_one(
    dataset: Dataset, first: date, more: int
) -> None:
    span = window_of_days(first, first + more * DAY)
    windows = split_window(span, dataset.longest_window)
    assert tiles(windows, span)
    assert all(window.end_utc - window.start_utc <= dataset.longest_window for window in windows)
    assert [day for window in windows for day in window.days] == [first + n * DAY for n in range(more + 1)]


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
@given(first=days)
def test_the_expected_window_of_an_answer_has_one_more_period_on_each_side(dataset: Dataset, first: date) -> None:
    [window] = split_window(window_of_days(first, first + dataset.longest_window - DAY), dataset.longest_window)
    expected = dataset.expected_window(window)
    assert expected.start_utc < window.start_utc < window.end_utc < expected.end_utc
    if dataset is WIND_AND_SOLAR:
        assert expected == Window(window.start_utc - HALF_HOUR, window.end_utc + HALF_HOUR)
    else:  # complete London days
        assert expected.end_utc - window.end_utc <= timedelta(hours=24, minutes=30)


def test_an_empty_span_has_no_windows() -> None:
    midnight = datetime(2024, 1, 1, tzinfo=UTC)
    assert split_window(Window(midnight, midnight), timedelta(days=7)) == []


def test_the_days_of_a_window_are_the_utc_days_that_it_touches() -> None:
    window = Window(datetime(2024, 1, 1, 23, 30, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC))
    assert window.days == [date(2024, 1, 1), date(2024, 1, 2)]
    assert str(window) == "2024-01-01T23:30Z to 2024-01-03T00:00Z"


@given(st.sets(st.dates(date(2024, 3, 1), date(2024, 4, 15))))
def test_merged_spans_cover_exactly_the_given_days_and_do_not_touch(chosen: set[date]) -> None:
    spans = merge_days(chosen)
    assert [day for span in spans for day in span.days] == sorted(chosen)
    assert all(item.end_utc < other.start_utc for item, other in pairwise(spans))
