"""Notices that wait to be sent: written in the transaction of their change, and sent once, later.

A deliverer claims a notice before sending it: until the next attempt is due nobody else gets it, and a notice whose
deliverer dies can be claimed again. Not here: what is worth a notice (`notices.py`), how one is sent
(`pipeline_assets/delivery.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import Actor, Role
from pipeline_assets.ledger import reader, schema
from pipeline_assets.models import new_id

ATTEMPTS = 20
"The most attempts, over about a day; a notice that could not be sent by then is old news and is listed as failed."
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=2)
"The bounds of the pause, which doubles from attempt to attempt."
CLAIM = timedelta(minutes=2)
"The shortest duration of a claim: several times what an attempt may take."


class NoticeState(StrEnum):
    """The state of a notice."""

    PENDING = "pending"
    SENT = "sent"
    LOGGED = "logged"
    "Without a webhook the notice went to the log only; nobody was notified."
    FAILED = "failed"


_OLD_OUTCOME_OF_LOGGED = "logged"
"The outcome with which earlier versions marked a notice in the log as sent."
_STATE: sa.ColumnElement[str] = sa.case(
    (
        (schema.outbox.c.state == NoticeState.SENT) & (schema.outbox.c.outcome == _OLD_OUTCOME_OF_LOGGED),
        sa.literal(NoticeState.LOGGED.value),
    ),
    else_=schema.outbox.c.state,
)


@dataclass(frozen=True)
class Notice:
    """A sentence for people. `page` is the path of the record in the dashboard, a full address, or ""."""

    topic: str
    text: str
    page: str = ""
    id: str = field(default_factory=new_id)
    "The identity of the notice: a notice whose id exists already is not added again."


@dataclass(frozen=True)
class Waiting:
    """A notice and the result of its delivery so far."""

    notice: Notice
    state: NoticeState
    attempts: int
    outcome: str
    "The result of the last attempt: the reason why it was not sent."
    created_at_utc: datetime
    due_at_utc: datetime
    "The earliest time of the next attempt."
    sent_at_utc: datetime | None


def add_notices(con: sa.Connection, notices: Iterable[Notice], at: datetime) -> None:
    """Add notices in a transaction, pending from `at` on."""
    us = reader.microseconds_of(at)
    by_id = {notice.id: notice for notice in notices}
    existing = set(con.execute(sa.select(schema.outbox.c.id).where(schema.outbox.c.id.in_(by_id))).scalars())
    rows = [
        {**vars(notice), "state": NoticeState.PENDING, "attempts": 0, "outcome": ""}
        | {"created_at_us": us, "due_at_us": us, "sent_at_us": None}
        for id, notice in by_id.items()
        if id not in existing
    ]
    if rows:
        con.execute(schema.outbox.insert(), rows)


def put_notices(engine: sa.Engine, notices: Iterable[Notice]) -> None:
    """Add notices that belong to no change."""
    with schema.writing(engine) as con:
        add_notices(con, notices, datetime.now(UTC))


def claim_next(engine: sa.Engine, now: datetime) -> Waiting | None:
    """Claim the notice that has been due for longest and count the attempt; return None if nothing is due."""
    columns = schema.outbox.c
    due = (columns.state == NoticeState.PENDING) & (columns.due_at_us <= reader.microseconds_of(now))
    # On PostgreSQL two deliverers skip each other's rows; on SQLite the transaction admits only one at a time.
    query = sa.select(schema.outbox).where(due).order_by(columns.due_at_us, columns.created_at_us, columns.id)
    with schema.writing(engine) as con:
        row = con.execute(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        attempts = row.attempts + 1
        until = now + max(CLAIM, pause_after(attempts))
        values = {"attempts": attempts, "due_at_us": reader.microseconds_of(until)}
        con.execute(schema.outbox.update().where(columns.id == row.id).values(values))
        return _waiting_notice({**row._mapping, **values})


def mark_sent(engine: sa.Engine, claimed: Waiting, now: datetime) -> Waiting:
    """Mark a claimed notice as sent."""
    us = reader.microseconds_of(now)
    return _settle_claim(engine, claimed, {"state": NoticeState.SENT, "outcome": "", "sent_at_us": us})


def logged(engine: sa.Engine, claimed: Waiting) -> Waiting:
    """Mark a claimed notice as one that only the log contains."""
    return _settle_claim(engine, claimed, {"state": NoticeState.LOGGED, "outcome": "", "sent_at_us": None})


def mark_not_sent(
    engine: sa.Engine, claimed: Waiting, now: datetime, why: str, wait: timedelta = timedelta()
) -> Waiting:
    """Schedule another attempt after a pause of at least `wait`, or give up after the last attempt."""
    state = NoticeState.FAILED if claimed.attempts >= ATTEMPTS else NoticeState.PENDING
    us = reader.microseconds_of(now + max(wait, pause_after(claimed.attempts)))
    return _settle_claim(engine, claimed, {"state": state, "outcome": why, "due_at_us": us})


def pause_after(attempts: int) -> timedelta:
    """Return the pause after a number of attempts."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def list_notices(engine: sa.Engine, *, state: NoticeState | None = None, limit: int = 200) -> list[Waiting]:
    """Return notices of one state, newest first, or of all, with those that failed before the others."""
    columns = schema.outbox.c
    failed_first = sa.case((_STATE.in_([NoticeState.FAILED]), 0), else_=1)
    query = sa.select(schema.outbox).order_by(failed_first, columns.created_at_us.desc(), columns.id).limit(limit)
    if state is not None:
        query = query.where(_STATE.in_([state]))
    with schema.reading(engine) as con:
        return [_waiting_notice(row._mapping) for row in con.execute(query)]


