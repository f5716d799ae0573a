"""An import: first a plan that shows what it would change, then, confirmed, one batch of the ledger.

The plan is the result of a dry run of the ledger, so confirming it does exactly what it shows; if the ledger changes in
the meantime, confirming is refused with the difference.

Belongs here: plan and confirm. Not here: the changes of a row (`row_planner.py`), undoing (`ledger.submission.revert`).
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from pipeline_assets.access import Actor, Role
from pipeline_assets.errors import Problem, Refused, UnreadableFile
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Action, Change, Receipt
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.file_drafting import Drafting
from pipeline_assets.spreadsheets.file_reader import read_table
from pipeline_assets.spreadsheets.import_basis import Basis
from pipeline_assets.spreadsheets.older_audit import read_rounds
from pipeline_assets.spreadsheets.parsed_rows import RowProblem
from pipeline_assets.spreadsheets.planned_rows import Difference, Outcome, PlannedRow
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from pipeline_assets.spreadsheets.raw_table import RawTable
from pipeline_assets.spreadsheets.register_likeness import ENOUGH, REGISTERS_PAGE, ROWS_JUDGED, register_likeness
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Sheet


@dataclass(frozen=True)
class Plan:
    """The effect that an import would have.

    `ignored` holds the header and the reason of each column that is left out; `notes` are sentences about everything
    else that is left out of the file; `changes` are those of the rows without errors; `position` is that of the ledger
    at the comparison; `token` is the same for the same file at the same position.
    """

    sheet: str
    filename: str
    rows: tuple[PlannedRow, ...]
    ignored: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...] = field(repr=False)
    position: int = 0
    token: str = ""
    notes: tuple[str, ...] = ()
    companion: "Plan | None" = None
    "The plan of the file of counterparties that is imported first; its changes are among these."
    unknown_counterparties: tuple[str, ...] = ()
    "The names in rows that no counterparty has; the import can create them."
    made_counterparties: tuple[str, ...] = ()
    "The names of the counterparties that this import creates."
    register: str = ""
    "The public register that the file seems to be made from, although its rows can be imported."

    @property
    def clearings(self) -> list[tuple[PlannedRow, Difference]]:
        """Return each value that would be emptied, with its row."""
        return [(row, difference) for row in self.rows for difference in row.differences if difference.clears]

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of rows by outcome, for all outcomes."""
        by_outcome = Counter(row.outcome for row in self.rows)
        return {str(outcome): by_outcome[outcome] for outcome in Outcome}

    @property
    def errors(self) -> list[RowProblem]:
        """Return the errors of all rows."""
        return [error for row in self.rows for error in row.errors]

    @property
    def warnings(self) -> list[RowProblem]:
        """Return the warnings of all rows."""
        return [warning for row in self.rows for warning in row.warnings]

    @property
    def changes_something(self) -> bool:
        """Return whether a row of this file or of the companion file would change the ledger."""
        companion = self.companion is not None and self.companion.changes_something
        return companion or any(row.outcome in (Outcome.CREATE, Outcome.UPDATE) for row in self.rows)

    @property
    def files(self) -> "tuple[Plan, ...]":
        """Return the plan of each file, in the order of their changes."""
        return (self.companion, self) if self.companion else (self,)


def plan_import(
    engine: sa.Engine,
    sheet: str,
    content: bytes,
    filename: str = "",
    *,
    counterparties: bytes | None = None,
    audit: bytes | None = None,
    make_counterparties: bool = False,
) -> Plan:
    """Compare a file with the ledger; nothing is changed.

    Args:
        engine: The ledger.
        sheet: counterparties, pipelines or information-points.
        content: The file.
        filename: The name of the file, for the reason in the history.
        counterparties: A file of counterparties that is imported first, in the same batch.
        audit: The older tracker's history of changes; earlier versions of new records precede them.
        make_counterparties: Create the counterparties that rows name and that do not exist.

    Raises:
        UnreadableFile: A file is not a table of its sheet.
        MadeFromRegister: A file was made from a public register, and most of its rows have errors.
        StaleVersion: The ledger changed during the comparison.
        LedgerUnavailable: The database cannot be used.
    """
    basis, companion = Basis.of(engine), None
    if counterparties is not None:
        companion = _plan(basis, SHEETS["counterparties"], counterparties, audit, used=(sheet,))
        basis = basis.after(companion.changes)
    planned = _plan(
        *(basis, SHEETS[sheet], content, audit),
        make_counterparties=make_counterparties,
        used=("counterparties",) if companion else (),
    )
    files = (content, counterparties or b"", audit or b"", b"make" if make_counterparties else b"")
    digest = hashlib.sha256(b"\0".join([sheet.encode(), str(basis.held.position).encode(), *files]))
    return replace(planned, filename=filename, companion=companion, token=f"import-{digest.hexdigest()}")


