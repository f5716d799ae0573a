"""Tests of the code locations as Dagster loads them."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.config import PoolGranularity

from elexon_assets.backfill_plan import PRIORITY, range_tags
from elexon_assets.datasets import DATASETS, WIND_AND_SOLAR
from elexon_assets.definitions import defs as elexon
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from pipeline_assets.definitions import defs as pipeline

CALL_OUT = {"every_night", "every_night_repair", "every_half_hour", "every_month_registers"}
ROOT = Path(__file__).parents[2]


def test_the_workspace_validates(home: Path) -> None:
    command = [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    message = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert message.returncode == 0, message.stderr


@pytest.mark.parametrize(("setting", "turned_off"), [("true", set()), ("false", CALL_OUT)])
def test_one_setting_turns_off_the_schedules_that_call_other_servers_and_nothing_else(
    home: Path, setting: str, turned_off: set[str]
) -> None:
    """The definitions read the setting on loading, so the test uses another process; loading creates no file."""
    code = (
        "import elexon_assets.definitions as elexon, pipeline_assets.definitions as pipeline;"
        "repositories = [module.defs.get_repository_def() for module in (elexon, pipeline)];"
        "print(*(d.name for r in repositories for d in [*r.schedule_defs, *r.sensor_defs]"
        " if d.default_status.value == 'STOPPED'))"
    )
    environment = {**os.environ, "RENEWABLES_HOME": str(home), "SCHEDULES_RUNNING": setting}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"monday_digest", *turned_off}
    assert not list(home.iterdir()), "loading the definitions created files"


def test_the_shipped_instance_configuration_is_valid_for_dagster(dagster_instance: dg.DagsterInstance) -> None:
    pools = dagster_instance.get_concurrency_config().pool_config
    assert pools.default_pool_limit == 1
    assert pools.pool_granularity == PoolGranularity.RUN
    assert dagster_instance.run_monitoring_enabled
    assert dagster_instance.run_monitoring_max_runtime_seconds == 7200
    assert not dagster_instance.telemetry_enabled
    assert dagster_instance.run_retries_enabled
    assert dagster_instance.run_retries_max_retries == 1
    assert not dagster_instance.run_retries_retry_on_asset_or_op_failure


def test_runs_of_schedules_and_sensors_start_before_a_backfill_of_the_ui() -> None:
    priorities: dict[str, int] = {}
    for repository in (elexon.get_repository_def(), pipeline.get_repository_def()):
        names = {schedule.job_name for schedule in repository.schedule_defs}
        names |= {target.job_name for sensor in repository.sensor_defs for target in sensor.targets}
        priorities |= {name: int(repository.get_job(name).tags.get(PRIORITY, "0")) for name in names}
    assert priorities.keys() >= {"nightly", "repair", "latest", "flagging", "checks", "landing"}
    assert min(priorities.values()) > 0


def test_all_steps_that_call_elexon_share_one_pool() -> None:
    assets = [asset for asset in elexon.assets or [] if isinstance(asset, dg.AssetsDefinition)]
    pools = {asset.op.name: asset.op.pool for asset in assets}
    ask_the_warehouse_alone = {"flags", *(dataset.table for dataset in DATASETS)}
    assert {name for name, pool in pools.items() if pool is None} == ask_the_warehouse_alone
    assert {pool for pool in pools.values() if pool} == {"elexon_api"}


NODES = {
    "nightly": {dataset.name for dataset in DATASETS},
    "repair": {"wind_and_solar", "generation_by_fuel", "demand", "market_index_price", "system_price"},
    "latest": {"latest_half_hours"},
    "flagging": {"flags"},
    "checks": {name for dataset in DATASETS for name in (dataset.table, f"{dataset.name}_checks")},
    "pruning": {"delete_old_runs", "maintain_warehouse"},
    "accepting": {"accept_known_gap"},
    "withdrawing": {"withdraw_known_gap"},
    "landing": {"submitted_changes", "portfolio"},
    "nightly_landing": {"submitted_changes", "portfolio", "portfolio_checks"},
    "seeding": {"seeded_portfolio", "submitted_changes", "portfolio", "portfolio_checks"},
    "weekly_digest": {"write_weekly_digest"},
    "register_issues": {"repd_records", "tec_records", "register_checks"},
}


def test_each_job_runs_exactly_these_steps() -> None:
    """Jobs of days have no checks: each day would plan every check, and none of them would run."""
    nodes = {
        job.name: set(job.graph.node_dict)
        for defs in (elexon, pipeline)
        for job in defs.resolve_all_job_defs()
        if not job.name.startswith("__")
    }
    assert nodes == NODES


def test_a_backfill_of_a_year_writes_two_rows_for_each_day_and_none_of_a_check(
    dagster_instance: dg.DagsterInstance, simulator: Simulator
) -> None:
    """The selection is that of a backfill in the UI: the asset and all its checks."""
    assert simulator.base_url
    key, days = dg.AssetKey(WIND_AND_SOLAR.name), window_of_days(date(2023, 1, 1), date(2023, 12, 31)).days
    job = elexon.resolve_implicit_job_def_def_for_assets([key])
    assert job
    result = job.get_subset(asset_selection={key}).execute_in_process(
        instance=dagster_instance,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags=range_tags(days[0], days[-1]),
    )
    counts = Counter(log.dagster_event_type for log in dagster_instance.all_logs(result.run_id))
    assert counts[dg.DagsterEventType.ASSET_MATERIALIZATION] == len(days)
    assert counts[dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED] == 0
    assert sum(counts.values()) <= 2 * len(days) + 40
