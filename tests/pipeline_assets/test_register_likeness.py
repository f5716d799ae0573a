"""An import of a file that was made from a public register leads to the page Registers, in whatever disguise.

A person's own file never does, although it uses some of the same words.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from elexon_assets.simulator.registers.connection_file import connection_file
from elexon_assets.simulator.registers.planning_file import planning_file
from pipeline_assets.access import Actor
from pipeline_assets.errors import MadeFromRegister, UnreadableFile
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.seed_loader import SEEDS, load_seeds
from pipeline_assets.spreadsheets.exporter import export_csv
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS

DAY = date(2026, 11, 24)
PUBLISHED = {"repd": planning_file(0, date(2026, 11, 5)), "tec": connection_file(0, DAY)}
ENCODINGS = {"repd": "cp1252", "tec": "utf-8-sig"}
NAMES = {"repd": "Renewable Energy Planning Database", "tec": "Transmission Entry Capacity"}

DISGUISES: dict[str, tuple[str, Mapping[str, str]]] = {
    "four columns under our headers": (
        "repd",
        {
            "Site Name": "Name",
            "Technology Type": "Technology",
            "Installed Capacity (MWelec)": "Capacity (MW)",
            "Development Status (short)": "Status",
        },
    ),
    "another order and the full status": (
        "repd",
        {
            "Development Status": "Stage of development",
            "County": "Where",
            "Installed Capacity (MWelec)": "MW",
            "Technology Type": "Type",
            "Operator (or Applicant)": "Developer",
            "Site Name": "Scheme",
        },
    ),
    "coordinates instead of states": (
        "repd",
        {
            "Ref ID": "No.",
            "Site Name": "Site",
            "Technology Type": "Tech",
            "X-coordinate": "East",
            "Y-coordinate": "North",
        },
    ),
    "headers in another language": (
        "repd",
        {
            "Site Name": "Standort",
            "Operator (or Applicant)": "Betreiber",
            "Development Status (short)": "Stand",
            "Region": "Gegend",
        },
    ),
    "connections under our headers": (
        "tec",
        {
            "Project Name": "Name",
            "Plant Type": "Technology",
            "Cumulative Total Capacity (MW)": "Capacity",
            "Project Status": "Status",
        },
    ),
    "connections by id": (
        "tec",
        {
            "Project ID": "ID",
            "HOST TO": "TO",
            "Project Name": "Project",
            "Customer Name": "Owner",
            "MW Effective From": "Connects",
        },
    ),
    "connections by number": (
        "tec",
        {"Project Number": "Number", "Project Name": "Scheme", "Plant Type": "Type", "MW Increase / Decrease": "MW"},
    ),
    "agreements": (
        "tec",
        {
            "Project Name": "Name",
            "Agreement Type": "Agreement",
            "HOST TO": "Network",
            "Project Status": "Stage",
            "Connection Site": "Substation",
        },
    ),
}


def rows_of(register: str, content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(ENCODINGS[register]), newline="")))


def disguised(
    rows: list[dict[str, str]], columns: Mapping[str, str], *, separator: str = ",", title: str = ""
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerows([[title]] if title else [])
    writer.writerow(columns.values())
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(rows: list[dict[str, str]], columns: Mapping[str, str]) -> bytes:
    frame = pl.DataFrame(rows).select(pl.col(column).alias(header) for column, header in columns.items())
    numbers = [pl.col(name).cast(pl.Float64, strict=False) for name in ("East", "North") if name in frame.columns]
    file = io.BytesIO()
    frame.with_columns(numbers).write_excel(file)
    return file.getvalue()


def refusal_of(engine: sa.Engine, content: bytes, sheet: str = "pipelines") -> MadeFromRegister:
    with pytest.raises(MadeFromRegister) as caught:
        plan_import(engine, sheet, content)
    assert not reader.newest_position(engine)
    return caught.value


@pytest.mark.parametrize("sheet", list(SHEETS))
@pytest.mark.parametrize("register", ["repd", "tec"])
def test_a_published_file_leads_to_the_registers(engine: sa.Engine, register: str, sheet: str) -> None:
    refusal = refusal_of(engine, PUBLISHED[register], sheet)
    assert refusal.register == register
    assert all(text in str(refusal) for text in (NAMES[register], "page Registers", f"--register {register}"))


UNKNOWN_HEADERS = "headers in another language"
"Below a title such a header cannot be told from a row: the import asks for a header instead."
FORMS = ("csv", "semicolons", "title", "xlsx")
CASES = [(name, form) for name in DISGUISES for form in FORMS if (name, form) != (UNKNOWN_HEADERS, "title")]


@pytest.mark.parametrize(("disguise", "form"), CASES)
def test_a_file_made_from_a_register_leads_to_the_registers(engine: sa.Engine, disguise: str, form: str) -> None:
    register, columns = DISGUISES[disguise]
    rows = rows_of(register, PUBLISHED[register])
    if form == "xlsx":
        content = as_workbook(rows, columns)
    else:
        separator, title = ";" if form == "semicolons" else ",", "Who else builds" if form == "title" else ""
        content = disguised(rows, columns, separator=separator, title=title)
    assert refusal_of(engine, content).register == register


@pytest.mark.parametrize(
    ("register", "name"),
    [
        ("repd", "repd_2021_q2.csv"),
        ("repd", "repd_2022_october.csv"),
        ("repd", "repd_2024_q2.csv"),
        ("tec", "tec_register_2024-10-11.csv"),
        ("tec", "tec_register_2025-09-02.csv"),
    ],
)
def test_real_issues_lead_to_the_registers_as_published_and_in_every_disguise(
    engine: sa.Engine, recordings: Path, register: str, name: str
) -> None:
    content = (recordings.parent / "registers" / name).read_bytes()
    assert refusal_of(engine, content).register == register
    rows = rows_of(register, content)
    for own_register, columns in DISGUISES.values():
        if own_register == register:
            assert refusal_of(engine, disguised(rows, columns)).register == register


def test_a_list_of_a_few_records_leads_to_the_registers_too(engine: sa.Engine) -> None:
    register, columns = DISGUISES["four columns under our headers"]
    states = {"Application Submitted", "Awaiting Construction", "Under Construction"}
    published = rows_of(register, PUBLISHED[register])
    rows = [row for row in published[40:] if row["Development Status (short)"] in states]
    assert refusal_of(engine, disguised(rows[:6], columns)).register == "repd"


def test_a_list_of_names_under_published_headers_is_shown_with_a_note(engine: sa.Engine) -> None:
    columns = ["Site Name", "Planning Application Submitted", "X-coordinate", "Record Last Updated (dd/mm/yyyy)"]
    rows = {row["Site Name"]: row for row in rows_of("repd", PUBLISHED["repd"])}
    plan = plan_import(engine, "pipelines", disguised(list(rows.values()), {name: name for name in columns}))
    assert (plan.register, plan.errors) == ("repd", [])


def test_rows_that_could_be_imported_are_shown_with_a_note(engine: sa.Engine) -> None:
    columns = {
        "Site Name": "Name",
        "Technology Type": "Technology",
        "Development Status (short)": "Planning",
        "Planning Application Submitted": "Planning application submitted",
    }
    rows = rows_of("repd", PUBLISHED["repd"])
    wind = {row["Site Name"]: row for row in rows if row["Technology Type"] == "Wind Onshore"}
    solar = {row["Site Name"]: row for row in rows if row["Technology Type"] == "Solar Photovoltaics"}
    content = disguised([*wind.values(), *solar.values()], columns)
    # Without a capacity each row has an error; a column of zeros, for projects that are only being looked at, has none.
    content = content.replace(b"Name,", b"Capacity,Name,", 1).replace(b"\r\n", b"\r\n0,").removesuffix(b"0,")
    plan = plan_import(engine, "pipelines", content)
    assert (plan.register, plan.errors) == ("repd", [])
    assert any("page Registers" in note for note in plan.notes)


def test_the_seeds_and_their_exports_are_a_portfolio(engine: sa.Engine) -> None:
    load_seeds(engine)
    facilities = reader.records_of_kind(engine, "facilities")
    ids = [{"tec_project_id": f"a0l8e0000012{n:03d}AAA", "repd_ref_id": str(9_000 + n)} for n in range(len(facilities))]
    edits = [
        Change.edit("facilities", record.id, fields, base_version=record.version)
        for record, fields in zip(facilities, ids, strict=True)
    ]
    submit(engine, edits, actor=Actor.typed("me"), why="register ids", token="register ids")
    for sheet in SHEETS:
        plan = plan_import(engine, sheet, export_csv(engine, sheet).encode())
        assert (plan.register, plan.errors, plan.changes_something) == ("", [], False)


@pytest.mark.parametrize("seed", sorted(path.name for path in SEEDS.glob("*.csv")))
@pytest.mark.parametrize("sheet", list(SHEETS))
def test_no_seed_file_is_taken_for_a_register(engine: sa.Engine, seed: str, sheet: str) -> None:
    try:
        plan = plan_import(engine, sheet, (SEEDS / seed).read_bytes())
    except UnreadableFile as error:
        assert not isinstance(error, MadeFromRegister)  # noqa: PT017 (most seeds are no sheet, and say so)
    else:
        assert plan.register == ""


OWN = {
    "words of the planning register for our own states": """\
