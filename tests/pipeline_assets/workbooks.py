"""Workbooks made from XML with things that a library would not write, such as hidden errors or a formula bomb."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
STYLES = {"": 0, "date": 1, "percent": 2, "padded": 3, "month": 4, "time": 5, "text": 6, "thousands": 7, "hidden": 8}
_CODES = ("0000", "0,", ";;;", '"No. "0-00')
STYLES["coded"] = 9


@dataclass
class Sheet:
    """A sheet. `rows` holds cells as `cell` makes them, by row number; `before` and `after` are XML around the rows."""

    rows: Mapping[int, str]
    name: str = "Projects"
    state: str = "visible"
    before: str = ""
    after: str = ""
    row_attributes: Mapping[int, str] = field(default_factory=dict)


def cell(place: str, value: str, *, kind: str = "inlineStr", style: str = "", formula: str | None = None) -> str:
    """Return a cell. `kind` is the attribute t of the format; an empty `value` is omitted except for texts."""
    text = value.replace("&", "&amp;").replace("<", "&lt;")
    inside = "" if formula is None else f"<f>{formula}</f>"
    if kind == "inlineStr":
        inside += f"<is><t>{text}</t></is>"
    elif value or kind == "str":
        inside += f"<v>{text}</v>"
    return f'<c r="{place}" t="{kind}" s="{STYLES[style]}">{inside}</c>'


def text_cells(row: int, *values: str) -> str:
    """Return the cells of a row of texts; "" omits a cell."""
    return "".join(cell(f"{chr(65 + column)}{row}", value) for column, value in enumerate(values) if value)


def workbook(*sheets: Sheet, workbook_xml: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """Return an Excel file; `workbook_xml` extends the workbook's own XML, `parts` are added to the archive."""
    names = "".join(
        f'<sheet name="{sheet.name}" sheetId="{number}" r:id="r{number}" state="{sheet.state}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    codes = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in enumerate(_CODES, 164)
    )
    formats = (0, 14, 10, 164, 17, 20, 49, 165, 166, 167)
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in formats)
    content = {
        "[Content_Types].xml": f'<Types xmlns="{CONTENT}"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_xml}<sheets>{names}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}'
        f'<Relationship Id="s1" Type="{OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="s2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellXfs>{styles}</cellXfs>'
        "</styleSheet>",
    }
    for number, sheet in enumerate(sheets, 1):
        rows = "".join(
            f'<row r="{row}" {sheet.row_attributes.get(row, "")}>{cells}</row>' for row, cells in sheet.rows.items()
        )
        content[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{MAIN}">{sheet.before}<sheetData>{rows}</sheetData>{sheet.after}</worksheet>'
        )
    return zip_archive({name: DECLARATION + text for name, text in content.items()} | dict(parts or {}))


def zip_archive(parts: Mapping[str, str | bytes]) -> bytes:
    """Return an archive of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def ods(tables: str, styles: str = "") -> bytes:
    """Return an OpenDocument spreadsheet of the XML of its tables."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    return zip_archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f'{DECLARATION}<office:document-content xmlns:office="{space}:office:1.0" '
            f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" xmlns:style="{space}:style:1.0" '
            f'xmlns:calcext="urn:calcext"><office:automatic-styles>{styles}</office:automatic-styles>'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        }
    )
