"""The conditions that were last reported: whether a check, the age of data or a schedule is well.

A change is a notice.

The state and the notice are written in one transaction, so each change is reported once, even after a kill or a
repetition. Belongs here: what counts as a change. Not here: what is observed (`check_notices.py`, `tick_notices.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from pipeline_assets.ledger import outbox, reader, schema
from pipeline_assets.ledger.outbox import Notice


@dataclass(frozen=True)
class Condition:
    """One observation of one subject. A subject that was never reported counts as well (not failing)."""

    subject: str
    is_well: bool
    at: datetime
    "The time of the observation. One that is not after the last change is outdated, and is ignored."
    notice: Notice
    "The notice that is sent if this is a change; its id is replaced."
    detail: str = ""
    "What exactly is not well. While a subject is failing, another detail is a change too."


def report_conditions(engine: sa.Engine, observed: Iterable[Condition]) -> list[Notice]:
    """Add a notice for each condition that has changed since it was last reported; return these notices.

    Raises LedgerUnavailable; nothing was reported then.
    """
    conditions = sorted(observed, key=lambda condition: condition.at)
    with schema.reading(engine) as con:
        if not any(_is_change(con, condition) for condition in conditions):
            return []  # reading without a change takes no lock
    notices = []
    with schema.writing(engine) as con:
        for condition in conditions:
            if _is_change(con, condition):
                _write_state(con, condition)
                notice_id = f"{condition.subject} at {reader.microseconds_of(condition.at)}"
                notices.append(replace(condition.notice, id=notice_id))
        outbox.add_notices(con, notices, datetime.now(UTC))
    return notices


def _is_change(con: sa.Connection, condition: Condition) -> bool:
    table = schema.conditions.c
    row = con.execute(sa.select(schema.conditions).where(table.subject == condition.subject)).one_or_none()
    if row is None:
        return not condition.is_well
    is_other = row.is_well != condition.is_well or (not condition.is_well and row.detail != condition.detail)
    return bool(is_other and row.since_us < reader.microseconds_of(condition.at))


def _write_state(con: sa.Connection, condition: Condition) -> None:
    con.execute(schema.conditions.delete().where(schema.conditions.c.subject == condition.subject))
    since_us = reader.microseconds_of(condition.at)
    state = {"is_well": condition.is_well, "since_us": since_us, "detail": condition.detail}
    con.execute(schema.conditions.insert().values(subject=condition.subject, **state))
