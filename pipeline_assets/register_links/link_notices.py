"""Notices about register records that our facilities refer to: what a new issue of a register changed in them.

Each run for a register calls `put_link_notices`. Belongs here: which changes of a record are worth a notice, and the
sentence. Not here: what counts as a change (`register_views.py`), sending (`pipeline_assets/delivery.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import duckdb
import sqlalchemy as sa

from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.notices import MANY, MOST_NOTICES
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.register_links.record_links import RecordKey, RecordLink, live_links, project_numbers_sql, row_keys
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio

TOPIC = "Register changed"
WORDS = {
    "status": "status",
    "capacity_mw": "MW",
    "connection_date": "connection date",
    "permission_granted_date": "permission granted",
    "permission_expiry_date": "permission expiry",
    "operator": "operator",
    "name": "name",
    "gate": "gate",
}
"The fields that are worth a notice, with their words; the others are on the page of the project."
CHANGED_RECORDS = f"""SELECT change.register, change.record_id, change.reference, change.name, change.change,
    change.field, change.before, change.after, change.to_issue_id, change.to_issue_date, issue.fetched_at_utc,
    {project_numbers_sql("change")} AS project_numbers
FROM register_changes AS change
JOIN register_issues AS issue ON issue.register = change.register AND issue.issue_id = change.to_issue_id"""
"The changes between consecutive issues, each with the time at which its issue landed here."


def put_link_notices(engine: sa.Engine, con: duckdb.DuckDBPyConnection, register: str) -> list[Notice]:
    """Add a notice for each linked record that the newest issue of a register changed, and return them.

    Calling it again adds nothing new: an issue, a record and a project have one notice. An earlier issue that lands
    late is no news. Raises LedgerUnavailable.
    """
    newest = con.execute("SELECT DISTINCT issue_id FROM register_current WHERE register = ?", [register]).fetchall()
    if not newest:
        return []
    [(issue_id,)] = newest
    changes = con.execute(
        f"SELECT * FROM ({CHANGED_RECORDS}) WHERE register = ? AND to_issue_id = ? ORDER BY record_id, field",
        [register, issue_id],
    )
    names = [column[0] for column in changes.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in changes.fetchall()]
    notices = link_notices(live_links(read_portfolio(engine)), rows)
    if len(notices) > MOST_NOTICES:
        text = f"The new issue of {register.upper()} changed {len(notices)} records that projects refer to."
        notices = [Notice(MANY, text, "changes", id=f"register {register} {issue_id}")]
    outbox.put_notices(engine, notices)
    return notices


def link_notices(links: Iterable[RecordLink], changes: Sequence[dict[str, Any]]) -> list[Notice]:
    """Return one notice per linked record and project that `changes`, rows of `CHANGED_RECORDS`, concern."""
    by_record: dict[RecordKey, list[dict[str, Any]]] = {}
    for row in changes:
        if row["change"] != "changed" or row["field"] in WORDS:
            for key in row_keys(row):
                by_record.setdefault(key, []).append(row)
    notices: dict[str, Notice] = {}
    for link in links:
        if rows := by_record.get(link.key):
            id = f"register {link.register} {rows[0]['to_issue_id']} {link.key[1]} {link.project.id}"
            record = f"{link.register.upper()} {link.reference} ({rows[0]['name']})"
            text = f"{link.project.fields['name']}: {record}, {change_sentence(rows)}."
            notices.setdefault(id, Notice(TOPIC, text, f"project?id={quote(link.project.id, safe='')}", id=id))
    return list(notices.values())


def change_sentence(rows: Sequence[dict[str, Any]]) -> str:
    """Return what changed in one record as a text, such as `status Operational (was Under Construction)`."""
    left, appeared = ([_stage(row) for row in rows if row["change"] == change] for change in ("left", "appeared"))
    several, restaged = len({_stage(row) for row in rows}) > 1, bool(left and appeared)
    texts = [f"stages {_stage_names(appeared)} (were {_stage_names(left)})"] if restaged else []
    for row in rows:
        is_one_sided = row["change"] != "changed"
        if not (restaged and is_one_sided):
            stage = _stage(row)
            texts.append((f"stage {stage} " if stage and (several or is_one_sided) else "") + _change_text(row))
    return "; ".join(dict.fromkeys(texts))


def _stage(row: dict[str, Any]) -> str:
    """Return the stage of a connection, or "" for a record without stages."""
    return str(row["record_id"]).partition("/")[2]


def _stage_names(stages: Sequence[str]) -> str:
    return ", ".join(sorted(stage or "none" for stage in stages))


def _change_text(row: dict[str, Any]) -> str:
    if row["change"] == "left":
        return "left the register"
    if row["change"] == "appeared":
        return "appeared in the register"
    after, before = (_value_text(row[side]) for side in ("after", "before"))
    return f"{WORDS.get(row['field'], str(row['field']).replace('_', ' '))} {after} (was {before})"


def _value_text(value: Any) -> str:
    if value in (None, ""):
        return "blank"
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if isinstance(day, date) and not isinstance(day, datetime):
        return f"{day.day} {day:%b %Y}"
    try:
        return f"{float(value):,.10g}"
    except ValueError:
        return str(value)
