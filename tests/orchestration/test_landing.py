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
from pipeline_assets.models import ENTITIES
from pipeline_assets.resources import RESOURCES
from pipeline_assets.run_notices import describe_step_failure
from pipeline_assets.schedules import every_night_landing
from tests.orchestration.landing_runs import change, materialize, run_of
from warehouse.connection import reading, writing
from warehouse.snapshots import publish_snapshot

FAILED = DagsterRunStatus.FAILURE


@pytest.fixture
def opened(home: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 (sets the home first)
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:  # noqa: ARG001 (the ledger is in the home)
    with schema.ledger_for_task() as ledger:
        yield ledger


class Sensor:
    """A sensor with its ticks and the cursor that each leaves for the next."""

    def __init__(self, opened: dg.DagsterInstance) -> None:
        self.opened = opened
        self.cursor: str | None = None

    def evaluate(self, *, kept: bool = True) -> dg.RunRequest | dg.SensorResult | dg.SkipReason:
        """Return the outcome of a tick; without `kept` the cursor was lost."""
        context = dg.build_sensor_context(
            instance=self.opened, cursor=self.cursor, resources=RESOURCES, definitions=defs
        )
        outcome = sensors.landing_of_changes(context)
        if kept:
            self.cursor = context.cursor
        assert isinstance(outcome, dg.RunRequest | dg.SensorResult | dg.SkipReason)
        return outcome

    def tick(self, *, kept: bool = True) -> dg.RunRequest | str:
        """Return the request of a tick, or the reason for none; without `kept` the cursor was lost."""
        outcome = self.evaluate(kept=kept)
        if isinstance(outcome, dg.RunRequest):
            return outcome
        reason = outcome.skip_reason if isinstance(outcome, dg.SensorResult) else outcome
        return (reason and reason.skip_message) or ""

    def lands(self) -> set[str]:
        """Return the tables that the tick itself landed."""
        outcome = self.evaluate()
        assert isinstance(outcome, dg.SensorResult), outcome
        assert not outcome.run_requests
        return {event.asset_key.to_user_string() for event in outcome.asset_events}

    def asks(self) -> str:
        """Return the key of the run that the tick requests."""
        message = self.tick()
        assert isinstance(message, dg.RunRequest), message
        return str(message.run_key)


@pytest.fixture
def sensor(opened: dg.DagsterInstance) -> Sensor:
    return Sensor(opened)


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


def test_the_sensor_lands_further_changes_itself_without_a_run(engine: sa.Engine, sensor: Sensor) -> None:
    change(engine, "Ada")
    sensor.asks()
    assert materialize("landing", sensor.opened).success
    for name in ("Grace", "Mary"):
        change(engine, name)
    assert sensor.lands() == {
        key.to_user_string() for key in defs.resolve_job_def("landing").asset_layer.selected_asset_keys
    }
    with reading() as con:
        assert con.execute("SELECT name FROM contacts ORDER BY name").fetchall() == [("Ada",), ("Grace",), ("Mary",)]
    assert "readers have change 3" in str(sensor.tick())


def test_more_changes_than_a_tick_lands_get_a_run(
    engine: sa.Engine, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(engine, "Ada")
    sensor.asks()
    assert materialize("landing", sensor.opened).success
    monkeypatch.setattr(sensors, "CHANGES_PER_TICK", 1)
    for name in ("Grace", "Mary"):
        change(engine, name)
    assert sensor.asks().startswith("change 3")


def test_a_change_that_a_tick_cannot_land_gets_a_run_that_shows_the_reason(engine: sa.Engine, sensor: Sensor) -> None:
    change(engine, "Ada")
    sensor.asks()
    assert materialize("landing", sensor.opened).success
    change(engine, "Grace")
    with schema.writing(engine) as con:
        con.execute(schema.changes.update().where(schema.changes.c.position == 2).values(kind="pirates"))
    assert sensor.asks().startswith("change 2")


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


def test_a_real_home_starts_empty() -> None:
    """No asset or job seeds a home by itself."""
    by_itself = {every_night_landing.job_name, sensors.landing_of_changes.job_name}
    assert by_itself == {"landing", "nightly_landing"}
    for job in by_itself:
        assert seeded_portfolio.key not in defs.resolve_job_def(str(job)).asset_layer.selected_asset_keys
    assert seeded_portfolio.key in defs.resolve_job_def("seeding").asset_layer.selected_asset_keys
