"""Files as they come: separators, encodings, Excel, headers that nobody knows."""

import io
import zipfile

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.import_plan import Difference, plan

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
OF_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK = {
    "[Content_Types].xml": f"""<Types xmlns="{CONTENT}">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Override PartName="/xl/workbook.xml" ContentType="{OF_SHEETS}.sheet.main+xml"/>
        <Override PartName="/xl/styles.xml" ContentType="{OF_SHEETS}.styles+xml"/>
        <Override PartName="/xl/sheet.xml" ContentType="{OF_SHEETS}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}">
        <Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">
        <sheets><sheet name="Projects" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}">
        <Relationship Id="r1" Type="{OFFICE}/worksheet" Target="sheet.xml"/>
        <Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{MAIN}">
        <cellXfs count="2"><xf/><xf numFmtId="14"/></cellXfs></styleSheet>""",
}
"A workbook without its sheet; style 1 is a date."


def excel(*rows: str) -> bytes:
    """An Excel file of rows of cells: text, a number (#) or the number of a day (@)."""

    def cell(place: str, text: str) -> str:
        if text.startswith("#"):
            return f'<c r="{place}"><v>{text[1:]}</v></c>'
        if text.startswith("@"):
            return f'<c r="{place}" s="1"><v>{text[1:]}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    def line(y: int, row: str) -> str:
        return "".join(cell(f"{chr(65 + x)}{y}", text) for x, text in enumerate(row.split("|")) if text)

    lines = "".join(f'<row r="{y}">{line(y, row)}</row>' for y, row in enumerate(rows, 1) if row)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'
        for name, text in (WORKBOOK | {"xl/sheet.xml": sheet}).items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return buffer.getvalue()


def test_an_excel_file_is_read_as_a_csv_is(engine: sa.Engine) -> None:
    header = "ProjectName|RTBDate|Technology|Capacity|Notes"
    found = plan(engine, "pipelines", excel(header, "", "Fen|@46225|Solar|#27.194|=1+1", "Moor||Tidal|#5|"))
    assert [(row.number, row.outcome) for row in found.rows] == [(3, "create"), (4, "error")]
    assert {Difference("rtb_date", None, "2026-07-22"), Difference("facility_capacity_mwp", None, 27.194)} <= {
        *found.rows[0].differences
    }
    assert Difference("notes", None, "=1+1") in found.rows[0].differences


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
    found = plan(engine, "pipelines", text.encode(encoding))
    assert [(row.number, row.label) for row in found.rows] == [(2, "Ä"), (5, "B")]
    assert Difference("rag_comment", None, "two\nlines") in found.rows[0].differences
    assert Difference("notes", None, 'say "x", y;z') in found.rows[1].differences


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("name\nÖre\n".encode("cp1252"), "line 2: .*Öre.* cp1252.*CSV UTF-8"),
        ("name\nA\n".encode("utf-16"), "UTF-16"),
        (b"", "is empty"),
        (b'name,notes\nA,"never closed\n', "no CSV from line"),
        (b"foo,bar\n1,2\n", "needs `name` or `id`.* has foo, bar"),
        (b"name,Stage,ProjectStatus\nA,Design,Design\n", "'Stage' and 'ProjectStatus' mean the same"),
        (b"CEO,PlatformLead,Strategy\n", "It looks like counterparties"),
        (b"PK\x03\x04 is no workbook", "Excel file cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_way_out(engine: sa.Engine, content: bytes, hint: str) -> None:
    with pytest.raises(UnreadableFile, match=hint):
        plan(engine, "pipelines", content)


def test_columns_that_nobody_knows_are_said_and_long_rows_are_errors(engine: sa.Engine) -> None:
    found = plan(engine, "pipelines", b"name,Colour,Created\nA,red,2024\nB,red,2024,too,many\n")
    assert [name for name, _ in found.ignored] == ["Colour", "Created"]
    assert [str(error)[:10] for error in found.errors] == ["row 3, row"]