def _plan(
    basis: Basis,
    sheet: Sheet,
    content: bytes,
    audit: bytes | None,
    *,
    make_counterparties: bool = False,
    used: Sequence[str] = (),
) -> Plan:
    stored, table, notes = basis.stored, _read_portfolio_table(content, sheet), list[str]()
    likeness = register_likeness(table)
    if likeness and _has_mostly_errors(basis, sheet, table):
        raise likeness.refusal()
    drafting = Drafting(basis, sheet, table)
    unknown = drafting.unknown_counterparties
    if unknown and make_counterparties:
        basis = basis.after([Change.create("counterparties", {"name": name}) for name in unknown])
        drafting = Drafting(basis, sheet, table)
    if audit is not None:
        ids = {row.key[1] for row in drafting.rows if row.key}
        rounds, notes = read_rounds(audit, sheet, ids, {id for kind, id in stored if kind == sheet.kind}, used=used)
        before = len(basis.recorded)
        for each in rounds:
            earlier = Drafting(basis, sheet, each.table, each.origins)
            versions = earlier.planned()
            notes += [f"Ignored in the audit: {error}." for row in versions for error in row.errors]
            basis = basis.after(earlier.changes())
        drafting = Drafting(basis, sheet, table)
        count = len(basis.recorded) - before
        notes.append(f"Earlier versions from the audit: {count:,} changes before those of the file.")
    rows = tuple(drafting.planned())
    is_register = likeness is not None and likeness.points >= ENOUGH
    if likeness and is_register:
        notes.append(f"{likeness.sentence()} {REGISTERS_PAGE}")
    ignored = tuple((column.header, column.reason) for column in drafting.ignored)
    return Plan(
        *(sheet.name, "", rows, ignored, (*basis.changes, *drafting.changes()), basis.held.position),
        notes=(*drafting.notes, *notes),
        unknown_counterparties=() if make_counterparties else tuple(unknown),
        made_counterparties=tuple(unknown) if make_counterparties else (),
        register=likeness.register if likeness and is_register else "",
    )


def _has_mostly_errors(basis: Basis, sheet: Sheet, table: RawTable) -> bool:
    """Return whether at least half of the first rows cannot be imported, or none because of the header."""
    try:
        rows = Drafting(basis, sheet, replace(table, rows=table.rows[:ROWS_JUDGED])).planned()
    except UnreadableFile:
        return True
    return 2 * sum(bool(row.errors) for row in rows) >= len(rows)


def _read_portfolio_table(content: bytes, sheet: Sheet) -> RawTable:
    """Return the table of a file. Raises UnreadableFile, and MadeFromRegister for a register's file as published."""
    try:
        return read_table(content, sheet.header_names)
    except UnreadableFile as error:
        try:
            table = read_table(content.decode("cp1252").encode(), sheet.header_names)
        except (UnicodeDecodeError, UnreadableFile):
            raise error from None
        if likeness := register_likeness(table):
            raise likeness.refusal() from error
        raise


def confirm_import(
    engine: sa.Engine, plan: Plan, *, actor: Actor, why: str = "", good_rows_only: bool = False, clear: bool = False
) -> Receipt:
    """Submit the planned changes as one batch; confirming twice is one import.

    If an error is raised, nothing was saved.

    Raises:
        AccessRefused: The author may not import.
        Refused: Rows have errors and `good_rows_only` is not set, something would be emptied and `clear` is not set, or
            a new name was taken in the meantime.
        StaleVersion: A record of the file changed since the plan; the error has the difference.
    """
    actor.require(Role.EDITOR, "import a file")
    for file in plan.files:
        kind = SHEETS[file.sheet].kind
        if file.clearings and not clear:
            message = "would be emptied: confirm this separately"
            raise Refused([Problem(kind, f"row {row.number}", each.column, message) for row, each in file.clearings])
        if file.errors and not good_rows_only:
            raise Refused([Problem(kind, f"row {error.row}", error.column, error.message) for error in file.errors])
    if reader.newest_position(engine) != plan.position:
        _names_are_still_free(engine, plan)
    why = why or f"import of {plan.filename or plan.sheet}"
    return submit(engine, plan.changes, actor=actor, why=why, token=plan.token, source="import")


def _names_are_still_free(engine: sa.Engine, plan: Plan) -> None:
    """Raise Refused if a name was taken since the plan: a project created since then would be created twice."""
    portfolio, kind = read_portfolio(engine), SHEETS[plan.sheet].kind
    new = {change.id: change for change in plan.changes if (change.kind, change.action) == (kind, Action.CREATE)}
    taken = [
        Problem(kind, f"row {row.number}", "name", f"{row.label!r} was made since the dry run: look at the file again")
        for row in plan.rows
        if row.id in new
        for other in portfolio.by_name(kind, row.label)
        if other.id not in new and other.position > plan.position
    ]
    if taken:
        raise Refused(taken)
