"""The only way to write to the ledger: a batch of changes in one transaction, all or nothing.

Belongs here: the transaction, tokens, positions, reverting. Not here: objections to a change (`draft.py`,
`cross_record_rules.py`), which changes are worth a notice (`notices.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

import sqlalchemy as sa

from pipeline_assets.access import VERIFIED, Actor, Role
from pipeline_assets.entity import CONTROL_CHARACTERS
from pipeline_assets.errors import Problem, Refused, StaleVersion
from pipeline_assets.ledger import cross_record_rules, look_alikes, notices, outbox, reader, rtb_milestone, schema
from pipeline_assets.ledger.changes import Action, Change, Receipt, Recorded
from pipeline_assets.ledger.draft import Draft
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.lookups import Stored
from pipeline_assets.models import new_id
from pipeline_assets.upgrades import known_fields


def submit(
    engine: sa.Engine,
    changes: Sequence[Change],
    *,
    actor: Actor,
    why: str = "",
    token: str,
    source: str = "form",
    reverts: str | None = None,
    dry_run: bool = False,
    today: date | None = None,
) -> Receipt:
    """Record the changes, in order, and return them with their positions and warnings.

    Changes that have no effect are left out.

    Args:
        engine: The ledger.
        changes: The requested changes, in order.
        actor: The author, who needs the role editor, or admin to revert the batch of another author.
        why: The reason, for the history.
        token: Identifies the submission: a second one with the same token changes nothing and returns the first result.
        source: "form", "import", "seed" or "revert".
        reverts: The batch that this one reverts.
        dry_run: Check everything and write nothing.
        today: The date of an undated status; the current UTC date by default.

    Raises:
        AccessRefused: The author may not save this.
        Refused: A rule is broken. Nothing was saved; the same holds for the other errors.
        StaleVersion: A record was changed in the meantime.
        LedgerUnavailable: The database cannot be used.
    """
    actor.require(Role.EDITOR, "save changes")
    if reverts is not None:
        _require_own_batch(engine, reverts, actor)
    why, today = why.strip(), today or datetime.now(UTC).date()
    if problems := list(_of_the_batch(token=token, who=actor.name, why=why)):
        raise Refused(problems)
    with schema.writing(engine) as con:
        schema.lock_positions(con)
        if earlier := _earlier_receipt(con, token):
            return earlier
        at, position = _submission_time(con), reader.position_in(con)
        draft = Draft(Stored(con), new_id(), actor, why, at, position, undoing=reverts is not None)
        recorded = draft.apply(changes, today)
        if not draft.stale:  # otherwise it would check records that lack some of their changes
            follow_ups = rtb_milestone.align_dates(draft, today)
            draft.problems += cross_record_rules.broken_rules(draft)
        if draft.problems:
            raise Refused(draft.problems)
        if draft.stale:
            raise StaleVersion(draft.conflicts())
        warnings = (*draft.warnings, *look_alikes.look_alike_warnings(draft, con))
        receipt = Receipt(draft.batch, (*recorded, *follow_ups), warnings, follow_ups=len(follow_ups))
        if recorded and not dry_run:
            _write_batch(con, receipt, token=token, source=source, reverts=reverts)
            draft.write(con)
            outbox.add_notices(con, notices.notices_for_batch(receipt, draft.touched, source), draft.at)
        return receipt


def revert(engine: sa.Engine, batch: str, *, actor: Actor, why: str = "", token: str, dry_run: bool = False) -> Receipt:
    """Revert a batch with a new one: what it created is archived, and what it set gets its earlier values.

    Raises Refused for an unknown batch, StaleVersion if a record was changed since (and not changed back), and
    AccessRefused if the batch is another author's and the actor is not an admin.
    """
    actor.require(Role.EDITOR, "undo a batch")
    made = reader.batch_changes(engine, batch)
    if not made:
        raise Refused([Problem("batch", batch, "batch", "no such batch exists")])
    undoing, why = list(_undoing_changes(made, _as_left(engine, made))), why or f"undoes {batch}"
    return submit(engine, undoing, actor=actor, why=why, token=token, source="revert", reverts=batch, dry_run=dry_run)


def _require_own_batch(engine: sa.Engine, batch: str, actor: Actor) -> None:
    """Raise AccessRefused if a verified actor who is no admin did not submit the batch."""
    own = (actor.name, actor.identity)
    if actor.identity in VERIFIED and any((m.who, m.identity) != own for m in reader.batch_changes(engine, batch)):
        actor.require(Role.ADMIN, "undo a batch of another author")


def _as_left(engine: sa.Engine, made: Sequence[Recorded]) -> dict[tuple[str, str], int]:
    """Return the versions at which the records are as the batch left them, also those that were changed back since."""
    left = {(change.kind, change.id): change.version for change in made}
    kinds = {kind for kind, _ in left}
    for now in (record for kind in kinds for record in reader.records_of_kind(engine, kind, archived=None)):
        key = (now.kind, now.id)
        if now.version > left.get(key, now.version):
            then = fold_changes(reader.record_history(engine, *key)[: left[key]])[key]
            if (then.fields, then.archived) == (now.fields, now.archived):
                left[key] = now.version
    return left


def _undoing_changes(made: Sequence[Recorded], versions: dict[tuple[str, str], int]) -> Iterable[Change]:
    """Yield changes that undo each change, the last one first, each based on the one before."""
    for change in reversed(made):
        key = (change.kind, change.id)
        base = versions[key]
        versions[key] += 1
        match change.action:
            case Action.ARCHIVE:
                yield Change.restore(*key, base_version=base)
            case Action.EDIT:
                yield Change.edit(*key, known_fields(change.kind, change.before), base_version=base)
            case Action.CREATE | Action.RESTORE:
                yield Change.archive(*key, base_version=base)


def _of_the_batch(*, token: str, who: str, why: str) -> Iterator[Problem]:
    if not who:
        yield Problem("batch", token, "who", "enter your name")
    if not token:
        yield Problem("batch", token, "token", "a submission needs its own token")
    for name, text in {"token": token, "who": who, "why": why}.items():
        if CONTROL_CHARACTERS.search(text):
            yield Problem("batch", token, name, "has a control character: leave it out")


def _earlier_receipt(con: sa.Connection, token: str) -> Receipt | None:
    batch = con.execute(sa.select(schema.batches.c.batch).where(schema.batches.c.token == token)).scalar()
    if batch is None:
        return None
    return Receipt(batch, tuple(reader.recorded_in(con, schema.changes.c.batch == batch)), repeated=True)


def _submission_time(con: sa.Connection) -> datetime:
    """Return the time, but never before the newest change, so that an instant and a position define the same state."""
    table = schema.changes
    newest = con.execute(sa.select(table.c.submitted_at_us).order_by(table.c.position.desc()).limit(1)).scalar()
    return max(datetime.now(UTC), reader.instant_of(newest or 0))


def _write_batch(con: sa.Connection, receipt: Receipt, *, token: str, source: str, reverts: str | None) -> None:
    first, last = receipt.changes[0].position, receipt.changes[-1].position
    con.execute(
        schema.batches.insert().values(
            **{"token": token, "batch": receipt.batch, "source": source, "reverts": reverts},
            **{"first_position": first, "last_position": last},
        )
    )
    rows = [
        {
            **{name: value for name, value in change._asdict().items() if name != "submitted_at_utc"},
            "submitted_at_us": reader.microseconds_of(change.submitted_at_utc),
        }
        for change in receipt.changes
    ]
    con.execute(schema.changes.insert(), rows)
    info = schema.ledger_info
    con.execute(info.update().where(info.c.key == "position").values(value=last))
