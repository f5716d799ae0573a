"""The header and rows of any file as texts, and a record of everything that was left out.

Belongs here: what CSV and workbooks have in common. Not here: the meaning of a column or a cell (`parsed_rows.py`). The
child process that reads workbooks imports this module: the standard library only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.cells import is_blank, is_spreadsheet_error
from pipeline_assets.spreadsheets.header_row import HeaderNames
from pipeline_assets.spreadsheets.raw_sheet import column_letters
from pipeline_assets.spreadsheets.workbook_limits import MOST_COLUMNS, MOST_ROWS


class Special(NamedTuple):
    """A cell whose text is not its visible form. `kind` is "date", "number" or "fault"; `detail` as in `RawCell`."""

    kind: str
    detail: str


@dataclass(frozen=True)
class RawTable:
    """A header and its rows; blank rows are left out.

    `rows` holds the number that a spreadsheet shows, and as many cells as the header has.
    """

    header: tuple[str, ...]
    letters: tuple[str, ...]
    "The letters of each column."
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    too_long: frozenset[int] = frozenset()
    "The rows with text beyond the header's last column; they are in `rows` too."
    special: Mapping[tuple[int, int], Special] = field(default_factory=dict)
    "The special cells by row number and position."
    notes: tuple[str, ...] = ()
    "Sentences about everything that was left out."
    is_workbook: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return a form for JSON that `from_json` converts back."""
        return {
            **{"header": self.header, "letters": self.letters, "rows": self.rows, "notes": self.notes},
            **{"too_long": sorted(self.too_long), "is_workbook": self.is_workbook},
            "special": [[*place, *special] for place, special in self.special.items()],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RawTable":
        """Return the table from the result of `as_json`."""
        return cls(
            tuple(stored["header"]),
            tuple(stored["letters"]),
            tuple((number, tuple(cells)) for number, cells in stored["rows"]),
            frozenset(stored["too_long"]),
            {(row, position): Special(kind, detail) for row, position, kind, detail in stored["special"]},
            tuple(stored["notes"]),
            stored["is_workbook"],
        )


def build_table(
    lines: Sequence[tuple[int, Sequence[str]]],
    names: HeaderNames,
    *,
    columns: Sequence[int] | None = None,
    special: Mapping[tuple[int, int], Special] | None = None,
    notes: Sequence[str] = (),
    is_workbook: bool = False,
) -> RawTable:
    """Return the table in lines that are not blank. Raises UnreadableFile.

    `columns` holds the column of each cell of a line, if some are left out; `special` is by row number and index in the
    line.
    """
    special, notes = special or {}, list(notes)
    if not lines:
        raise UnreadableFile("The file is empty: it needs a header with the names of the columns.")
    header_index = names.header_index([line for _, line in lines[:200]])
    header_number, header = lines[header_index]
    below = lines[header_index + 1 :]
    if len(below) > MOST_ROWS:
        raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows: cut it into smaller ones.")
    if header_index:
        notes.append(f"{row_ranges([number for number, _ in lines[:header_index]])} above the header: ignored.")
    used = [index for index, name in enumerate(header) if not is_blank(name)]
    if len(used) > MOST_COLUMNS:
        raise UnreadableFile(f"The header has {len(used):,} columns, where at most {MOST_COLUMNS:,} can be read.")
    width = used[-1] + 1 if used else 0
    columns = range(width) if columns is None else columns
    letters = [column_letters(column) for column in columns[:width]]
    for index in used:
        fault = special.get((header_number, index))
        if is_spreadsheet_error(header[index]) and fault is None:
            fault = Special("fault", f"shows {header[index].strip()}, an error of the spreadsheet: write its heading")
        if fault and fault.kind == "fault":
            raise UnreadableFile(f"The header in {letters[index]}{header_number} {fault.detail}.")
    nameless = sorted(set(range(width)) - set(used))
    for index in nameless:
        if any(index < len(line) and not is_blank(line[index]) for _, line in below):
            notes.append(f"Column {letters[index]} has no header: ignored.")
    position_of = {index: position for position, index in enumerate(used)}
    return RawTable(
        tuple(header[index].strip() for index in used),
        tuple(letters[index] for index in used),
        tuple((number, tuple(line[index] if index < len(line) else "" for index in used)) for number, line in below),
        frozenset(number for number, line in below if any(not is_blank(cell) for cell in line[width:])),
        {(row, position_of[index]): cell for (row, index), cell in special.items() if index in position_of},
        tuple(notes),
        is_workbook,
    )


def row_ranges(numbers: Sequence[int]) -> str:
    """Return row numbers as people write them: Row 3, or Rows 4-6 and 9."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [f"{first}" if first == last else f"{first}-{last}" for first, last in ranges]
    shown = texts[:8] + ([f"{len(texts) - 8} more ranges"] if len(texts) > 8 else [])
    listed = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {listed}"
