"""`renewables quarantine`: rows that failed the contract, and checking them again."""

from typing import Annotated

import typer

from renewables.cli.command_group import CommandGroup

quarantine = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Published rows that failed validation.", rich_markup_mode=None
)


@quarantine.command("retry")
def retry(as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False) -> None:
    """Validate all quarantined rows again and land those that are now valid.

    Run it after an update that declares a new series, or after you have changed LIMITS_MW. Nothing is fetched; rows
    that are still invalid stay in quarantine.

    \b
    Examples:
      renewables quarantine retry
      renewables query "SELECT dataset, reason, count(*) FROM quarantine GROUP BY ALL"
    """
    from elexon_assets.datasets import BY_NAME
    from elexon_assets.quality.flagging import update_flags
    from elexon_assets.quarantine import retry as retry_quarantined
    from pipeline_assets.access import Role
    from renewables.cli.output import print_json
    from renewables.cli.token_option import command_author
    from renewables.formatting import number

    command_author().require(Role.EDITOR, "land rows of the quarantine")
    done = retry_quarantined()
    if any(outcome.rows_landed for outcome in done):
        update_flags()
    if as_json:
        print_json([vars(outcome) | {"rows_kept": outcome.rows_kept} for outcome in done])
        return
    if not any(outcome.rows for outcome in done):
        typer.echo("The quarantine is empty.")
    for outcome in done:
        if outcome.rows:
            typer.echo(
                f"{BY_NAME[outcome.dataset].title}: {number(outcome.rows)} rows in quarantine, "
                f"{number(outcome.rows_landed)} landed, {number(outcome.rows_repeated)} had landed before, "
                f"{number(outcome.rows_kept)} still invalid"
            )
