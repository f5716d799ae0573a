"""A workbook of any size, a bomb or a broken file ends in a clear error, in a separate process (scenario 31)."""

import io
import subprocess
import sys
import zipfile

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets import workbook_process
from pipeline_assets.spreadsheets.import_plan import plan_import
from tests.pipeline_assets.workbooks import DECLARATION, MAIN, Sheet, cell, ods, text_cells, workbook

pytestmark = pytest.mark.slow

HEADER = text_cells(1, "name", "notes")


def refusal_of(engine: sa.Engine, content: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        plan_import(engine, "pipelines", content)
    return str(caught.value)


def test_one_cell_in_the_last_row_and_column_of_excel_is_an_error_of_its_row(engine: sa.Engine) -> None:
    rows = {1: HEADER, 2: text_cells(2, "Fen"), 1_048_576: cell("XFD1048576", "far")}
    far_plan = plan_import(engine, "pipelines", workbook(Sheet(rows, before='<dimension ref="A1:XFD1048576"/>')))
    assert [(row.number, row.outcome) for row in far_plan.rows] == [(2, "create"), (1_048_576, "error")]


def test_a_part_that_unpacks_to_more_than_the_bound_is_not_unpacked(engine: sa.Engine) -> None:
    bomb = workbook(Sheet({1: HEADER}, after=" " * 160 * 2**20))
    assert len(bomb) < 2**20
    assert "unpacks to more than 150 MB" in refusal_of(engine, bomb)


def test_a_part_that_understates_its_size_is_refused(engine: sa.Engine) -> None:
    honest = workbook(Sheet({1: HEADER, **{row: text_cells(row, f"New {row}") for row in range(2, 500)}}))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert "cannot be read" in refusal_of(engine, lying)


def test_a_shared_text_in_a_million_cells_is_refused(engine: sa.Engine) -> None:
    strings = f'{DECLARATION}<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'
    cells = "".join(f'<c r="{letter}2" t="s"><v>0</v></c>' for letter in "ABCDEFGHIJKLMNOPQRST")
    rows = {1: HEADER} | {row: cells.replace("2", str(row)) for row in range(2, 5_000)}
    content = workbook(Sheet(rows), parts={"xl/sharedStrings.xml": strings})
    assert "more cells or text than can be read" in refusal_of(engine, content)


def test_a_thousand_merged_ranges_over_the_sheet_end_in_a_clear_error(engine: sa.Engine) -> None:
    merges = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 1_000 + "</mergeCells>"
    rows = {1: HEADER} | {row: text_cells(row, f"New {row}") for row in range(2, 1_000)}
    assert "too many merged cells" in refusal_of(engine, workbook(Sheet(rows, after=merges)))


def test_exponential_entity_expansion_is_refused(engine: sa.Engine) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE sst [<!ENTITY l0 "lol">{lol}]><sst xmlns="{MAIN}"><si><t>&l9;</t></si></sst>'
    assert "document type" in refusal_of(engine, workbook(Sheet({1: HEADER}), parts={"xl/sharedStrings.xml": bomb}))


def test_deeply_nested_elements_end_in_a_clear_error(engine: sa.Engine) -> None:
    nest = "<a>" * 500_000 + "</a>" * 500_000
    content = workbook(Sheet({1: HEADER, 2: text_cells(2, "Fen")}, before=nest))
    assert [row.label for row in plan_import(engine, "pipelines", content).rows] == ["Fen"]


def test_more_rows_than_can_be_imported_are_refused(engine: sa.Engine) -> None:
    rows = {1: HEADER} | {row: f'<c r="A{row}"><v>{row}</v></c>' for row in range(2, 50_100)}
    assert "more than 50,000 rows" in refusal_of(engine, workbook(Sheet(rows)))


@pytest.mark.parametrize("attribute", ["number-rows-repeated", "number-columns-repeated"])
def test_an_opendocument_cell_that_is_repeated_a_million_times_is_refused(engine: sa.Engine, attribute: str) -> None:
    place = 'table:table-row table:number-rows-repeated="1000000"' if "rows" in attribute else "table:table-row"
    repeated = 'table:number-columns-repeated="1000000"' if "columns" in attribute else ""
    cell_xml = f'<table:table-cell office:value-type="string" {repeated}><text:p>name</text:p></table:table-cell>'
    sheet = f'<table:table table:name="A"><{place}>{cell_xml}</table:table-row></table:table>'
    assert "1,000,000 times" in refusal_of(engine, ods(sheet))


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"}, "cannot be read (ExpatError"),
        ({"xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="x"/></sheetData></worksheet>'}, "cannot be read"),
        ({"xl/workbook.bin": "x"}, "binary workbook (.xlsb)"),
    ],
)
def test_a_damaged_or_binary_workbook_is_refused_with_the_fix(
    engine: sa.Engine, parts: dict[str, str], sentence: str
) -> None:
    message = refusal_of(engine, workbook(Sheet({1: HEADER}), parts=parts))
    assert sentence in message
    assert "Save it as .xlsx or as “CSV UTF-8”" in message


def test_a_reader_process_that_is_killed_or_too_slow_gives_a_clear_error(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_process, "SECONDS", 0.001)
    assert "was not read within" in refusal_of(engine, workbook(Sheet({1: HEADER})))
    monkeypatch.undo()
    monkeypatch.setattr(workbook_process, "CHILD", "pipeline_assets.no_such_module")
    assert "could not be read" in refusal_of(engine, workbook(Sheet({1: HEADER})))


def test_the_process_that_reads_a_workbook_loads_the_standard_library_only() -> None:
    program = "import sys, pipeline_assets.spreadsheets.workbook_child; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "polars", "duckdb", "streamlit", "dagster", "sqlalchemy"} & set(loaded)
