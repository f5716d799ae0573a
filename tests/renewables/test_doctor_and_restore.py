"""Doctor reports every fault with its fix, and restore replaces a damaged warehouse without deleting it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from elexon_assets.simulator.server import Simulator
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import schema
from renewables.dagster_control.home_lock import PartState, write_state
from tests.filled_homes import Filled, Renewables
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, submit_batch
from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.private_files import make_private_folder
from warehouse.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def own(filled: Filled, simulator: Simulator, home: Path) -> Path:  # noqa: ARG001 (the simulator answers the doctor)
    """Return the warehouse file of a home that the test may damage: a copy of the shared one."""
    shutil.copytree(filled.home, home, dirs_exist_ok=True, symlinks=True)
    return Settings().warehouse_file


def findings(renewables: Renewables, *, code: int) -> dict[str, dict[str, Any]]:
    done = renewables("doctor", "--json")
    assert done.code == code
    return {finding["what"]: finding for finding in json.loads(done.out)["findings"]}


def test_doctor_finds_no_fault_in_a_working_installation(renewables: Renewables, own: Path) -> None:
    result = findings(renewables, code=0)
    assert {finding["state"] for finding in result.values()} <= {"ok", "off", "warning"}
    assert "answered in" in result["API"]["found"]
    assert result["RENEWABLES_HOME"]["found"] == f"{own.parent} (from the environment)"
    assert result["WAREHOUSE"]["found"] == f"{own} (from the default)"
    assert "0 duplicate keys" in result["wind_and_solar_publications"]["found"]
    assert "No problems." in renewables("doctor").out


@pytest.mark.usefixtures("own", "env_files_count")
def test_doctor_shows_which_file_each_setting_comes_from(renewables: Renewables) -> None:
    Path(".env").write_text(
        "SNAPSHOTS_KEPT=7\nSLACK_WEBHOOK_URL=https://hooks.example/secret\nLEDGER_URL=postgresql://me:secret@db/ledger\n"
    )
    result = findings(renewables, code=1)  # this ledger does not exist
    assert result["SNAPSHOTS_KEPT"]["found"] == f"7 (from {Path('.env').absolute()})"
    assert "secret" not in json.dumps(result)


@pytest.mark.usefixtures("own")
def test_doctor_reports_an_unreachable_api_as_broken(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    api = findings(renewables, code=1)["API"]
    assert api["state"] == "BROKEN"
    assert "ELEXON_BASE_URL" in api["fix"]


def test_doctor_reports_duplicate_keys_as_broken(renewables: Renewables, own: Path) -> None:
    with writing(own) as con:
        con.execute("INSERT INTO wind_and_solar_publications FROM wind_and_solar_publications LIMIT 1")
        snapshots.publish_snapshot(con)
    table = findings(renewables, code=1)["wind_and_solar_publications"]
    assert "1 duplicate keys" in table["found"]
    assert "restore --version" in table["fix"]


@pytest.mark.usefixtures("simulator")
def test_doctor_finds_no_fault_in_a_home_without_data(renewables: Renewables) -> None:
    assert findings(renewables, code=0)["snapshot"]["state"] == "warning"


def test_a_damaged_warehouse_is_detected_replaced_and_never_deleted(renewables: Renewables, own: Path) -> None:
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


def test_restore_changes_nothing_without_a_confirmation(renewables: Renewables, own: Path) -> None:
    before = own.read_bytes()
    assert renewables("restore", typed="n\n").code == 1
    assert own.read_bytes() == before
    assert not list(own.parent.glob("*aside*"))


@pytest.mark.usefixtures("own")
def test_restoring_a_missing_version_is_refused_with_the_available_ones(renewables: Renewables) -> None:
    result = renewables("restore", "--version", "99", "--yes")
    assert result.code == 1
    assert "kept: 1 (" in result.err


@pytest.mark.usefixtures("home")
def test_without_a_snapshot_there_is_nothing_to_restore(renewables: Renewables) -> None:
    result = renewables("restore", "--yes")
    assert result.code == 1
    assert "kept: none" in result.err


def test_doctor_reports_a_lost_warehouse_with_the_command_that_restores_it(renewables: Renewables, own: Path) -> None:
    own.unlink()
    warehouse = findings(renewables, code=1)["warehouse"]
    assert warehouse["state"] == "BROKEN"
    assert "`renewables restore`" in warehouse["found"]
    assert "`renewables restore`" in renewables("status").err
    assert renewables("restore", "--yes").code == 0
    assert findings(renewables, code=0)["warehouse"]["state"] == "ok"


def test_doctor_shows_the_size_of_each_part_of_the_home(renewables: Renewables, own: Path) -> None:
    assert f"{own}" in findings(renewables, code=0)["size: warehouse"]["found"]
    home = {part["part"]: part for part in json.loads(renewables("status", "--json").out)["home"]}
    assert home["warehouse"]["size_bytes"] == own.stat().st_size
    assert home["snapshots"]["files"] >= 2
    assert "Disk space" in renewables("status").out


@pytest.fixture
def _nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the addresses of Dagster and the dashboard to the unused port of `discard`."""
    monkeypatch.setenv("DAGSTER_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DASHBOARD_URL", "http://127.0.0.1:9")


