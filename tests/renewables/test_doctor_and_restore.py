"""What is broken is found and said with its way out, and a damaged warehouse is replaced, never deleted."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from elexon_assets.simulator.server import Simulator
from tests.filled_homes import Filled, Renewables
from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.settings import Settings


@pytest.fixture
def own(filled: Filled, simulator: Simulator, home: Path) -> Path:  # noqa: ARG001 (the simulator answers the doctor)
    """The warehouse file of a home that the test may break: a copy of the shared one."""
    shutil.copytree(filled.home, home, dirs_exist_ok=True, symlinks=True)
    return Settings().warehouse


def findings(renewables: Renewables, *, code: int) -> dict[str, dict[str, Any]]:
    done = renewables("doctor", "--json")
    assert done.code == code
    return {finding["what"]: finding for finding in json.loads(done.out)["findings"]}


def test_a_sound_installation_is_found_sound(renewables: Renewables, own: Path) -> None:
    found = findings(renewables, code=0)
    assert {finding["state"] for finding in found.values()} <= {"ok", "warning"}
    assert "answered in" in found["API"]["found"]
    assert found["RENEWABLES_HOME"]["found"] == f"{own.parent} (from the environment)"
    assert found["WAREHOUSE"]["found"] == f"{own} (from the default)"
    assert "0 doubled keys" in found["wind_and_solar_publications"]["found"]
    assert "Nothing is broken." in renewables("doctor").out


@pytest.mark.usefixtures("own", "env_files_count")
def test_settings_say_which_file_they_are_from(renewables: Renewables) -> None:
    Path(".env").write_text(
        "SNAPSHOTS_KEPT=7\nSLACK_WEBHOOK_URL=https://hooks.example/secret\nLEDGER_URL=postgresql://me:secret@db/ledger\n"
    )
    found = findings(renewables, code=0)
    assert found["SNAPSHOTS_KEPT"]["found"] == f"7 (from {Path('.env').absolute()})"
    assert "secret" not in json.dumps(found)


@pytest.mark.usefixtures("own")
def test_an_api_that_cannot_be_reached_is_broken(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    api = findings(renewables, code=1)["API"]
    assert api["state"] == "BROKEN"
    assert "ELEXON_BASE_URL" in api["way_out"]


def test_keys_that_stand_twice_are_broken(renewables: Renewables, own: Path) -> None:
    with writing(own) as con:
        con.execute("INSERT INTO wind_and_solar_publications FROM wind_and_solar_publications LIMIT 1")
        snapshots.publish(con)
    table = findings(renewables, code=1)["wind_and_solar_publications"]
    assert "1 doubled keys" in table["found"]
    assert "restore --version" in table["way_out"]


@pytest.mark.usefixtures("simulator")
def test_a_home_without_data_is_no_fault(renewables: Renewables) -> None:
    assert findings(renewables, code=0)["snapshot"]["state"] == "warning"


def test_a_damaged_warehouse_is_found_and_replaced_and_kept(renewables: Renewables, own: Path) -> None:
    before = own.read_bytes()
    own.write_bytes(before[:4096] + b"\xff" * 9000)
    assert findings(renewables, code=1)["warehouse"]["state"] == "BROKEN"
    done = renewables("restore", typed="y\n")
    assert done.code == 0
    aside = next(own.parent.glob("warehouse-aside-*.duckdb"))
    assert str(aside) in done.out
    assert aside.read_bytes()[4096:] == b"\xff" * 9000
    with writing(own) as con:
        rows = con.execute("SELECT count(*) FROM wind_and_solar_publications").fetchall()
    with reading() as con:
        assert rows == con.execute("SELECT count(*) FROM wind_and_solar_publications").fetchall()


def test_without_a_yes_nothing_is_touched(renewables: Renewables, own: Path) -> None:
    before = own.read_bytes()
    assert renewables("restore", typed="n\n").code == 1
    assert own.read_bytes() == before
    assert not list(own.parent.glob("*aside*"))


@pytest.mark.usefixtures("own")
def test_a_version_that_is_not_kept_is_refused_with_those_that_are(renewables: Renewables) -> None:
    said = renewables("restore", "--version", "99", "--yes")
    assert said.code == 1
    assert "kept are: 1 (" in said.err


@pytest.mark.usefixtures("home")
def test_without_a_snapshot_there_is_nothing_to_restore(renewables: Renewables) -> None:
    said = renewables("restore", "--yes")
    assert said.code == 1
    assert "kept are: none" in said.err
