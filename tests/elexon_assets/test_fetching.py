"""Tests of concurrent windows: in order, within the limit, and abandoned at once when the run is cancelled."""

from collections.abc import Generator
from datetime import date
from time import monotonic

import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import OBSERVED, WIND_AND_SOLAR
from elexon_assets.fetch_windows import Failed, Fetched, fetch_by_day_where_needed, fetch_windows
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import split_window, window_of_days

pytestmark = pytest.mark.slow

WINDOWS = split_window(window_of_days(date(2024, 1, 1), date(2024, 2, 25)), WIND_AND_SOLAR.longest_window)


def test_outcomes_are_in_the_order_of_the_windows_whichever_answer_arrives_first(simulator: Simulator) -> None:
    simulator.faults = "slow=0.2@2024-01-01,status=404@2024-01-20"
    with ElexonClient() as client:
        outcomes = list(fetch_windows(client, WIND_AND_SOLAR, WINDOWS))
    assert [outcome.window for outcome in outcomes] == WINDOWS
    assert [type(outcome) for outcome in outcomes] == [Fetched, Fetched, Failed, *[Fetched] * 5]
    assert [outcome.rows_received for outcome in outcomes if isinstance(outcome, Fetched)] == [1008] * 7
    assert simulator.requests[-1].path == WIND_AND_SOLAR.path


def test_a_cancelled_run_does_not_wait_for_answers(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_CONCURRENCY", "2")
    simulator.faults = "hang@2024-01-08/2024-02-26"
    started = monotonic()
    with ElexonClient() as client:
        outcomes = fetch_windows(client, WIND_AND_SOLAR, WINDOWS)
        assert isinstance(outcomes, Generator)
        assert next(outcomes).window == WINDOWS[0]
        outcomes.close()
    assert monotonic() - started < 10  # a time-out takes thirty seconds


@pytest.mark.usefixtures("simulator")
def test_no_windows_have_no_outcomes() -> None:
    with ElexonClient() as client:
        assert list(fetch_windows(client, WIND_AND_SOLAR, [])) == []


JANUARY = split_window(window_of_days(date(2024, 1, 1), date(2024, 1, 28)), WIND_AND_SOLAR.longest_window)


def failed_days(dataset: Dataset, first: date, last: date) -> list[date]:
    """Return the days of the windows that failed in the end."""
    with ElexonClient() as client:
        windows = split_window(window_of_days(first, last), dataset.longest_window)
        outcomes = list(fetch_by_day_where_needed(client, dataset, windows))
    fetched = [outcome.window for outcome in outcomes if isinstance(outcome, Fetched)]
    failed = [outcome.window for outcome in outcomes if isinstance(outcome, Failed)]
    days = [day for window in [*fetched, *failed] for day in window.days]
    assert sorted(days) == window_of_days(first, last).days, "every day has exactly one outcome"
    return [day for window in failed for day in window.days]


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
@pytest.mark.parametrize("days_asked", [7, 28], ids=["a night", "a month"])
@pytest.mark.parametrize("fault", ["status=503", "status=404", "html", "truncated", "missing-column", "stranger"])
def test_one_bad_half_hour_fails_its_day_and_no_other(
    dataset: Dataset, days_asked: int, fault: str, simulator: Simulator
) -> None:
    simulator.faults = f"{fault}@2024-01-03T10:00Z"
    assert failed_days(dataset, date(2024, 1, 1), date(2024, 1, days_asked)) == [date(2024, 1, 3)]


def test_a_bad_day_is_split_from_its_week_even_after_a_week_that_is_entirely_bad(simulator: Simulator) -> None:
    simulator.faults = "status=503@2024-01-01/2024-01-08,status=503@2024-01-10T10:00Z"
    bad = [*window_of_days(date(2024, 1, 1), date(2024, 1, 7)).days, date(2024, 1, 10)]
    assert failed_days(WIND_AND_SOLAR, date(2024, 1, 1), date(2024, 1, 14)) == bad


def test_only_one_week_is_requested_again_while_the_complete_api_is_down(simulator: Simulator) -> None:
    simulator.faults = "status=404"
    with ElexonClient() as client:
        outcomes = list(fetch_by_day_where_needed(client, WIND_AND_SOLAR, JANUARY))
    assert [outcome.window for outcome in outcomes] == JANUARY
    assert all(isinstance(outcome, Failed) for outcome in outcomes)
    assert len(simulator.requests) == len(JANUARY) + 7 + 1


def test_a_single_day_that_fails_is_not_requested_twice(simulator: Simulator) -> None:
    simulator.faults = "status=404@2024-01-03"
    assert failed_days(WIND_AND_SOLAR, date(2024, 1, 3), date(2024, 1, 3)) == [date(2024, 1, 3)]
    assert len(simulator.requests) == 1
