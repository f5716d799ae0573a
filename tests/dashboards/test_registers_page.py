"""The page Registers: its views, filters in the address, one record, its empty state; and registers on other pages."""

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.components.plain_text import plain
from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.vintages import land_issue
from renewables.queries.registers import RegisterFilter, register_records, register_sums
from tests.dashboards.conftest import Open, answered, page_text
from tests.register_homes import DAYS, FILES, SEED, RegisterHome
from warehouse.connection import reading, writing

VIEWS = {"REPD": ["Records", "Changes", "Operators", "Issues"]}
VIEWS["TEC"] = [*VIEWS["REPD"], "Connection dates"]


def is_well(app: AppTest) -> None:
    assert [element.value for element in app.exception] == []
    assert [element.value for element in app.error] == []


def table(app: AppTest, name: str) -> pl.DataFrame:
    """Return the rows of the first table that has a column with that name."""
    return next(pl.DataFrame(frame.value) for frame in app.dataframe if name in frame.value.columns)


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(("register", "view"), [(name, view) for name, views in VIEWS.items() for view in views])
def test_each_view_is_drawn_with_the_licence_line_of_its_register(register: str, view: str, open_page: Open) -> None:
    app = open_page("registers", register=register, view=view)
    is_well(app)
    assert plain(REGISTERS[register.lower()].licence_line) in page_text(app)
    assert any(character.isdigit() for element in app.subheader for character in element.value) or view == "Issues"


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ({"technology": "Solar", "group": "Consented"}, {"technologies": ("Solar",), "status_groups": ("Consented",)}),
        ({"least_mw": "30", "most_mw": "60"}, {"least_mw": 30, "most_mw": 60}),
        ({"near": "52.0, -1.0", "km": "80"}, {"places": ((52.0, -1.0),), "km": 80}),
        ({"q": "farm"}, {"text": "farm"}),
    ],
    ids=str,
)
def test_filters_in_the_address_choose_the_rows_and_the_sums(
    address: dict[str, str], fields: dict[str, Any], open_page: Open
) -> None:
    wanted = RegisterFilter(("repd",), **fields)
    app = open_page("registers", **address)
    is_well(app)
    count = register_sums(wanted)["records"].sum()
    assert f"{count:,} of " in app.subheader[0].value
    expected = register_records(wanted, sort="distance" if "places" in fields else "capacity", limit=50)
    assert table(app, "record_id")["record_id"].to_list() == expected["record_id"].to_list()


@pytest.mark.usefixtures("registers")
def test_a_page_of_the_table_has_fifty_rows_and_the_next_one_follows(open_page: Open) -> None:
    rows = register_records(RegisterFilter(("repd",)), limit=100)["record_id"].to_list()
    app = open_page("registers", page="2")
    assert table(app, "record_id")["record_id"].to_list() == rows[50:100]


@pytest.mark.usefixtures("registers")
def test_records_near_a_project_are_found_by_its_name_and_an_unknown_name_warns(open_page: Open) -> None:
    app = open_page("registers", near="Harrowfen Solar", km="150")
    is_well(app)
    assert table(app, "distance_km")["distance_km"].is_sorted()
    warned = open_page("registers", near="Atlantis")
    assert any("Atlantis" in element.value for element in warned.warning)


def test_a_record_is_shown_with_its_history_over_all_issues(registers: RegisterHome, open_page: Open) -> None:
    record = register_records(RegisterFilter(("tec",)), limit=1).row(0, named=True)
    app = open_page("registers", record=f"tec:{record['record_id']}")
    is_well(app)
    assert app.subheader[0].value == plain(record["name"])
    assert table(app, "issue_date")["issue_date"][0].date() == DAYS[1]
    assert plain(REGISTERS["tec"].licence_line) in page_text(app)
    missing = open_page("registers", record="tec:nothing")
    assert "No issue has the record" in missing.warning[0].value
    assert registers.issues


@pytest.mark.usefixtures("home_with_data")
def test_without_an_issue_the_page_says_how_to_get_one(open_page: Open) -> None:
    app = open_page("registers")
    is_well(app)
    assert "No register yet" in page_text(app)
    assert "`renewables registers fetch`" in page_text(app)
    assert "Fetch now" in [button.label for button in app.button]


