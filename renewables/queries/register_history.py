"""One record of a public register: its facts, its published cells, and its history over all issues.

Belongs here: what one record was in each issue. Not here: lists of records (`registers.py`).
"""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline_assets.registers.declarations import REGISTERS
from pipeline_assets.registers.register_model import Register
from renewables.queries.register_issues import read_register, register_connection
from renewables.queries.registers import COLUMNS
from renewables.queries.snapshot import Connection, query_frame

HISTORY = ("issue_date", "status", "capacity_mw", "connection_date", "name", "operator", "technology_published")


@dataclass(frozen=True)
class RegisterRecord:
    """A record in the newest issue that has it.

    `facts`: the columns of the lists. `published`: every cell that is not blank, by its header. `history`: a row per
    issue that has the record, the newest first: issue_date, status, capacity_mw, connection_date, name, operator,
    technology_published. `changes`: from_issue_date, to_issue_date, change, field, before, after, the newest first.
    """

    facts: dict[str, Any]
    published: dict[str, Any]
    history: pl.DataFrame
    changes: pl.DataFrame
    is_current: bool
    "Whether the newest issue of the register has the record."


def register_record(register: str, record_id: str, *, con: Connection | None = None) -> RegisterRecord | None:
    """Return one record with its history over all issues, or None if no issue has it.

    Args:
        register: repd or tec.
        record_id: REPD's Ref ID, or TEC's Project ID, followed by "/" and the stage where it has several.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        RegistersMissing: No register has landed yet.
        BadUsage: The register is unknown.
    """
    name = read_register(register)
    values = {"register": name, "record_id": record_id.strip()}
    with register_connection(con) as snapshot:
        rows = query_frame(
            snapshot,
            f"SELECT issue_id, {', '.join(COLUMNS)} FROM register_records "
            "WHERE register = $register AND record_id = $record_id ORDER BY issue_date DESC",
            values,
        )
        if rows.is_empty():
            return None
        changes = query_frame(
            snapshot,
            "SELECT from_issue_date, to_issue_date, change, field, before, after FROM register_changes "
            "WHERE register = $register AND record_id = $record_id ORDER BY to_issue_date DESC, field",
            values,
        )
        facts = rows.drop("issue_id").row(0, named=True)
        published = _published_cells(snapshot, REGISTERS[name], rows["issue_id"][0], facts)
        newest = snapshot.execute(
            "SELECT 1 FROM register_current WHERE register = ? AND record_id = ?", [name, values["record_id"]]
        ).fetchall()
    return RegisterRecord(facts, published, rows.select(HISTORY), changes, bool(newest))


def _published_cells(con: Connection, register: Register, issue_id: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a record that are not blank by their headers, with those of columns that are not known."""
    key = dict(zip(register.key, (facts["reference"], facts["stage"]), strict=False))
    same_key = " AND ".join(f"{name} IS NOT DISTINCT FROM ${name}" for name in key)
    rows = query_frame(
        con, f"FROM {register.table} WHERE issue_id = $issue_id AND {same_key} LIMIT 1", {"issue_id": issue_id, **key}
    )
    cells = rows.row(0, named=True)
    known = {column.header: cells[column.name] for column in register.columns}
    others = json.loads(cells["other_columns"] or "{}")
    return {header: cell for header, cell in {**known, **others}.items() if cell not in (None, "")}
