"""A workbook is read as a person sees it; a cell that cannot be read is an error of its row, with the cell's name."""

import re

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import UnreadableFile
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.import_plan import Plan, confirm_import, plan_import
from pipeline_assets.spreadsheets.planned_rows import Difference
from tests.pipeline_assets.workbooks import Sheet, cell, ods, text_cells, workbook

pytestmark = pytest.mark.slow

HEADER = ("id", "name", "notes", "rtb_date", "capacity_mwp", "technology")
FEN = text_cells(2, "p1", "Fen Farm")


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    fields = {"name": "Fen Farm", "notes": "kept", "rtb_date": "2027-03-01"}
    submit(engine, [Change.create("pipelines", fields, id="p1")], actor=Actor.typed("me"), token="t")
    return engine


def plan_workbook(engine: sa.Engine, *sheets: Sheet, workbook_xml: str = "") -> Plan:
    return plan_import(engine, "pipelines", workbook(*sheets, workbook_xml=workbook_xml))


def one_row(*cells: str) -> Sheet:
    return Sheet({1: text_cells(1, *HEADER), 2: FEN + "".join(cells)})


ERRORS = (
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#NEW!",
)


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_cell_in_excel_is_reported_and_changes_nothing(filled: sa.Engine, error: str) -> None:
    error_plan = plan_workbook(filled, one_row(cell("C2", error, kind="e"), cell("D2", error, kind="e", formula="A1")))
    assert [(each.row, each.column) for each in error_plan.errors] == [(2, "notes"), (2, "rtb_date")]
    assert f"C2: shows {error}" in error_plan.errors[0].message
    assert not error_plan.changes_something


def test_an_error_value_pasted_as_text_is_reported_too(filled: sa.Engine) -> None:
    assert "shows #N/A" in str(plan_workbook(filled, one_row(cell("C2", "#N/A"))).errors)


@pytest.mark.parametrize(
    "formula_cell",
    [
        cell("C2", "", kind="n", formula="A1"),
        '<c r="C2"><f t="shared" si="0"/></c>',
        '<c r="C2"><f>A1</f><v/></c>',
        '<c r="C2" t="b"><f>A1</f></c>',
        '<c r="C2" t="str"><f>A1</f></c>',
    ],
)
def test_a_formula_without_a_stored_result_is_reported_and_changes_nothing(
    filled: sa.Engine, formula_cell: str
) -> None:
    formula_plan = plan_workbook(filled, one_row(formula_cell))
    assert "C2: has a formula without a stored result" in formula_plan.errors[0].message
    assert not formula_plan.changes_something


def test_a_formula_that_was_never_calculated_is_reported_even_if_it_stores_a_zero(filled: sa.Engine) -> None:
    sheet = one_row(cell("E2", "0", kind="n", formula="A1"))
    assert "E2: has a formula" in str(plan_workbook(filled, sheet, workbook_xml='<calcPr fullCalcOnLoad="1"/>').errors)


def test_a_formula_that_shows_nothing_is_a_blank_cell(filled: sa.Engine) -> None:
    formula_plan = plan_workbook(filled, one_row(cell("C2", "", kind="str", formula="IF(1=2,1,&quot;&quot;)")))
    assert [row.outcome for row in formula_plan.rows] == ["unchanged"]


def test_the_result_of_a_formula_is_read(filled: sa.Engine) -> None:
    sheet = one_row(
        cell("C2", "said", kind="str", formula="A1"), cell("D2", "46477", kind="n", style="date", formula="1")
    )
    assert plan_workbook(filled, sheet).rows[0].differences == (
        Difference("rtb_date", "2027-03-01", "2027-03-31"),
        Difference("notes", "kept", "said"),
    )


@pytest.mark.parametrize("header_cell", [cell("C1", "#REF!", kind="e"), cell("C1", "", kind="n", formula="B1")])
def test_an_error_in_the_header_refuses_the_file_and_names_the_cell(filled: sa.Engine, header_cell: str) -> None:
    with pytest.raises(UnreadableFile, match=r"header in C1 (shows #REF!|has a formula)"):
        plan_workbook(
            filled, Sheet({1: text_cells(1, "id", "name") + header_cell, 2: text_cells(2, "p1", "Fen Farm", "x")})
        )


