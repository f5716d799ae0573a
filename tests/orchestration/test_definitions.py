"""The code locations as Dagster loads them."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
from dagster._core.instance.config import PoolGranularity

from elexon_assets.definitions import defs

ROOT = Path(__file__).parents[2]


def test_the_workspace_validates(home: Path) -> None:
    command = [str(Path(sys.executable).parent / "dagster"), "definitions", "validate", "-w", "workspace.yaml"]
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_one_setting_turns_all_schedules_and_sensors_off(home: Path) -> None:
    """The definitions read it when they are loaded, so in a process of its own; which creates no file."""
    code = (
        "import elexon_assets.definitions as elexon, pipeline_assets.definitions as pipeline;"
        "found = [module.defs.get_repository_def() for module in (elexon, pipeline)];"
        "print(*({str(d.default_status.value) for d in [*r.schedule_defs, *r.sensor_defs]} for r in found))"
    )
    for setting, expected in (("false", "STOPPED"), ("true", "RUNNING")):
        environment = {"PATH": "/usr/bin", "RENEWABLES_HOME": str(home), "SCHEDULES_RUNNING": setting}
        said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert said.stdout.split() == [f"{{'{expected}'}}"] * 2
    assert not list(home.iterdir()), "loading the definitions created files"


def test_the_shipped_instance_configuration_is_what_dagster_understands(dagster_instance: dg.DagsterInstance) -> None:
    pools = dagster_instance.get_concurrency_config().pool_config
    assert pools.default_pool_limit == 1
    assert pools.pool_granularity == PoolGranularity.RUN
    assert dagster_instance.run_monitoring_enabled
    assert dagster_instance.run_monitoring_max_runtime_seconds == 7200
    assert not dagster_instance.telemetry_enabled


def test_all_that_asks_elexon_shares_one_pool() -> None:
    pools = {asset.op.name: asset.op.pool for asset in defs.assets or [] if isinstance(asset, dg.AssetsDefinition)}
    assert pools.pop("flags") is None  # asks the warehouse alone
    assert set(pools.values()) == {"elexon_api"}
