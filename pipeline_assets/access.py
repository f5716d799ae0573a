"""Who asks for a change or a run, in which role, and how sure we are of the name.

Every function that submits to the ledger or launches a run takes an `Actor` and calls `require` before it does
anything. Not here: claims of an identity provider (`sign_in_claims.py`), access tokens (`ledger/access_tokens.py`).
"""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pipeline_assets.errors import AccessRefused
from warehouse.settings import Settings


class Role(StrEnum):
    """What a person may do; each role includes the ones before it."""

    VIEWER = "viewer"
    "Reads."
    EDITOR = "editor"
    "Saves, imports, fetches, and reverts own batches."
    ADMIN = "admin"
    "Reverts the batches of others, and issues and revokes access tokens."


class Identity(StrEnum):
    """How an author's name was established; kept with every change."""

    UNVERIFIED = "unverified"
    "The name was typed, or is a login name of the machine."
    SIGNED_IN = "signed in"
    "The name is an e-mail address that the identity provider has verified."
    TOKEN = "token"  # noqa: S105 (a word, not a secret)
    "The name is that of an access token, with the address of the admin who issued it."
    MACHINE = "machine"
    "The name is a login name of the machine, in a command of those who administer it. It is never that of a change."
    PROGRAM = "program"
    "Nobody asked: the product itself, such as the seeds of the sample portfolio."


VERIFIED = (Identity.SIGNED_IN, Identity.TOKEN)
RANKS = {role: rank for rank, role in enumerate(Role)}
MARKS = tuple(f"({identity})" for identity in VERIFIED)
HOLDERS = {Role.VIEWER: "a person with a role", Role.EDITOR: "an editor or an admin", Role.ADMIN: "an admin"}
"Who has a role or a higher one, in words."
HELP = "See docs/access.md."


@dataclass(frozen=True)
class Actor:
    """The author of a change or a run. `role` is None for a person without a role."""

    name: str
    identity: Identity
    role: Role | None = None
    valid_until_utc: datetime | None = None
    "The end of the sign-in or of the token."

    @classmethod
    def typed(cls, name: str) -> "Actor":
        """Return an author whose name was typed: trusted with everything where roles are off, else with nothing.

        That is decided here, once: make the actor when it is needed, and do not keep it.
        """
        return cls(name.strip(), Identity.UNVERIFIED, None if roles_are_on(Settings()) else Role.ADMIN)

    @classmethod
    def program(cls, name: str) -> "Actor":
        """Return the author of what the product does by itself."""
        return cls(name, Identity.PROGRAM)

    @classmethod
    def of_machine(cls, login: str) -> "Actor":
        """Return who issues and revokes access tokens in a terminal: an admin, because who can write the ledger is one.

        Where roles are off it is nobody in particular, as elsewhere.
        """
        if not roles_are_on(Settings()):
            return cls.typed(login)
        return cls(f"the login {login} of {socket.gethostname()}", Identity.MACHINE, Role.ADMIN)

    @property
    def label(self) -> str:
        """Return the name, marked if it is verified."""
        return author_label(self.name, self.identity)

    def refusal(self, role: Role, action: str) -> str | None:
        """Return why the actor may not do it, as a sentence, or None. `action` completes "You need a role to ..."."""
        if self.identity is Identity.PROGRAM:
            return None
        if self.identity is Identity.UNVERIFIED:
            if self.role is not None:
                return None
            return (
                "Roles are set up here, so only people who have signed in, and access tokens (RENEWABLES_TOKEN), can "
                f"{action}. {HELP}"
            )
        if self.valid_until_utc is not None and datetime.now(UTC) >= self.valid_until_utc:
            ended = "sign-in has ended: sign in again" if self.identity is Identity.SIGNED_IN else "token has expired"
            return f"Your {ended} to {action}. {HELP}"
        if self.role is not None and RANKS[self.role] >= RANKS[role]:
            return None
        current = f"has the role {self.role}" if self.role else "has no role"
        return f"{self.name or 'A visitor'} {current} here, and only {HOLDERS[role]} can {action}. {HELP}"

    def require(self, role: Role, action: str) -> None:
        """Raise AccessRefused unless the actor has the role or a higher one, and for a name with a false mark."""
        if self.identity is Identity.UNVERIFIED and self.name.endswith(MARKS):
            raise AccessRefused(f"{self.name!r} is not a name: only verified authors have such a mark. Enter another.")
        if refusal := self.refusal(role, action):
            raise AccessRefused(refusal)


def roles_are_on(settings: Settings) -> bool:
    """Return whether the settings give anybody the role of an editor or an admin."""
    return bool(settings.role_admins or settings.role_editors or settings.role_claim)


def author_label(name: str, identity: str) -> str:
    """Return an author's name for people, marked if it is verified."""
    return f"{name} ({identity})" if identity in VERIFIED else name
