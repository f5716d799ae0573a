"""`renewables registers changes` and `slip`: what moved between two issues of a register.

Belongs here: printing. Not here: the queries (`renewables/queries/register_changes.py`).
"""

import typer

from renewables.cli.options import AsJson
from renewables.cli.register_options import (
    SHOWN,
    From,
    Limit,
    OneRegister,
    Output,
    To,
    open_registers,
    print_licences,
    print_one_issue,
    provenance,
    wrote_file,
)


def changes(
    register: OneRegister = "repd",
    before: From = None,
    after: To = None,
    limit: Limit = SHOWN,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """List what changed between two issues of a register; the newest one and the one before it by default.

    A new spelling of a name, a customer or a number is not a change.

    \b
    Examples:
      renewables registers changes
      renewables registers changes --register tec --from 2024-10-11 --to 2025-09-02 --json
    """
    from renewables.cli.output import print_json, print_note, print_table
    from renewables.formatting import number
    from renewables.queries.register_changes import APPEARED, CHANGED, LEFT, register_changes

    with open_registers() as snapshot:
        result = register_changes(register, before, after, con=snapshot)
    if result is None:
        print_one_issue(register, as_json)
        return
    rows = result.changes
    if as_json:
        print_json(
            {**provenance([result.register]), **vars(result)}
            | {"changes": rows.to_dicts(), "fields": result.fields.to_dicts()}
        )
        return
    counted = ", ".join(
        f"{number(result.records(change))} {change} ({number(result.capacity_mw(change))} MW)"
        for change in (APPEARED, LEFT, CHANGED)
    )
    typer.echo(f"{register.upper()} from {result.from_issue_date} to {result.to_issue_date}: {counted}.\n")
    if not wrote_file(output, rows, [result.register]):
        print_table(
            ["Record", "Name", "MW", "Change", "Field", "Before", "After"],
            [
                [
                    *(row["record_id"], row["name"], number(row["capacity_mw"], 1), row["change"], row["field"] or ""),
                    *(row["before"] or "", row["after"] or ""),
                ]
                for row in rows.head(limit).iter_rows(named=True)
            ],
            right=["MW"],
        )
        if len(rows) > limit:
            print_note(f"Showing {limit:,} of {len(rows):,} changes: --limit shows more, --output FILE writes all.")
    print_licences([result.register])


def slip(
    before: From = None,
    after: To = None,
    limit: Limit = SHOWN,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Show how far the connection dates of TEC moved between two issues, in MW-years and by technology.

    A MW-year is one MW that connects one year later; earlier dates count as negative. Records that left, appeared, or
    have no date in one of the issues are left out.

    \b
    Examples:
      renewables registers slip
      renewables registers slip --from 2024-10-11 --to 2025-09-02 --output slip.csv
    """
    from renewables.cli.output import print_json, print_table
    from renewables.formatting import number
    from renewables.queries.register_changes import connection_slip

    with open_registers() as snapshot:
        result = connection_slip(before, after, con=snapshot)
    if result is None:
        print_one_issue("tec", as_json)
        return
    if as_json:
        print_json(
            {**provenance(["tec"]), **vars(result), "net_mw_years": result.net_mw_years}
            | {"rows": result.rows.to_dicts(), "technologies": result.technologies.to_dicts()}
        )
        return
    typer.echo(
        f"From {result.from_issue_date} to {result.to_issue_date} the dates of {number(len(result.rows))} connections "
        f"moved, by a net {result.net_mw_years:+,.0f} MW-years.\n"
    )
    print_table(
        ["Technology", "Connections", "Later MW-years", "Earlier MW-years", "Net MW-years"],
        [
            [
                row["technology"] or "",
                number(row["records"]),
                *(f"{row[name]:+,.0f}" for name in ("later_mw_years", "earlier_mw_years", "net_mw_years")),
            ]
            for row in result.technologies.iter_rows(named=True)
        ],
        right=["Connections", "Later MW-years", "Earlier MW-years", "Net MW-years"],
    )
    if not wrote_file(output, result.rows, ["tec"]):
        print_table(
            ["Record", "Name", "MW", "Before", "After", "Days", "MW-years"],
            [
                [
                    *(row["record_id"], row["name"], number(row["capacity_mw"], 1), str(row["before"])),
                    *(str(row["after"]), f"{row['slip_days']:+,}", f"{row['slip_mw_years']:+,.1f}"),
                ]
                for row in result.rows.head(limit).iter_rows(named=True)
            ],
            right=["MW", "Days", "MW-years"],
        )
    print_licences(["tec"])
