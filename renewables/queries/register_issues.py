"""The issues of the public registers that have landed, and what every query of the registers needs.

Belongs here: which issues there are, how old the newest ones are, and the error without any. Not here: their records
(`registers.py`), what changed between two of them (`register_changes.py`).
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline_assets.registers.declarations import FRESH_WITHIN, REGISTERS
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection
from renewables.user_errors import BadUsage, UserError
from warehouse.errors import WarehouseMissing
from warehouse.interface import has_table

ISSUES, FAILURES = "register_issues", "register_failures"
_FAILURES: dict[str, pl.DataType] = {
    **{"register": pl.String(), "fetched_at_utc": pl.Datetime("us", "UTC"), "source": pl.String()},
    **{"sha256": pl.String(), "reason": pl.String()},
}
SYNTHETIC = "SYNTHETIC"
"The beginning of the source of an issue that a simulator invented."
ADVICE = (
    "Fetch the newest issues with `renewables registers fetch`, or add a file that you downloaded with `renewables "
    "registers add FILE --register repd`."
)


class RegistersMissing(UserError):
    """Raised when no issue of a register has landed yet."""


@dataclass(frozen=True)
class RegisterStatus:
    """The newest issue of a register; `issue_date` is None while none has landed."""

    register: str
    title: str
    issue_date: date | None = None
    issue_id: str | None = None
    records: int = 0
    issues: int = 0
    rows_quarantined: int = 0
    is_synthetic: bool = False
    "Whether a simulator invented the newest issue."

    def age(self, today: date) -> timedelta | None:
        """Return the age of the newest issue, or None without one."""
        return today - self.issue_date if self.issue_date else None

    def is_fresh(self, today: date) -> bool:
        """Return whether no newer issue is expected yet."""
        age = self.age(today)
        return age is not None and age <= FRESH_WITHIN[self.register]


@contextmanager
def register_connection(con: Connection | None = None) -> Iterator[Connection]:
    """Yield the given connection, or one to the newest snapshot, which has the registers. Raises RegistersMissing."""
    with ExitStack() as stack:
        try:
            snapshot = stack.enter_context(snapshot_connection(con))
        except WarehouseMissing as missing:
            raise RegistersMissing(f"No register has landed yet. {ADVICE}") from missing
        if not has_registers(snapshot):
            raise RegistersMissing(f"No register has landed yet. {ADVICE}")
        yield snapshot


def has_registers(con: Connection) -> bool:
    """Return whether an issue of any register has landed."""
    return has_table(con, ISSUES) and bool(con.execute(f"SELECT 1 FROM {ISSUES} LIMIT 1").fetchall())


def read_register(name: str) -> str:
    """Return the name of a register in any case. Raises BadUsage for an unknown one."""
    if (known := name.strip().casefold()) in REGISTERS:
        return known
    raise BadUsage(f"There is no register {name!r}: choose {' or '.join(REGISTERS)}.")


def licence_lines(registers: Iterable[str], con: Connection | None = None) -> list[str]:
    """Return the line of each of these registers that must stand beside their rows.

    It is that of the licence, or for invented issues one that says so: a simulator's rows are not the publisher's.
    """
    named = set(registers)
    if not named:
        return []
    return [
        f"{SYNTHETIC}: a simulator invented these records of {status.register.upper()}; they are not "
        f"{REGISTERS[status.register].publisher}'s."
        if status.is_synthetic
        else REGISTERS[status.register].licence_line
        for status in register_status(con)
        if status.register in named
    ]


def licences_of_tables(tables: Iterable[str], con: Connection | None = None) -> list[str]:
    """Return the licence lines that rows of these tables, views or macros need; none for other rows."""
    names = {table.casefold() for table in tables}
    shared = any(name.startswith("register_") for name in names)
    chosen = [register for register in REGISTERS if shared or any(name.startswith(f"{register}_") for name in names)]
    return licence_lines(chosen, con)


def register_status(con: Connection | None = None) -> list[RegisterStatus]:
    """Return the newest issue of each register; without a landed one its date is None. Raises WarehouseMissing."""
    with snapshot_connection(con) as snapshot:
        rows = issue_rows(snapshot) if has_registers(snapshot) else pl.DataFrame()
    statuses = []
    for name, register in REGISTERS.items():
        own = rows.filter(register=name) if len(rows) else rows
        if own.is_empty():
            statuses.append(RegisterStatus(name, register.title))
            continue
        newest = own.row(0, named=True)
        statuses.append(
            RegisterStatus(
                name,
                register.title,
                newest["issue_date"],
                newest["issue_id"],
                newest["rows_landed"],
                len(own),
                newest["rows_quarantined"],
                (newest["source"] or "").startswith(SYNTHETIC),
            )
        )
    return statuses


def register_issues(register: str | None = None, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the issues of one register, or of all, each register's newest first.

    Columns: register, issue_id, issue_date, fetched_at_utc, source, encoding, rows_landed, rows_quarantined,
    unknown_columns, unknown_words, sha256.

    Raises:
        RegistersMissing: No register has landed yet.
        BadUsage: The register is unknown.
    """
    name = None if register is None else read_register(register)
    with register_connection(con) as snapshot:
        rows = issue_rows(snapshot)
    return rows if name is None else rows.filter(register=name)


