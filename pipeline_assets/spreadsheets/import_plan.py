"""An import: first a plan that shows what it would change, then, confirmed, one batch of the ledger.

The plan is what the ledger itself says to a dry run: so nothing that it shows can turn out otherwise, unless the ledger
changes meanwhile, and then confirming is refused with the difference.

Belongs here: plan and confirm. Not here: what a row asks for (`row_planner.py`), undoing (`ledger.submission.revert`).
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pipeline_assets.errors import Problem, Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Action, Change, Key, Receipt, Recorded
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.spreadsheets.file_reader import read_table
from pipeline_assets.spreadsheets.parsed_rows import UNKNOWN, RowProblem, columns_of, other_sheet, values_of
from pipeline_assets.spreadsheets.portfolio_index import holdings
from pipeline_assets.spreadsheets.row_planner import DraftedRow, Place, Rows
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Holds, Sheet


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


@dataclass(frozen=True)
class Plan:
    """What an import would do. `ignored`: header and reason of the columns that are left out; `notes`: sentences on
    what else of the file was left out; `changes`: of the rows without errors; `position`: of the ledger that it was
    compared with; `token`: the same for the same file on it."""

    sheet: str
    filename: str
    rows: tuple[PlannedRow, ...]
    ignored: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...] = field(repr=False)
    position: int = 0
    token: str = ""
    notes: tuple[str, ...] = ()

    @property
    def clearings(self) -> list[tuple[PlannedRow, Difference]]:
        """Return what would be emptied, with its row."""
        return [(row, difference) for row in self.rows for difference in row.differences if difference.clears]

    @property
    def counts(self) -> dict[str, int]:
        """Return outcome to rows, all outcomes."""
        found = Counter(row.outcome for row in self.rows)
        return {str(outcome): found[outcome] for outcome in Outcome}

    @property
    def errors(self) -> list[RowProblem]:
        return [error for row in self.rows for error in row.errors]

    @property
    def warnings(self) -> list[RowProblem]:
        return [warning for row in self.rows for warning in row.warnings]

    @property
    def changes_something(self) -> bool:
        return any(row.outcome in (Outcome.CREATE, Outcome.UPDATE) for row in self.rows)


def plan(engine: sa.Engine, sheet: str, content: bytes, filename: str = "") -> Plan:
    """Compare a file with the ledger; nothing is changed. `sheet`: counterparties, pipelines, information-points.

    Raises UnreadableFile where the file is no table of this sheet, StaleVersion where the ledger changed while it was
    compared, LedgerUnavailable.
    """
    drafting = _Drafting(engine, SHEETS[sheet], content)
    planned = tuple(drafting.planned())
    token = hashlib.sha256(b"\0".join([sheet.encode(), str(drafting.position).encode(), content])).hexdigest()
    ignored = tuple((column.header, column.reason) for column in drafting.ignored)
    return Plan(
        *(sheet, filename, planned, ignored, tuple(drafting.changes()), drafting.position, f"import-{token}"),
        notes=drafting.notes,
    )


def confirm(
    engine: sa.Engine, plan: Plan, *, who: str, why: str = "", good_rows_only: bool = False, clear: bool = False
) -> Receipt:
    """Make the planned changes as one batch; confirming twice is one import.

    Raises Refused where rows have errors and `good_rows_only` is not given, where something would be emptied and
    `clear` is not given, or where a new name was taken meanwhile; StaleVersion, with the difference, where a record of
    the file changed since the plan. Then nothing was saved.
    """
    if plan.clearings and not clear:
        raise Refused(
            [
                Problem(SHEETS[plan.sheet].kind, f"row {row.number}", each.column, "would be emptied: confirm it apart")
                for row, each in plan.clearings
            ]
        )
    if plan.errors and not good_rows_only:
        raise Refused([Problem(SHEETS[plan.sheet].kind, f"row {e.row}", e.column, e.message) for e in plan.errors])
    if reader.position(engine) != plan.position:
        _names_are_still_free(engine, plan)
    why = why or f"import of {plan.filename or plan.sheet}"
    return submit(engine, plan.changes, who=who, why=why, token=plan.token, source="import")


def _names_are_still_free(engine: sa.Engine, plan: Plan) -> None:
    """Check that names are still free, or a project created since the plan would be created twice."""
    held, kind = holdings(engine), SHEETS[plan.sheet].kind
    new = {change.id: change for change in plan.changes if (change.kind, change.action) == (kind, Action.CREATE)}
    taken = [
        Problem(kind, f"row {row.number}", "name", f"{row.label!r} was made since the dry run: look at the file again")
        for row in plan.rows
        if row.id in new
        for other in held.named(kind, row.label)
        if other.id not in new and other.position > plan.position
    ]
    if taken:
        raise Refused(taken)


class _Drafting:
    """A file on its way to a plan."""

    def __init__(self, engine: sa.Engine, sheet: Sheet, content: bytes) -> None:
        table = read_table(content, sheet.header_names)
        self.notes = (*table.notes, *other_sheet(sheet, table.header))
        columns, self.ignored = columns_of(sheet, table.header)
        held = holdings(engine)
        self.engine, self.sheet, self.position = engine, sheet, held.position
        asking = Rows(sheet, held)
        self.rows = [asking.draft(said) for said in values_of(table, columns)]
        self.places: dict[Key, Place] = {}

    def changes(self) -> list[Change]:
        """Of the rows that have no error and share no record with one that has; `places` then says where they stand."""
        spoilt, kept = self._spoilt(), dict[Key, Change]()
        self.places = {}
        for row in self.rows:
            if row.errors or row.key in spoilt:
                continue
            for change in row.changes:
                key = (change.kind, change.id)
                if kept.setdefault(key, change) is change:
                    self.places[key] = row.places[key]
        return list(kept.values())

    def dry_run(self) -> dict[int, list[Recorded]]:
        """Row to what it would change; what the ledger refuses becomes an error of its row, until the rest is taken."""
        by_number = {row.number: row for row in self.rows}
        while True:
            try:
                receipt = submit(self.engine, self.changes(), who="import", token=new_id(), dry_run=True)
            except Refused as refused:
                self._blame(refused, by_number)
                continue
            for warning in receipt.warnings:
                problem = self._at(warning)
                by_number[problem.row].warnings.append(problem)
            made: dict[int, list[Recorded]] = {}
            for change in receipt.changes:
                made.setdefault(self.places[change.kind, change.id].row, []).append(change)
            return made

    def planned(self) -> list[PlannedRow]:
        made, spoilt = self.dry_run(), self._spoilt()
        return [self._planned(row, made.get(row.number, []), spoilt) for row in self.rows]

    def _planned(self, row: DraftedRow, made: Sequence[Recorded], spoilt: Mapping[Key | None, list[int]]) -> PlannedRow:
        id, errors = row.key[1] if row.key else "", list(row.errors)
        if not errors and row.key in spoilt:
            numbers, title = ", ".join(map(str, spoilt[row.key])), self.sheet.title.lower()
            errors.append(RowProblem(row.number, "row", f"is of the same {title} as row {numbers}, which has errors"))
        if errors:
            errors = [self._with_ignored_column(error) for error in errors]
            return PlannedRow(row.number, Outcome.ERROR, id, row.label, (), tuple(errors), tuple(row.warnings))
        differences = tuple(difference for change in made for difference in self._differences(change))
        outcome = Outcome.UNCHANGED if not made else Outcome.CREATE if row.is_new else Outcome.UPDATE
        return PlannedRow(row.number, outcome, id, row.label, differences, (), tuple(row.warnings))

    def _with_ignored_column(self, error: RowProblem) -> RowProblem:
        """Say, where a value is missing, which column of the file might hold it."""
        if not error.message.startswith("is needed"):
            return error
        unknown = [column for column in self.ignored if column.reason.startswith(UNKNOWN)]
        headers = [column.header for column in unknown if column.resembles == error.column]
        headers = headers or [column.header for column in unknown if not column.resembles][:3]
        if not headers:
            return error
        listed, used = ", ".join(map(repr, headers)), "column {} was" if len(headers) == 1 else "columns {} were"
        return replace(error, message=f"{error.message}, and the {used.format(listed)} not used")

    def _spoilt(self) -> dict[Key | None, list[int]]:
        """Record to the rows of it that have errors."""
        found: dict[Key | None, list[int]] = {}
        for row in self.rows:
            if row.errors and row.key:
                found.setdefault(row.key, []).append(row.number)
        return found

    def _blame(self, refused: Refused, rows: Mapping[int, DraftedRow]) -> None:
        """The rows that asked for it. A link is wrong because what it joins is, if that is: only the cause is told."""
        links = {self.sheet.link, self.sheet.linked}
        causes = [problem for problem in refused.problems if problem.kind not in links] or refused.problems
        here = [self._at(problem) for problem in causes if (problem.kind, problem.id) in self.places]
        if not here:
            raise refused
        for problem in here:
            rows[problem.row].errors.append(problem)

    def _at(self, problem: Problem) -> RowProblem:
        place = self.places[problem.kind, problem.id]
        return RowProblem(place.row, place.column or self._column(problem.kind, problem.field), problem.message)

    def _column(self, kind: str, name: str) -> str:
        holds = (Holds.FIELD, Holds.ID) if kind == self.sheet.kind else (Holds.PART_FIELD, Holds.PART_ID)
        column = self.sheet.find(holds[0], name) or self.sheet.one(holds[1])
        return column.name

    def _differences(self, change: Recorded) -> list[Difference]:
        place = self.places[change.kind, change.id]
        if place.column and not place.label:
            return []
        if place.column:
            gone = change.action is Action.ARCHIVE
            before, after = (place.label, None) if gone else (None, place.label)
            return [Difference(place.column, before, after, clears=gone and place.is_cleared)]
        return [
            Difference(
                self._column(change.kind, name),
                change.before.get(name),
                value,
                clears=value in ("", None) and change.before.get(name) not in ("", None),
            )
            for name, value in change.after.items()
            if change.before or value not in ("", None)
        ]
