"""`renewables todo`: milestones and information points that are overdue or due soon."""

from typing import Annotated

import typer

from renewables.cli.records import As_json, open_engine


def todo(
    owner: Annotated[str | None, typer.Option(help="Only what this person owns, in any spelling.")] = None,
    days: Annotated[int, typer.Option(min=0, max=3_660, help="How many days ahead.")] = 90,
    as_json: As_json = False,
) -> None:
    """List the milestones and information points that are overdue or due soon, the earliest first.

    A milestone is due on its forecast date, or on the planned one without a forecast.

    \b
    Examples:
      renewables todo --days 14
      renewables todo --owner "Anna Merrow" --json
    """
    from datetime import UTC, datetime

    from pipeline_assets.names import name_key
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from pipeline_assets.todo import todo_list
    from renewables.cli.output import print_json, print_note, print_table

    rows = todo_list(read_portfolio(open_engine()), datetime.now(UTC).date(), days=days).drop("position").to_dicts()
    if owner is not None:
        rows = [row for row in rows if name_key(row["owner"]) == name_key(owner)]
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo("Nothing is overdue or due soon.")
    else:
        headings = ["Due", "Days", "What", "Name", "Project", "Owner"]
        cells = [
            [str(row["due_date"]), f"{row['days']:+,}", row["what"], row["name"], row["project"] or "", row["owner"]]
            for row in rows
        ]
        print_table(headings, cells, right=("Days",))
        print_note(f"Overdue: {sum(row['days'] < 0 for row in rows):,} of {len(rows):,}.")
