"""Tests that a failing check, stale data, a schedule or a sensor sends one notice, and one on recovery.

Scenario 50.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from elexon_assets.checks import CHECKS
from pipeline_assets.check_notices import REPORTED_WARNINGS
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.sensors import notice_of_checks, notice_of_ticks
from pipeline_assets.tick_notices import read_ticks

NOW = datetime(2026, 5, 10, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=2)
ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN


@pytest.fixture
def dagster() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def ledger(home: Path) -> Iterator[sa.Engine]:  # noqa: ARG001 (sets the home first)
    with schema.ledger_for_task() as engine:
        yield engine


@dataclass
class Checks:
    """Runs of a check, and the sensor that watches them."""

    dagster: dg.DagsterInstance
    name: str = "keys_are_unique"
    severity: dg.AssetCheckSeverity = ERROR
    cursor: str | None = field(default=None, init=False)

    def run(self, *, passed: bool, series: str = "") -> None:
        """Execute the check in its own run."""
        metadata = {"unknown series": series} if series else {"rows": 51, "distinct keys": 48}

        @dg.asset_check(asset="wind_and_solar", name=self.name)
        def check() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=passed, severity=self.severity, metadata=metadata)

        job = dg.Definitions(asset_checks=[check]).resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=self.dagster).success

    def tick(self, *, is_kept: bool = True) -> None:
        """Evaluate the sensor; without `is_kept` the daemon was killed before it stored the cursor."""
        context = dg.build_sensor_context(self.dagster, self.cursor)
        notice_of_checks(context)
        self.cursor = context.cursor if is_kept else self.cursor


def topics(ledger: sa.Engine) -> list[str]:
    """Return the topics of all notices in order."""
    return [waiting.notice.topic for waiting in reversed(outbox.list_notices(ledger))]


def test_a_failing_check_is_notified_once_and_again_when_it_passes(
    ledger: sa.Engine, dagster: dg.DagsterInstance
) -> None:
    checks = Checks(dagster)
    checks.tick()
    for passed in (True, False, False, True, True):
        checks.run(passed=passed)
        checks.tick()
    assert topics(ledger) == ["Check failed", "Check passes again"]
    failed = outbox.list_notices(ledger)[-1].notice
    assert failed.text == 'wind_and_solar, check "keys are unique": distinct keys 48, rows 51.'
    assert failed.page == "http://127.0.0.1:3000/assets/wind_and_solar?view=checks"


def test_a_daemon_killed_before_it_stores_its_cursor_sends_no_notice_twice(
    ledger: sa.Engine, dagster: dg.DagsterInstance
) -> None:
    checks = Checks(dagster)
    checks.tick()
    checks.run(passed=False)
    checks.tick(is_kept=False)
    checks.run(passed=True)
    checks.tick(is_kept=False)
    checks.tick()
    assert topics(ledger) == ["Check failed", "Check passes again"]


def test_only_stale_data_and_unknown_series_are_notified_among_warning_checks(
    ledger: sa.Engine, dagster: dg.DagsterInstance
) -> None:
    checks = Checks(dagster, "coverage_is_whole", WARN)
    checks.tick()
    checks.run(passed=False)
    for checks.name in ("newest_data_is_fresh", "series_are_declared"):
        for passed in (False, True):
            checks.run(passed=passed)
            checks.tick()
    stale, unknown = ["Data is stale", "Data is fresh again"], ["Unknown series", "Every series is declared again"]
    assert topics(ledger) == [*stale, *unknown]


def test_a_second_unknown_series_is_reported_while_the_first_is_still_unknown(
    ledger: sa.Engine, dagster: dg.DagsterInstance
) -> None:
    checks = Checks(dagster, "series_are_declared", WARN)
    checks.tick()
    for series in ("INTX", "INTX", "INTX, INTY"):
        checks.run(passed=False, series=series)
        checks.tick()
    texts = [waiting.notice.text for waiting in reversed(outbox.list_notices(ledger))]
    assert [text.partition("unknown series ")[2] for text in texts] == ["INTX.", "INTX, INTY."]


def test_notified_warnings_have_the_names_of_the_elexon_checks() -> None:
    assert {check.__name__ for check in CHECKS} >= set(REPORTED_WARNINGS)


@dataclass
class Instigators:
    """The stored states of schedules and sensors, and their ticks, as the daemon writes them."""

    dagster: dg.DagsterInstance

    def add(
        self, name: str, data: ScheduleInstigatorData | SensorInstigatorData, status: str = "DECLARED_IN_CODE"
    ) -> InstigatorState:
        """Store a schedule or a sensor of elexon_assets."""
        location = InProcessCodeLocationOrigin(LoadableTargetOrigin(), location_name="elexon_assets")
        origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
        kind = InstigatorType.SCHEDULE if isinstance(data, ScheduleInstigatorData) else InstigatorType.SENSOR
        state = InstigatorState(origin, kind, InstigatorStatus[status], data)
        return self.dagster.add_instigator_state(state)

    def tick(self, state: InstigatorState, at: datetime, status: str = "SKIPPED", error: str = "") -> None:
        """Store a tick."""
        data = TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name=state.instigator_name,
            instigator_type=state.instigator_type,
            status=TickStatus[status],
            timestamp=at.timestamp(),
            error=SerializableErrorInfo(f"ValueError: {error}\n", [], "ValueError") if error else None,
            selector_id=state.selector_id,
            run_ids=[] if status == "SUCCESS" else None,
        )
        self.dagster.create_tick(data)

    def unwell(self, now: datetime = NOW, since: datetime = SINCE) -> list[str]:
        """Return the texts of the notices about failing or stopped ones."""
        return [condition.notice.text for condition in read_ticks(self.dagster, since, now) if not condition.is_well]


@pytest.fixture
def instigators(dagster: dg.DagsterInstance, home: Path) -> Instigators:  # noqa: ARG001 (settings)
    return Instigators(dagster)


NIGHTLY = ScheduleInstigatorData("15 3 * * *", (NOW - timedelta(days=9)).timestamp())
LOOKS = SensorInstigatorData(min_interval=10)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize("data", [NIGHTLY, LOOKS], ids=["schedule", "sensor"])
def test_a_failing_tick_reports_its_error_until_a_tick_succeeds(
    instigators: Instigators, data: ScheduleInstigatorData | SensorInstigatorData
) -> None:
    state = instigators.add("every_night", data)
    instigators.tick(state, NOW - timedelta(minutes=2), "FAILURE", "no such setting")
    [text] = instigators.unwell(since=NOW)
    assert "every_night of elexon_assets: ValueError: no such setting" in text
    instigators.tick(state, NOW - timedelta(minutes=1), "SUCCESS")
    assert instigators.unwell(since=NOW) == []


@pytest.mark.parametrize(
    ("data", "last_tick", "is_silent"),
    [
        (NIGHTLY, NOW - hours(8.75), False),
        (NIGHTLY, NOW - hours(32.75), True),
        (LOOKS, NOW - hours(0.05), False),
        (LOOKS, NOW - hours(0.1), True),
        (SensorInstigatorData(min_interval=600), NOW - hours(1), False),
    ],
)
def test_a_schedule_or_sensor_that_stops_ticking_is_notified(
    instigators: Instigators,
    data: ScheduleInstigatorData | SensorInstigatorData,
    last_tick: datetime,
    is_silent: bool,
) -> None:
    instigators.tick(instigators.add("every_night", data), last_tick)
    texts = instigators.unwell()
    assert len(texts) == is_silent
    assert all(f"Its last tick was at {last_tick:%Y-%m-%d %H:%M}Z" in text for text in texts)


def test_after_a_night_without_a_server_nothing_counts_as_stopped(instigators: Instigators) -> None:
    for name, data in (("every_night", NIGHTLY), ("flags_and_checks", LOOKS)):
        instigators.tick(instigators.add(name, data), NOW - hours(40))
    assert instigators.unwell(since=NOW - timedelta(minutes=1)) == []


def test_a_schedule_or_sensor_that_was_turned_off_is_notified(instigators: Instigators) -> None:
    instigators.add("every_night", NIGHTLY, "STOPPED")
    assert instigators.unwell() == ["schedule every_night of elexon_assets: It was turned off in Dagster."]


def test_the_sensor_notifies_once_of_a_failing_tick_and_once_of_its_recovery(
    ledger: sa.Engine, instigators: Instigators
) -> None:
    state = instigators.add("flags_and_checks", LOOKS)
    cursor = None

    def look() -> str | None:
        context = dg.build_sensor_context(instigators.dagster, cursor)
        notice_of_ticks(context)
        return context.cursor

    now = datetime.now(UTC)
    for second, status in enumerate(["SKIPPED", "FAILURE", "FAILURE", "SUCCESS", "SKIPPED"]):
        instigators.tick(state, now + timedelta(seconds=second), status, "broken" if status == "FAILURE" else "")
        cursor = look()
    assert topics(ledger) == ["Tick failed", "Ticks work again"]
