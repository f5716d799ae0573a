"""`renewables pipelines|counterparties|information-points|milestones`: lists, records, history, files, reverting."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.core import TyperGroup
from typer.main import get_command

from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio
from renewables.cli.main import app
from renewables.cli.pipelines import GROUPS
from renewables.formatting import json_value
from renewables.queries.record_lists import counterparty_list, information_point_list, project_list
from tests.filled_homes import Renewables
from tests.renewables.test_commands import _loaded_by

pytestmark = pytest.mark.slow

COMMANDS = ["list", "show", "history", "import", "export", "template", "revert"]
OF_PROJECTS = ["compare", "funnel", "registers", "proposals", "link"]
COMPANIES = "id,name,contact_name,contact_roles\nc1,Hazel Power,Ann Other,CEO\n"
PROJECTS = """\
id,name,stage,rag,rag_comment,rtb_date,developer,technology,capacity_mwp
p1,Fen Farm,Design,Amber,Waits for the grid,2027-03-01,Hazel Power,Solar,40.5
p2,Moor Wind,Discovery,Green,,,,Wind Onshore,62
p3,[bold]Tidal,Discovery,Green,,,,Tidal,5
"""
POINTS = "id,name,pipeline,impact,likelihood\ni1,Grid queue,Fen Farm,80,70\ni2,Access,Moor Wind,10,10\n"


@pytest.fixture
def filled(home: Path, renewables: Renewables) -> Path:
    for sheet, text in (("counterparties", COMPANIES), ("pipelines", PROJECTS), ("information-points", POINTS)):
        (home / f"{sheet}.csv").write_text(text)
        taken = renewables(sheet, "import", f"{sheet}.csv", "--good-rows-only", "--yes", "--who", "Ann")
        assert taken.code == 0, taken.err
    return home


@pytest.mark.parametrize(
    ("group", "command"),
    [*((group, command) for group in GROUPS for command in COMMANDS), *(("pipelines", each) for each in OF_PROJECTS)],
)
def test_the_help_of_a_command_shows_an_example_and_explains_each_option(
    renewables: Renewables, group: str, command: str
) -> None:
    shown = renewables(group, command, "--help")
    assert shown.code == 0
    assert re.search(rf"^ *Examples?:\s+renewables {group} {command}\b", shown.out, re.MULTILINE)
    assert "{" not in re.sub(r"\{(FILE|BATCH|ID_OR_NAME|REGISTER|REFERENCE)\}", "", shown.out)
    whole = get_command(app)
    assert isinstance(whole, TyperGroup)
    inner = whole.commands[group]
    assert isinstance(inner, TyperGroup)
    assert list(inner.commands) == [*COMMANDS, *(OF_PROJECTS if group == "pipelines" else [])]
    assert [each.name for each in inner.commands[command].params if not getattr(each, "help", "")] == []


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.usefixtures("home")
def test_with_an_empty_ledger_the_commands_suggest_what_to_do(renewables: Renewables, group: str) -> None:
    shown = renewables(group, "list")
    assert shown.code == 0
    assert f"renewables {group} template" in shown.out
    assert f"renewables {group} import" in shown.out
    assert renewables(group, "list", "--json").out == "[]\n"
    assert renewables(group, "template").out.endswith("\n" + renewables(group, "export").out)


@pytest.mark.parametrize("group", ["pipelines", "counterparties", "information-points", "milestones"])
@pytest.mark.usefixtures("home")
def test_a_list_loads_neither_dagster_nor_pandera(group: str) -> None:
    assert not _loaded_by([group, "list"]) & {"dagster", "pandera", "streamlit", "plotly"}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ([], ["p1", "p2"]),
        (["--stage", "design"], ["p1"]),
        (["--rag", "Amber", "--rag", "Green"], ["p1", "p2"]),
        (["--rag", "Red"], []),
        (["--technology", "onshore wind"], ["p2"]),
        (["--text", "HAZEL"], ["p1"]),
        (["--text", "grid", "--stage", "Discovery"], []),
    ],
)
def test_projects_are_filtered(renewables: Renewables, filters: list[str], ids: list[str]) -> None:
    assert [row["id"] for row in json.loads(renewables("pipelines", "list", "--json", *filters).out)] == ids
    shown = renewables("pipelines", "list", *filters).out
    assert all(name in shown for id, name in (("p1", "Fen Farm"), ("p2", "Moor Wind")) if id in ids)
    assert ("No records match" in shown) is (not ids)


@pytest.mark.usefixtures("filled")
def test_a_list_shows_what_belongs_to_each_record(renewables: Renewables) -> None:
    (project, _) = json.loads(renewables("pipelines", "list", "--json").out)
    assert (project["capacity_mwp"], project["technologies"], project["developers"]) == (
        40.5,
        ["Solar"],
        ["Hazel Power"],
    )
    (company,) = json.loads(renewables("counterparties", "list", "--json").out)
    assert (company["contacts"], company["projects"]) == ([{"name": "Ann Other", "role": "CEO"}], ["Fen Farm"])
    points = json.loads(renewables("information-points", "list", "--json").out)
    assert [(point["rating"], point["project"]) for point in points] == [(5600, "Fen Farm"), (100, "Moor Wind")]
    assert [(point["market"], point["effective_technologies"]) for point in points] == [
        (None, ["Solar"]),
        (None, ["Wind Onshore"]),
    ]
    assert json.loads(renewables("information-points", "list", "--status", "closed", "--json").out) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("group", "read_rows"),
    [
        ("pipelines", project_list),
        ("counterparties", counterparty_list),
        ("information-points", information_point_list),
    ],
)
def test_a_list_prints_the_rows_that_the_pages_read(
    renewables: Renewables, group: str, read_rows: Callable[[Portfolio], pl.DataFrame]
) -> None:
    frame = read_rows(read_portfolio(open_ledger()))
    assert json.loads(renewables(group, "list", "--json").out) == json_value(frame.drop("position").to_dicts())


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("named", ["p1", "fen  FARM"])
def test_show_finds_a_record_by_its_id_or_its_name(renewables: Renewables, named: str) -> None:
    shown = renewables("pipelines", "show", named)
    for text in ("Fen Farm", "Waits for the grid", "40.5", "Hazel Power", "Developer", "Grid queue"):
        assert text in shown.out
    assert "Version 1" in shown.err
    payload = json.loads(renewables("pipelines", "show", named, "--json").out)
    assert payload["id"] == "p1"
    assert {"facilities", "pipeline_counterparties", "information_points"} <= {
        part["kind"] for part in payload["parts"]
    }


@pytest.mark.usefixtures("filled")
def test_a_missing_record_is_reported_with_similar_names(renewables: Renewables) -> None:
    missing = renewables("pipelines", "show", "fen")
    assert (missing.code, missing.err) == (
        2,
        "No project has the id or name 'fen'. Similar names: Fen Farm (p1).\n",
    )
    assert renewables("pipelines", "list", "--stage", "Dreaming").code == 2
    assert renewables("pipelines", "import", "no-such.csv").code == 1
    assert renewables("pipelines", "revert", "nope", "--yes").err.endswith("no such batch exists\n")


def test_an_import_shows_its_differences_asks_and_can_be_reverted(filled: Path, renewables: Renewables) -> None:
    before = renewables("pipelines", "export").out
    (filled / "new.csv").write_text("id,rag,rag_comment\np1,Red,=No grid\n")
    tried = renewables("pipelines", "import", "new.csv", "--dry-run")
    assert re.search(r"2 +update +Fen Farm +rag +Amber +Red", tried.out)
    assert "dry run" in tried.err
    assert renewables("pipelines", "import", "new.csv", typed="n\n").code == 1
    assert renewables("pipelines", "export").out == before
    taken = renewables("pipelines", "import", "new.csv", "--why", "A letter", "--who", "Bo", typed="y\n")
    (batch,) = re.findall(r"Imported as batch (\w+)", taken.out)
    assert "'=No grid" in renewables("pipelines", "export").out
    history = renewables("pipelines", "history", "p1").out
    assert re.search(r"Bo \(batch \w+\): A letter\nProject: Fen Farm, edit\n +RAG status +Amber → Red", history)
    assert renewables("pipelines", "revert", batch, "--who", "Bo", "--yes").code == 0
    assert renewables("pipelines", "export").out == before
    changes = json.loads(renewables("pipelines", "history", "p1", "--json").out)
    assert [change["after"].get("rag") for change in changes if change["kind"] == "pipelines"] == [
        "Amber",
        "Red",
        "Amber",
    ]


def test_an_import_of_a_public_register_says_where_its_records_are(filled: Path, renewables: Renewables) -> None:
    (filled / "who.csv").write_text(
        "Scheme,Technology,State,MW\nHarrow Fen,Energy Storage System;PV Array (Photo Voltaic/solar),Scoping,50\n"
        "Quill Marsh,Energy Storage System;Wind Onshore,Awaiting Consents,40\nLark Down,Wind Onshore,Built,30\n"
        "Moor,Demand;Energy Storage System,Consents Approved,30\n"
    )
    refused = renewables("pipelines", "import", "who.csv")
    assert refused.code == 1
    assert "Transmission Entry Capacity" in refused.err
    assert "renewables registers list" in refused.err
    assert "renewables registers add FILE --register tec" in refused.err


def test_an_export_imports_back_without_any_change(filled: Path, renewables: Renewables) -> None:
    for group in GROUPS:
        assert renewables(group, "export", "--output", "out.csv").code == 0
        assert (filled / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        back = renewables(group, "import", "out.csv")
        assert (back.code, "No changes to import." in back.err) == (0, True)


def test_a_file_with_errors_is_refused_unless_good_rows_only_is_set(filled: Path, renewables: Renewables) -> None:
    (filled / "new.csv").write_text("name,technology,capacity_mwp\n[bold]Odd,Tidal,5\nGood,Solar,5\n")
    refused = renewables("pipelines", "import", "new.csv", "--yes")
    assert refused.code == 1
    assert "'Tidal' is not one of Solar" in refused.out
    assert "--good-rows-only" in refused.err
    shown = json.loads(renewables("pipelines", "import", "new.csv", "--json", "--good-rows-only", "--yes").out)
    assert shown["counts"] == {"create": 1, "update": 0, "unchanged": 0, "error": 1}
    assert shown["rows"][0]["errors"][0]["column"] == "facility_technology"
    assert shown["batch"]
    assert "Good" in renewables("pipelines", "list").out
