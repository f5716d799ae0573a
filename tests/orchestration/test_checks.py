"""Tests of the asset checks: each detects its fault, and an old month makes nothing fresh (scenario 10)."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import dagster as dg
import pytest

from elexon_assets.checks import CHECKS, TRAILING_DAYS, checks_for
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import DATASETS, INSTALLED_CAPACITY, OBSERVED, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from warehouse import snapshots
from warehouse.connection import reading, writing

BY_NAME = {check.__name__: (check, severity) for check, severity in CHECKS.items()}
TODAY = datetime.now(UTC).date()


def fetched(first: date, last: date) -> None:
    with ElexonClient() as client:
        ingest(WIND_AND_SOLAR, window_of_days(first, last), client=client, run_id="a run")


def outcome(name: str, now: datetime | None = None) -> bool:
    with reading() as con:
        passed, metadata = BY_NAME[name][0](con, WIND_AND_SOLAR, now or datetime.now(UTC))
    assert metadata
    return passed


@pytest.fixture
def _trailing_month(simulator: Simulator) -> None:
    simulator.faults = ""
    fetched(TODAY - timedelta(days=TRAILING_DAYS), TODAY)


@pytest.mark.usefixtures("_trailing_month")
def test_all_checks_pass_on_a_complete_and_recent_month() -> None:
    assert [name for name in BY_NAME if not outcome(name)] == []


@pytest.mark.usefixtures("simulator")
def test_backfilling_an_old_month_does_not_make_the_data_fresh_while_yesterday_is_missing() -> None:
    fetched(date(2023, 1, 1), date(2023, 1, 31))
    assert not outcome("newest_data_is_fresh")
    assert not outcome("coverage_is_whole")
    fetched(TODAY, TODAY)
    fetched(date(2023, 2, 1), date(2023, 2, 3))
    assert not outcome("coverage_is_whole")


def test_short_days_fail_the_coverage(simulator: Simulator) -> None:
    simulator.faults = f"hole@{TODAY - timedelta(days=3)}"
    fetched(TODAY - timedelta(days=TRAILING_DAYS), TODAY)
    assert not outcome("coverage_is_whole")


def test_wrong_labels_and_values_outside_the_soft_limits_are_warnings(simulator: Simulator) -> None:
    day = TODAY - timedelta(days=2)
    simulator.faults = f"wrong-label@{day}T10:00Z,slightly-negative@{day}T11:00Z"
    fetched(day, day)
    assert not outcome("settlement_labels_agree")
    assert not outcome("values_within_soft_limits")
    assert outcome("keys_are_unique")
    assert outcome("rows_stored_equal_rows_fetched")


def test_understated_wind_is_a_warning_in_the_last_week_but_not_later(simulator: Simulator) -> None:
    day = TODAY - timedelta(days=3)
    simulator.faults = f"understated@{day}"
    with ElexonClient() as client:
        for dataset in OBSERVED:
            ingest(dataset, window_of_days(day - timedelta(days=5), TODAY), client=client, run_id="a run")
    assert outcome("few_values_are_in_doubt")  # flags have not been evaluated yet
    assert update_flags().raised
    assert not outcome("few_values_are_in_doubt")
    assert outcome("few_values_are_in_doubt", datetime.now(UTC) + timedelta(days=5))


def test_a_gap_is_a_warning_until_it_is_filled_or_accepted(simulator: Simulator) -> None:
    hole = datetime.combine(TODAY - timedelta(days=9), time(10), UTC)
    simulator.faults = f"hole@{hole:%Y-%m-%dT%H:%MZ}"
    fetched(hole.date(), TODAY)
    assert not outcome("gaps_are_recent_or_known")
    fetched(hole.date(), hole.date())
    assert outcome("gaps_are_recent_or_known")  # two answers lack it, more than a week after its start
    simulator.faults = "status=404"
    fetched(TODAY - timedelta(days=20), TODAY - timedelta(days=15))
    assert not outcome("gaps_are_recent_or_known")


@pytest.mark.usefixtures("_trailing_month")
def test_a_duplicated_or_deleted_row_is_an_error() -> None:
    with writing() as con:
        con.execute(f"INSERT INTO {WIND_AND_SOLAR.table} FROM {WIND_AND_SOLAR.table} LIMIT 1")
        snapshots.publish_snapshot(con)
    assert not outcome("keys_are_unique")
    assert not outcome("rows_stored_equal_rows_fetched")
    for name in ("keys_are_unique", "rows_stored_equal_rows_fetched"):
        assert BY_NAME[name][1] == dg.AssetCheckSeverity.ERROR


@pytest.mark.usefixtures("_trailing_month")
def test_the_checks_job_reports_every_check_of_every_dataset(home: Path) -> None:  # noqa: ARG001 (used by the warehouse)
    from elexon_assets.definitions import defs

    job = defs.resolve_job_def("checks")
    with dg.instance_for_test() as opened:
        result = job.execute_in_process(
            instance=opened,
            raise_on_error=False,
        )
    reported = {(e.asset_key.to_user_string(), e.check_name) for e in result.get_asset_check_evaluations()}
    assert reported == {(dataset.table, check.__name__) for dataset in DATASETS for check in checks_for(dataset)}
    assert {name for table, name in reported if table == INSTALLED_CAPACITY.table} == {
        "keys_are_unique",
        "rows_stored_equal_rows_fetched",
        "newest_data_is_fresh",
        "series_are_declared",
    }


@pytest.mark.usefixtures("simulator")
def test_capacity_is_fresh_while_it_has_a_value_of_about_this_year() -> None:
    with ElexonClient() as client:
        ingest(INSTALLED_CAPACITY, window_of_days(date(2022, 1, 1), date(2024, 1, 1)), client=client, run_id="a run")
    with reading() as con:
        for now, expected in ((datetime(2025, 4, 1, tzinfo=UTC), True), (datetime(2025, 6, 1, tzinfo=UTC), False)):
            assert BY_NAME["newest_data_is_fresh"][0](con, INSTALLED_CAPACITY, now)[0] == expected
        for check in checks_for(INSTALLED_CAPACITY)[:2]:
            assert check(con, INSTALLED_CAPACITY, now)[0]
