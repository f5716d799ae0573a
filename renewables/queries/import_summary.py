"""An import of many rows for people: changes first, problems grouped by kind with their count, then the rest.

The page and the command line show the same. Not here: the plan itself (`pipeline_assets/spreadsheets/import_plan.py`),
how it is drawn or printed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline_assets.spreadsheets.import_plan import Plan
from pipeline_assets.spreadsheets.parsed_rows import RowProblem
from pipeline_assets.spreadsheets.planned_rows import Difference, Outcome, PlannedRow

SPANS_NAMED = 6
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_WITH_DIGITS = re.compile(r"[\w.:/-]*\d[\w.:/-]*")
_SEVERAL = re.compile(r"…(?:[,;]? …)+")


@dataclass(frozen=True)
class ProblemGroup:
    """The problems of one kind in one column.

    `example` is the message of the first one; `rows` are their numbers, in order.
    """

    column: str
    example: str
    rows: tuple[int, ...]


def changes_first(plan: Plan) -> list[tuple[PlannedRow, Difference]]:
    """Return the values that the import would set, row by row: changed records first, then new ones."""
    order = {Outcome.UPDATE: 0, Outcome.CREATE: 1}
    rows = sorted((row for row in plan.rows if row.outcome in order), key=lambda row: order[row.outcome])
    return [(row, difference) for row in rows for difference in row.differences]


def problem_groups(problems: Iterable[RowProblem]) -> list[ProblemGroup]:
    """Group problems whose messages differ only in quoted texts and numbers, the largest group first."""
    groups: dict[tuple[str, str], list[RowProblem]] = {}
    for problem in problems:
        groups.setdefault((problem.column, message_kind(problem.message)), []).append(problem)
    result = [
        ProblemGroup(column, group[0].message, tuple(dict.fromkeys(problem.row for problem in group)))
        for (column, _), group in groups.items()
    ]
    return sorted(result, key=lambda group: (-len(group.rows), group.rows[0]))


def message_kind(message: str) -> str:
    """Return a text that all messages of one kind share."""
    return _SEVERAL.sub("…", _WITH_DIGITS.sub("…", _QUOTED.sub("…", message)))


def unchanged_rows(plan: Plan) -> list[int]:
    """Return the numbers of the rows that change nothing."""
    return [row.number for row in plan.rows if row.outcome is Outcome.UNCHANGED]


def ignored_column_sentence(header: str, reason: str) -> str:
    """Return the sentence about a column of the file that was ignored, with the reason."""
    why, _, offer = reason.partition("; ")
    return f"Column \u201c{header}\u201d was ignored ({why})." + (f" {offer[:1].upper()}{offer[1:]}" if offer else "")


def row_spans(numbers: Sequence[int]) -> str:
    """Return ascending row numbers as people write them: 2 to 5, 9 and 12 more."""
    if not numbers:
        return ""
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    spans = list(zip(starts, ends, strict=True))
    named = ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in spans[:SPANS_NAMED])
    more = sum(last - first + 1 for first, last in spans[SPANS_NAMED:])
    return f"{named} and {more:,} more" if more else named
