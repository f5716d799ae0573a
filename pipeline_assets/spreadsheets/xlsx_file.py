"""Reads an Excel workbook (.xlsx, .xlsm) from its XML: what is visible, and what each cell shows or fails to show.

A ready-made reader returns nothing alike for an error, a formula without a stored result and an empty cell, and does
not report what is hidden; this one distinguishes them. Formulas are never calculated. Belongs here: the XML of the
format. Not here: choosing a sheet and a header (`workbook.py`). The child process imports this module: the standard
library only.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.parsers import expat

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.number_formats import BUILT_IN, show_number
from pipeline_assets.spreadsheets.raw_sheet import Merge, RawCell, RawSheet, column_number
from pipeline_assets.spreadsheets.workbook_limits import MOST_CELLS, WorkbookArchive

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NO_RESULT = "has a formula without a stored result: open the file in Excel and save it, or paste the values"
Attributes = dict[str, str]


class XmlReader:
    """A reader of XML in chunks.

    It calls `on_start(name, attributes)` and `on_end(name, text since the last start)`; if `on_text` is given, the text
    goes there instead.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        on_start: Callable[[str, Attributes], None],
        on_end: Callable[[str, str], None],
        on_text: Callable[[str], None] | None = None,
    ) -> None:
        self._chunks, self._text, self._on_start, self._on_end = iter(chunks), list[str](), on_start, on_end
        self._is_finished = False
        self._parser: Any = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = on_text or self._text.append
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def read_on(self) -> bool:
        """Read one more chunk and return whether there was one."""
        if self._is_finished:
            return False
        chunk = next(self._chunks, None)
        self._is_finished = chunk is None
        self._parser.Parse(chunk or b"", self._is_finished)
        return True

    def read_all(self) -> None:
        """Read to the end."""
        while self.read_on():
            pass

    def _start(self, name: str, attributes: Attributes) -> None:
        self._text.clear()
        self._on_start(name.rpartition(":")[2], attributes)

    def _end(self, name: str) -> None:
        self._on_end(name.rpartition(":")[2], "".join(self._text))
        self._text.clear()


