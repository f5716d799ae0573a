"""Finds the header row of a sheet, and compares headers with the known names.

Belongs here: finding the row below titles and remarks. Not here: which names exist (`sheet_columns.py`). The child
process that reads workbooks imports this module: the standard library only.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline_assets.spreadsheets.cells import spelling_key

ROWS_SEARCHED = 30
"The number of non-blank rows from the top among which the header must be."

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*\*?\s*$")
_UNIT = re.compile(r"\b[kmg]?w[hp]?(ac|dc|e)?\b|\b[kmg]va\b|%|£|€|\$|°|\bm\b|\bkm\b|\bha\b|acres?", re.IGNORECASE)


@dataclass(frozen=True)
class HeaderNames:
    """The spelling keys of the known headers, and of those that identify the record of a row."""

    known: frozenset[str]
    identifying: frozenset[str]

    def known_count(self, row: Iterable[str]) -> int:
        """Return how many cells of a row are known headers."""
        return sum(bool(self.known.intersection(header_keys(cell))) for cell in row if cell)

    def is_header(self, row: Sequence[str]) -> bool:
        """Return whether a row contains a header that identifies the record and at least one other known header."""
        return self.known_count(row) > 1 and self._identifies(row)

    def header_index(self, rows: Sequence[Sequence[str]]) -> int:
        """Return the index of the header among the rows, or 0 if none is recognised."""
        rows = rows[:ROWS_SEARCHED]
        for accepts in (self.is_header, self._identifies):
            for index, row in enumerate(rows):
                if accepts(row):
                    return index
        counts = [self.known_count(row) for row in rows]
        return counts.index(max(counts)) if counts else 0

    def _identifies(self, row: Sequence[str]) -> bool:
        return any(self.identifying.intersection(header_keys(cell)) for cell in row if cell)


def header_keys(header: str) -> tuple[str, ...]:
    """Return the spelling keys of a header: with and without a remark in brackets such as (dd/mm/yyyy).

    A unit is not a remark: a capacity in kW is not one in MW.
    """
    key = spelling_key(header)
    brackets = _BRACKETS.search(header)
    if brackets and not _UNIT.search(brackets[1]):
        return (key, spelling_key(header[: brackets.start()]))
    return (key,)
