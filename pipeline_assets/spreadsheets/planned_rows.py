"""The outcome of each row of a file, and of each of its cells.

Not here: how it is determined (`file_drafting.py`), the plan of a file (`import_plan.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline_assets.spreadsheets.parsed_rows import RowProblem


class Outcome(StrEnum):
    """The outcome of a row."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"
    "The row has errors, or its record has another row with errors."


@dataclass(frozen=True)
class Difference:
    """The change of one cell.

    `column` is the exported name; `before` is None if there was no value; `clears` means that the field holds a value
    and would be emptied.
    """

    column: str
    before: Any
    after: Any
    clears: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class PlannedRow:
    """A row with its outcome.

    `number` is the row number that a spreadsheet shows (the header is row 1); `id` is that of its record, "" if it was
    not found.
    """

    number: int
    outcome: Outcome
    id: str
    label: str
    differences: tuple[Difference, ...] = ()
    errors: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()