@pytest.mark.usefixtures("registers")
def test_the_search_page_lists_matching_records_of_the_registers(open_page: Open) -> None:
    name = register_records(RegisterFilter(("repd",)), limit=1)["name"][0]
    app = open_page("search", q=name)
    is_well(app)
    assert any("Planning (REPD)" in element.value for element in app.subheader)
    assert name in table(app, "record_id")["name"].to_list()


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(
    ("page", "address"),
    [("project", {"id": "pr-harrowfen"}), ("pipeline_dashboard", {"view": "Map"})],
)
def test_neighbours_are_listed_beside_the_map_once_they_are_switched_on(
    page: str, address: dict[str, str], open_page: Open
) -> None:
    without = open_page(page, **address)
    assert [toggle.label for toggle in without.toggle if "nearby" in toggle.label] == ["REPD records nearby"]
    app = open_page(page, **address, neighbours="true", km="150")
    is_well(app)
    assert len(table(app, "distance_km")) > 0
    assert plain(REGISTERS["repd"].licence_line) in page_text(app)


def test_neighbours_are_not_offered_without_a_planning_register(home_with_data: Path, open_page: Open) -> None:
    toggles = open_page("project", id="pr-harrowfen").toggle
    assert not [toggle for toggle in toggles if "nearby" in toggle.label]
    assert home_with_data


@pytest.mark.usefixtures("registers")
@pytest.mark.parametrize(
    "address",
    [
        {"register": "none", "view": "nothing"},
        {"page": "999", "km": "abc", "technology": "No such word"},
        {"record": "nothing"},
        {"record": "repd:' OR 1=1 --"},
        {"view": "Changes", "from": "yesterday", "field": "x"},
        {"register": "REPD", "view": "Connection dates"},
    ],
    ids=str,
)
def test_an_address_that_means_nothing_is_no_error(address: dict[str, str], open_page: Open) -> None:
    is_well(open_page("registers", **address))


def land(home: Path, content: bytes, source: str) -> None:
    land_issue(lambda: writing(home / "warehouse.duckdb"), REGISTERS["repd"], content, source, DAYS[0])


def test_unknown_columns_and_words_and_quarantined_rows_are_shown_with_the_issue(home: Path, open_page: Open) -> None:
    lines = list(csv.reader(io.StringIO(FILES["repd"](SEED, DAYS[0]).decode("cp1252"), newline="")))
    lines[0].append("Colour of the roof")
    for n, line in enumerate(lines[1:]):
        line.append("red" if n else "")
    lines[1][lines[0].index("Technology Type")] = "<b>Perpetual motion</b>"
    lines[2][lines[0].index("Ref ID")] = ""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    land(home, text.getvalue().encode("cp1252"), "repd.csv")
    app = open_page("registers", view="Issues")
    is_well(app)
    warnings = " ".join(element.value for element in app.warning)
    assert plain("Colour of the roof") in warnings
    assert plain("<b>Perpetual motion</b>") in warnings
    assert table(app, "raw_json")["line"].to_list() == [3]


def test_an_issue_that_could_not_land_is_named_with_its_reason(home: Path, open_page: Open) -> None:
    with pytest.raises(RegisterUnreadable):
        land(home, b"Ref ID,Colour\n1,red\n", "repd-broken.csv")
    app = open_page("registers")
    is_well(app)
    assert "No register yet" in page_text(app)
    assert table(app, "reason")["source"].to_list() == ["repd-broken.csv"]


def test_an_uploaded_file_lands_through_dagster(home: Path, open_page: Open) -> None:
    app = open_page("registers")
    content = FILES["repd"](SEED, DAYS[0])
    app.file_uploader[0].upload("download.csv", content, "text/csv").run()
    app.date_input[0].set_value(DAYS[0]).run()
    next(button for button in app.button if button.label == "Add this issue").click().run()
    is_well(answered(app, seconds=90))
    assert "**" in page_text(app)
    assert [path.name for path in (home / "registers").iterdir()] == [f"repd-{DAYS[0]}.csv"]
    with reading() as con:
        assert con.execute("SELECT issue_date FROM register_issues").fetchall() == [(DAYS[0],)]
