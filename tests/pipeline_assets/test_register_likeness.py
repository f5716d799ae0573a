"""An import of a file that was made from a public register leads to the page Registers, in whatever disguise.

Not here: a person's own files, which never do (`test_own_lists.py`).
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
from pipeline_assets.errors import MadeFromRegister
from pipeline_assets.ledger import reader
from pipeline_assets.spreadsheets.import_plan import plan_import
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
    columns = ["Site Name", "Planning Application Submitted", "X-coordinate", "Y-coordinate", "Storage Type"]
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