def issue_rows(con: Connection) -> pl.DataFrame:
    """Return the issues, each register's newest first."""
    return query_frame(
        con,
        f"""SELECT register, issue_id, issue_date, fetched_at_utc, source, encoding, rows_landed, rows_quarantined,
            unknown_columns, unknown_words, sha256
        FROM register_issues
        ORDER BY list_position({list(REGISTERS)}, register), issue_date DESC, fetched_at_utc DESC""",
    )


def failed_issues(*, con: Connection | None = None) -> pl.DataFrame:
    """Return the issues that could not land, the newest first: register, fetched_at_utc, source, sha256, reason.

    It has no rows where no register was ever read. Raises WarehouseMissing.
    """
    with snapshot_connection(con) as snapshot:
        if not has_table(snapshot, FAILURES):
            return pl.DataFrame(schema=_FAILURES)
        return query_frame(
            snapshot,
            f"SELECT register, fetched_at_utc, source, sha256, reason FROM {FAILURES} ORDER BY fetched_at_utc DESC",
        )


def quarantined_rows(register: str, issue_id: str, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the rows of an issue that broke the contract: line, reason, raw_json."""
    with register_connection(con) as snapshot:
        return query_frame(
            snapshot,
            "SELECT line, reason, raw_json FROM register_quarantine WHERE register = $register "
            "AND issue_id = $issue_id ORDER BY line, reason",
            {"register": register, "issue_id": issue_id},
        )


def chosen_issues(
    register: str, before: str | None, after: str | None, con: Connection
) -> tuple[dict[str, object], dict[str, object]] | None:
    """Return two issues of a register, each with all of its columns; None if it has only one.

    `before` and `after` are issue ids, beginnings of them, or dates; the newest issue and the one before it by default.
    Raises BadUsage for an issue that does not exist or two in the wrong order.
    """
    rows = issue_rows(con).filter(register=register).to_dicts()
    if len(rows) < 2 and not (before or after):
        return None
    newest = _named_issue(rows, after, register) if after else 0
    earlier = _named_issue(rows, before, register) if before else newest + 1
    if earlier <= newest or earlier >= len(rows):
        raise BadUsage(
            f"There is no earlier issue of {REGISTERS[register].title} to compare with: choose two of "
            f"{_issue_list(rows)}, the earlier one first."
        )
    return rows[earlier], rows[newest]


def _named_issue(rows: list[dict[str, object]], name: str, register: str) -> int:
    wanted = name.strip().casefold()
    matches = [
        n for n, row in enumerate(rows) if str(row["issue_id"]).startswith(wanted) or str(row["issue_date"]) == wanted
    ]
    if wanted and matches:
        return matches[0]
    raise BadUsage(
        f"{REGISTERS[register].title} has no issue {name!r}: choose one of {_issue_list(rows)} by its id or its date."
    )


def _issue_list(rows: list[dict[str, object]]) -> str:
    return ", ".join(f"{row['issue_id']} ({row['issue_date']})" for row in rows) or "none"
