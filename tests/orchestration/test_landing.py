"""Tests of the landing as Dagster runs it: assets, checks, sensor and schedule of the pipeline's code location."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster import DagsterRunStatus

from pipeline_assets import sensors
from pipeline_assets.assets import seeded_portfolio
from pipeline_assets.definitions import defs
from pipeline_assets.jobs import ENDED
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.resources import RESOURCES
from pipeline_assets.run_notices import describe_step_failure
from pipeline_assets.schedules import every_night_landing
from warehouse.connection import writing
from warehouse.snapshots import publish_snapshot

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
FAILED = DagsterRunStatus.FAILURE


@pytest.fixture
def opened(home: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 (sets the home first)
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:  # noqa: ARG001 (the ledger is in the home)
    with schema.ledger_for_task() as ledger:
        yield ledger


def change(engine: sa.Engine, name: str) -> None:
    submit(engine, [Change.create("contacts", {"name": name})], who="ada", token=name)


def materialize(job: str, opened: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Run the job on the warehouse of the test's home, because the definitions read the settings on import."""
    return defs.resolve_job_def(job).execute_in_process(
        instance=opened,
        run_config=QUIET,
        raise_on_error=False,
    )


class Sensor:
    """A sensor with its ticks and the cursor that each leaves for the next."""

    def __init__(self, opened: dg.DagsterInstance) -> None:
        self.opened = opened
        self.cursor: str | None = None

    def tick(self, *, kept: bool = True) -> dg.RunRequest | str:
        """Return the request of a tick, or the reason for none; without `kept` the cursor was lost."""
        context = dg.build_sensor_context(
            instance=self.opened, cursor=self.cursor, resources=RESOURCES, definitions=defs
        )
        message = sensors.landing_of_changes(context)
        if kept:
            self.cursor = context.cursor
        if isinstance(message, dg.SkipReason):
            return message.skip_message or ""
        assert isinstance(message, dg.RunRequest)
        return message

    def asks(self) -> str:
        """Return the key of the run that the tick requests."""
        message = self.tick()
        assert isinstance(message, dg.RunRequest), message
        return str(message.run_key)


@pytest.fixture
def sensor(opened: dg.DagsterInstance) -> Sensor:
    return Sensor(opened)


def run_of(opened: dg.DagsterInstance, status: DagsterRunStatus) -> dg.DagsterRun:
    return opened.create_run_for_job(defs.resolve_job_def("landing"), status=status)


def test_the_seeds_land_with_metadata_and_all_checks_pass(opened: dg.DagsterInstance) -> None:
    result = materialize("seeding", opened)
    assert result.success
    message = {
        event.step_materialization_data.materialization.asset_key.to_user_string(): {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }
    assert {*ENTITIES, "status_history", "audit", "open_risks", "submitted_changes"} < message.keys()
    changes = message["seeded_portfolio"]["changes"]
    assert message["submitted_changes"] == {
        "dagster/row_count": changes,
        "rows landed": changes,
        "landed position": changes,
    }
    assert message["pipelines"] == {"dagster/row_count": 40, "landed position": changes, "snapshot version": 1}
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) > 30
    assert [f"{e.asset_key}: {e.check_name}" for e in evaluations if not e.passed] == []

    again = materialize("seeding", opened)
    assert again.success
    (seeds, *_) = again.asset_materializations_for_node("seeded_portfolio")
    assert seeds.metadata["changes"].value == 0


def test_the_sensor_requests_one_run_for_all_new_changes_and_then_none(engine: sa.Engine, sensor: Sensor) -> None:
    assert "which is the newest" in str(sensor.tick())
    for name in ("Ada", "Grace", "Mary"):
        change(engine, name)
    assert sensor.asks().startswith("change 3")
    assert materialize("landing", sensor.opened).success
    assert "readers have change 3" in str(sensor.tick())
    change(engine, "Katherine")
    assert sensor.asks().startswith("change 4")


def test_no_second_run_is_requested_while_one_is_active(engine: sa.Engine, sensor: Sensor) -> None:
    change(engine, "Ada")
    for status in set(DagsterRunStatus) - ENDED - {DagsterRunStatus.QUEUED}:
        run = run_of(sensor.opened, status)
        message = str(sensor.tick())
        assert run.run_id in message
        assert "change 1 waits" in message
        sensor.opened.delete_run(run.run_id)
    assert sensor.asks().startswith("change 1")


