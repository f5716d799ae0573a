"""`renewables pipelines|counterparties|information-points|milestones list`: present records of the ledger, filtered.

Belongs here: filters and printed columns of the lists. Not here: their rows, which the pages read too
(`renewables/queries/record_lists.py`), one record (`records.py`).
"""

from collections.abc import Callable, Mapping
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
View = Annotated[
    str | None,
    typer.Option("--view", metavar="NAME", help="The filters and columns of this saved view; options replace its own."),
]
ViewOwner = Annotated[
    str | None, typer.Option("--who", help="Whose personal views --view means; your login name by default.")
]
Words = list[str] | None
Cells = dict[str, Callable[[dict[str, Any]], str]]
"The function that prints a cell from its row, by heading."


def pipelines(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `list` for projects."""

    def command(
        stage: Annotated[Words, typer.Option(help="Only this stage; may be repeated.")] = None,
        rag: Annotated[Words, typer.Option(help="Only Red, Amber or Green; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only projects with this technology; may be repeated.")] = None,
        text: Text = None,
        view: View = None,
        who: ViewOwner = None,
        as_json: As_json = False,
    ) -> None:
        """List the projects that are not archived, with their status, capacity and developers.

        \b
        Examples:
          renewables pipelines list --rag Red --rag Amber
          renewables pipelines list --technology BESS --stage Design --json
          renewables pipelines list --view "My solar" --who "Anna Merrow"
        """
        from pipeline_assets.vocabulary import Rag, Stage, Technology
        from renewables.formatting import number

        filters = {
            "stage": _vocabulary_words(Stage, stage),
            "rag": _vocabulary_words(Rag, rag),
            "technology": _vocabulary_words(Technology, technology),
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
        parameters = _with_view(kind, view, who, filters, text=text)
        _print_list(sheet, kind, parameters, cells, text=text, as_json=as_json, right=("MWp",))

    return command


def counterparties(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `list` for counterparties."""

    def command(text: Text = None, view: View = None, who: ViewOwner = None, as_json: As_json = False) -> None:
        """List the counterparties that are not archived, with their contacts and projects.

        \b
        Examples:
          renewables counterparties list
          renewables counterparties list --text hazel --json
        """
        cells: Cells = {
            "ID": lambda row: row["id"],
            "Name": lambda row: row["name"],
            "Contacts": lambda row: "; ".join(f"{each['name']} ({each['role']})" for each in row["contacts"]),
            "Projects": lambda row: "; ".join(row["projects"]),
        }
        _print_list(sheet, kind, _with_view(kind, view, who, {}, text=text), cells, text=text, as_json=as_json)

    return command


def information_points(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `list` for information points."""

    def command(
        status: Annotated[Words, typer.Option(help="Only Open or Closed.")] = None,
        market: Annotated[Words, typer.Option(help="Only this market; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only this technology; may be repeated.")] = None,
        text: Text = None,
        view: View = None,
        who: ViewOwner = None,
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

        filters = {
            "status": _vocabulary_words(PointStatus, status),
            "market": _vocabulary_words(Market, market),
            "technology": _vocabulary_words(Technology, technology),
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
        parameters = _with_view(kind, view, who, filters, text=text)
        _print_list(sheet, kind, parameters, cells, text=text, as_json=as_json, right=("Rating",))

    return command


def milestones(sheet: str, kind: str) -> Callable[..., None]:
    """Return the command `list` for milestones."""

    def command(
        milestone: Annotated[Words, typer.Option(help="Only this milestone, such as RTB; may be repeated.")] = None,
        text: Text = None,
        view: View = None,
        who: ViewOwner = None,
        as_json: As_json = False,
    ) -> None:
        """List the milestones that are not archived: upcoming ones first, by date.

        Slip is the actual or forecast date minus the planned one, in days.

        \b
        Examples:
          renewables milestones list --milestone RTB --milestone COD
          renewables milestones list --text "Fen Farm" --json
        """
        from pipeline_assets.vocabulary import MilestoneName

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
        parameters = _with_view(kind, view, who, {"milestone": _vocabulary_words(MilestoneName, milestone)}, text=text)
        _print_list(sheet, kind, parameters, cells, text=text, as_json=as_json, right=("Slip",))

    return command


def _with_view(
    kind: str, view: str | None, who: str | None, filters: dict[str, list[str]], *, text: str | None
) -> dict[str, list[str]]:
    """Return the query parameters of a list: those of the saved view, replaced by the options that were given."""
    from renewables.queries.list_pages import PAGES, SEARCH, missing_values

    given = {name: words for name, words in filters.items() if words}
    if text:
        given[SEARCH] = []  # the text replaces that of the view, and looks into more than the page's columns
    if view is None:
        return given
    from renewables.cli.output import print_note
    from renewables.cli.views import chosen_view

    parameters = {**chosen_view(view, who, PAGES[kind].page).parameters, **given}
    if missing := missing_values(kind, parameters):
        values = "; ".join(f"{name}: {', '.join(words)}" for name, words in missing.items())
        print_note(f"Left out, because they no longer exist: {values}.")
    return parameters


def _print_list(
    sheet: str,
    kind: str,
    parameters: "Mapping[str, list[str]]",
    cells: Cells,
    *,
    text: str | None,
    as_json: bool,
    right: tuple[str, ...] = (),
) -> None:
    """Print the rows that match the filters and the text; with chosen columns, those instead of the usual cells."""
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.queries.list_pages import COLUMNS, list_rows
    from renewables.queries.record_lists import rows_with_text

    portfolio = read_portfolio(open_engine())
    frame = rows_with_text(list_rows(portfolio, kind, parameters), text or "")
    rows = frame.drop("position").to_dicts()
    if as_json:
        print_json(rows)
    elif not rows and not any(portfolio.of_kind(kind, archived=archived) for archived in (False, True)):
        typer.echo(
            f"No records yet. Write an empty file with `renewables {sheet} template --output new.csv`, fill it in, and "
            f"import it with `renewables {sheet} import new.csv`; or explore a sample with `renewables demo`."
        )
    elif not rows:
        typer.echo("No records match: remove a filter.")
    else:
        if titles := parameters.get(COLUMNS):
            print_table(*_chosen_cells(kind, frame, titles))
        else:
            print_table(list(cells), [[cell(row) for cell in cells.values()] for row in rows], right=right)
        print_note(f"Total: {len(rows):,}. For all details of one: `renewables {sheet} show ID`.")


def _chosen_cells(kind: str, frame: "pl.DataFrame", titles: list[str]) -> tuple[list[str], list[list[str]]]:
    """Return the headings and cells of a list with chosen columns."""
    from renewables.queries.list_pages import chosen_columns, column_titles
    from renewables.queries.record_lists import as_text

    names = chosen_columns(kind, titles)
    headings = ["ID", "Name", *(column_titles(kind)[name] for name in names)]
    rows = as_text(frame).select("id", "name", *names).iter_rows()
    return headings, [["" if value is None else _cell_text(value) for value in row] for row in rows]


def _cell_text(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _vocabulary_words(vocabulary: "type[StrEnum]", given: Words) -> list[str]:
    from pipeline_assets.errors import UnreadableValue
    from pipeline_assets.spreadsheets.cells import parse_word
    from renewables.user_errors import BadUsage

    try:
        return [parse_word(vocabulary, each) for each in given or ()]
    except UnreadableValue as error:
        raise BadUsage(f"{error}.") from None
