"""`renewables registers`: what it prints, its JSON, its files, and the issues that it lands through Dagster."""

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from tests.filled_homes import Renewables
from tests.register_homes import DAYS, FILES, SEED
from tests.renewables.test_json_output import check_document
from warehouse.connection import writing

pytestmark = pytest.mark.slow
NOWHERE = "http://127.0.0.1:9"
LICENCES = {name: register.licence_line for name, register in REGISTERS.items()}
COMMANDS = {
    "registers list": ("--technology", "solar"),
    "registers operators": ("--register", "tec"),
    "registers changes": ("--register", "tec"),
    "registers slip": (),
    "registers issues": (),
}


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_of_a_registers_command_fits_its_schema_and_names_the_licence(
    command: str, renewables: Renewables
) -> None:
    document = check_document(command, renewables(*command.split(), *COMMANDS[command], "--json").out)
    assert set(document["licences"]) <= set(LICENCES.values())
    assert document["licences"]


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_licence_line_follows_the_rows(command: str, renewables: Renewables) -> None:
    shown = renewables(*command.split(), *COMMANDS[command], columns=200).out
    assert any(line in shown for line in LICENCES.values())


@pytest.mark.usefixtures("registers")
def test_a_record_is_shown_with_its_history(renewables: Renewables) -> None:
    listed = json.loads(renewables("registers", "list", "--register", "tec", "--json").out)["records"]
    record_id = listed[0]["record_id"]
    document = check_document(
        "registers show", renewables("registers", "show", record_id, "--register", "tec", "--json").out
    )
    assert document["history"][0]["issue_date"] == str(DAYS[1])
    shown = renewables("registers", "show", record_id, "--register", "tec", columns=200).out
    assert listed[0]["name"] in shown
    refused = renewables("registers", "show", "nothing")
    assert (refused.code, "No issue of REPD has the record 'nothing'" in refused.err) == (1, True)


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_file_has_every_matching_row_with_the_licence(kind: str, renewables: Renewables, tmp_path: Path) -> None:
    file = tmp_path / f"solar.{kind}"
    options = ("--register", "repd", "--technology", "solar")
    done = renewables("registers", "list", *options, "--limit", "2", "--output", str(file))
    records = json.loads(renewables("registers", "list", *options, "--json").out)["records"]
    frame = read_file(file)
    assert done.code == 0
    assert [str(value).removeprefix("'") for value in frame["record_id"]] == [row["record_id"] for row in records]
    assert set(frame["licence"]) == {LICENCES["repd"]}


def read_file(file: Path) -> pl.DataFrame:
    if file.suffix == ".csv":
        return pl.read_csv(file)
    return pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_excel(io.BytesIO(file.read_bytes()))


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list", "--register", "rego"), "There is no register 'rego': choose repd or tec."),
        (("list", "--sort", "colour"), "choose one of capacity, name, connection_date, distance"),
        (("list", "--sort", "distance"), "--near"),
        (("list", "--near", "Atlantis"), "No project is called 'Atlantis'"),
        (("list", "--least-mw", "9", "--most-mw", "3"), "--least-mw 9 is more than --most-mw 3"),
        (("list", "--output", "rows.pdf"), ".csv, .xlsx, .parquet"),
        (("changes", "--from", "1999-01-01"), "no issue '1999-01-01'"),
        (("add", "download.csv"), "does not say which register it is"),
    ],
)
def test_unusable_options_are_refused_in_one_sentence(
    arguments: tuple[str, ...], message: str, renewables: Renewables
) -> None:
    outcome = renewables("registers", *arguments)
    assert outcome.code == 2
    assert message in outcome.err


@pytest.mark.usefixtures("registers")
def test_records_near_a_project_come_nearest_first(renewables: Renewables) -> None:
    near = ("list", "--near", "Harrowfen Solar", "--km", "150", "--json")
    distances = [row["distance_km"] for row in json.loads(renewables("registers", *near).out)["records"]]
    assert distances == sorted(distances)
    assert distances
    assert max(distances) <= 150


