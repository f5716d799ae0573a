"""`renewables pipelines registers|proposals|link`: projects and their records in the public registers.

Not here: the registers themselves (`registers.py`), taking over an operator's projects (`take_over.py`).
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.records import As_json, Who, Why, Yes, chosen_record, open_engine
from renewables.cli.token_option import command_author

if TYPE_CHECKING:
    from pipeline_assets.ledger.changes import Record
    from pipeline_assets.spreadsheets.portfolio_index import Portfolio

ProjectName = Annotated[
    str | None, typer.Argument(metavar="ID_OR_NAME", help="The id of a project, or a unique name; all by default.")
]
ReportedName = Annotated[str, typer.Argument(metavar="ID_OR_NAME", help="The id of a project, or a unique name.")]


def registers(_: str, kind: str) -> Callable[..., None]:
    """Return the command `registers` for projects."""

    def command(project: ProjectName = None, as_json: As_json = False) -> None:
        """Show the linked records of REPD and TEC beside our values, and what differs.

        MW of the registers are AC; MWp of solar is DC, so the two are compared by their usual ratio only. A reference
        that no issue has, or whose record left the register, is reported.

        \b
        Examples:
          renewables pipelines registers "Fen Farm"
          renewables pipelines registers --json
        """
        from datetime import UTC, datetime

        from renewables.cli.output import print_json, print_note, print_table
        from renewables.queries.project_registers import link_reports
        from renewables.queries.register_issues import licence_lines

        portfolio, projects = _chosen_projects(kind, project)
        reports = link_reports(portfolio, projects, datetime.now(UTC).date())
        lines = licence_lines([report.link.register for report in reports])
        if as_json:
            print_json({"licences": lines, "links": [report.for_scripts() for report in reports]})
            return
        if not reports:
            print_note("No facility has a REPD or TEC reference: `renewables pipelines proposals` proposes records.")
        for report in reports:
            link = report.link
            title = f"{link.project.fields['name']}, {link.facility.fields['name']}: {link.register.upper()} "
            typer.echo(f"{title}{link.reference}, {report.state}")
            marks = {True: "differs", False: "agrees", None: ""}
            cells = [[each.what, each.published, each.ours, marks[each.differs], each.remark] for each in report.values]
            if cells:
                print_table(["Value", "Register", "Ours", "Agrees", "Remark"], cells)
            if changed := report.for_scripts()["changed"]:
                typer.echo(f"Changed in the newest issue: {changed}.")
        print_note("\n".join(lines))

    return command


def proposals(_: str, kind: str) -> Callable[..., None]:
    """Return the command `proposals` for projects."""

    def command(project: ProjectName = None, as_json: As_json = False) -> None:
        """Propose records of REPD and TEC for facilities without a reference, with reasons and a score; link nothing.

        The score is the mean of the likeness of names (half), the distance and the capacity, where they are known.
        Accept a proposal with `renewables pipelines link`, or dismiss it there with --dismiss.

        \b
        Examples:
          renewables pipelines proposals
          renewables pipelines proposals "Fen Farm" --json
        """
        from renewables.cli.options import open_snapshot
        from renewables.cli.output import print_json, print_note, print_table
        from renewables.queries.project_registers import project_proposals
        from renewables.queries.register_issues import licence_lines

        portfolio, projects = _chosen_projects(kind, project)
        with open_snapshot() as con:
            rows = project_proposals(portfolio, projects, con)
        lines = licence_lines([proposal.register for _, _, proposal in rows])
        if as_json:
            documents = [
                {
                    **{"project_id": owner.id, "project": owner.fields["name"]},
                    **{"facility_id": facility.id, "facility": facility.fields["name"]},
                    **vars(proposal),
                }
                for owner, facility, proposal in rows
            ]
            print_json({"licences": lines, "proposals": documents})
            return
        if not rows:
            typer.echo("No record looks like a facility without a reference.")
            return
        print_table(
            ["Project", "Facility", "Register", "Reference", "Name", "Score", "Reasons"],
            [
                [
                    *(owner.fields["name"], facility.fields["name"], proposal.register.upper(), proposal.reference),
                    *(proposal.name, f"{proposal.score * 100:.0f} %", "; ".join(proposal.reasons)),
                ]
                for owner, facility, proposal in rows
            ],
            right=("Score",),
        )
        print_note("To accept one: `renewables pipelines link PROJECT REGISTER REFERENCE`; --dismiss dismisses it.")
        print_note("\n".join(lines))

    return command


def link(_: str, kind: str) -> Callable[..., None]:
    """Return the command `link` for projects."""

    def command(
        project: ReportedName,
        register: Annotated[str, typer.Argument(metavar="REGISTER", help="repd or tec.")],
        reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="REPD's Ref ID, or TEC's Project ID.")],
        facility: Annotated[
            str | None, typer.Option(metavar="ID_OR_NAME", help="Which facility, if the project has several.")
        ] = None,
        dismiss: Annotated[
            bool, typer.Option("--dismiss", help="Dismiss the proposal instead: the record is not proposed again.")
        ] = False,
        who: Who = None,
        why: Why = "",
        yes: Yes = False,
    ) -> None:
        """Link a facility of a project to a record of a register, or dismiss a proposed one, after asking.

        \b
        Examples:
          renewables pipelines link "Fen Farm" repd 8263
          renewables pipelines link "Fen Farm" tec a0l4L0000005ikYQAQ --facility "Fen battery" --yes
          renewables pipelines link "Fen Farm" repd 8264 --dismiss
        """
        from pipeline_assets.ledger.submission import submit
        from pipeline_assets.models import new_id
        from pipeline_assets.register_links.record_links import REFERENCE_FIELDS, dismissal_change, link_change
        from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
        from renewables.cli.output import print_note
        from renewables.queries.register_issues import read_register

        ledger = open_engine()
        portfolio = read_portfolio(ledger)
        owner, name = chosen_record(portfolio, kind, project), read_register(register)
        plant = _chosen_facility(portfolio, owner, facility)
        change = (dismissal_change if dismiss else link_change)(plant, name, reference.strip())
        present = str(plant.fields[REFERENCE_FIELDS[name]])
        replaced = f", in place of {present}" if present and not dismiss else ""
        verb = "is not" if dismiss else "is"
        typer.echo(f"{plant.fields['name']} {verb} {name.upper()} {reference.strip()}{replaced}.")
        if not yes:
            typer.confirm("Save this?", abort=True)
        receipt = submit(ledger, [change], actor=command_author(who), why=why or "register record", token=new_id())
        if not receipt.changes:
            print_note("No change: it was so already.")
            return
        typer.echo(f"Saved as batch {receipt.batch}.")
        print_note(f"To undo it: `renewables pipelines revert {receipt.batch}`.")

    return command


def _chosen_projects(kind: str, project: str | None) -> "tuple[Portfolio, list[Record]]":
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio

    portfolio = read_portfolio(open_engine())
    return portfolio, portfolio.of_kind(kind) if project is None else [chosen_record(portfolio, kind, project)]


def _chosen_facility(portfolio: "Portfolio", project: "Record", text: str | None) -> "Record":
    """Return the named facility of the project, or its only one. Raises BadUsage."""
    from pipeline_assets.names import name_key
    from pipeline_assets.register_links.record_links import live_facilities
    from renewables.user_errors import BadUsage

    facilities = live_facilities(portfolio, project)
    if text is None:
        matching = facilities
    else:
        matching = [each for each in facilities if text == each.id or name_key(text) == name_key(each.fields["name"])]
    if len(matching) == 1:
        return matching[0]
    names = _names(facilities)
    if not facilities:
        raise BadUsage(f"{project.fields['name']} has no facility: add one first.")
    raise BadUsage(f"Choose a facility of {project.fields['name']} with --facility: {names}.")


def _names(facilities: "Iterable[Record]") -> str:
    return ", ".join(f"{each.fields['name']} ({each.id})" for each in facilities)
