"""`renewables pipelines|counterparties|information-points|milestones list`: present records of the ledger, filtered.

Belongs here: filters and printed columns of the lists. Not here: their rows, which the pages read too
(`renewables/queries/record_lists.py`), one record (`records.py`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.records import As_json, open_engine

if TYPE_CHECKING:
    from enum import StrEnum

    import polars as pl

Text = Annotated[
    str | None,
    typer.Option("--text", "-t", help="Only records with every word of this text in a field or in a linked name."),
]
Words = list[str] | None
Cells = dict[str, Callable[[dict[str, Any]], str]]
"The function that prints a cell from its row, by heading."


def pipelines(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `list` for projects."""

    def command(
        stage: Annotated[Words, typer.Option(help="Only this stage; may be repeated.")] = None,
        rag: Annotated[Words, typer.Option(help="Only Red, Amber or Green; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only projects with this technology; may be repeated.")] = None,
        text: Text = None,
        as_json: As_json = False,
    ) -> None:
        """List the projects that are not archived, with their status, capacity and developers.

        \b
        Examples:
          renewables pipelines list --rag Red --rag Amber
          renewables pipelines list --technology BESS --stage Design --json
        """
        from pipeline_assets.vocabulary import Rag, Stage, Technology
        from renewables.formatting import number
        from renewables.queries.record_lists import project_list

        filters = {
            "stage": _vocabulary_words(Stage, stage),
            "rag": _vocabulary_words(Rag, rag),
            "technologies": _vocabulary_words(Technology, technology),
        }
        cells: Cells = {
            "ID": lambda row: row["id"],
            "Name": lambda row: row["name"],
            "Stage": lambda row: row["stage"],
            "RAG": lambda row: row["rag"],
            "RTB": lambda row: str(row["rtb_date"] or ""),
            "MWp": lambda row: number(row["capacity_mwp"], 1),
            "Technologies": lambda row: ", ".join(row["technologies"]),
            "Developer": lambda row: "; ".join(row["developers"]),
        }
        _print_list(sheet, project_list, filters, text, cells, as_json=as_json, right=("MWp",))

    return command


def counterparties(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `list` for counterparties."""

    def command(text: Text = None, as_json: As_json = False) -> None:
        """List the counterparties that are not archived, with their contacts and projects.

        \b
        Examples:
          renewables counterparties list
          renewables counterparties list --text hazel --json
        """
        from renewables.queries.record_lists import counterparty_list

        cells: Cells = {
            "ID": lambda row: row["id"],
            "Name": lambda row: row["name"],
            "Contacts": lambda row: "; ".join(f"{each['name']} ({each['role']})" for each in row["contacts"]),
            "Projects": lambda row: "; ".join(row["projects"]),
        }
        _print_list(sheet, counterparty_list, {}, text, cells, as_json=as_json)

    return command


def information_points(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `list` for information points."""

    def command(
        status: Annotated[Words, typer.Option(help="Only Open or Closed.")] = None,
        market: Annotated[Words, typer.Option(help="Only this market; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only this technology; may be repeated.")] = None,
        text: Text = None,
        as_json: As_json = False,
    ) -> None:
        """List the information points that are not archived, with the highest rating first.

        The filters use a point's own market and technology, or those of its project if it has none.

        \b
        Examples:
          renewables information-points list --status Open --market "Great Britain" --technology BESS
          renewables information-points list --text grid --json
        """
        from pipeline_assets.vocabulary import Market, PointStatus, Technology
        from renewables.queries.record_lists import information_point_list

        filters = {
            "status": _vocabulary_words(PointStatus, status),
            "effective_market": _vocabulary_words(Market, market),
            "effective_technologies": _vocabulary_words(Technology, technology),
        }
        cells: Cells = {
            "ID": lambda row: row["id"],
            "Title": lambda row: row["name"],
            "Project": lambda row: row["project"] or "",
            "Rating": lambda row: f"{row['rating']:,}",
            "Status": lambda row: row["status"],
            "Due": lambda row: str(row["due_date"] or ""),
            "Owner": lambda row: row["owner"],
            "Counterparties": lambda row: "; ".join(row["counterparties"]),
        }
        _print_list(sheet, information_point_list, filters, text, cells, as_json=as_json, right=("Rating",))

    return command


def milestones(sheet: str, kind: str) -> Callable[..., None]:  # noqa: ARG001 (every group uses the same signature)
    """Return the command `list` for milestones."""

    def command(
        milestone: Annotated[Words, typer.Option(help="Only this milestone, such as RTB; may be repeated.")] = None,
        text: Text = None,
        as_json: As_json = False,
    ) -> None:
        """List the milestones that are not archived: those ahead first, by date.

        Slip is the actual or forecast date minus the planned one, in days.

        \b
        Examples:
          renewables milestones list --milestone RTB --milestone COD
          renewables milestones list --text "Fen Farm" --json
        """
        from pipeline_assets.vocabulary import MilestoneName
        from renewables.queries.milestones import milestone_list

        cells: Cells = {
            "ID": lambda row: row["id"],
            "Milestone": lambda row: row["name"],
            "Project": lambda row: row["project"] or "",
            "Planned": lambda row: str(row["planned_date"] or ""),
            "Forecast": lambda row: str(row["forecast_date"] or ""),
            "Actual": lambda row: str(row["actual_date"] or ""),
            "Slip": lambda row: "" if row["slip_days"] is None else f"{row['slip_days']:+,}",
            "Owner": lambda row: row["owner"],
        }
        filters = {"name": _vocabulary_words(MilestoneName, milestone)}
        _print_list(sheet, milestone_list, filters, text, cells, as_json=as_json, right=("Slip",))

    return command


def _print_list(
    sheet: str,
    read_rows: "Callable[..., pl.DataFrame]",
    filters: dict[str, list[str]],
    text: str | None,
    cells: Cells,
    *,
    as_json: bool,
    right: tuple[str, ...] = (),
) -> None:
    """Print the rows that match one of the words of each filter, and the text."""
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.queries.record_lists import rows_with_text, rows_with_words

    frame = read_rows(read_portfolio(open_engine()))
    rows = rows_with_text(rows_with_words(frame, filters), text or "").drop("position").to_dicts()
    if as_json:
        print_json(rows)
    elif frame.is_empty():
        typer.echo(
            f"No records yet. Write an empty file with `renewables {sheet} template --output new.csv`, fill it in, and "
            f"import it with `renewables {sheet} import new.csv`; or explore a sample with `renewables demo`."
        )
    elif not rows:
        typer.echo("No records match: remove a filter.")
    else:
        print_table(list(cells), [[cell(row) for cell in cells.values()] for row in rows], right=right)
        print_note(f"Total: {len(rows):,}. For all details of one: `renewables {sheet} show ID`.")


def _vocabulary_words(vocabulary: "type[StrEnum]", given: Words) -> list[str]:
    from pipeline_assets.errors import UnreadableValue
    from pipeline_assets.spreadsheets.cells import parse_word
    from renewables.user_errors import BadUsage

    try:
        return [parse_word(vocabulary, each) for each in given or ()]
    except UnreadableValue as error:
        raise BadUsage(f"{error}.") from None