@pytest.mark.usefixtures("own", "_nothing_answers")
def test_doctor_reports_servers_that_do_not_run_with_the_command_that_starts_them(renewables: Renewables) -> None:
    result = findings(renewables, code=0)
    for what in ("renewables up", "dashboard", "Dagster"):
        assert (result[what]["state"], result[what]["fix"]) == ("warning", "Start it with `renewables up`.")
    assert "Warnings:" in renewables("doctor").out


@pytest.mark.usefixtures("own", "_nothing_answers")
def test_doctor_reports_a_server_that_is_down_as_broken_and_a_killed_renewables_up_as_not_running(
    renewables: Renewables,
) -> None:
    folder = make_private_folder(Settings().dagster_home)
    write_state(folder, "http://127.0.0.1:9", None, [PartState("dagster-daemon", "down", None, 5, "the log")])
    result = findings(renewables, code=1)
    assert "is running as process" in result["renewables up"]["found"]
    assert result["dagster-daemon"]["state"] == "BROKEN"
    state = json.loads((folder / "up.json").read_text())
    (folder / "up.json").write_text(json.dumps({**state, "process": "1 0"}))
    assert "was killed" in findings(renewables, code=0)["renewables up"]["found"]


@pytest.mark.usefixtures("own")
def test_doctor_lists_what_is_switched_off(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULES_RUNNING", "false")
    result = findings(renewables, code=0)
    assert {what for what, finding in result.items() if finding["state"] == "off"} == {"schedules", "notices", "Ask"}
    assert "SCHEDULES_RUNNING=false" in result["schedules"]["found"]


@pytest.mark.usefixtures("own")
def test_doctor_says_whether_roles_are_on(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9")
    assert "anyone who can reach the dashboard's port can edit" in findings(renewables, code=1)["roles"]["found"]
    monkeypatch.setenv("ROLE_ADMINS", "ann@example.com,@example.org")
    assert findings(renewables, code=1)["roles"]["found"].startswith("on: 2 admins, 0 editors")


@pytest.mark.usefixtures("own")
def test_doctor_counts_changes_that_wait_to_be_landed(renewables: Renewables) -> None:
    (Settings().renewables_home / "ledger.sqlite").unlink(missing_ok=True)  # an earlier test may have made it
    assert "does not exist yet" in findings(renewables, code=0)["ledger"]["found"]
    assert not (Settings().renewables_home / "ledger.sqlite").exists(), "the doctor only looks"
    with schema.ledger_for_task() as engine:
        submit_batch(engine, *PORTFOLIO)
    ledger = findings(renewables, code=0)["ledger"]
    assert f"{len(PORTFOLIO)} of {len(PORTFOLIO)} changes are not in the charts yet" in ledger["found"]
    with schema.ledger_for_task() as engine:
        land_changes(engine)
    assert findings(renewables, code=0)["ledger"]["found"] == f"All {len(PORTFOLIO)} changes are in the charts."


@pytest.mark.usefixtures("own")
def test_doctor_reports_an_unusable_ledger_as_broken(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_URL", "postgresql://ana:secret@127.0.0.1:port/ledger")
    ledger = findings(renewables, code=1)["ledger"]
    assert ledger["state"] == "BROKEN"
    assert "secret" not in json.dumps(ledger)
