"""Reads an OpenDocument spreadsheet (.ods) from its XML: what is visible, and what each cell shows or fails to show.

Belongs here: the XML of the format. Not here: choosing a sheet and a header (`workbook.py`). The child process imports
this module: the standard library only.
"""

from collections.abc import Iterator

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.cells import is_spreadsheet_error
from pipeline_assets.spreadsheets.raw_sheet import RawCell, RawSheet
from pipeline_assets.spreadsheets.workbook_limits import LAST_COLUMN, LAST_ROW, WorkbookArchive
from pipeline_assets.spreadsheets.xlsx_file import Attributes, XmlReader

_LONGEST_RUN = 2_000
"The most repetitions of a row or column that is not blank: more are a mistake, or an attack."


class OdsFile:
    """A workbook. `visible` and `hidden` are the names of its sheets in their order."""

    def __init__(self, archive: WorkbookArchive) -> None:
        content = _ContentReader()
        XmlReader(archive.chunks("content.xml"), content.on_start, content.on_end, content.on_text).read_all()
        sheets = [(sheet, style in content.hidden_table_styles) for sheet, style in content.sheets]
        self.visible = [sheet.name for sheet, is_hidden in sheets if not is_hidden]
        self.hidden = [sheet.name for sheet, is_hidden in sheets if is_hidden]
        self._visible_sheets = [sheet for sheet, is_hidden in sheets if not is_hidden]

    def sheets(self) -> Iterator[RawSheet]:
        """Yield the visible sheets."""
        yield from self._visible_sheets


class _ContentReader:
    """A reader that fills the sheets from the events of the XML parser."""

    def __init__(self) -> None:
        self.sheets: list[tuple[RawSheet, str]] = []
        self.hidden_table_styles: set[str] = set()
        self._style = ""
        self._row = self._column = self._defined_column = 0
        self._row_attributes: Attributes = {}
        self._cells: dict[int, RawCell] = {}
        self._cell: Attributes | None = None
        self._is_covered = False
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []
        self._in_annotation, self._is_in_paragraph = 0, False

    def on_start(self, name: str, attributes: Attributes) -> None:
        is_error = attributes.get("calcext:value-type") == "error"
        attributes = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        attributes |= {"value-type": "error"} if is_error else {}
        match name:
            case "style":
                self._style = attributes.get("name", "")
            case "table-properties" if attributes.get("display") == "false":
                self.hidden_table_styles.add(self._style)
            case "table":
                sheet = RawSheet(attributes.get("name", ""), read_on=lambda: False)
                self.sheets.append((sheet, attributes.get("style-name", "")))
                self._row = self._defined_column = 0
            case "table-column" if self.sheets:
                count = _repeated(attributes, "number-columns-repeated")
                if attributes.get("visibility", "visible") != "visible":
                    self._sheet.hidden_columns.append((self._defined_column, self._defined_column + count - 1))
                self._defined_column += count
            case "table-row" if self.sheets:
                self._column, self._cells, self._row_attributes = 0, {}, attributes
            case "table-cell" | "covered-table-cell" if self.sheets:
                self._cell, self._is_covered = attributes, name == "covered-table-cell"
                self._paragraphs, self._pieces = [], []
            case "annotation":
                self._in_annotation += 1
            case "p" if not self._in_annotation:
                self._is_in_paragraph = True
            case "line-break" if not self._in_annotation:
                self._pieces.append("\n")
            case "s" if not self._in_annotation:
                self._pieces.append(" " * min(_repeated(attributes, "c"), 1_000))
            case "tab" if not self._in_annotation:
                self._pieces.append("\t")

    def on_text(self, text: str) -> None:
        if self._is_in_paragraph and not self._in_annotation:
            self._pieces.append(text)

    def on_end(self, name: str, _: str) -> None:
        if name == "annotation":
            self._in_annotation -= 1
        if self._in_annotation or not self.sheets:
            return
        match name:
            case "p" if self._cell is not None:
                self._paragraphs.append("".join(self._pieces))
                self._pieces, self._is_in_paragraph = [], False
            case "table-cell" | "covered-table-cell":
                self._end_cell()
            case "table-row":
                self._end_row()

    @property
    def _sheet(self) -> RawSheet:
        return self.sheets[-1][0]

    def _end_cell(self) -> None:
        attributes = self._cell or {}
        count = _repeated(attributes, "number-columns-repeated")
        cell = _shown(attributes, "\n".join(self._paragraphs))
        if self._is_covered:
            cell = None
        if cell is not None:
            if count > _LONGEST_RUN or self._column + count > LAST_COLUMN:
                raise UnreadableFile(f"The sheet {self._sheet.name!r} repeats a cell {count:,} times: it is not read.")
            self._cells.update(dict.fromkeys(range(self._column, self._column + count), cell))
        self._column += count
        self._cell = None

    def _end_row(self) -> None:
        count = _repeated(self._row_attributes, "number-rows-repeated")
        if self._cells:
            if count > _LONGEST_RUN or self._row + count > LAST_ROW:
                raise UnreadableFile(f"The sheet {self._sheet.name!r} repeats a row {count:,} times: it is not read.")
            is_hidden = self._row_attributes.get("visibility", "visible") != "visible"
            for number in range(self._row + 1, self._row + count + 1):
                self._sheet.add_row(number, self._cells, is_hidden=is_hidden)
        self._row += count


def _shown(attributes: Attributes, text: str) -> RawCell | None:
    """Return what the cell shows, or None where it is blank."""
    kind = attributes.get("value-type", "")
    if kind == "error" or is_spreadsheet_error(text):
        return RawCell(
            text or "an error",
            "fault",
            f"shows {text or 'an error'}, an error of the spreadsheet: put the value in, or leave the cell blank",
        )
    if attributes.get("formula") and not kind:
        return RawCell("(formula)", "fault", "has a formula without a stored result: open the file, and save it again")
    match kind:
        case "float" | "currency":
            value = repr(float(attributes["value"])).removesuffix(".0")
            return RawCell(value) if value == text else RawCell(value, "number", text)
        case "percentage":
            return RawCell(text if text.rstrip().endswith("%") else f"{float(attributes['value']) * 100:g}%")
        case "date":
            return RawCell(attributes["date-value"][:10], "date")
        case "time":
            return RawCell(text, "fault", "contains a time of day without a date: write the date as YYYY-MM-DD")
        case "boolean":
            return RawCell("TRUE" if attributes.get("boolean-value") == "true" else "FALSE")
    return RawCell(text) if text else None


def _repeated(attributes: Attributes, name: str) -> int:
    return max(int(attributes.get(name, 1)), 1)