def test_the_first_visible_sheet_with_a_header_is_read_and_the_others_are_named(filled: sa.Engine) -> None:
    old = Sheet({1: text_cells(1, *HEADER), 2: text_cells(2, "p1", "Fen Farm", "old")}, name="Old", state="hidden")
    cover = Sheet({1: text_cells(1, "Read me")}, name="Cover")
    new = Sheet({1: text_cells(1, *HEADER), 2: text_cells(2, "p1", "Fen Farm", "new")}, name="New")
    late = Sheet({1: text_cells(1, *HEADER), 2: text_cells(2, "p1", "Fen Farm", "late")}, name="Late")
    sheets_plan = plan_workbook(filled, old, cover, new, late)
    assert sheets_plan.rows[0].differences == (Difference("notes", "kept", "new"),)
    assert sheets_plan.notes == (
        "The sheet 'New' is read; not read: 'Cover', 'Late'.",
        "1 hidden sheet: ignored ('Old').",
    )


def test_titles_above_the_header_are_skipped_and_rows_have_the_numbers_of_excel(filled: sa.Engine) -> None:
    titles = {2: text_cells(2, "Pipeline"), 3: text_cells(3, "", "Status: draft")}
    sheet = Sheet(titles | {5: text_cells(5, *HEADER), 9: text_cells(9, "p1", "", "", "soon")})
    titles_plan = plan_workbook(filled, sheet)
    assert [(each.row, each.column) for each in titles_plan.errors] == [(9, "rtb_date")]
    assert "D9: 'soon'" in titles_plan.errors[0].message
    assert titles_plan.notes == ("Rows 2-3 above the header: ignored.",)


def test_hidden_and_filtered_rows_and_hidden_columns_are_left_out_and_counted(filled: sa.Engine) -> None:
    rows = {1: text_cells(1, *HEADER)} | {row: text_cells(row, "", f"New {row}", "secret") for row in range(2, 7)}
    sheet = Sheet(
        rows,
        before='<cols><col min="3" max="3" hidden="1"/></cols>',
        row_attributes={3: 'hidden="1"', 4: 'hidden="1"', 6: 'ht="0" customHeight="1"'},
    )
    hidden_plan = plan_workbook(filled, sheet)
    assert [row.label for row in hidden_plan.rows] == ["New 2", "New 5"]
    assert not [each for row in hidden_plan.rows for each in row.differences if each.column == "notes"]
    assert hidden_plan.notes == (
        "3 rows that are hidden or filtered out: ignored (rows 3-4 and 6).",
        "1 hidden column: ignored (C 'notes').",
    )


def test_an_error_in_a_hidden_row_is_left_out_with_it(filled: sa.Engine) -> None:
    sheet = Sheet(
        {1: text_cells(1, *HEADER), 2: FEN + cell("C2", "#N/A", kind="e")}, row_attributes={2: 'hidden="true"'}
    )
    assert plan_workbook(filled, sheet).rows == ()


@pytest.mark.parametrize(
    ("note_cell", "read"),
    [
        (cell("C2", "0.5", kind="n", style="percent"), "50.00%"),
        (cell("C2", "12", kind="n", style="padded"), "0012"),
        (cell("C2", "1", kind="b"), "TRUE"),
        (cell("C2", "12.5", kind="n"), "12.5"),
        (cell("C2", "00123"), "00123"),
        (cell("C2", "line_x000A_two"), "line\ntwo"),
        ('<c r="C2" t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r><rPh><t>x</t></rPh></is></c>', "two runs"),
    ],
)
def test_a_value_in_a_column_of_text_is_read_as_excel_shows_it(filled: sa.Engine, note_cell: str, read: str) -> None:
    assert plan_workbook(filled, one_row(note_cell)).rows[0].differences == (Difference("notes", "kept", read),)


@pytest.mark.parametrize(
    ("odd_cell", "reason"),
    [
        (cell("C2", "46266", kind="n", style="date"), r"C2: contains a date \(2026-09-01\) where text is expected"),
        (cell("C2", "12", kind="n", style="coded"), "C2: contains the number 12, which its format shows differently"),
        (cell("D2", "0", kind="n", style="date"), "D2: contains Excel's day zero"),
        (cell("D2", "0.5", kind="n", style="date"), "D2: contains a time of day without a date"),
        (cell("D2", "0.5", kind="n", style="time"), "D2: contains a time of day without a date"),
        (cell("D2", "1", kind="n", style="date"), "D2: 1900-01-01 is outside 1990 to 2100"),
        (cell("D2", "2958465", kind="n", style="date"), "D2: 9999-12-31 is outside 1990 to 2100"),
        (cell("D2", "46477", kind="n"), "D2: '46477' is not a date.*bare number"),
        (cell("E2", "0.5", kind="n", style="percent"), "E2: '50.00%' is a percentage: write 50.00"),
        (cell("E2", "46266", kind="n", style="date"), r"E2: contains a date \(2026-09-01\) where number is expected"),
        (cell("E2", "40000", kind="n", style="thousands"), "E2: contains 40000, but its format shows it in thousands"),
        (cell("E2", "40", kind="n", style="hidden"), "E2: contains 40, which its format hides"),
        (cell("E2", "1", kind="b"), "E2: 'TRUE' is not a number"),
    ],
)
def test_a_value_that_differs_from_what_excel_shows_is_refused_with_its_cell(
    filled: sa.Engine, odd_cell: str, reason: str
) -> None:
    odd_plan = plan_workbook(filled, one_row(odd_cell))
    assert re.match(reason, odd_plan.errors[0].message)
    assert not odd_plan.changes_something


