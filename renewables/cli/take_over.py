"""`renewables registers take-over`: an operator's records of a register as projects, after a look at what would come.

Not here: the plan (`pipeline_assets/register_links/take_over.py`), the other commands of the group (`registers.py`).
"""

from typing import Annotated

import typer

from renewables.cli.options import AsJson
from renewables.cli.records import Who, Why, Yes, chosen_record, open_engine
from renewables.cli.token_option import command_author


def take_over(
    operator: Annotated[str, typer.Argument(metavar="OPERATOR", help="The operator's name in the register.")],
    register: Annotated[str, typer.Option("--register", help="repd (planning) or tec (grid).")] = "repd",
    counterparty: Annotated[
        str | None,
        typer.Option(metavar="ID_OR_NAME", help="An existing counterparty; one of the operator's name by default."),
    ] = None,
    role: Annotated[str, typer.Option("--role", help="The counterparty's role: Developer or Owner, for example.")] = (
        "Developer"
    ),
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="REFERENCE", help="Only this record; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be created, and create nothing.")] = False,
    who: Who = None,
    why: Why = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Create projects from an operator's records, after showing each one, as one batch that can be undone.

    Some records are left out and listed with the reason: those that are linked to a project or share its name, have no
    capacity, have ended, or have a technology that no project here can have. All spellings of the operator count. With
    --json there is no prompt: add --yes to create the projects.

    \b
    Examples:
      renewables registers take-over "Lightsource SPV 214 Limited" --register tec --dry-run
      renewables registers take-over "Fen Power Ltd" --only 8263 --only 8264 --role Owner
    """
    from datetime import UTC, datetime

    from pipeline_assets.ledger.submission import submit
    from pipeline_assets.models import new_id
    from pipeline_assets.register_links.take_over import (
        CAPACITY_IS_AC,
        linked_meanwhile,
        plan_take_over,
        take_over_changes,
    )
    from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
    from renewables.cli.options import open_snapshot
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.formatting import number
    from renewables.queries.operator_records import chosen_role, operator_counterparty, operator_records
    from renewables.queries.register_issues import licence_lines, read_register
    from renewables.user_errors import BadUsage

    name, chosen = read_register(register), chosen_role(role)
    with open_snapshot() as con:
        records = operator_records(name, operator, con)
    if not records:
        raise BadUsage(f"{name.upper()} has no operator {operator!r}: `renewables registers operators` lists them.")
    ledger = open_engine()
    portfolio = read_portfolio(ledger)
    rows = plan_take_over(records, portfolio)
    if only:
        unknown = sorted({each.strip() for each in only} - {row.reference for row in rows})
        if unknown:
            raise BadUsage(f"{operator} has no record {', '.join(unknown)} in {name.upper()}.")
        rows = [row for row in rows if row.reference in {each.strip() for each in only}]
    ready = [row for row in rows if not row.problem]
    company = (
        chosen_record(portfolio, "counterparties", counterparty)
        if counterparty
        else operator_counterparty(portfolio, records[0]["operator"])
    )
    company_name = company if isinstance(company, str) else str(company.fields["name"])
    changes = list(take_over_changes(ready, company, chosen, datetime.now(UTC).date())) if ready else []
    tried = submit(ledger, changes, actor=command_author(who), token=new_id(), source="import", dry_run=True)
    receipt = None
    if not as_json:
        cells = [
            [
                *(row.reference, row.name, row.technology, number(row.capacity_mw, 1), row.status, row.stage),
                f"left out: {row.problem}" if row.problem else row.remark,
            ]
            for row in rows
        ]
        print_table(["Reference", "Name", "Technology", "MW", "Status", "Stage", "Remark"], cells, right=("MW",))
        is_archived = not isinstance(company, str) and company.archived
        existing = "new" if isinstance(company, str) else "restored" if is_archived else "existing"
        typer.echo(
            f"{len(ready):,} of {len(rows):,} become projects, with {existing} counterparty {company_name} as {chosen}."
        )
        print_note(CAPACITY_IS_AC)
        for warning in tried.warnings:
            print_note(f"Please check: {warning.message}.")
        print_note("\n".join(licence_lines([name])))
        if not ready:
            return
        if dry_run:
            print_note("Nothing was changed: this was a dry run.")
            return
        if not yes:
            typer.confirm("Create these projects?", abort=True)
    if ready and not dry_run and (yes or not as_json):
        if doubled := linked_meanwhile(ready, read_portfolio(ledger)):
            raise BadUsage(f"Somebody has taken over {', '.join(doubled)} in the meantime: try again.")
        reason = why or f"taken over from {name.upper()}"
        receipt = submit(ledger, changes, actor=command_author(who), why=reason, token=new_id(), source="import")
    if as_json:
        print_json(
            {
                "licences": licence_lines([name]),
                "counterparty": company_name,
                "is_new_counterparty": isinstance(company, str),
                "rows": [{key: value for key, value in vars(row).items() if key != "facility"} for row in rows],
                "batch": receipt.batch if receipt else None,
            }
        )
    elif receipt:
        typer.echo(f"Created as batch {receipt.batch}.")
        print_note(f"To undo it: `renewables pipelines revert {receipt.batch}`.")
