"""Which sign-ins people have ended, so that signing out counts in every tab and for every copy of the cookie.

The identity cookie is valid by itself until it expires, and a tab reads it only once. Times are those of the identity
provider, so that two clocks need not agree.
"""

import hashlib

import sqlalchemy as sa

from pipeline_assets.ledger import schema


def end_sign_ins(engine: sa.Engine, subject: str, began_at: float) -> None:
    """End the sign-in that began then, and every earlier one of the person. Raises LedgerUnavailable."""
    table, key = schema.sign_outs, _key_of(subject)
    with schema.writing(engine) as con:
        ended = con.execute(sa.select(table.c.began_at).where(table.c.subject == key)).scalar()
        con.execute(table.delete().where(table.c.subject == key))
        con.execute(table.insert().values(subject=key, began_at=max(began_at, ended or 0.0)))


def newest_ended_sign_in(engine: sa.Engine, subject: str) -> float | None:
    """Return when the newest sign-in began that the person has ended, or None. Raises LedgerUnavailable."""
    table = schema.sign_outs
    with schema.reading(engine) as con:
        ended: float | None = con.execute(
            sa.select(table.c.began_at).where(table.c.subject == _key_of(subject))
        ).scalar()
        return ended


def _key_of(subject: str) -> str:
    """Return a fixed-length key, which names no person."""
    return hashlib.sha256(subject.encode()).hexdigest()
