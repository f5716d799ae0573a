"""The asset checks of the public registers; each docstring says what holds when the check passes.

A broken structure is an ERROR; an unknown word, a delay or a doubtful issue is a WARN. They read the published version
in the run that lands an issue, and judge the age from the data.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import duckdb

from pipeline_assets.registers import register_views
from pipeline_assets.registers.declarations import FRESH_WITHIN, REGISTERS
from pipeline_assets.registers.register_model import Register
from pipeline_assets.resources import WarehouseResource
from warehouse.connection import has_table

ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
SMALLEST_SHARE = 0.8
"The share of the earlier issue's records below which the newest one may be cut short."

Outcome = tuple[bool, dict[str, Any]]


@dataclass(frozen=True)
class LandedIssues:
    """The published issues of one register, newest first."""

    con: duckdb.DuckDBPyConnection
    register: Register
    issues: list[dict[str, Any]]
    today: date

    @property
    def newest(self) -> dict[str, Any]:
        """Return the row of the newest issue, or an empty one."""
        return self.issues[0] if self.issues else {}

    def number(self, sql: str) -> int:
        """Return the single number of a query; its parameter is the register's name."""
        return int(self.con.execute(sql, [self.register.name]).fetchall()[0][0])


Check = Callable[[LandedIssues], Outcome]


def every_key_is_unique(landed: LandedIssues) -> Outcome:
    """Check that no issue has two records with one key, and none without a key."""
    key = ", ".join(landed.register.key)
    doubled = landed.con.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {landed.register.table} GROUP BY issue_id, {key} "
        f"HAVING count(*) > 1 OR {landed.register.key[0]} IS NULL)"
    ).fetchall()[0][0]
    return doubled == 0, {"keys that are not unique": dg.MetadataValue.int(doubled)}


def issues_are_complete(landed: LandedIssues) -> Outcome:
    """Check that every issue has as many rows as were landed for it, in records and in quarantine."""
    wrong = landed.number(
        f"SELECT count(*) FROM (FROM {register_views.ISSUES} WHERE register = ?) AS issue "
        f"WHERE rows_landed <> (SELECT count(*) FROM {landed.register.table} WHERE issue_id = issue.issue_id) "
        f"OR rows_quarantined <> (SELECT count(*) FROM {register_views.QUARANTINE} AS q "
        "WHERE q.register = issue.register AND q.issue_id = issue.issue_id)"
    )
    return wrong == 0, {"issues with missing rows": dg.MetadataValue.int(wrong)}


def columns_and_words_are_known(landed: LandedIssues) -> Outcome:
    """Check that the newest issue has no column and no word that the declarations do not know."""
    unknown = [*(landed.newest.get("unknown_columns") or ()), *(landed.newest.get("unknown_words") or ())]
    return not unknown, {"unknown": dg.MetadataValue.text(", ".join(unknown) or "none")}


def no_row_is_quarantined(landed: LandedIssues) -> Outcome:
    """Check that every row of the newest issue landed."""
    rows = landed.newest.get("rows_quarantined", 0)
    return rows == 0, {"rows quarantined": dg.MetadataValue.int(rows)}


def the_number_of_records_is_plausible(landed: LandedIssues) -> Outcome:
    """Check that the newest issue has at least 80 % of the records of the one before."""
    rows = [issue["rows_landed"] for issue in landed.issues[:2]]
    plausible = len(rows) < 2 or rows[0] >= SMALLEST_SHARE * rows[1]
    return plausible, {"records, newest issue first": dg.MetadataValue.text(", ".join(map(str, rows)) or "none")}


def the_newest_attempt_landed(landed: LandedIssues) -> Outcome:
    """Check that no issue has failed since the newest one landed."""
    rows = landed.con.execute(
        f"SELECT reason FROM {register_views.FAILURES} WHERE register = ? AND fetched_at_utc > coalesce((SELECT "
        f"max(fetched_at_utc) FROM {register_views.ISSUES} AS issue WHERE issue.register = {register_views.FAILURES}"
        ".register), '-infinity') ORDER BY fetched_at_utc DESC LIMIT 1",
        [landed.register.name],
    ).fetchall()
    return not rows, {"reason": dg.MetadataValue.text(rows[0][0] if rows else "none")}


def the_newest_issue_is_recent(landed: LandedIssues) -> Outcome:
    """Check that the newest issue is not older than such a register's issues usually are."""
    day = landed.newest.get("issue_date")
    recent = day is not None and landed.today - day <= FRESH_WITHIN[landed.register.name]
    return recent, {"date of the newest issue": dg.MetadataValue.text(str(day or "no issue has landed"))}


SEVERITIES: dict[Check, dg.AssetCheckSeverity] = {
    every_key_is_unique: ERROR,
    issues_are_complete: ERROR,
    columns_and_words_are_known: WARN,
    no_row_is_quarantined: WARN,
    the_number_of_records_is_plausible: WARN,
    the_newest_attempt_landed: WARN,
    the_newest_issue_is_recent: WARN,
}


@dg.multi_asset_check(
    name="register_checks",
    specs=[
        dg.AssetCheckSpec(check.__name__, asset=register.table, description=inspect.getdoc(check))
        for register in REGISTERS.values()
        for check in SEVERITIES
    ],
    can_subset=True,
)
def register_checks(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Run the selected checks in one step, on one published version."""
    selected = {(key.asset_key.to_user_string(), key.name) for key in context.selected_asset_check_keys}
    with warehouse.snapshot() as con:
        for register in REGISTERS.values():
            landed = landed_issues(con, register, datetime.now(UTC).date())
            for check, severity in SEVERITIES.items():
                if (register.table, check.__name__) not in selected:
                    continue
                passed, metadata = check(landed)
                yield dg.AssetCheckResult(
                    check_name=check.__name__,
                    asset_key=register.table,
                    passed=passed,
                    severity=severity,
                    metadata=metadata,
                )


def landed_issues(con: duckdb.DuckDBPyConnection, register: Register, today: date) -> LandedIssues:
    """Return the published issues of a register; none before the first one."""
    query = f"FROM {register_views.ISSUES} WHERE register = ? ORDER BY issue_date DESC, fetched_at_utc DESC"
    issues = con.sql(query, params=[register.name]).pl().to_dicts() if has_table(con, register_views.ISSUES) else []
    return LandedIssues(con, register, issues, today)