def test_a_date_displayed_as_a_month_is_read_and_reported(filled: sa.Engine) -> None:
    month_plan = plan_workbook(filled, one_row(cell("D2", "46266", kind="n", style="month")))
    assert [str(each) for each in month_plan.warnings] == [
        "row 2, rtb_date: shows a month without a day: read as 2026-09-01"
    ]


def test_dates_of_a_workbook_that_counts_from_1904_are_read(filled: sa.Engine) -> None:
    sheet = one_row(cell("D2", "45015", kind="n", style="date"))
    dated_plan = plan_workbook(filled, sheet, workbook_xml='<workbookPr date1904="1"/>')
    assert dated_plan.rows[0].differences == (Difference("rtb_date", "2027-03-01", "2027-03-31"),)


def test_merged_cells_below_the_header_are_reported(filled: sa.Engine) -> None:
    rows = {1: text_cells(1, *HEADER), 2: text_cells(2, "p1", "Fen Farm", "both"), 3: text_cells(3, "p2", "Moor")}
    merged_plan = plan_workbook(filled, Sheet(rows, after='<mergeCells><mergeCell ref="C2:C3"/></mergeCells>'))
    assert [str(each) for each in merged_plan.errors] == [
        "row 3, notes: C3: is one of the merged cells C2:C3: unmerge them, and fill in each row"
    ]


def test_a_column_without_a_header_is_left_out_and_reported(filled: sa.Engine) -> None:
    sheet = Sheet({1: text_cells(1, "id", "", "notes"), 2: text_cells(2, "p1", "stray", "new")})
    nameless_plan = plan_workbook(filled, sheet)
    assert nameless_plan.notes == ("Column B has no header: ignored.",)
    assert nameless_plan.rows[0].differences == (Difference("notes", "kept", "new"),)


def test_an_exported_text_that_excel_saved_with_its_apostrophe_imports_unchanged(filled: sa.Engine) -> None:
    confirm_import(filled, plan_workbook(filled, one_row(cell("C2", "'Sep-26"))), actor=Actor.typed("me"))
    assert [row.outcome for row in plan_workbook(filled, one_row(cell("C2", "Sep-26"))).rows] == ["unchanged"]


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def ods_cell(attributes: str, text: str) -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods_text(*values: str) -> str:
    return "".join(ods_cell('office:value-type="string"', value) for value in values)


def test_an_opendocument_sheet_is_read_like_an_excel_sheet(filled: sa.Engine) -> None:
    date_cell = ods_cell('office:value-type="date" office:date-value="2027-03-31"', "31/03/27")
    error_cell = ods_cell('office:value-type="string" calcext:value-type="error"', "#N/A")
    blank_cells = '<table:table-cell table:number-columns-repeated="1024"/>'
    rows = (
        ods_row(ods_text(*HEADER[:4])),
        ods_row(blank_cells, attributes='table:number-rows-repeated="2"'),
        ods_row(ods_text("p1", "Fen Farm", "new <text:span>words</text:span> here"), date_cell),
        ods_row(ods_text("p2", "Hidden"), attributes='table:visibility="filter"'),
        ods_row(ods_text("", "New"), error_cell),
    )
    hidden = f'<table:table table:name="Old" table:style-name="h">{ods_row(ods_text(*HEADER))}</table:table>'
    styles = '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    ods_plan = plan_import(
        filled, "pipelines", ods(f'{hidden}<table:table table:name="Now">{"".join(rows)}</table:table>', styles)
    )
    assert ods_plan.rows[0].number == 4
    assert ods_plan.rows[0].differences == (
        Difference("rtb_date", "2027-03-01", "2027-03-31"),
        Difference("notes", "kept", "new words here"),
    )
    assert [(each.row, each.column) for each in ods_plan.errors] == [(6, "notes")]
    assert ods_plan.notes == (
        "1 hidden sheet: ignored ('Old').",
        "1 row that is hidden or filtered out: ignored (row 5).",
    )
