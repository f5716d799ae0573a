"""`renewables dictionary`: every table and column with its meaning, unit, zone, source and caveats."""

from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.options import AsJson

if TYPE_CHECKING:
    from renewables.queries.dictionary import TableEntry


def dictionary(
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="Only tables whose name, meaning or columns contain this.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what every table, view and macro of the warehouse means, column by column.

    It comes from the declarations and needs no warehouse. The tables are what `renewables query` and other tools read.

    \b
    Examples:
      renewables dictionary wind_forecast
      renewables dictionary "GBP" --json | jq -r '.[].name'
    """
    from renewables.cli.output import print_json
    from renewables.queries.dictionary import data_dictionary, matching_entries
    from renewables.user_errors import UserError

    entries = matching_entries(text)
    if not entries:
        raise UserError(
            f"No table or column contains {text!r}. The tables: {', '.join(e.name for e in data_dictionary())}."
        )
    if as_json:
        print_json([vars(entry) | {"columns": [vars(column) for column in entry.columns]} for entry in entries])
        return
    for entry in entries:
        _print_entry(entry)


def _print_entry(entry: "TableEntry") -> None:
    from renewables.cli.output import print_table

    about = [f"{entry.meaning} Source: {entry.source}.", entry.caveats]
    typer.echo("\n".join([f"{entry.call} ({entry.kind})", *(f"  {line}" for line in about if line)]))
    print_table(
        ["Column", "Type", "Unit", "Zone", "Meaning"],
        [[column.name, column.type, column.unit, column.zone, column.text] for column in entry.columns],
    )
