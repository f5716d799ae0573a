"""`renewables tokens issue|list|revoke`: access tokens for scripts, issued in a terminal of the machine.

Not here: what a token may do (`pipeline_assets/access.py`), `--token` (`token_option.py`).
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from renewables.cli.command_group import CommandGroup
from renewables.cli.options import AsJson
from renewables.cli.records import open_engine
from renewables.cli.token_option import machine_author

tokens = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Access tokens for scripts, where roles are on. The page Access shows the same ones.",
)


@tokens.command("issue")
def issue(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the token is for; its changes show it.")],
    role: Annotated[Literal["viewer", "editor", "admin"], typer.Option(help="What it may do.")] = "viewer",
    days: Annotated[float, typer.Option(help="Days until it ends, at most 366.")] = 90,
) -> None:
    """Issue a token and print it; it is shown only this once.

    \b
    Examples:
      renewables tokens issue "nightly import" --role editor
      renewables tokens issue "weekly export" --days 366 > token.txt
    """
    from pipeline_assets.access import Role
    from pipeline_assets.ledger.access_tokens import issue_token
    from renewables.cli.output import print_note

    secret = issue_token(open_engine(), name, Role(role), days=days, actor=machine_author())
    typer.echo(secret)
    print_note("Copy the token now: it is not shown again. Give it to a script as RENEWABLES_TOKEN.")


@tokens.command("list")
def list_issued(as_json: AsJson = False) -> None:
    """List all tokens that were ever issued, newest first, without their secrets.

    \b
    Examples:
      renewables tokens list
      renewables tokens list --json
    """
    from pipeline_assets.access import Role
    from pipeline_assets.ledger.access_tokens import MANAGE, list_tokens
    from renewables.cli.output import print_json, print_table
    from renewables.formatting import utc

    machine_author().require(Role.ADMIN, MANAGE)
    now, tokens_issued = datetime.now(UTC), list_tokens(open_engine())
    if as_json:
        print_json([asdict(token) | {"state": token.state(now)} for token in tokens_issued])
    elif tokens_issued:
        rows = [
            [token.id, token.name, token.role, token.state(now), utc(token.expires_at_utc), token.issued_by]
            for token in tokens_issued
        ]
        print_table(["ID", "Name", "Role", "State", "Ends (UTC)", "Issued by"], rows)
    else:
        typer.echo("No access tokens. `renewables tokens issue NAME` makes one.")


@tokens.command("revoke")
def revoke(
    id_or_name: Annotated[
        str, typer.Argument(metavar="ID_OR_NAME", help="The id, or a name that only one valid token has.")
    ],
) -> None:
    """End a token now.

    \b
    Examples:
      renewables tokens revoke "nightly import"
      renewables tokens revoke 3f9a0c81d2e4
    """
    from pipeline_assets.ledger.access_tokens import list_tokens, revoke_token
    from renewables.user_errors import BadUsage

    engine, author, now = open_engine(), machine_author(), datetime.now(UTC)
    issued = [token for token in list_tokens(engine) if token.state(now) == "valid"]
    chosen = [token for token in issued if token.id == id_or_name]
    chosen = chosen or [token for token in issued if token.name == id_or_name]
    if len(chosen) != 1:
        count = "No valid token has" if not chosen else f"{len(chosen)} valid tokens have"
        raise BadUsage(f"{count} the id or name {id_or_name!r}: `renewables tokens list` shows the ids.")
    revoke_token(engine, chosen[0].id, actor=author)
    typer.echo(f"Revoked the token “{chosen[0].name}” ({chosen[0].id}).")
