"""`renewables pipelines|counterparties|information-points list`: what the ledger holds now, filtered.

Belongs here: columns and filters of the lists. Not here: one record (`records.py`).
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.records import As_json, open_engine

if TYPE_CHECKING:
    from enum import StrEnum

    from pipeline_assets.ledger.changes import Record
    from pipeline_assets.spreadsheets.portfolio_index import Portfolio

Text = Annotated[
    str | None,
    typer.Option("--text", "-t", help="Only those with this text in a field or a name that belongs to them."),
]
Words = list[str] | None


def pipelines(sheet: str, kind: str) -> Callable[..., None]:
    def command(
        stage: Annotated[Words, typer.Option(help="Only this stage; may be repeated.")] = None,
        rag: Annotated[Words, typer.Option(help="Only Red, Amber or Green; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only projects with this technology; may be repeated.")] = None,
        text: Text = None,
        as_json: As_json = False,
    ) -> None:
        """Lists the projects that are not archived, with their status, capacity and developers.

        \b
        Examples:
          renewables pipelines list --rag Red --rag Amber
          renewables pipelines list --technology BESS --stage Design --json
        """
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
        from pipeline_assets.vocabulary import ProjectRole, Rag, Stage, Technology
        from renewables.formatting import number

        stages, rags, technologies = (
            _vocabulary_words(vocabulary, given)
            for vocabulary, given in ((Stage, stage), (Rag, rag), (Technology, technology))
        )
        portfolio = read_portfolio(open_engine())
        rows = []
        for project in portfolio.of_kind(kind):
            facilities = _linked_records(
                portfolio, "pipeline_facilities", "pipeline_id", project.id, "facility_id", "facilities"
            )
            companies = _linked_records(
                portfolio, "pipeline_counterparties", "pipeline_id", project.id, "counterparty_id", "counterparties"
            )
            developers = [company for company, link in companies if link.fields["role"] == ProjectRole.DEVELOPER]
            row = {
                **{"id": project.id, **project.fields},
                "capacity_mwp": sum(facility.fields["capacity_mwp"] for facility, _ in facilities),
                "technologies": sorted({facility.fields["technology"] for facility, _ in facilities}),
                "developers": _joined_names(developers),
            }
            if (
                (stages and row["stage"] not in stages)
                or (rags and row["rag"] not in rags)
                or (technologies and not technologies & set(row["technologies"]))
                or not _contains_text(text, project, *(each for each, _ in (*facilities, *companies)))
            ):
                continue
            rows.append(row)
        _print_list(
            rows,
            {
                "ID": lambda row: row["id"],
                "Name": lambda row: row["name"],
                "Stage": lambda row: row["stage"],
                "RAG": lambda row: row["rag"],
                "RTB": lambda row: row["rtb_date"] or "",
                "MWp": lambda row: number(row["capacity_mwp"], 1),
                "Technologies": lambda row: ", ".join(row["technologies"]),
                "Developer": lambda row: "; ".join(row["developers"]),
            },
            *(sheet, as_json, bool(portfolio.of_kind(kind))),
            right=("MWp",),
        )

    return command


def counterparties(sheet: str, kind: str) -> Callable[..., None]:
    def command(text: Text = None, as_json: As_json = False) -> None:
        """Lists the counterparties that are not archived, with their people and projects.

        \b
        Examples:
          renewables counterparties list
          renewables counterparties list --text hazel --json
        """
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio

        portfolio = read_portfolio(open_engine())
        rows = []
        for company in portfolio.of_kind(kind):
            people = _linked_records(
                portfolio, "counterparty_contacts", "counterparty_id", company.id, "contact_id", "contacts"
            )
            projects = _linked_records(
                portfolio, "pipeline_counterparties", "counterparty_id", company.id, "pipeline_id", "pipelines"
            )
            live = [project for project, _ in projects if not project.archived]
            if _contains_text(text, company, *(person for person, _ in people), *live):
                contacts = [{"name": person.fields["name"], "role": link.fields["role"]} for person, link in people]
                rows.append({"id": company.id, **company.fields, "contacts": contacts, "projects": _joined_names(live)})
        _print_list(
            rows,
            {
                "ID": lambda row: row["id"],
                "Name": lambda row: row["name"],
                "Contacts": lambda row: "; ".join(f"{each['name']} ({each['role']})" for each in row["contacts"]),
                "Projects": lambda row: "; ".join(row["projects"]),
            },
            *(sheet, as_json, bool(portfolio.of_kind(kind))),
        )

    return command


def information_points(sheet: str, kind: str) -> Callable[..., None]:
    def command(
        status: Annotated[Words, typer.Option(help="Only Open or Closed.")] = None,
        market: Annotated[Words, typer.Option(help="Only of this market; may be repeated.")] = None,
        technology: Annotated[Words, typer.Option(help="Only of this technology; may be repeated.")] = None,
        text: Text = None,
        as_json: As_json = False,
    ) -> None:
        """Lists the information points that are not archived, the highest rating first.

        A point's own market and technology count, and where it has none, those of its project.

        \b
        Examples:
          renewables information-points list --status Open --market "Great Britain" --technology BESS
          renewables information-points list --text grid --json
        """
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
        from pipeline_assets.vocabulary import Market, PointStatus, Technology
        from renewables.queries.point_scope import market_and_technologies

        statuses, markets, wanted = (
            _vocabulary_words(vocabulary, given)
            for vocabulary, given in ((PointStatus, status), (Market, market), (Technology, technology))
        )
        portfolio = read_portfolio(open_engine())
        rows = []
        for point in portfolio.of_kind(kind):
            project = portfolio.get("pipelines", point.fields["pipeline_id"] or "")
            of_point = (point.id, "counterparty_id", "counterparties")
            companies = _linked_records(
                portfolio, "information_point_counterparties", "information_point_id", *of_point
            )
            companies_only = [company for company, _ in companies]
            point_market, technologies = market_and_technologies(portfolio, point)
            if (
                (statuses and point.fields["status"] not in statuses)
                or (markets and point_market not in markets)
                or (wanted and not wanted & set(technologies))
                or not _contains_text(text, point, *companies_only, *([project] if project else []))
            ):
                continue
            row = {"id": point.id, **point.fields, "rating": point.fields["impact"] * point.fields["likelihood"]}
            rows.append(
                row
                | {
                    "project": project.fields["name"] if project else None,
                    "counterparties": _joined_names(companies_only),
                }
            )
        rows.sort(key=lambda row: -row["rating"])
        _print_list(
            rows,
            {
                "ID": lambda row: row["id"],
                "Title": lambda row: row["name"],
                "Project": lambda row: row["project"] or "",
                "Rating": lambda row: f"{row['rating']:,}",
                "Status": lambda row: row["status"],
                "Due": lambda row: row["due_date"] or "",
                "Owner": lambda row: row["owner"],
                "Counterparties": lambda row: "; ".join(row["counterparties"]),
            },
            *(sheet, as_json, bool(portfolio.of_kind(kind))),
            right=("Rating",),
        )

    return command


def _print_list(
    rows: list[dict[str, Any]],
    columns: dict[str, Callable[[dict[str, Any]], str]],
    sheet: str,
    as_json: bool,
    has_any: bool,
    right: tuple[str, ...] = (),
) -> None:
    from renewables.cli.output import print_json, print_note, print_table

    if as_json:
        print_json(rows)
    elif not has_any:
        typer.echo(
            f"There are none yet. `renewables {sheet} template --output new.csv` writes the columns to fill in and "
            f"`renewables {sheet} import new.csv` brings them in; `renewables demo` has invented ones to look at."
        )
    elif not rows:
        typer.echo("None is like that: leave a filter out.")
    else:
        print_table(list(columns), [[cell(row) for cell in columns.values()] for row in rows], right=right)
        print_note(f"{len(rows)} in all. `renewables {sheet} show ID` shows one whole.")


def _linked_records(
    portfolio: "Portfolio", link_kind: str, field: str, id: str, other_field: str, other: str
) -> list[tuple["Record", "Record"]]:
    """Yield (record, link) for live links of the record with this id."""
    links = portfolio.referencing(link_kind, field, id)
    return [(target, link) for link in links if (target := portfolio.get(other, link.fields[other_field]))]


def _joined_names(records: Iterable["Record"]) -> list[str]:
    return sorted({str(record.fields["name"]) for record in records})


def _contains_text(text: str | None, *records: "Record") -> bool:
    """Return whether one of the fields has the text, in any spelling."""
    if not text:
        return True
    from pipeline_assets.names import name_key

    wanted = name_key(text)
    values = (value for record in records for value in (record.id, *record.fields.values()))
    return any(wanted in name_key(str(value)) for value in values)


def _vocabulary_words(vocabulary: "type[StrEnum]", given: Words) -> set[str]:
    from pipeline_assets.errors import UnreadableValue
    from pipeline_assets.spreadsheets.cells import parse_word
    from renewables.user_errors import BadUsage

    try:
        return {parse_word(vocabulary, each) for each in given or ()}
    except UnreadableValue as error:
        raise BadUsage(f"{error}.") from None
