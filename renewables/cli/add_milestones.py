"""`renewables add-milestones`: the usual milestones of a project, from the template of its technologies."""

from typing import Annotated

import typer

from renewables.cli.records import Who, Why, Yes, chosen_record, open_engine
from renewables.cli.token_option import command_author


def add_milestones(
    project: Annotated[str, typer.Argument(metavar="ID_OR_NAME", help="The id of a project, or a unique name.")],
    who: Who = None,
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Add the usual milestones of a project's technologies after confirmation; existing milestones do not change.

    A hybrid project gets the milestones of all its technologies. They have no dates yet, except RTB, which gets the
    project's RTB date.

    \b
    Examples:
      renewables add-milestones "Fen Farm"
      renewables add-milestones 3f9a0c81d2e4 --yes
    """
    from pipeline_assets.ledger.submission import submit
    from pipeline_assets.models import new_id
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from renewables.cli.output import print_note
    from renewables.queries.milestones import missing_milestones

    ledger = open_engine()
    portfolio = read_portfolio(ledger)
    record = chosen_record(portfolio, "pipelines", project)
    changes = missing_milestones(portfolio, record)
    if not changes:
        typer.echo(f"{record.fields['name']} has all the usual milestones.")
        return
    typer.echo(f"{record.fields['name']} gets: {', '.join(change.fields['name'] for change in changes)}.")
    if not yes:
        typer.confirm("Add these milestones?", abort=True)
    receipt = submit(ledger, changes, actor=command_author(who), why=why or "usual milestones", token=new_id())
    typer.echo(f"Added as batch {receipt.batch}.")
    print_note(f"To undo it: `renewables milestones revert {receipt.batch}`. Dates: `renewables milestones export`.")
