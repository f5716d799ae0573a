"""Tests of the assets in process, on a persistent instance: what is green, what is red, what users see (scenario 5)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from elexon_assets.assets import DAILY_ASSETS, installed_capacity, latest_half_hours
from elexon_assets.backfill_plan import range_tags
from elexon_assets.datasets import OBSERVED, WIND_AND_SOLAR
from elexon_assets.resources import RESOURCES
from elexon_assets.simulator.server import Simulator, running_simulator
from elexon_assets.windows import window_of_days
from warehouse.connection import reading

KEY = dg.AssetKey(WIND_AND_SOLAR.name)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def materialize(
    opened: dg.DagsterInstance, first: date, last: date, assets: list[dg.AssetsDefinition] | None = None
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        assets or DAILY_ASSETS,
        instance=opened,
        resources=RESOURCES,
        run_config=QUIET,
        raise_on_error=False,
        tags=range_tags(first, last),
    )


def said_of(day: str, result: dg.ExecuteInProcessResult) -> dict[str, object]:
    """Return the metadata of a day's materialization; a run's figures are on its newest day."""
    events = result.asset_materializations_for_node(WIND_AND_SOLAR.name)
    return {k: v.value for event in events if event.partition == day for k, v in event.metadata.items()}


def test_thirty_days_with_two_bad_half_hours_are_green_except_for_those_two_days(
    dagster_instance: dg.DagsterInstance, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEXON_ATTEMPTS", "2")
    first, last = date(2023, 1, 1), date(2023, 1, 30)
    broken = [date(2023, 1, 9), date(2023, 1, 24)]
    simulator.faults = ",".join(f"status=503@{day}T10:00Z" for day in broken)

    result = materialize(dagster_instance, first, last, [DAILY_ASSETS[0]])

    asked = {day.isoformat() for day in window_of_days(first, last).days}
    failed = {day.isoformat() for day in broken}
    assert not result.success
    assert dagster_instance.get_materialized_partitions(KEY) == asked - failed
    failure = result.get_step_failure_events()[0].step_failure_data.user_failure_data
    assert failure
    assert "2 of 17 windows failed, 28 days landed" in str(failure.description)
    table = failure.metadata["failed windows"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [record.data["window"] for record in table.records] == [str(window_of_days(day, day)) for day in broken]

    simulator.faults = ""
    for day in broken:
        assert materialize(dagster_instance, day, day, [DAILY_ASSETS[0]]).success
    assert dagster_instance.get_materialized_partitions(KEY) == asked


def test_an_outage_is_a_failed_run_and_not_an_empty_green_day(
    dagster_instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    monkeypatch.setenv("ELEXON_ATTEMPTS", "2")
    result = materialize(dagster_instance, date(2023, 1, 1), date(2023, 1, 3))
    assert not result.success
    assert dagster_instance.get_materialized_partitions(KEY) == set()
    with reading(home / "warehouse.duckdb") as con:
        assert con.execute("SELECT DISTINCT status, attempts FROM fetch_log").fetchall() == [("failed", 2)]


def test_a_day_without_published_values_is_green_with_no_rows_and_no_coverage(
    dagster_instance: dg.DagsterInstance, simulator: Simulator
) -> None:
    simulator.faults = "hole@2023-01-02"
    result = materialize(dagster_instance, date(2023, 1, 2), date(2023, 1, 2), [DAILY_ASSETS[0]])
    assert result.success
    metadata = said_of("2023-01-02", result)
    assert metadata["rows landed"] == 0
    assert metadata["coverage (%)"] == 0.0


def test_a_materialization_has_rows_coverage_and_energy_as_metadata(
    dagster_instance: dg.DagsterInstance, simulator: Simulator
) -> None:
    simulator.faults = "status=503x1,absurd@2023-01-02T10:00Z,wrong-label@2023-01-02T11:00Z"
    result = materialize(dagster_instance, date(2023, 1, 1), date(2023, 1, 7), [DAILY_ASSETS[0]])
    metadata = said_of("2023-01-07", result)
    assert metadata["rows quarantined"] == 1
    assert metadata["rows landed"] == metadata["dagster/row_count"] == 7 * 48 * 3 - 1
    assert metadata["settlement labels disagreeing"] == 3
    assert (metadata["windows"], metadata["retries"], metadata["source"]) == (1, 1, "synthetic")
    assert metadata["coverage (%)"] == pytest.approx(100 * (7 * 48 - 1) / (7 * 48), abs=0.01)
    assert "2023-01-07 23:30Z" in str(metadata["preview"])


def test_latest_half_hours_fetches_the_last_24_hours_and_makes_no_day_green(
    dagster_instance: dg.DagsterInstance, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_simulator() as simulator:
        monkeypatch.setenv("ELEXON_BASE_URL", simulator.base_url)
        now = datetime.now(UTC)
        result = dg.materialize(
            [latest_half_hours],
            instance=dagster_instance,
            resources=RESOURCES,
            run_config=QUIET,
        )
    assert result.success
    assert dagster_instance.get_materialized_partitions(KEY) == set()
    with reading(home / "warehouse.duckdb") as con:
        for dataset in OBSERVED:
            newest = con.sql(f"SELECT max(start_time_utc) AS newest FROM {dataset.name}").pl()["newest"][0]
            assert timedelta() < now - newest - dataset.publication_lag < timedelta(minutes=31)


def test_the_nightly_job_fetches_installed_capacity_with_the_days(
    dagster_instance: dg.DagsterInstance, simulator: Simulator
) -> None:
    from elexon_assets.definitions import defs

    result = defs.resolve_job_def("nightly").execute_in_process(
        instance=dagster_instance,
        run_config=QUIET,
        tags=range_tags(date(2023, 1, 1), date(2023, 1, 2)),
    )
    assert result.success
    assert dagster_instance.get_materialized_partitions(KEY) == {"2023-01-01", "2023-01-02"}
    [event] = result.asset_materializations_for_node("installed_capacity")
    assert event.partition is None
    message = {name: value.value for name, value in event.metadata.items()}
    assert message["windows"] == len([request for request in simulator.requests if request.path == "/datasets/IGCA"])
    assert message["rows landed"] == message["dagster/row_count"]
    assert "coverage (%)" not in message
    assert "Wind Offshore" not in str(message["preview"]).splitlines()[0]
    assert "| Biomass |" in str(message["preview"])


def test_a_failed_window_of_installed_capacity_is_a_failed_run(
    dagster_instance: dg.DagsterInstance, simulator: Simulator
) -> None:
    simulator.faults = "status=404@2019-01-01"
    result = dg.materialize(
        [installed_capacity],
        instance=dagster_instance,
        resources=RESOURCES,
        run_config=QUIET,
        raise_on_error=False,
    )
    failure = result.get_step_failure_events()[0].step_failure_data.user_failure_data
    assert failure
    assert "windows failed" in str(failure.description)
    assert "next run fetches all of it again" in str(failure.description)
