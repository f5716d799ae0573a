"""Files as people send them: separators, encodings, titles, unknown headers."""

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.spreadsheets.planned_rows import Difference
from pipeline_assets.spreadsheets.sheet_columns import PIPELINES


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_boms_quoted_newlines_and_empty_lines_are_read(
    engine: sa.Engine, separator: str, encoding: str
) -> None:
    rows = [
        ["NAME", " Rag Comment ", "Notes"],
        ["Ä", '"two\nlines"', ""],
        [],
        ["", "", ""],
        ["B", "", '"say ""x"", y;z"'],
    ]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    plan = plan_import(engine, "pipelines", text.encode(encoding))
    assert [(row.number, row.label) for row in plan.rows] == [(2, "Ä"), (5, "B")]
    assert Difference("rag_comment", None, "two\nlines") in plan.rows[0].differences
    assert Difference("notes", None, 'say "x", y;z') in plan.rows[1].differences


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("name\nÖre\n".encode("cp1252"), "line 2: .*Öre.* cp1252.*CSV UTF-8"),
        ("name\nA\n".encode("utf-16"), "UTF-16"),
        (b"", "is empty"),
        (b'name,notes\nA,"never closed\n', "not valid CSV from line"),
        (b"foo,bar\n1,2\n", "needs `name` or `id`.* has foo, bar"),
        (b"name,Stage,ProjectStatus\nA,Design,Design\n", "'Stage' and 'ProjectStatus' mean the same"),
        (b"CEO,PlatformLead,Strategy\n", "It looks like counterparties"),
        (b"id,#REF!,stage\nA,1,2\n", "header in B1 shows #REF!"),
        (b"PK\x03\x04 is no workbook", "Excel file cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "old .xls workbook, or is protected by a password. Save it as .xlsx"),
        (b"name," + b"x" * 200_000 + b"\nA,1\n", "a cell of more than 131,072 characters"),
        (b"name," + b",".join(b"c%d" % n for n in range(2_000)) + b"\n", "at most 1,000"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused_with_the_fix(engine: sa.Engine, content: bytes, hint: str) -> None:
    with pytest.raises(UnreadableFile, match=hint):
        plan_import(engine, "pipelines", content)


def test_unknown_columns_are_reported_and_rows_that_are_too_long_are_errors(engine: sa.Engine) -> None:
    plan = plan_import(engine, "pipelines", b"name,Colour,Created\nA,red,2024\nB,red,2024,too,many\n")
    assert [name for name, _ in plan.ignored] == ["Colour", "Created"]
    assert [str(error)[:10] for error in plan.errors] == ["row 3, row"]


def test_titles_above_the_header_of_a_csv_are_skipped_and_reported(engine: sa.Engine) -> None:
    plan = plan_import(
        engine, "pipelines", b"Pipeline of projects,,\n,Status: draft,\nProject,Status,RTB\nFen,Design,soon\n"
    )
    assert [str(error)[:17] for error in plan.errors] == ["row 4, rtb_date: "]
    assert plan.notes == ("Rows 1-2 above the header: ignored.",)


def test_a_column_without_a_header_is_left_out_and_reported(engine: sa.Engine) -> None:
    plan = plan_import(engine, "pipelines", b"name,,notes,\nA,stray,kept,\n")
    assert plan.notes == ("Column B has no header: ignored.",)
    assert Difference("notes", None, "kept") in plan.rows[0].differences


HEADERS = {
    "name": ("Project Name", "Site name", "Scheme", "Project Name *"),
    "stage": ("Status", "Project Status", "Development Stage", "Phase", "Stage (required)"),
    "rtb_date": ("Ready to Build Date", "RTB", "RTB Date (dd/mm/yyyy)", "Target RTB", "Expected RTB date"),
    "facility_technology": ("Technology", "Tech", "Technology Type", "Type"),
    "facility_capacity_mwp": ("Capacity (MW)", "MW", "Capacity MWp", "Size (MW)", "Installed Capacity (MW)", "MWdc"),
    "developer": ("Developer", "Developers", "Developer name", "Counterparty"),
    "rag": ("RAG", "RAG Status", "RAG rating"),
    "notes": ("Notes", "Comments", "Remarks"),
    "facility_latitude": ("Latitude", "Lat", "Latitude (WGS84)"),
}
"The headers that people use, by column."


@pytest.mark.parametrize(("column", "header"), [(name, each) for name, headers in HEADERS.items() for each in headers])
def test_common_synonyms_of_headers_are_recognised(column: str, header: str) -> None:
    result = PIPELINES.column(header)
    assert result
    assert result.name == column


@pytest.mark.parametrize(
    ("header", "column"),
    [("Capcity", "facility_capacity_mwp"), ("Capacity (kW)", "facility_capacity_mwp"), ("Our RTB month", "rtb_date")],
)
def test_for_an_unknown_column_the_similar_known_one_is_suggested(engine: sa.Engine, header: str, column: str) -> None:
    ((name, reason),) = plan_import(engine, "pipelines", f"name,{header}\nA,1\n".encode()).ignored
    assert (name, reason.startswith(f"not recognised; did you mean {column} ")) == (header, True)


def test_a_missing_value_names_the_ignored_column_that_may_hold_it(engine: sa.Engine) -> None:
    plan = plan_import(engine, "pipelines", b"name,stage,technology,Capacity (kW)\nA,Design,Solar,5000\n")
    assert [str(error) for error in plan.errors] == [
        "row 2, facility_capacity_mwp: is needed, and the column 'Capacity (kW)' was not used"
    ]


def test_synonyms_of_vocabulary_words_are_recognised_in_a_file(engine: sa.Engine) -> None:
    text = "Project,Status,Technology,MW\nA,Operational,Battery Storage,5\nB,Under construction,Onshore Wind,6\n"
    plan = plan_import(engine, "pipelines", text.encode())
    values = {(row.label, each.column): each.after for row in plan.rows for each in row.differences}
    assert (values["A", "stage"], values["A", "facility_technology"]) == ("Completed", "BESS")
    assert (values["B", "stage"], values["B", "facility_technology"]) == ("Construction", "Wind Onshore")
