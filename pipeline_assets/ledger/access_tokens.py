"""Access tokens for scripts: issued by an admin, with a role and an end, and revocable.

The database keeps only the SHA-256 of a token, which is long and random, so that nobody can turn a copy of the database
into access. Not here: how a command gets its token (`renewables/cli/token_option.py`).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from pipeline_assets.access import VERIFIED, Actor, Identity, Role
from pipeline_assets.entity import CONTROL_CHARACTERS
from pipeline_assets.errors import AccessRefused, Problem, Refused
from pipeline_assets.ledger import reader, schema
from pipeline_assets.models import new_id

PREFIX = "gbr_"
"The beginning of every token, by which people and scanners of secrets know one."
LONGEST_DAYS = 366
LONGEST_NAME = 100
MANAGE = "issue or revoke access tokens"


@dataclass(frozen=True)
class AccessToken:
    """A token without its secret."""

    id: str
    name: str
    role: Role
    issued_by: str
    issued_at_utc: datetime
    expires_at_utc: datetime
    revoked_at_utc: datetime | None

    @property
    def author(self) -> str:
        """Return the author of changes that are made with it."""
        return f"{self.name} for {self.issued_by}"

    def state(self, now: datetime) -> str:
        """Return "valid", "expired" or "revoked"."""
        if self.revoked_at_utc is not None:
            return "revoked"
        return "expired" if now >= self.expires_at_utc else "valid"


def issue_token(engine: sa.Engine, name: str, role: Role, *, days: float, actor: Actor) -> str:
    """Issue a token and return it; it is shown only this once.

    Only an admin may, and only where roles are on: a token that anybody could issue before that would outlive that
    time. Raises AccessRefused, Refused, LedgerUnavailable.
    """
    actor.require(Role.ADMIN, MANAGE)
    if actor.identity not in (*VERIFIED, Identity.MACHINE):
        raise AccessRefused("Access tokens are issued where roles are on: set ROLE_ADMINS first. See docs/access.md.")
    name, secret, now = name.strip(), PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
    if not name or len(name) > LONGEST_NAME or CONTROL_CHARACTERS.search(name):
        raise Refused([Problem("token", "new", "name", f"enter a name of 1 to {LONGEST_NAME} characters")])
    if not 0 < days <= LONGEST_DAYS:
        raise Refused([Problem("token", "new", "days", f"must be above 0 and at most {LONGEST_DAYS}")])
    row = {
        **{"id": new_id(), "digest": _digest_of(secret), "name": name, "role": role.value, "issued_by": actor.name},
        **{"issued_at_us": reader.microseconds_of(now)},
        **{"expires_at_us": reader.microseconds_of(now + timedelta(days=days)), "revoked_at_us": None},
    }
    with schema.writing(engine) as con:
        con.execute(schema.access_tokens.insert().values(row))
    return secret


def revoke_token(engine: sa.Engine, id: str, *, actor: Actor) -> None:
    """End a token now; one that has ended stays as it is. Raises AccessRefused, LedgerUnavailable."""
    actor.require(Role.ADMIN, MANAGE)
    columns = schema.access_tokens.c
    now = reader.microseconds_of(datetime.now(UTC))
    with schema.writing(engine) as con:
        is_open = (columns.id == id) & columns.revoked_at_us.is_(None)
        con.execute(schema.access_tokens.update().where(is_open).values(revoked_at_us=now))


def list_tokens(engine: sa.Engine) -> list[AccessToken]:
    """Return all tokens that were ever issued, newest first. Raises LedgerUnavailable."""
    columns = schema.access_tokens.c
    with schema.reading(engine) as con:
        rows = con.execute(sa.select(schema.access_tokens).order_by(columns.issued_at_us.desc(), columns.id))
        return [_token_of(row._mapping) for row in rows]


def actor_of_token(engine: sa.Engine, secret: str) -> Actor:
    """Return who acts with the token. Raises AccessRefused if it is unknown, revoked or expired."""
    columns = schema.access_tokens.c
    with schema.reading(engine) as con:
        query = sa.select(schema.access_tokens).where(columns.digest == _digest_of(secret))
        row = con.execute(query).one_or_none()
    token = _token_of(row._mapping) if row else None
    state = token.state(datetime.now(UTC)) if token else "unknown"
    if token is None or state != "valid":
        raise AccessRefused(f"The access token is {state}: ask an admin for another.")
    return Actor(token.author, Identity.TOKEN, token.role, token.expires_at_utc)


def _digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token_of(row: Mapping[Any, Any]) -> AccessToken:
    revoked = row["revoked_at_us"]
    return AccessToken(
        *(row["id"], row["name"], Role(row["role"]), row["issued_by"]),
        *(reader.instant_of(row["issued_at_us"]), reader.instant_of(row["expires_at_us"])),
        None if revoked is None else reader.instant_of(revoked),
    )
