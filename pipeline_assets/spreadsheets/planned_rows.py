"""What becomes of each row of a file, and of each of its cells.

Not here: how that is found out (`file_drafting.py`), the plan of a file (`import_plan.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline_assets.spreadsheets.parsed_rows import RowProblem


class Outcome(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"
    "The row has errors, or is of the same record as one that has."


@dataclass(frozen=True)
class Difference:
    """What becomes of one cell. `column`: the name that is exported; `before` is None where there was nothing;
    `clears`: the field holds something, and would be empty."""

    column: str
    before: Any
    after: Any
    clears: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class PlannedRow:
    """`number`: as a spreadsheet shows it (the header is row 1); `id`: of its record, "" where it was not found."""

    number: int
    outcome: Outcome
    id: str
    label: str
    differences: tuple[Difference, ...] = ()
    errors: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()
