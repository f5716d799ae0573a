"""Tests of what the night requests, and that it does not request it twice (scenario 9)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from dagster._core.definitions.schedule_definition import ScheduleExecutionData

from elexon_assets import jobs, schedules
from elexon_assets.backfill_plan import RANGE_END, RANGE_START
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import COVERED, OBSERVED
from elexon_assets.definitions import defs
from elexon_assets.ingest import ingest
from elexon_assets.missing_days import REPAIR_DAYS, last_closed_day
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days

TICK = datetime(2026, 5, 10, 3, 15, tzinfo=UTC)
ALL = [schedules.every_night, schedules.every_night_repair, schedules.every_half_hour]


@pytest.fixture
def opened() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def tick(schedule: dg.ScheduleDefinition, opened: dg.DagsterInstance, at: datetime = TICK) -> ScheduleExecutionData:
    context = dg.build_schedule_context(
        instance=opened, scheduled_execution_time=at, repository_def=defs.get_repository_def()
    )
    return schedule.evaluate_tick(context)


def test_the_nightly_schedule_requests_the_last_seven_days_in_one_run(opened: dg.DagsterInstance) -> None:
    requests = tick(schedules.every_night, opened).run_requests
    assert requests
    assert [(r.tags[RANGE_START], r.tags[RANGE_END]) for r in requests] == [("2026-05-03", "2026-05-09")]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("schedule", ALL, ids=lambda schedule: schedule.name)
def test_a_tick_during_a_run_of_its_own_job_is_skipped_with_a_reason(
    schedule: dg.ScheduleDefinition, opened: dg.DagsterInstance
) -> None:
    assert tick(schedule, opened).run_requests
    # A queued run needs a code location of a running instance; the same filter finds it.
    for status in set(jobs.ON_ITS_WAY) - {DagsterRunStatus.QUEUED}:
        run = opened.create_run_for_job(defs.resolve_job_def(schedule.job_name), status=status)
        skipped = tick(schedule, opened)
        assert not skipped.run_requests
        assert run.run_id in str(skipped.skip_message)
        opened.delete_run(run.run_id)
    opened.create_run_for_job(defs.resolve_job_def(schedule.job_name), status=DagsterRunStatus.FAILURE)
    assert tick(schedule, opened).run_requests


@pytest.mark.usefixtures("home")
def test_the_repair_of_an_empty_warehouse_requests_the_last_thirty_days(opened: dg.DagsterInstance) -> None:
    requests = tick(schedules.every_night_repair, opened).run_requests
    assert requests
    last = [last_closed_day(dataset, TICK) for dataset in COVERED]
    expected = [((day - timedelta(days=REPAIR_DAYS - 1)).isoformat(), day.isoformat()) for day in last]
    assert [(r.tags[RANGE_START], r.tags[RANGE_END]) for r in requests] == expected
    assert [r.asset_selection for r in requests] == [[dg.AssetKey(dataset.name)] for dataset in COVERED]


def test_the_repair_requests_only_missing_and_short_days(simulator: Simulator, opened: dg.DagsterInstance) -> None:
    simulator.faults = "hole@2026-05-03T10:00Z"
    wind, fuel = OBSERVED
    first = last_closed_day(wind, TICK) - timedelta(days=REPAIR_DAYS - 1)
    with ElexonClient() as client:
        ingest(wind, window_of_days(first, date(2026, 5, 6)), client=client, run_id="a run")
        simulator.faults = ""
        ingest(fuel, window_of_days(first, date(2026, 5, 9)), client=client, run_id="a run")

    requests = tick(schedules.every_night_repair, opened).run_requests or []

    observed = [[dg.AssetKey(dataset.name)] for dataset in OBSERVED]
    requests = [request for request in requests if request.asset_selection in observed]
    assert [(r.asset_selection, r.tags[RANGE_START], r.tags[RANGE_END]) for r in requests] == [
        ([dg.AssetKey(wind.name)], "2026-05-03", "2026-05-03"),
        ([dg.AssetKey(wind.name)], "2026-05-07", "2026-05-09"),
    ]


def test_a_complete_month_needs_no_repair(simulator: Simulator, opened: dg.DagsterInstance) -> None:  # noqa: ARG001 (answers the requests)
    with ElexonClient() as client:
        for dataset in COVERED:
            ingest(dataset, window_of_days(date(2026, 4, 1), date(2026, 5, 9)), client=client, run_id="a run")
    tried = tick(schedules.every_night_repair, opened)
    assert not tried.run_requests
    assert "no day of the last 30" in str(tried.skip_message)


def test_the_last_week_takes_the_fewest_requests_that_the_windows_allow(simulator: Simulator) -> None:
    with ElexonClient() as client:
        for dataset, fewest in zip(OBSERVED, (1, 2), strict=True):
            before = len(simulator.requests)
            ingest(dataset, window_of_days(date(2026, 5, 3), date(2026, 5, 9)), client=client, run_id="a run")
            assert len(simulator.requests) - before == fewest