class XlsxFile:
    """A workbook. `visible` and `hidden` are the names of its sheets in their order."""

    def __init__(self, archive: WorkbookArchive) -> None:
        self._archive = archive
        self._sheets: list[tuple[str, str, str]] = []
        self._starts_1904 = self._is_uncalculated = False
        workbook = self._related("_rels/.rels", "").get("officeDocument", ["xl/workbook.xml"])[0]
        self._read(workbook, self._on_workbook)
        folder, file = posixpath.split(workbook)
        relations = self._relations(f"{folder}/_rels/{file}.rels".lstrip("/"), folder)
        self._worksheets = {id: target for id, (kind, target) in relations.items() if kind == "worksheet"}
        by_type: dict[str, str] = dict(relations.values())
        self._strings = list(self._shared_strings(by_type.get("sharedStrings")))
        self._formats = self._cell_formats(by_type.get("styles"))
        self.visible = [name for name, state, _ in self._sheets if state == "visible"]
        self.hidden = [name for name, state, _ in self._sheets if state != "visible"]

    def sheets(self) -> Iterator[RawSheet]:
        """Yield the visible sheets; their rows are read on demand."""
        for name, state, id in self._sheets:
            if state == "visible" and id in self._worksheets:
                yield self._sheet(name, self._worksheets[id])

    def _on_workbook(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            id = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self._sheets.append((attributes.get("name", ""), attributes.get("state", "visible"), id))
        elif name == "workbookPr":
            self._starts_1904 = _is_true(attributes.get("date1904"))
        elif name == "calcPr":
            self._is_uncalculated = _is_true(attributes.get("fullCalcOnLoad"))

    def _related(self, part: str, folder: str) -> dict[str, list[str]]:
        targets: dict[str, list[str]] = {}
        for kind, target in self._relations(part, folder).values():
            targets.setdefault(kind, []).append(target)
        return targets

    def _relations(self, part: str, folder: str) -> dict[str, tuple[str, str]]:
        """Return the (kind, target) of a part's relations by id."""
        relations: dict[str, tuple[str, str]] = {}

        def on_start(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", ""))).lstrip("/")
                relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

        if part in self._archive:
            self._read(part, on_start)
        return relations

    def _read(self, part: str, on_start: Callable[[str, Attributes], None]) -> None:
        XmlReader(self._archive.chunks(part), on_start, lambda _name, _text: None).read_all()

    def _shared_strings(self, part: str | None) -> list[str]:
        strings: list[str] = []
        texts: list[str] = []
        phonetic = 0

        def on_start(name: str, _: Attributes) -> None:
            nonlocal phonetic
            phonetic += name == "rPh"
            if name == "si":
                texts.clear()

        def on_end(name: str, text: str) -> None:
            nonlocal phonetic
            if name == "t" and not phonetic:
                texts.append(text)
            elif name == "rPh":
                phonetic -= 1
            elif name == "si":
                strings.append(_unescaped("".join(texts)))
                if len(strings) > MOST_CELLS:
                    raise UnreadableFile("The workbook has more texts than can be read: cut it into smaller ones.")

        if part and part in self._archive:
            XmlReader(self._archive.chunks(part), on_start, on_end).read_all()
        return strings

    def _cell_formats(self, part: str | None) -> list[str]:
        """Return the number format of each cell style, by its index."""
        codes = dict(BUILT_IN)
        formats: list[str] = []
        in_cell_styles = False

        def on_start(name: str, attributes: Attributes) -> None:
            nonlocal in_cell_styles
            if name == "numFmt" and "numFmtId" in attributes:
                codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "General")
            elif name == "cellXfs":
                in_cell_styles = True
            elif name == "xf" and in_cell_styles:
                formats.append(codes.get(int(attributes.get("numFmtId", 0)), "General"))

        def on_end(name: str, _: str) -> None:
            nonlocal in_cell_styles
            in_cell_styles = in_cell_styles and name != "cellXfs"

        if part and part in self._archive:
            XmlReader(self._archive.chunks(part), on_start, on_end).read_all()
        return formats

    def _sheet(self, name: str, part: str) -> RawSheet:
        reader = _SheetReader(name, self._strings, self._formats, self._starts_1904, self._is_uncalculated)
        xml = XmlReader(self._archive.chunks(part), reader.on_start, reader.on_end)
        reader.sheet.read_on = xml.read_on
        return reader.sheet


class _SheetReader:
    """A reader that fills a sheet from the events of the XML parser."""

    def __init__(
        self, name: str, strings: list[str], formats: list[str], starts_1904: bool, is_uncalculated: bool
    ) -> None:
        self.sheet = RawSheet(name, read_on=lambda: False)
        self._strings, self._formats = strings, formats
        self._starts_1904, self._is_uncalculated = starts_1904, is_uncalculated
        self._row, self._column, self._row_is_hidden, self._rows_are_hidden = 0, -1, False, False
        self._cells: dict[int, RawCell] = {}
        self._type, self._style, self._value, self._inline = "n", 0, "", list[str]()
        self._has_value = self._has_formula = self._has_inline = False
        self._phonetic = 0

    def on_start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "is":
            self._has_inline = True
        elif name == "rPh":
            self._phonetic += 1
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column, self._cells = -1, {}
            hidden = attributes.get("hidden")
            is_flat = _is_true(attributes.get("customHeight")) and float(attributes.get("ht", 1)) == 0
            self._row_is_hidden = is_flat or (self._rows_are_hidden if hidden is None else _is_true(hidden))
        elif name == "col":
            if _is_true(attributes.get("hidden")) or float(attributes.get("width", 1)) == 0:
                self.sheet.hidden_columns.append((int(attributes["min"]) - 1, int(attributes["max"]) - 1))
        elif name == "sheetFormatPr":
            self._rows_are_hidden = _is_true(attributes.get("zeroHeight"))
        elif name == "mergeCell":
            ends = _REFERENCE.findall(attributes.get("ref", ""))
            if len(ends) == 2:
                (left, top), (right, bottom) = ends
                self.sheet.merges.append(Merge(int(top), column_number(left), int(bottom), column_number(right)))

    def on_end(self, name: str, text: str) -> None:
        if name == "v":
            self._has_value, self._value = True, text
        elif name == "t" and not self._phonetic:
            self._inline.append(text)
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "c":
            if (cell := self._cell()) is not None:
                self._cells[self._column] = cell
        elif name == "row":
            self.sheet.add_row(self._row, self._cells, is_hidden=self._row_is_hidden)

    def _start_cell(self, attributes: Attributes) -> None:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_number(reference[1]) if reference else self._column + 1
        self._type, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
        self._value, self._inline = "", []
        self._has_value = self._has_formula = self._has_inline = False

    def _cell(self) -> RawCell | None:
        """Return what the cell shows, or None where it is blank."""
        value = self._value
        if self._has_formula and self._has_no_result(value):
            return RawCell("(formula)", "fault", _NO_RESULT)
        match self._type:
            case "e":
                error = value or "an error"
                return RawCell(
                    error,
                    "fault",
                    f"shows {error}, an error of the spreadsheet: put the value in, or leave the cell blank",
                )
            case "inlineStr":
                return RawCell(_unescaped("".join(self._inline))) if self._has_inline else None
            case "s" if value:
                index = int(value)
                if not 0 <= index < len(self._strings):
                    return RawCell("?", "fault", "refers to a text that the file does not have: save it from Excel")
                return RawCell(self._strings[index])
            case "b" if value:
                return RawCell("TRUE" if _is_true(value) else "FALSE")
            case "d" if value:
                return RawCell(value[:10], "date")
            case "n" if value.strip():
                code = self._formats[self._style] if self._style < len(self._formats) else "General"
                shown = show_number(value.strip(), code, starts_1904=self._starts_1904)
                return RawCell(shown.text, shown.kind, shown.detail)
            case "str" if value:
                return RawCell(_unescaped(value))
            case "n" | "str" | "s" | "b" | "d":
                return None
        return RawCell("?", "fault", f"is of a kind that is not known ({self._type}): save the file from Excel")

    def _has_no_result(self, value: str) -> bool:
        """Return whether nothing was calculated; a formula whose result is the empty text stores an empty value."""
        if self._is_uncalculated and value in ("", "0"):
            return True
        if self._type in ("str", "inlineStr"):
            return not self._has_value and not self._has_inline
        return self._type != "e" and not value


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile("The workbook declares a document type, which Excel never does: it is not read.")


def _is_true(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _unescaped(text: str) -> str:
    """Return the text without Excel's escapes such as _x000D_ for characters that XML cannot hold."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda code: code[0] if "d8" <= code[1][:2].lower() <= "df" else chr(int(code[1], 16)), text)