def count_by_state(engine: sa.Engine) -> dict[NoticeState, int]:
    """Return the number of notices in each state."""
    query = sa.select(_STATE.label("state"), sa.func.count().label("number")).group_by(_STATE)
    with schema.reading(engine) as con:
        counts = {row.state: row.number for row in con.execute(query)}
    return {state: counts.get(state, 0) for state in NoticeState}


def try_again(engine: sa.Engine, ids: Iterable[str], now: datetime, *, actor: Actor) -> None:
    """Make failed and logged notices pending again: due now, with a full number of attempts. Raises AccessRefused."""
    actor.require(Role.EDITOR, "send a notice again")
    columns = schema.outbox.c
    values = {"state": NoticeState.PENDING, "attempts": 0, "due_at_us": reader.microseconds_of(now)}
    with schema.writing(engine) as con:
        unsent = columns.id.in_(list(ids)) & _STATE.in_([NoticeState.FAILED, NoticeState.LOGGED])
        con.execute(schema.outbox.update().where(unsent).values(values))


def _settle_claim(engine: sa.Engine, claimed: Waiting, values: dict[str, Any]) -> Waiting:
    """Update a notice only while its claim is still ours: another deliverer may have taken it over."""
    columns = schema.outbox.c
    mine = (columns.id == claimed.notice.id) & (columns.attempts == claimed.attempts)
    with schema.writing(engine) as con:
        con.execute(schema.outbox.update().where(mine, columns.state == NoticeState.PENDING).values(values))
        return _waiting_notice(
            con.execute(sa.select(schema.outbox).where(columns.id == claimed.notice.id)).one()._mapping
        )


def _waiting_notice(row: Any) -> Waiting:
    is_old_logged = row["state"] == NoticeState.SENT and row["outcome"] == _OLD_OUTCOME_OF_LOGGED
    state, outcome = (NoticeState.LOGGED, "") if is_old_logged else (NoticeState(row["state"]), row["outcome"])
    at = {name: row[f"{name}_us"] for name in ("created_at", "due_at", "sent_at")}
    return Waiting(
        Notice(*(row[name] for name in ("topic", "text", "page", "id"))),
        *(state, row["attempts"], outcome),
        *(reader.instant_of(at["created_at"]), reader.instant_of(at["due_at"])),
        None if at["sent_at"] is None else reader.instant_of(at["sent_at"]),
    )