Name,Technology,Capacity (MW),Planning status,RTB date,RAG
Harrow Fen,Solar Photovoltaics,50,Application Submitted,2028-03-01,Green
Quill Marsh,Battery,40,Awaiting Construction,2027-03-01,Green
Lark Down,Wind Onshore,30,Appeal Lodged,2029-03-01,Green
""",
    "everyday states": """\
Project,Technology,MW,Status
Harrow Fen,Solar PV,50,Under construction
Quill Marsh,Battery,40,Operational
Lark Down,Onshore wind,30,Feasibility
""",
    "register ids": """\
Name,Technology,Capacity,TEC Project ID,REPD Ref ID
Harrow Fen,Solar,50,a0l4L0000005iphQAA,7001
Quill Marsh,BESS,40,a0l8e0000010wg5AAA,7002
Lark Down,Wind Onshore,30,a0l4L0000005iwbQAA,7003
""",
    "places": """\
Name,Technology,Capacity,County,Region,Longitude,Latitude,Planning reference
Harrow Fen,Solar,50,Cambridgeshire,Eastern,0.03,52.43,23/0417/FUL
Quill Marsh,BESS,40,Lincolnshire,East Midlands,-0.42,53.02,24/0101/FUL
Lark Down,Wind Onshore,30,Wiltshire,South West,-1.55,51.22,24/0102/FUL
""",
    "one state of the planning register": """\
