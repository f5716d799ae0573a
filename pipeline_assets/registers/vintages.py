"""Landing an issue of a register: the whole file as a vintage, in one transaction, beside all earlier ones.

Belongs here: what an issue's row holds, and the steps in their order. Not here: reading the file (`parsing.py`), where
it comes from (`sources.py`), Dagster.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from pipeline_assets.errors import RegisterUnreadable
from pipeline_assets.registers import register_views
from pipeline_assets.registers.issue_dates import date_in_name
from pipeline_assets.registers.parsing import ParsedIssue, parse_issue
from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.sources import SYNTHETIC
from warehouse import landing
from warehouse.connection import publish
from warehouse.errors import MixedSources

OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class LandedIssue:
    """An issue that landed, or that had landed before."""

    register: str
    issue_id: str
    issue_date: date
    rows_landed: int
    rows_quarantined: int
    is_new: bool
    "Whether the file was not in the warehouse yet; the same file again changes nothing."
    unknown_columns: list[str] = field(default_factory=list)
    unknown_words: list[str] = field(default_factory=list)


def land_issue(
    open_warehouse: OpenWarehouse,
    register: Register,
    content: bytes,
    source: str,
    issue_date: date | None = None,
) -> LandedIssue:
    """Land an issue and publish a snapshot.

    Raises RegisterUnreadable for a file that cannot land: the reason is kept in `register_failures`, and the earlier
    issue stays. Raises MixedSources between invented and published issues, and other errors of the warehouse.
    """
    fetched_at, sha256 = datetime.now(UTC), hashlib.sha256(content).hexdigest()
    try:
        issue = parse_issue(register, content)
    except RegisterUnreadable as error:
        record_failure(open_warehouse, register, source, str(error), sha256)
        raise
    landed = LandedIssue(
        register.name,
        sha256[:12],
        issue_date or date_in_name(source) or _newest_update(issue, fetched_at.date()),
        len(issue.frame),
        len(issue.quarantined),
        is_new=True,
        unknown_columns=issue.unknown_columns,
        unknown_words=issue.unknown_words,
    )
    rows = issue.frame.insert_column(0, pl.lit(landed.issue_id).alias("issue_id"))
    with open_warehouse() as con, landing.bulk_options(con):
        with landing.transaction(con):
            register_views.ensure_register_schema(con)
            if existing := _landed_before(con, register, sha256):
                return existing
            _refuse_mixed_sources(con, register, source)
            _append_rows(con, register.table, rows)
            _append_rows(con, register_views.QUARANTINE, _quarantine_rows(issue, landed, fetched_at))
            _append_rows(con, register_views.ISSUES, _issue_row(issue, landed, sha256, source, fetched_at))
        publish(con)
    return landed


def _refuse_mixed_sources(con: duckdb.DuckDBPyConnection, register: Register, source: str) -> None:
    """Raise MixedSources if an invented issue would land beside a published one, or the reverse."""
    query = f"SELECT source FROM {register_views.ISSUES} WHERE register = ? LIMIT 1"
    for (earlier,) in con.execute(query, [register.name]).fetchall():
        if earlier.startswith(SYNTHETIC) != source.startswith(SYNTHETIC):
            raise MixedSources(
                f"This warehouse has issues of the {register.title} from {earlier}, and this one is from {source}: "
                f"invented and published issues are not mixed. Set RENEWABLES_HOME to another folder, or "
                f"{register.name.upper()}_URL to the right address. Nothing was landed."
            )


def landed_hashes(open_warehouse: OpenWarehouse, register: Register) -> set[str]:
    """Return the SHA-256 of the files of all issues that have landed."""
    with open_warehouse() as con:
        register_views.ensure_register_schema(con)
        query = f"SELECT sha256 FROM {register_views.ISSUES} WHERE register = ?"
        return {sha256 for (sha256,) in con.execute(query, [register.name]).fetchall()}


def record_failure(
    open_warehouse: OpenWarehouse, register: Register, source: str, reason: str, sha256: str | None = None
) -> None:
    """Keep the reason why an issue could not be fetched or landed, and publish it."""
    row = {
        "register": [register.name],
        "fetched_at_utc": [datetime.now(UTC)],
        "source": [source],
        "sha256": [sha256],
        "reason": [reason],
    }
    with open_warehouse() as con:
        with landing.transaction(con):
            register_views.ensure_register_schema(con)
            _append_rows(con, register_views.FAILURES, pl.DataFrame(row, schema_overrides={"sha256": pl.String()}))
        publish(con)


def _newest_update(issue: ParsedIssue, today: date) -> date:
    """Return the date of the newest record that is not in the future, or today for a register without such dates."""
    if "record_last_updated" not in issue.frame.columns:
        return today
    updates = issue.frame["record_last_updated"]
    newest = updates.filter(updates <= today).max()
    return newest if isinstance(newest, date) else today


def _landed_before(con: duckdb.DuckDBPyConnection, register: Register, sha256: str) -> LandedIssue | None:
    rows = con.execute(
        "SELECT issue_id, issue_date, rows_landed, rows_quarantined, unknown_columns, unknown_words "
        f"FROM {register_views.ISSUES} WHERE register = ? AND sha256 = ?",
        [register.name, sha256],
    ).fetchall()
    if not rows:
        return None
    issue_id, issue_date, rows_landed, rows_quarantined, columns, words = rows[0]
    return LandedIssue(register.name, issue_id, issue_date, rows_landed, rows_quarantined, False, columns, words)


def _quarantine_rows(issue: ParsedIssue, landed: LandedIssue, at: datetime) -> pl.DataFrame:
    return issue.quarantined.select(
        register=pl.lit(landed.register),
        issue_id=pl.lit(landed.issue_id),
        line="row_number",
        reason="reason",
        raw_json="raw_json",
        found_at_utc=pl.lit(at),
    )


def _issue_row(issue: ParsedIssue, landed: LandedIssue, sha256: str, source: str, at: datetime) -> pl.DataFrame:
    texts = pl.List(pl.String())
    row = {
        "register": [landed.register],
        "issue_id": [landed.issue_id],
        "sha256": [sha256],
        "issue_date": [landed.issue_date],
        "fetched_at_utc": [at],
        "source": [source],
        "encoding": [issue.encoding],
        "rows_landed": [landed.rows_landed],
        "rows_quarantined": [landed.rows_quarantined],
        "unknown_columns": [issue.unknown_columns],
        "unknown_words": [issue.unknown_words],
        "missing_columns": [issue.missing_columns],
    }
    return pl.DataFrame(
        row, schema_overrides=dict.fromkeys(("unknown_columns", "unknown_words", "missing_columns"), texts)
    )


def _append_rows(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append rows by column name; the caller holds the transaction and knows that their issue is new."""
    con.register("landing_frame", frame)
    con.execute(f"INSERT INTO {table} BY NAME FROM landing_frame")
    con.unregister("landing_frame")
