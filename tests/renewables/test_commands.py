"""The command line: its output, its exit codes, and one sentence for every expected error."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from io import BytesIO, StringIO
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from renewables.cli.main import app
from renewables.queries.analysis import summary
from tests.filled_homes import AUTUMN, SPRING, Filled, Renewables

pytestmark = pytest.mark.slow

COMMANDS = sorted(command.name or "" for command in app.registered_commands)
READERS = [["analyze"], ["plot"], ["export"], ["query", "FROM wind_and_solar"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_shows_an_example_and_explains_each_option(renewables: Renewables, command: str) -> None:
    shown = renewables(command, "--help")
    assert shown.code == 0
    assert re.search(rf"^ *Examples?:\s+renewables {command}\b", shown.out, re.MULTILINE)
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert [parameter.name for parameter in group.commands[command].params if not getattr(parameter, "help", "")] == []


def test_the_overview_lists_every_command_with_its_purpose(renewables: Renewables) -> None:
    overview = renewables("--help").out
    for command in COMMANDS:
        line = next(line for line in overview.splitlines() if line.startswith(f"  {command} "))
        assert len(line.split()) > 3
    for group in ((), ("registers",)):
        assert "..." not in renewables(*group, "--help").out.partition("Commands:")[2], "no sentence is cut"


def test_the_version_is_that_of_the_package(renewables: Renewables) -> None:
    assert renewables("--version").out == f"gb-renewables {version('gb-renewables')}\n"


@pytest.mark.usefixtures("warehouse")
def test_status_loads_neither_dagster_nor_pandera() -> None:
    loaded = _loaded_by(["status"])
    assert "duckdb" in loaded
    assert not loaded & {"dagster", "pandera", "pandas", "plotly", "starlette", "uvicorn"}


@pytest.mark.usefixtures("home")
def test_help_loads_nothing_heavy() -> None:
    heavy = {
        "dagster",
        "pandera",
        "plotly",
        "starlette",
        "uvicorn",
        "polars",
        "duckdb",
        "pydantic",
        "httpx",
        "sqlalchemy",
    }
    assert not _loaded_by(["--help"]) & heavy


def _loaded_by(arguments: list[str]) -> set[str]:
    program = (
        "import sys; from renewables.cli.main import app; code = app(sys.argv[1:], standalone_mode=False); "
        "print('LOADED', *{name.partition('.')[0] for name in sys.modules}); sys.exit(code or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.usefixtures("home")
def test_the_console_script_ends_with_one_sentence_and_status_1() -> None:
    script = Path(sys.executable).with_name("renewables")
    done = subprocess.run([script, "analyze"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Nothing is published")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
@pytest.mark.usefixtures("home")
def test_for_an_empty_home_the_next_command_is_suggested(renewables: Renewables, command: list[str]) -> None:
    result = renewables(*command)
    assert (result.code, result.out) == (1, "")
    assert "renewables fetch-range" in result.err


@pytest.mark.parametrize("command", READERS[:3], ids=lambda command: command[0])
@pytest.mark.usefixtures("empty_home")
def test_for_a_warehouse_without_rows_the_next_command_is_suggested(renewables: Renewables, command: list[str]) -> None:
    result = renewables(*command)
    assert (result.code, result.out) == (1, "")
    assert "has no data of wind_and_solar yet" in result.err
    assert "renewables fetch-range" in result.err


@pytest.mark.usefixtures("home")
def test_the_status_of_an_empty_home_exits_with_0(renewables: Renewables) -> None:
    assert renewables("status").code == 0
    assert renewables("status").out.startswith("The warehouse is empty. ")
    assert json.loads(renewables("status", "--json").out)["snapshot"] is None


@pytest.mark.usefixtures("empty_home")
def test_the_status_of_a_warehouse_without_rows_exits_with_0(renewables: Renewables) -> None:
    shown = renewables("status")
    assert shown.code == 0
    assert shown.out.count("none yet") == 3


@pytest.mark.usefixtures("warehouse")
def test_the_status_shows_the_contents_and_that_they_are_synthetic(renewables: Renewables) -> None:
    shown = renewables("status").out
    assert "Wind and solar (AGWS)  SYNTHETIC" in shown
    assert "2024-03-29 00:00 to 2024-10-29" in shown
    assert "STALE" in shown
    assert "Elexon Limited" not in shown
    told = json.loads(renewables("status", "--json").out)
    assert told["label"] == "SYNTHETIC"
    assert told["datasets"][0]["newest_start_time_utc"].endswith("Z")


@pytest.mark.usefixtures("warehouse")
def test_analyze_prints_the_figures_of_the_span(renewables: Renewables) -> None:
    told = json.loads(renewables("analyze", "--start", "2024-10-25", "--end", "2024-10-29", "--json").out)
    expected = summary(*AUTUMN).to_dicts()
    assert [row["energy_mwh"] for row in told["categories"]] == pytest.approx([row["energy_mwh"] for row in expected])
    shown = renewables("analyze", "--start", "2024-10-25", "--end", "2024-10-29").out
    assert f"{expected[0]['energy_mwh'] / 1000:,.1f}" in shown
    assert "SYNTHETIC" in shown
    assert "100.00 %" not in shown


@pytest.mark.usefixtures("warehouse")
def test_analyze_prints_capacity_factors_with_their_caveats(renewables: Renewables) -> None:
    result = renewables("analyze", "--start", "2024-10-25", "--end", "2024-10-29")
    [solar] = summary(*AUTUMN, categories=["Solar"]).to_dicts()
    assert f"{solar['capacity_mw']:,.0f}" in result.out
    assert f"{100 * solar['capacity_factor']:.1f}" in result.out
    assert "too low" in result.err
    told = json.loads(renewables("analyze", "--start", "2024-10-25", "--end", "2024-10-29", "--json").out)
    assert told["categories"][2]["capacity_factor"] == pytest.approx(solar["capacity_factor"])


@pytest.mark.usefixtures("warehouse")
def test_a_narrow_terminal_shows_every_number_completely(renewables: Renewables) -> None:
    shown = renewables("analyze", "--start", "2024-10-25", "--end", "2024-10-29", columns=40).out
    energy = summary(*AUTUMN)["energy_mwh"][3]
    assert f"{energy / 1000:,.1f}" in shown
    assert max(len(line) for line in shown.splitlines()[1:-1]) <= 40


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--start", "2024-13-01"], "'2024-13-01' is not a day or a time: write 2026-01-31 or 2026-01-31T12:00Z."),
        (["--start", "yesterday"], "'yesterday' is not a day or a time"),
        (["--start", "2024-02-02", "--end", "2024-02-01"], "The start 2024-02-02 is after the end 2024-02-01"),
        (["--end", "2099-01-01"], "2099-01-01 is in the future"),
        (["--end", "2199-01-01"], "2199-01-01 is outside the years 1990 to 2100."),
        (["--start", "2010-01-01"], "2010-01-01 is before 2016-03-01"),
        (["--psr-type", "Tidal"], "choose from Wind Onshore, Wind Offshore, Solar"),
        (["--dataset", "wind"], "choose one of wind_and_solar, generation_by_fuel"),
        (["--as-of", "2024-03-30T12:00"], "write 2024-03-30T12:00Z for UTC"),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_bad_usage_is_one_sentence_and_status_2(renewables: Renewables, arguments: list[str], sentence: str) -> None:
    result = renewables("analyze", *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.usefixtures("warehouse")
def test_a_span_without_data_is_refused_with_the_available_one(renewables: Renewables) -> None:
    result = renewables("analyze", "--start", "2025-01-01", "--end", "2025-01-02")
    assert result.code == 1
    assert "it has 2024-03-29 to 2024-10-29" in result.err


@pytest.mark.usefixtures("home")
def test_an_invalid_setting_is_named(renewables: Renewables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_CONCURRENCY", "99")
    result = renewables("analyze")
    assert result.code == 1
    assert "ELEXON_CONCURRENCY" in result.err


@pytest.mark.usefixtures("warehouse")
def test_plot_writes_a_page_and_prints_its_path_and_grain(renewables: Renewables) -> None:
    result = renewables("plot", "--start", "2024-03-29", "--output", "chart.html")
    assert "Wrote chart.html" in result.out
    assert "one point per day" in result.out
    assert "SYNTHETIC" in result.out
    assert Path("chart.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "2024-10-02 00:00 to 2024-10-30 00:00 UTC, one point per half-hour" in renewables("plot").out
    assert renewables("plot", "--dataset", "generation_by_fuel", "--stacked").code == 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_an_export_contains_the_current_half_hours(renewables: Renewables, warehouse: Filled, kind: str) -> None:
    file = Path(f"out.{kind}")
    done = renewables("export", "--output", str(file))
    assert "SYNTHETIC" in done.err
    frame = pl.read_csv(file, try_parse_dates=True) if kind == "csv" else pl.read_parquet(file)
    result = frame.select(
        pl.col("start_time_utc").cast(pl.Datetime("us", "UTC")), "settlement_date", "psr_type", mw="generation_mw"
    )
    assert_frame_equal(result.sort("start_time_utc", "psr_type"), warehouse.truth)


@pytest.mark.usefixtures("warehouse")
def test_an_export_without_a_file_goes_to_standard_output_only(renewables: Renewables) -> None:
    done = renewables("export", "--start", "2024-03-30", "--end", "2024-03-30")
    days = pl.read_csv(StringIO(done.out))["start_time_utc"].str.head(10).unique().to_list()
    assert days == ["2024-03-30"]
    result = CliRunner().invoke(app, ["export", "--format", "parquet"])
    assert len(pl.read_parquet(BytesIO(result.stdout_bytes))) > 0


@pytest.mark.usefixtures("warehouse")
def test_export_all_writes_every_table_as_parquet(renewables: Renewables) -> None:
    assert renewables("export", "--all", "out").code == 0
    assert {path.name for path in Path("out").iterdir()} >= {"wind_and_solar.parquet", "fetch_log.parquet"}
    rows = duckdb.sql("SELECT count(*) FROM 'out/wind_and_solar_publications.parquet'").fetchall()[0][0]
    told = json.loads(renewables("status", "--json").out)
    assert rows == told["datasets"][0]["publications"]


@pytest.mark.usefixtures("warehouse")
def test_future_half_hours_of_today_are_not_expected(renewables: Renewables) -> None:
    today = datetime.now(UTC)
    arguments = ["analyze", "--start", "2024-10-29", "--end", f"{today:%Y-%m-%d}", "--json"]
    told = json.loads(renewables(*arguments).out)
    assert datetime.fromisoformat(told["end_utc"]) <= today + timedelta(minutes=30)


def test_a_span_without_a_start_begins_with_the_data(warehouse: Filled, renewables: Renewables) -> None:
    told = json.loads(renewables("analyze", "--end", f"{SPRING[1]}", "--json").out)
    assert told["start_utc"] == f"{warehouse.first:%Y-%m-%dT%H:%M:%SZ}"


def test_simulate_refuses_an_unknown_fault(renewables: Renewables) -> None:
    result = renewables("simulate", "--faults", "zork")
    assert result.code == 2
    assert "zork" in result.err


WINDOWS = """
import sys
import typer, pydantic_settings, duckdb, polars, httpx  # other people's modules look at the platform too
sys.platform = "win32"
sys.modules["fcntl"] = sys.modules["resource"] = None
import renewables.cli.main
"""


def test_on_windows_the_command_line_prints_where_it_runs_instead() -> None:
    ended = subprocess.run([sys.executable, "-c", WINDOWS], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("gb-renewables runs on Linux and macOS. On Windows, install it in WSL")
    assert "Traceback" not in ended.stderr


def test_an_argument_that_is_not_utf_8_is_refused_and_shown_as_bytes(renewables: Renewables) -> None:
    for arguments in (
        ["query", "SELECT '\udcff'"],
        ["pipelines", "show", "\udcff"],
        ["plot", "--output", "\udcff.html"],
    ):
        outcome = renewables(*arguments)
        assert outcome.code == 2
        assert "An argument is not UTF-8 text" in outcome.err


@pytest.mark.usefixtures("warehouse")
def test_a_character_that_the_terminal_lacks_is_printed_as_a_question_mark() -> None:
    command = [sys.executable, "-c", "from renewables.cli.main import main; main()", "status"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
