"""Tests of the flags in Dagster: a separate job after landing, which also works after a partial failure."""

from datetime import date

import dagster as dg
import pytest
from typer.testing import CliRunner

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import OBSERVED
from elexon_assets.definitions import defs
from elexon_assets.ingest import ingest
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from renewables.cli.main import app
from tests.elexon_assets.ingesting import published

pytestmark = pytest.mark.usefixtures("home")

FAULTS = "understated@2024-01-08T05:30Z,status=404@2024-01-15/2024-01-22"


def flags_run(opened: dg.DagsterInstance) -> dict[str, object]:
    """Return the figures of one run of the job."""
    result = defs.resolve_job_def("flagging").execute_in_process(
        instance=opened,
    )
    [event] = result.asset_materializations_for_node("flags")
    assert event.partition is None
    return {name: value.value for name, value in event.metadata.items()}


def test_flags_are_raised_once_for_the_windows_that_landed(simulator: Simulator) -> None:
    simulator.faults = FAULTS
    with ElexonClient() as client:
        for dataset in OBSERVED:
            assert ingest(
                dataset, window_of_days(date(2024, 1, 1), date(2024, 1, 21)), client=client, run_id="a run"
            ).failed
    with dg.instance_for_test() as opened:
        first, again = flags_run(opened), flags_run(opened)
    assert (first["raised"], first["open: Wind understated"], first["dagster/row_count"]) == (2, 2, 2)
    assert (again["raised"], again["closed"], again["half-hours looked at"], again["dagster/row_count"]) == (0, 0, 0, 2)
    assert published("SELECT DISTINCT reason FROM open_flags").rows() == [("wind_understated",)]


def test_flagging_an_empty_warehouse_succeeds_without_flags() -> None:
    with dg.instance_for_test() as opened:
        assert flags_run(opened)["dagster/row_count"] == 0


@pytest.mark.usefixtures("simulator")
def test_a_fetch_without_a_server_raises_flags_too(simulator: Simulator) -> None:
    simulator.faults = "stuck@2024-01-08T05:30Z"
    result = CliRunner().invoke(app, ["fetch-range", "2024-01-08", "2024-01-08"])
    assert result.exit_code == 0, result.output
    assert published("SELECT DISTINCT reason FROM open_flags").rows() == [("stuck",)]
