"""The code locations as Dagster loads them."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.config import PoolGranularity

from elexon_assets.backfill_plan import PRIORITY
from elexon_assets.definitions import defs
from pipeline_assets.definitions import defs as pipeline_defs

CALL_ELEXON = {"every_night", "every_night_repair", "every_half_hour"}
ROOT = Path(__file__).parents[2]


def test_the_workspace_validates(home: Path) -> None:
    command = [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize(("setting", "turned_off"), [("true", set()), ("false", CALL_ELEXON)])
def test_one_setting_turns_off_the_schedules_that_call_elexon_and_nothing_else(
    home: Path, setting: str, turned_off: set[str]
) -> None:
    """The definitions read it when they are loaded, so in a process of its own; which creates no file."""
    code = (
        "import elexon_assets.definitions as elexon, pipeline_assets.definitions as pipeline;"
        "repositories = [module.defs.get_repository_def() for module in (elexon, pipeline)];"
        "print(*(d.name for r in repositories for d in [*r.schedule_defs, *r.sensor_defs]"
        " if d.default_status.value == 'STOPPED'))"
    )
    environment = {**os.environ, "RENEWABLES_HOME": str(home), "SCHEDULES_RUNNING": setting}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == turned_off
    assert not list(home.iterdir()), "loading the definitions created files"


def test_the_shipped_instance_configuration_is_what_dagster_understands(dagster_instance: dg.DagsterInstance) -> None:
    pools = dagster_instance.get_concurrency_config().pool_config
    assert pools.default_pool_limit == 1
    assert pools.pool_granularity == PoolGranularity.RUN
    assert dagster_instance.run_monitoring_enabled
    assert dagster_instance.run_monitoring_max_runtime_seconds == 7200
    assert not dagster_instance.telemetry_enabled
    assert dagster_instance.run_retries_enabled
    assert dagster_instance.run_retries_max_retries == 1
    assert not dagster_instance.run_retries_retry_on_asset_or_op_failure


def test_whatever_a_schedule_or_a_sensor_starts_goes_before_a_backfill_of_the_ui() -> None:
    priorities: dict[str, int] = {}
    for repository in (defs.get_repository_def(), pipeline_defs.get_repository_def()):
        names = {schedule.job_name for schedule in repository.schedule_defs}
        names |= {target.job_name for sensor in repository.sensor_defs for target in sensor.targets}
        priorities |= {name: int(repository.get_job(name).tags.get(PRIORITY, "0")) for name in names}
    assert priorities.keys() >= {"nightly", "repair", "latest", "flagging", "checks", "landing"}
    assert min(priorities.values()) > 0


def test_all_that_asks_elexon_shares_one_pool() -> None:
    pools = {asset.op.name: asset.op.pool for asset in defs.assets or [] if isinstance(asset, dg.AssetsDefinition)}
    assert pools.pop("flags") is None  # asks the warehouse alone
    assert set(pools.values()) == {"elexon_api"}
