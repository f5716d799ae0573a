"""One home with two invented issues of each register and the sample portfolio, which all reading tests share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from elexon_assets.simulator.registers.connection_file import connection_file
from elexon_assets.simulator.registers.planning_file import planning_file
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from pipeline_assets.seed_loader import load_seeds
from warehouse.connection import reading, writing

FILES = {"repd": planning_file, "tec": connection_file}
DAYS = (date(2026, 7, 5), date(2026, 11, 5))
"The dates of the two issues of each register."
SEED = 7


@dataclass(frozen=True)
class RegisterHome:
    """The home, and the ids of the earlier and the later issue of each register."""

    home: Path
    issues: dict[str, tuple[str, str]]


@pytest.fixture(scope="session")
def _register_home(tmp_path_factory: pytest.TempPathFactory) -> RegisterHome:
    home = tmp_path_factory.mktemp("registers")
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    load_seeds(ledger)
    land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))
    ledger.dispose()
    issues = {}
    for name, register in REGISTERS.items():
        landed = [
            land_issue(lambda: writing(home / "warehouse.duckdb"), register, FILES[name](SEED, day), f"{day}.csv", day)
            for day in DAYS
        ]
        issues[name] = (landed[0].issue_id, landed[1].issue_id)
    return RegisterHome(home, issues)


@pytest.fixture
def registers(_register_home: RegisterHome, home: Path, monkeypatch: pytest.MonkeyPatch) -> RegisterHome:  # noqa: ARG001 (sets the home first)
    """Set the shared home with registers; only for reading."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_register_home.home))
    return _register_home


@pytest.fixture
def register_con(registers: RegisterHome) -> Iterator[duckdb.DuckDBPyConnection]:  # noqa: ARG001 (sets the home first)
    """Open the newest snapshot of the shared home."""
    with reading() as con:
        yield con