def test_a_daemon_that_died_before_storing_its_cursor_requests_the_same_run_key_again(
    engine: sa.Engine, sensor: Sensor
) -> None:
    """Dagster starts each key once, so it starts one run, whether or not the first request succeeded."""
    change(engine, "Ada")
    lost = sensor.tick(kept=False)
    assert isinstance(lost, dg.RunRequest)
    assert sensor.asks() == lost.run_key


def test_a_failed_landing_is_retried_after_a_growing_pause(
    engine: sa.Engine, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(engine, "Ada")
    keys = [sensor.asks()]
    ended = time.time()
    for pause in (10, 20, 40):
        run = run_of(sensor.opened, DagsterRunStatus.STARTED)
        sensor.opened.report_run_failed(run)
        assert "failed; the next is at" in str(sensor.tick())
        (record, *_) = sensor.opened.get_run_records(limit=1)
        ended = record.end_time or 0
        at(monkeypatch, ended + pause - 1)
        assert "failed" in str(sensor.tick())
        at(monkeypatch, ended + pause + 1)
        keys.append(sensor.asks())
        at(monkeypatch, None)
    assert len(set(keys)) == 4


def at(monkeypatch: pytest.MonkeyPatch, now: float | None) -> None:
    """Fix the sensor's clock."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # noqa: ARG003 (always called for UTC)
            return datetime.fromtimestamp(time.time() if now is None else now, UTC)

    monkeypatch.setattr(sensors, "datetime", Clock)


def test_a_new_change_is_landed_at_once_even_after_a_failure(engine: sa.Engine, sensor: Sensor) -> None:
    change(engine, "Ada")
    sensor.asks()
    sensor.opened.report_run_failed(run_of(sensor.opened, DagsterRunStatus.STARTED))
    change(engine, "Grace")
    assert sensor.asks().startswith("change 2")


def test_changes_that_a_restored_warehouse_lacks_are_landed_again(
    engine: sa.Engine, sensor: Sensor, home: Path
) -> None:
    change(engine, "Ada")
    sensor.asks()
    assert materialize("landing", sensor.opened).success
    for file in [home / "warehouse.duckdb", *(home / "snapshots").iterdir()]:
        file.unlink()
    assert sensor.asks().startswith("change 1")
    assert materialize("landing", sensor.opened).success
    assert "readers have change 1" in str(sensor.tick())


def test_tables_without_a_field_added_by_an_update_are_landed_again(
    engine: sa.Engine, sensor: Sensor, home: Path
) -> None:
    change(engine, "Ada")
    sensor.asks()
    assert materialize("landing", sensor.opened).success
    with writing(home / "warehouse.duckdb") as con:
        for statement in ("DROP VIEW open_risks", "ALTER TABLE information_points DROP COLUMN market"):
            con.execute(statement)
        publish_snapshot(con)
    assert sensor.asks().startswith("change 1")
    assert materialize("landing", sensor.opened).success
    assert "readers have change 1" in str(sensor.tick())


def test_a_landing_that_breaks_its_contract_is_a_failed_run_that_names_the_column(
    engine: sa.Engine, opened: dg.DagsterInstance
) -> None:
    change(engine, "Ada")
    with schema.writing(engine) as con:
        con.execute(schema.changes.update().values(kind="pirates"))
    result = materialize("landing", opened)
    assert not result.success
    assert "submitted_changes.kind: is not a known kind" in describe_step_failure(result.get_step_failure_events()[0])


def test_the_nightly_landing_always_runs_but_never_twice_at_once(
    dagster_instance: dg.DagsterInstance,
) -> None:
    opened = dagster_instance

    def tick() -> dg.RunRequest | dg.SkipReason:
        context = dg.build_schedule_context(
            instance=opened, scheduled_execution_time=datetime(2026, 5, 10, 2, 30, tzinfo=UTC)
        )
        message = every_night_landing(context)
        assert isinstance(message, dg.RunRequest | dg.SkipReason)
        return message

    assert isinstance(tick(), dg.RunRequest)
    run = run_of(opened, DagsterRunStatus.STARTED)
    skipped = tick()
    assert isinstance(skipped, dg.SkipReason)
    assert run.run_id in str(skipped.skip_message)
    opened.report_run_failed(run)
    assert isinstance(tick(), dg.RunRequest)


def test_a_real_home_starts_empty() -> None:
    """No asset or job seeds a home by itself."""
    by_itself = {every_night_landing.job_name, sensors.landing_of_changes.job_name}
    assert by_itself == {"landing"}
    assert seeded_portfolio.key not in defs.resolve_job_def("landing").asset_layer.selected_asset_keys
    assert seeded_portfolio.key in defs.resolve_job_def("seeding").asset_layer.selected_asset_keys
