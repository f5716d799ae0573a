"""`renewables --token`: who runs a command, where roles are on.

Belongs here: the option, and the author of what a command does. Not here: what a token may do
(`pipeline_assets/access.py`).
"""

import getpass
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.user_errors import BadUsage

if TYPE_CHECKING:
    from pipeline_assets.access import Actor

Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="RENEWABLES_TOKEN",
        show_envvar=True,
        metavar="TOKEN",
        help="Access token, where roles are on; better in the environment, since other users see options.",
    ),
]
OF_THE_MACHINE = ("demo", "restore", "serve", "simulate", "up")
"The commands that administer the machine. They need no token, and refuse the token of anybody but an admin."

_TOKEN_ACTOR: ContextVar["Actor | None"] = ContextVar("_TOKEN_ACTOR", default=None)


def use_token(token: str | None, command: str | None) -> None:
    """Check the token before a command runs, and make it the author of what the command does.

    Raises AccessRefused for a token that is unknown, expired or revoked, and for a command that its role does not
    allow; LedgerUnavailable.
    """
    _TOKEN_ACTOR.set(None)
    if not token:
        return
    from pipeline_assets.access import Role
    from pipeline_assets.ledger.access_tokens import actor_of_token
    from pipeline_assets.ledger.schema import ledger_for_task

    with ledger_for_task() as ledger:
        actor = actor_of_token(ledger, token)
    actor.require(Role.VIEWER, "read")
    if command in OF_THE_MACHINE:
        actor.require(Role.ADMIN, f"run `renewables {command}`")
    _TOKEN_ACTOR.set(actor)


def command_author(who: str | None = None) -> "Actor":
    """Return the author of a command: that of the token, otherwise `who`, otherwise the user of this machine.

    Raises BadUsage for a typed author beside a token.
    """
    from pipeline_assets.access import Actor

    actor = _TOKEN_ACTOR.get()
    if actor is None:
        return Actor.typed(who or getpass.getuser())
    if who:
        raise BadUsage("The author is that of the token: remove --who.")
    return actor


def machine_author() -> "Actor":
    """Return who administers access tokens in a terminal: that of the token, otherwise the user of this machine."""
    from pipeline_assets.access import Actor

    return _TOKEN_ACTOR.get() or Actor.of_machine(getpass.getuser())
