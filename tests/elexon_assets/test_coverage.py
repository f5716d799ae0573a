"""Tests of the fetch log and of the coverage of each day. Scenario 10, the views."""

from datetime import UTC, date, datetime

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import fetch_days, published

COVERAGE = "SELECT day_utc, half_hours, half_hours_expected, coverage FROM wind_and_solar_coverage ORDER BY ALL"


@pytest.mark.usefixtures("simulator")
def test_fetching_an_old_month_does_not_change_the_newest_half_hour() -> None:
    newest = "SELECT max(start_time_utc) AS newest FROM wind_and_solar"
    fetch_days(date(2024, 6, 14))
    before = published(newest)["newest"].to_list()
    fetch_days(date(2016, 4, 1), date(2016, 4, 30))
    assert published(newest)["newest"].to_list() == before == [datetime(2024, 6, 14, 23, 30, tzinfo=UTC)]
    last_run = (
        "SELECT max(window_end_utc) FROM fetch_log WHERE asked_at_utc = (SELECT max(asked_at_utc) FROM fetch_log)"
    )
    assert published(last_run).rows() == [(datetime(2016, 5, 1, tzinfo=UTC),)]


@pytest.mark.usefixtures("simulator")
def test_coverage_by_utc_day_does_not_depend_on_the_time_zone_of_the_reader() -> None:
    fetch_days(date(2024, 10, 26), date(2024, 10, 28))
    for zone in ("UTC", "Europe/London", "America/New_York"):
        assert published(f"SET TimeZone = '{zone}'; {COVERAGE}")["half_hours"].to_list() == [48, 48, 48]


def test_the_fetch_log_has_a_row_for_every_requested_window(simulator: Simulator) -> None:
    simulator.faults = "status=503x1,status=404@2024-06-08/2024-06-15,hole@2024-06-15/2024-06-30"
    fetch_days(date(2024, 6, 1), date(2024, 6, 20))
    log = published(
        "SELECT dataset, run_id, window_start_utc, window_end_utc, status, rows_received, rows_landed, attempts, "
        "source, seconds >= 0 AS timed FROM fetch_log ORDER BY window_start_utc"
    )
    edges = [datetime(2024, 6, day, tzinfo=UTC) for day in (1, 8, 15, 21)]
    assert log.rows() == [
        ("wind_and_solar", "test", edges[0], edges[1], "landed", 1008, 1008, 2, "synthetic", True),
        ("wind_and_solar", "test", edges[1], edges[2], "failed", 0, 0, 2, None, True),
        ("wind_and_solar", "test", edges[2], edges[3], "empty", 0, 0, 2, "synthetic", True),
    ]


@pytest.mark.usefixtures("simulator")
def test_each_dataset_has_its_own_coverage() -> None:
    fetch_days(date(2024, 6, 12), dataset=GENERATION_BY_FUEL)
    assert published("SELECT day_utc, half_hours FROM generation_by_fuel_coverage").rows() == [(date(2024, 6, 12), 48)]
    assert published(COVERAGE).rows() == []
