"""Tests that everything above `warehouse/` works on a lake: ingest, flags, landing of the ledger, and every page."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from elexon_assets.datasets import DATASETS
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.registers.planning_file import planning_file
from elexon_assets.simulator.server import running_simulator
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from pipeline_assets.seed_loader import load_seeds
from renewables.cli.main import app
from tests.dashboards.conftest import ADDRESSES, PAGES, Open, page_text
from tests.dashboards.test_every_page import is_well
from tests.elexon_assets.ingesting import fetch_days
from warehouse.connection import configured_warehouse, reading, writing
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import forget_engine
from warehouse.settings import Settings

DAYS = (date(2024, 4, 1), date(2024, 4, 3))
ISSUED = date(2026, 7, 5)
SPAN = ("--start", str(DAYS[0]), "--end", str(DAYS[1]))


@pytest.fixture(scope="module")
def _lake_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Fill a lake as Dagster's runs do: three days of every dataset, flags, the sample portfolio, a register."""
    home = tmp_path_factory.mktemp("lake_home")
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        _use_lake(home, patch)
        with running_simulator() as simulator:
            patch.setenv("ELEXON_BASE_URL", simulator.base_url)
            for dataset in DATASETS:
                assert fetch_days(*DAYS, dataset=dataset).failed == []
        update_flags()
        with ledger_for_task() as ledger:
            load_seeds(ledger)
            land_changes(ledger)
        land_issue(writing, REGISTERS["repd"], planning_file(7, ISSUED), "repd.csv", ISSUED)
        lake = configured_warehouse()
        assert isinstance(lake, LakeWarehouse)
        lake.maintain()
        yield home
        forget_engine(lake.address, lake.data)


@pytest.fixture
def lake_home(_lake_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """Set the shared lake; only for reading."""
    _use_lake(_lake_home, monkeypatch)
    return _lake_home


def _use_lake(home: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("RENEWABLES_HOME", str(home))
    patch.setenv("WAREHOUSE", f"ducklake:sqlite:{home / 'catalogue.sqlite'}")


@pytest.mark.usefixtures("lake_home")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_lake(page: str, open_page: Open) -> None:
    opened = open_page(page, **ADDRESSES.get(page, {}))
    is_well(opened)
    assert "snapshot" in page_text(opened)


@pytest.mark.usefixtures("lake_home")
def test_what_landed_on_a_lake_is_there_once() -> None:
    with reading() as con:
        [(rows, keys, half_hours)] = con.execute(
            "SELECT count(*), count(DISTINCT (start_time_utc, psr_type, publish_time_utc)), "
            "count(DISTINCT start_time_utc) FROM wind_and_solar"
        ).fetchall()
    assert rows == keys
    assert half_hours == 3 * 48


COMMANDS = [
    ("status",),
    ("quality", *SPAN),
    ("analyze", *SPAN),
    ("forecast", *SPAN),
    ("value", *SPAN),
    ("query", "SELECT count(*) FROM wind_and_solar"),
    ("pipelines", "list"),
    ("registers", "list"),
]


@pytest.mark.usefixtures("lake_home")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_that_reads_works_on_a_lake(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--json"])
    assert (result.exit_code, result.exception) == (0, None), result.output