def test_without_an_issue_every_list_says_how_to_get_one(home: Path, renewables: Renewables) -> None:
    for command in ("list", "operators", "changes", "slip", "issues"):
        outcome = renewables("registers", command)
        assert (outcome.code, "`renewables registers fetch`" in outcome.err) == (1, True)
    assert home


def test_a_file_lands_through_dagster_and_the_same_file_is_no_new_issue(
    home: Path, renewables: Renewables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_URL", NOWHERE)
    file = home / "download.csv"
    file.write_bytes(FILES["repd"](SEED, DAYS[0]))
    add = ("registers", "add", str(file), "--register", "repd", "--date", str(DAYS[0]), "--json")
    first: Any = check_document("registers add", renewables(*add).out)
    assert [(row["register"], row["issue_date"]) for row in first["landed"]] == [("repd", str(DAYS[0]))]
    again = check_document("registers add", renewables(*add).out)
    assert (again["succeeded"], again["landed"]) == (True, [])
    broken = home / "tec-broken.csv"
    broken.write_text("Project Name,Colour\nFen,red\n")
    refused = renewables("registers", "add", str(broken))
    assert refused.code == 1
    assert "lacks" in refused.err
    assert not list((home / "registers").glob("tec*"))
    failures = json.loads(renewables("registers", "issues", "--json").out)["failures"]
    assert [row["register"] for row in failures] == ["tec"]


def test_status_and_doctor_name_the_newest_issue_and_its_age_in_a_home_with_registers_only(home: Path) -> None:
    address = "SYNTHETIC http://127.0.0.1/repd.csv"
    content = FILES["repd"](SEED, DAYS[0])
    land_issue(lambda: writing(home / "warehouse.duckdb"), REGISTERS["repd"], content, address, date(2020, 1, 5))
    shown = run_in_a_new_process("status", "--json")
    repd, tec = check_document("status", shown)["registers"]
    assert (repd["issue_date"], repd["is_fresh"], repd["is_synthetic"]) == ("2020-01-05", False, True)
    assert (tec["issue_date"], tec["is_fresh"]) == (None, False)
    assert "STALE" in run_in_a_new_process("status")
    findings = json.loads(run_in_a_new_process("doctor", "--json"))["findings"]
    [finding] = [each for each in findings if each["what"] == "register: repd"]
    assert (finding["state"], "2020-01-05" in finding["found"]) == ("warning", True)
    assert "SYNTHETIC" in run_in_a_new_process("registers", "operators")


def run_in_a_new_process(*arguments: str) -> str:
    """Return the output of a command in a process that has imported nothing yet."""
    script = Path(sys.executable).with_name("renewables")
    environment = {**os.environ, "COLUMNS": "200", "DAGSTER_URL": NOWHERE, "ELEXON_BASE_URL": NOWHERE}
    done = subprocess.run([script, *arguments], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout, done.stderr
    return done.stdout


@pytest.mark.usefixtures("registers")
def test_sql_and_a_complete_export_of_register_rows_name_their_licences(renewables: Renewables, tmp_path: Path) -> None:
    asked = renewables("query", "SELECT count(*) AS n FROM register_current")
    assert set(asked.err.splitlines()) >= set(LICENCES.values())
    one = renewables("query", "SELECT project_name FROM tec_records LIMIT 1").err
    assert (LICENCES["tec"] in one, LICENCES["repd"] in one) == (True, False)
    assert LICENCES["repd"] not in renewables("query", "SELECT 1 AS n").err
    folder = tmp_path / "all"
    assert set(renewables("export", "--all", str(folder)).err.splitlines()) >= set(LICENCES.values())
    for name in LICENCES:
        assert set(pl.read_parquet(folder / f"{name}_records.parquet")["licence"]) == {LICENCES[name]}
