"""`renewables registers`: who else builds, from the public registers REPD (planning) and TEC (grid connections).

Belongs here: the group, its lists of records and operators, one record. Not here: changes and slip
(`register_changes.py`), issues and files (`register_issues.py`), the queries (`renewables/queries/registers.py` and its
neighbours).
"""

from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli import register_changes, register_issues
from renewables.cli.command_group import CommandGroup
from renewables.cli.options import AsJson
from renewables.cli.register_options import (
    SHOWN,
    Counties,
    Km,
    LeastMw,
    Limit,
    MostMw,
    Near,
    OneRegister,
    Operator,
    Output,
    Registers,
    SortBy,
    Statuses,
    StatusGroups,
    Technologies,
    Text,
    folded_words,
    open_registers,
    print_licences,
    provenance,
    read_filter,
    read_places,
    read_sort,
    wrote_file,
)

if TYPE_CHECKING:
    import polars as pl

registers_app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Who else builds: REPD (planning) and TEC (grid connections): search, changes, slip, issues.",
)


@registers_app.command("list")
def list_records(
    register: Registers = None,
    technology: Technologies = None,
    status: Statuses = None,
    status_group: StatusGroups = None,
    operator: Operator = "",
    county: Counties = None,
    text: Text = "",
    least_mw: LeastMw = None,
    most_mw: MostMw = None,
    near: Near = None,
    km: Km = 25.0,
    sort: SortBy = None,
    limit: Limit = SHOWN,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List the records of the newest issues that match, and their MW by technology and status group.

    MW of REPD are AC at the plant; MW of TEC are those of the connection. A project may be in both registers, so their
    sums are never added up. --json and --output have all rows, whatever --limit says.

    \b
    Examples:
      renewables registers list --technology solar --status-group consented --least-mw 30
      renewables registers list --near "Harrow Fen" --km 20
      renewables registers list --register tec --text pembroke --json
      renewables registers list --register repd --output repd.xlsx
    """
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.formatting import number
    from renewables.queries.registers import register_records, register_sums

    order = read_sort(sort, near)
    wanted = read_filter(
        registers=tuple(register or ()),
        technologies=folded_words(technology),
        statuses=folded_words(status),
        status_groups=folded_words(status_group),
        counties=folded_words(county),
        **{"operator": operator, "text": text, "least_mw": least_mw, "most_mw": most_mw},
        **{"places": read_places(near), "km": km},
    )
    with open_registers() as snapshot:
        sums = register_sums(wanted, con=snapshot)
        rows = register_records(wanted, sort=order, limit=None if as_json or output else limit, con=snapshot)
    shown = sums["register"].unique(maintain_order=True).to_list()
    if as_json:
        print_json({**provenance(shown), "sums": sums.to_dicts(), "records": rows.to_dicts()})
        return
    if rows.is_empty():
        typer.echo("No records match: remove a filter.")
        return
    if not wrote_file(output, rows, shown):
        _print_records(rows, with_distance=near is not None)
    totals = sums.drop("status").group_by("register", "status_group", "technology").sum()
    print_table(
        ["Register", "Status group", "Technology", "Records", "MW", "Without MW"],
        [
            [
                *(row["register"].upper(), row["status_group"] or "", row["technology"] or ""),
                *(number(row["records"]), number(row["capacity_mw"], 1), number(row["records_without_capacity"])),
            ]
            for row in totals.sort("register", "capacity_mw", descending=[False, True]).iter_rows(named=True)
        ],
        right=["Records", "MW", "Without MW"],
        title="Sums of all matching records",
    )
    matching = int(sums["records"].sum())
    if not output and len(rows) < matching:
        print_note(f"Showing {len(rows):,} of {matching:,} records: --limit shows more, --output FILE writes all.")
    print_licences(shown)


def _print_records(rows: "pl.DataFrame", *, with_distance: bool) -> None:
    from renewables.cli.output import print_table
    from renewables.formatting import number

    columns = ["Register", "Record", "Name", "Operator", "Technology", "Status", "MW", "Where", "Connection"]
    print_table(
        [*columns, *(["km"] if with_distance else [])],
        [
            [
                *(row["register"].upper(), row["record_id"], row["name"], row["operator"] or ""),
                *(row["technology"] or "", row["status"] or "", number(row["capacity_mw"], 1)),
                *(row["county"] or row["connection_site"] or "", str(row["connection_date"] or "")),
                *([number(row["distance_km"], 1)] if with_distance else []),
            ]
            for row in rows.iter_rows(named=True)
        ],
        right=["MW", "km"],
    )


@registers_app.command("operators")
def operators(
    register: OneRegister = "repd",
    technology: Technologies = None,
    status_group: StatusGroups = None,
    text: Text = "",
    limit: Limit = SHOWN,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Rank the operators (or customers) of a register by MW, with their MW by status group.

    \b
    Examples:
      renewables registers operators --technology solar
      renewables registers operators --register tec --status-group scoping --json
    """
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.formatting import number
    from renewables.queries.register_operators import operator_ranking

    wanted = read_filter(
        registers=(register,),
        technologies=folded_words(technology),
        status_groups=folded_words(status_group),
        text=text,
    )
    with open_registers() as snapshot:
        ranking = operator_ranking(wanted, limit=None if as_json or output else limit, con=snapshot)
    if as_json:
        print_json(
            {
                **provenance([register]),
                "operators": ranking.operators.to_dicts(),
                "stages": ranking.stages.to_dicts(),
            }
        )
        return
    if ranking.operators.is_empty():
        typer.echo("No records match: remove a filter.")
        return
    if not wrote_file(output, ranking.operators, [register]):
        stages: dict[str, list[str]] = {}
        for row in ranking.stages.sort("capacity_mw", descending=True).iter_rows(named=True):
            stages.setdefault(row["operator"], []).append(f"{row['status_group']} {number(row['capacity_mw'])}")
        print_table(
            ["No.", "Operator", "MW", "Records", "Technologies", "MW by status group"],
            [
                [
                    *(number(row["rank"]), row["operator"], number(row["capacity_mw"], 1), number(row["records"])),
                    *(", ".join(row["technologies"]), ", ".join(stages[row["operator"]])),
                ]
                for row in ranking.operators.iter_rows(named=True)
            ],
            right=["No.", "MW", "Records"],
        )
        print_note(f"Operators: {ranking.total:,}.")
    print_licences([register])


@registers_app.command("show")
def show(
    record_id: Annotated[str, typer.Argument(metavar="RECORD", help="REPD's Ref ID, or TEC's Project ID[/stage].")],
    register: OneRegister = "repd",
    as_json: AsJson = False,
) -> None:
    """Show one record: every published cell, and what it was in each issue.

    \b
    Examples:
      renewables registers show 8194
      renewables registers show a0l4L0000005ikYQAQ --register tec --json
    """
    from renewables.cli.output import print_facts, print_json, print_table
    from renewables.queries.register_history import register_record
    from renewables.user_errors import UserError

    with open_registers() as snapshot:
        record = register_record(register, record_id, con=snapshot)
    if record is None:
        raise UserError(
            f"No issue of {register.upper()} has the record {record_id!r}: `renewables registers list -t …`."
        )
    if as_json:
        print_json(
            {**provenance([register]), **vars(record)}
            | {"history": record.history.to_dicts(), "changes": record.changes.to_dicts()}
        )
        return
    title = f"{record.facts['name']} ({register.upper()} {record_id})"
    print_facts(title, [(name, str(value)) for name, value in record.published.items()])
    if not record.is_current:
        typer.echo(f"It has left the register: the issue of {record.facts['issue_date']} was the last one with it.\n")
    print_table(
        ["Issue", "Status", "MW", "Connection", "Name", "Operator"],
        [
            [str(value if value is not None else "") for value in row]
            for row in record.history.drop("technology_published").iter_rows()
        ],
        right=["MW"],
        title="In each issue",
    )
    print_licences([register])


registers_app.command("changes")(register_changes.changes)
registers_app.command("slip")(register_changes.slip)
registers_app.command("issues")(register_issues.issues)
registers_app.command("add")(register_issues.add)
registers_app.command("fetch")(register_issues.fetch)
