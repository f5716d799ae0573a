"""The register records that facilities refer to, as the newest issues have them, and records that may be a facility.

Belongs here: reading records by reference, and the candidates of proposals. Not here: how a record is scored
(`pipeline_assets/register_links/record_proposals.py`), how it compares with ours (`register_differences.py`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pipeline_assets.ledger.changes import Record
from pipeline_assets.register_links.link_notices import CHANGED_RECORDS
from pipeline_assets.register_links.linked_changes import linked_changes
from pipeline_assets.register_links.record_links import RecordKey, project_numbers_sql
from pipeline_assets.register_links.record_proposals import Proposal, fitting_technologies, propose_records
from renewables.queries.register_issues import has_registers
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection


@dataclass(frozen=True)
class LinkedRecord:
    """A reference as the registers know it.

    `stages`: rows of the newest issue that has the record, one per stage of a TEC project; empty if no issue has it.
    """

    register: str
    reference: str
    issue_date: date
    "The date of the newest issue of the register."
    stages: tuple[dict[str, Any], ...]
    last_issue_date: date | None
    "The date of the newest issue that has the record; None if none has it."
    is_current: bool = False
    "Whether the newest issue has the record."
    changes: tuple[dict[str, Any], ...] = ()
    "What the newest issue changed in the record: change, field, before, after, to_issue_date, ..."

    @property
    def state(self) -> str:
        """Return "in the register", "left the register" or "in no issue"."""
        if self.last_issue_date is None:
            return "in no issue"
        return "in the register" if self.is_current else "left the register"


def linked_records(keys: Sequence[RecordKey], con: Connection | None = None) -> dict[RecordKey, LinkedRecord]:
    """Return what the registers say of each (register, reference); a register without an issue has no entries.

    A reference of TEC may be the Project ID or the Project Number. Raises WarehouseMissing.
    """
    with snapshot_connection(con) as snapshot:
        if not keys or not has_registers(snapshot):
            return {}
        wanted = pl.DataFrame(
            {"register": [key[0] for key in keys], "asked": [key[1] for key in keys]},
        )
        values = {"registers": wanted["register"].to_list(), "asked": wanted["asked"].to_list()}
        issues = dict(
            snapshot.execute("SELECT register, max(issue_date) FROM register_current GROUP BY ALL").fetchall()
        )
        rows = query_frame(snapshot, _ROWS, values).to_dicts()
        changes = query_frame(snapshot, f"{_ASKED} {_CHANGES}", values).to_dicts()
    stages: dict[RecordKey, list[dict[str, Any]]] = {}
    for row in rows:
        stages.setdefault((row["register"], row.pop("asked")), []).append(row)
    moved: dict[RecordKey, list[dict[str, Any]]] = {}
    for row in changes:
        moved.setdefault((row["register"], row.pop("asked")), []).append(row)
    return {
        key: LinkedRecord(
            *(key[0], key[1], issues[key[0]], tuple(stages.get(key, ()))),
            stages[key][0]["issue_date"] if key in stages else None,
            key in stages and bool(stages[key][0]["is_current"]),
            tuple(moved.get(key, ())),
        )
        for key in keys
        if key[0] in issues
    }


def proposed_records(
    facility: Record, project: str = "", taken: Collection[RecordKey] = (), con: Connection | None = None
) -> list[Proposal]:
    """Return records that may be the facility, for each register in which it has no reference. Raises WarehouseMissing.

    `taken` are the records that facilities of other projects refer to (`keys_of_others`); none of them is proposed.
    """
    with snapshot_connection(con) as snapshot:
        if not has_registers(snapshot):
            return []
        wanted = {"technologies": fitting_technologies(facility.fields["technology"])}
        candidates = query_frame(snapshot, CANDIDATES, wanted)
    return propose_records(facility, candidates, project=project, taken=taken)


def changed_linked_records(start: datetime, end: datetime | None = None, con: Connection | None = None) -> pl.DataFrame:
    """Return what changed in linked records in issues that landed after `start`; see `linked_changes`."""
    with snapshot_connection(con) as snapshot:
        return linked_changes(snapshot, start, end or datetime.now(UTC))


_ASKED = r"""WITH asked AS (
    SELECT register, asked, coalesce(lower(project.project_id), asked) AS reference
    FROM (SELECT unnest($registers) AS register, unnest($asked) AS asked) LEFT JOIN (
        SELECT lower(project_number) AS number, arg_max(project_id, issue_date) AS project_id
        FROM tec_records JOIN register_issues USING (issue_id) WHERE project_number IS NOT NULL GROUP BY ALL
    ) AS project ON register = 'tec' AND project.number = asked
)"""
_ROWS = f"""{_ASKED}
SELECT asked.asked, record.*, record.issue_id IN (SELECT issue_id FROM register_current) AS is_current
FROM asked JOIN register_records AS record
    ON record.register = asked.register AND lower(record.reference) = asked.reference
JOIN register_issues AS issue ON issue.register = record.register AND issue.issue_id = record.issue_id
QUALIFY dense_rank() OVER (
    PARTITION BY record.register, asked.asked ORDER BY record.issue_date DESC, issue.fetched_at_utc DESC) = 1
ORDER BY record.register, asked.asked, record.stage"""
_CHANGES = f"""SELECT asked.asked, change.* FROM asked JOIN ({CHANGED_RECORDS}) AS change
    ON change.register = asked.register AND lower(change.reference) = asked.reference
WHERE change.to_issue_id IN (SELECT issue_id FROM register_current)
ORDER BY change.record_id, change.field"""
CANDIDATES = f"""SELECT register, reference, min(record_id) AS record_id, any_value(name) AS name,
    any_value(operator) AS operator,
    any_value(technology_published) AS technology_published, any_value(technologies) AS technologies,
    string_agg(DISTINCT status, ', ' ORDER BY status) AS status, sum(capacity_mw) AS capacity_mw,
    any_value(latitude) AS latitude, any_value(longitude) AS longitude,
    any_value(planning_reference) AS planning_reference,
    any_value({project_numbers_sql("record")}) AS project_numbers
FROM register_current AS record
WHERE list_has_any(technologies, $technologies) AND status_group NOT IN ('Ended', 'Revised')
GROUP BY register, reference ORDER BY register, reference"""
"The records that may be a facility, one row per reference."
