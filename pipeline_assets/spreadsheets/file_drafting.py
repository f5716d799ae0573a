"""The steps from a file to a plan: its rows become changes, and the ledger's objections are assigned to the rows.

Not here: the changes of one row (`row_planner.py`), the plan of a file (`import_plan.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_assets.errors import Problem, Refused
from pipeline_assets.ledger.changes import Action, Change, Key, Recorded
from pipeline_assets.rules import validated_fields
from pipeline_assets.spreadsheets.column_roles import COORDINATE_FIELDS, ColumnRole
from pipeline_assets.spreadsheets.file_columns import UNKNOWN, columns_of, other_sheet
from pipeline_assets.spreadsheets.import_basis import Basis
from pipeline_assets.spreadsheets.origins import Origin
from pipeline_assets.spreadsheets.parsed_rows import RowProblem, values_of
from pipeline_assets.spreadsheets.planned_rows import Difference, Outcome, PlannedRow
from pipeline_assets.spreadsheets.raw_table import RawTable
from pipeline_assets.spreadsheets.row_planner import DraftedRow, Place, RowPlanner
from pipeline_assets.spreadsheets.sheet_columns import Sheet


class Drafting:
    """A file in the course of planning."""

    def __init__(
        self, basis: Basis, sheet: Sheet, table: RawTable, origins: Mapping[int, Origin] | None = None
    ) -> None:
        self.notes = (*table.notes, *other_sheet(sheet, table.header))
        columns, ignored = columns_of(sheet, table)
        self._used = {column.name for column in columns.values()}
        self.ignored = sorted(ignored, key=lambda each: table.header.index(each.header))
        self.basis, self.sheet = basis, sheet
        planner = RowPlanner(sheet, basis.held)
        values = values_of(table, columns)
        for row in values:
            row.origin = (origins or {}).get(row.number, row.origin)
        self.rows = [planner.plan(row) for row in values]
        self.unknown_counterparties = [
            name
            for name in planner.finder.unknown_counterparties.values()
            if not validated_fields("counterparties", name, {"name": name})[1]
        ]
        self.places: dict[Key, Place] = {}

    def changes(self) -> list[Change]:
        """Return the changes of the rows without errors whose record has no row with errors.

        Afterwards `places` holds where in the file each change comes from.
        """
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
        """Return the changes that each row would record.

        Whatever the ledger rejects becomes an error of its row, and the rest is tried again until it is accepted.
        """
        by_number = {row.number: row for row in self.rows}
        while True:
            try:
                receipt = self.basis.try_out(self.changes())
            except Refused as refused:
                self._blame(refused, by_number)
                continue
            for warning in receipt.warnings:
                if (warning.kind, warning.id) in self.places:
                    problem = self._at(warning)
                    by_number[problem.row].warnings.append(problem)
            made: dict[int, list[Recorded]] = {}
            for change in receipt.requested[len(self.basis.recorded) :]:
                made.setdefault(self.places[change.kind, change.id].row, []).append(change)
            return made

    def planned(self) -> list[PlannedRow]:
        """Return the outcome of each row."""
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
        is_made_before = row.key in self.basis.made
        outcome = Outcome.UPDATE if made else Outcome.UNCHANGED
        outcome = Outcome.CREATE if is_made_before or (made and row.is_new) else outcome
        return PlannedRow(row.number, outcome, id, row.label, differences, (), tuple(row.warnings))

    def _with_ignored_column(self, error: RowProblem) -> RowProblem:
        """Return the error of a missing value with the ignored column of the file that may hold it."""
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
        """Return the numbers of the rows with errors by record."""
        rows_by_key: dict[Key | None, list[int]] = {}
        for row in self.rows:
            if row.errors and row.key:
                rows_by_key.setdefault(row.key, []).append(row.number)
        return rows_by_key

    def _blame(self, refused: Refused, rows: Mapping[int, DraftedRow]) -> None:
        """Assign rejected changes to the rows that requested them.

        A link fails if one of the records that it joins fails: only the cause is reported.
        """
        links = {self.sheet.link, self.sheet.linked}
        causes = [problem for problem in refused.problems if problem.kind not in links] or refused.problems
        here = [self._at(problem) for problem in causes if (problem.kind, problem.id) in self.places]
        if not here:
            raise refused
        for problem in here:
            rows[problem.row].errors.append(problem)

    def _at(self, problem: Problem) -> RowProblem:
        place = self.places[problem.kind, problem.id]
        column = place.column or self._column(problem.kind, problem.field)
        both = self.sheet.find(ColumnRole.COORDINATES)
        if both and both.name in self._used and problem.field in COORDINATE_FIELDS and column not in self._used:
            column = both.name
        return RowProblem(place.row, column, problem.message)

    def _column(self, kind: str, name: str) -> str:
        holds = (
            (ColumnRole.FIELD, ColumnRole.ID)
            if kind == self.sheet.kind
            else (ColumnRole.PART_FIELD, ColumnRole.PART_ID)
        )
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
