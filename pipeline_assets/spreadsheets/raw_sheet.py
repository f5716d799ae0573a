"""A sheet of a workbook as its file holds it, before the header row is known.

Belongs here: cells, rows, what is hidden, merged cells. The child process that reads workbooks imports this module: the
standard library only.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.cells import is_blank
from pipeline_assets.spreadsheets.workbook_limits import (
    LAST_COLUMN,
    LAST_ROW,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_MERGED_CELLS,
    MOST_ROWS,
)


class RawCell(NamedTuple):
    """A cell that is not blank. `kind` and `detail` are those of `number_formats.Shown`."""

    text: str
    kind: str = ""
    detail: str = ""


class RawRow(NamedTuple):
    """A row that is not blank. `number` is Excel's; `cells` are by column, from 0."""

    number: int
    is_hidden: bool
    cells: dict[int, RawCell]


class Merge(NamedTuple):
    """A range of merged cells, all bounds included; rows from 1, columns from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass
class RawSheet:
    """A sheet whose rows arrive while the file is read.

    `read_on` reads more of the file and returns whether there was more to read.
    """

    name: str
    read_on: Callable[[], bool]
    rows: list[RawRow] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    characters: int = 0
    cells: int = 0
    visible_rows: int = 0

    def add_row(self, number: int, cells: dict[int, RawCell], *, is_hidden: bool) -> None:
        """Keep a row that is not blank. Raises UnreadableFile if the sheet has become too large."""
        if number > LAST_ROW or any(column >= LAST_COLUMN for column in cells):
            raise UnreadableFile("The workbook is damaged: it has a cell beyond the last row or column of Excel.")
        cells = {column: cell for column, cell in cells.items() if cell.kind or not is_blank(cell.text)}
        if not cells:
            return
        self.characters += sum(len(cell.text) + len(cell.detail) for cell in cells.values())
        self.cells += len(cells)
        self.visible_rows += not is_hidden
        if self.visible_rows > MOST_ROWS:
            raise UnreadableFile(f"The sheet {self.name!r} has more than {MOST_ROWS:,} rows: cut it into smaller ones.")
        if self.characters > MOST_CHARACTERS or self.cells > MOST_CELLS:
            raise UnreadableFile(f"The sheet {self.name!r} has more cells or text than can be read: divide it.")
        self.rows.append(RawRow(number, is_hidden, {} if is_hidden else cells))

    def head(self, wanted: int) -> list[RawRow]:
        """Return the first visible rows that are not blank."""
        while self.visible_rows < wanted and self.read_on():
            pass
        return [row for row in self.rows if not row.is_hidden][:wanted]

    def read_all(self) -> None:
        """Read the sheet to its end."""
        while self.read_on():
            pass

    def is_column_hidden(self, column: int) -> bool:
        """Return whether a column is invisible in a spreadsheet."""
        return any(first <= column <= last for first, last in self.hidden_columns)

    def covered_cells(self, rows: Sequence[int], columns: Collection[int]) -> dict[tuple[int, int], str]:
        """Return the merged range of each cell whose text is held by another cell of the range, by (row, column).

        Raises UnreadableFile if there are more than a person could have merged.
        """
        covered: dict[tuple[int, int], str] = {}
        count = 0
        for merge in self.merges:
            name = f"{cell_name(merge.first_column, merge.first_row)}:{cell_name(merge.last_column, merge.last_row)}"
            within = rows[bisect_left(rows, merge.first_row) : bisect_right(rows, merge.last_row)]
            under = [column for column in columns if merge.first_column <= column <= merge.last_column]
            count += len(within) * len(under) + 1
            if count > MOST_MERGED_CELLS:
                raise UnreadableFile(f"The sheet {self.name!r} has too many merged cells ({name}): unmerge them.")
            first = (merge.first_row, merge.first_column)
            covered |= {(row, column): name for row in within for column in under if (row, column) != first}
        return covered


def column_letters(column: int) -> str:
    """Return Excel's letters of a column that is counted from 0."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(column: int, row: int) -> str:
    """Return the name of a cell as Excel shows it, such as D5."""
    return f"{column_letters(column)}{row}"


def column_number(letters: str) -> int:
    """Return the column, counted from 0, of letters such as D or AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
