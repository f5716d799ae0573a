"""What changed in the public registers between two issues, and how far connection dates moved.

Belongs here: the two issues that are compared, and their changes. Not here: what counts as a change, which the views of
`pipeline_assets/registers` define: a new spelling does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.unified_columns import unified_name
from renewables.queries.register_issues import chosen_issues, read_register, register_connection
from renewables.queries.snapshot import Connection, query_frame

APPEARED, LEFT, CHANGED = "appeared", "left", "changed"


@dataclass(frozen=True)
class IssueChanges:
    """What changed in a register from one issue to another.

    `changes`: register, record_id, reference, name, operator, technology, capacity_mw (of the later issue, else of the
    earlier one), change (appeared, left or changed), field, before, after: the largest records first.

    `fields`: change, field, records (n), capacity_mw of these records: the most frequent first.
    """

    register: str
    from_issue_id: str
    from_issue_date: date
    to_issue_id: str
    to_issue_date: date
    changes: pl.DataFrame
    fields: pl.DataFrame

    def records(self, change: str) -> int:
        """Return the number of records that appeared, left or changed."""
        return int(self.changes.filter(change=change)["record_id"].n_unique())

    def capacity_mw(self, change: str) -> float:
        """Return the MW of the records that appeared, left or changed; blank capacities do not count."""
        own = self.changes.filter(change=change).unique("record_id")
        return float(own["capacity_mw"].sum())


@dataclass(frozen=True)
class ConnectionSlip:
    """How far the connection dates of TEC moved from one issue to another.

    `rows`: record_id, reference, stage, name, operator, technology, capacity_mw, before, after, slip_days and
    slip_mw_years (negative: earlier), the greatest movement first. `technologies`: technology, records, later_mw_years,
    earlier_mw_years, net_mw_years. Records that left, appeared or have no date in an issue have not slipped.
    """

    from_issue_id: str
    from_issue_date: date
    to_issue_id: str
    to_issue_date: date
    rows: pl.DataFrame
    technologies: pl.DataFrame

    @property
    def net_mw_years(self) -> float:
        """Return the sum of all movements, later ones minus earlier ones."""
        return float(self.rows["slip_mw_years"].sum())


def register_changes(
    register: str, before: str | None = None, after: str | None = None, *, con: Connection | None = None
) -> IssueChanges | None:
    """Return what changed in a register between two issues; None if it has only one.

    Args:
        register: repd or tec.
        before: The id (or its beginning) or the date of the earlier issue; the one before `after` by default.
        after: The same of the later issue; the newest one by default.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        RegistersMissing: No register has landed yet.
        BadUsage: The register or an issue is unknown, or the earlier issue is not earlier.
    """
    name = read_register(register)
    with register_connection(con) as snapshot:
        issues = chosen_issues(name, before, after, snapshot)
        if issues is None:
            return None
        values = _values(name, issues)
        changes = query_frame(snapshot, _CHANGES, values)
    fields = (
        changes.group_by("change", "field")
        .agg(records=pl.len().cast(pl.Int64), capacity_mw=pl.col("capacity_mw").sum())
        .sort("records", "change", "field", descending=[True, False, False])
    )
    return IssueChanges(name, *_ids(issues), changes, fields)


def connection_slip(
    before: str | None = None, after: str | None = None, *, con: Connection | None = None
) -> ConnectionSlip | None:
    """Return how far the connection dates of TEC moved between two issues; None if there is only one.

    The arguments and errors are those of `register_changes`.
    """
    with register_connection(con) as snapshot:
        issues = chosen_issues("tec", before, after, snapshot)
        if issues is None:
            return None
        rows = query_frame(snapshot, _SLIP, _values("tec", issues))
    slip = pl.col("slip_mw_years")
    technologies = (
        rows.group_by("technology")
        .agg(
            records=pl.len().cast(pl.Int64),
            later_mw_years=slip.filter(slip > 0).sum(),
            earlier_mw_years=slip.filter(slip < 0).sum(),
            net_mw_years=slip.sum(),
        )
        .sort(pl.col("net_mw_years").abs(), "technology", descending=[True, False])
    )
    return ConnectionSlip(*_ids(issues), rows, technologies)


@cache
def field_titles(register: str) -> Mapping[str, str]:
    """Return the published header of each field that changes name, or a title for one that is computed."""
    declared = REGISTERS[register]
    headers = {unified_name(declared, column.name): column.header for column in declared.columns}
    return {"capacity_mw": "MW", **headers}


def _ids(issues: tuple[dict[str, Any], dict[str, Any]]) -> tuple[str, date, str, date]:
    before, after = issues
    return before["issue_id"], before["issue_date"], after["issue_id"], after["issue_date"]


def _values(register: str, issues: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    return {"register": register, "before": issues[0]["issue_id"], "after": issues[1]["issue_id"]}


_CHANGES = """WITH facts AS (
    SELECT record_id, operator, technology, capacity_mw FROM register_records
    WHERE register = $register AND issue_id IN ($before, $after)
    QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY issue_id = $after DESC) = 1
)
SELECT change.register, change.record_id, change.reference, change.name, operator, technology, capacity_mw,
    change.change, change.field, change.before, change.after
FROM register_changes_between($register, $before, $after) AS change LEFT JOIN facts USING (record_id)
ORDER BY capacity_mw DESC NULLS LAST, change.name, change.record_id, change.field"""
_SLIP = """WITH facts AS (
    SELECT record_id, operator, technology FROM register_records WHERE register = $register AND issue_id = $after
)
SELECT slip.record_id, slip.reference, slip.stage, slip.name, operator, technology, slip.capacity_mw, slip.before,
    slip.after, slip.slip_days, slip.slip_mw_years
FROM tec_slip_between($before, $after) AS slip LEFT JOIN facts USING (record_id)
ORDER BY abs(slip.slip_mw_years) DESC, slip.name, slip.record_id"""