Name,Technology,Capacity,Planning,Region
Harrow Fen,Solar,50,Awaiting Construction,Eastern
Quill Marsh,BESS,40,in preparation,East Midlands
Lark Down,Wind Onshore,30,screening,South West
""",
}


@pytest.mark.parametrize("file", list(OWN))
def test_a_persons_own_list_is_imported_as_before(engine: sa.Engine, file: str) -> None:
    plan = plan_import(engine, "pipelines", OWN[file].encode())
    assert (plan.register, plan.errors) == ("", [])
    assert len(confirm_import(engine, plan, actor=Actor.typed("me")).changes) >= 3


def test_errors_of_a_persons_own_list_stay_errors_of_its_rows(engine: sa.Engine) -> None:
    text = "Name,Technology,MW,Status\nHarrow Fen,Solar PV,50,Nearly built\nQuill Marsh,Steam,x,Operational\n"
    assert len(plan_import(engine, "pipelines", text.encode()).errors) >= 3


def test_a_file_that_is_not_utf_8_and_no_register_says_so_as_before(engine: sa.Engine) -> None:
    with pytest.raises(UnreadableFile, match="not UTF-8") as caught:
        plan_import(engine, "pipelines", "Name,Technology,MW\nMôr,Solar,5\n".encode("cp1252"))
    assert not isinstance(caught.value, MadeFromRegister)
