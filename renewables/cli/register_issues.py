"""`renewables registers issues`, `add` and `fetch`: the vintages of the registers, and landing another one.

Belongs here: waiting for the run and printing what landed. Not here: the run (`dagster_control/register_job.py`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from renewables.cli.options import AsJson
from renewables.cli.register_options import (
    Output,
    Registers,
    complete_register,
    open_registers,
    print_licences,
    provenance,
    wrote_file,
)
from renewables.user_errors import BadUsage, UserError

if TYPE_CHECKING:
    import polars as pl

    from renewables.dagster_control.client import Outcome

REQUESTED_BY = "command line"


def issues(register: Registers = None, output: Output = None, as_json: AsJson = False) -> None:
    """List the issues that landed, with their hash, date and quarantine, and those that could not land.

    \b
    Examples:
      renewables registers issues
      renewables registers issues --register tec --json
    """
    from renewables.cli.output import print_json, print_table
    from renewables.formatting import number, utc
    from renewables.queries.register_issues import failed_issues, read_register, register_issues

    names = [read_register(name) for name in register or ()]
    with open_registers() as con:
        rows, failures = register_issues(con=con), failed_issues(con=con)
    if names:
        rows, failures = (frame.filter(frame["register"].is_in(names)) for frame in (rows, failures))
    shown = rows["register"].unique(maintain_order=True).to_list()
    if as_json:
        print_json({**provenance(shown), "issues": rows.to_dicts(), "failures": failures.to_dicts()})
        return
    if not wrote_file(output, rows, shown):
        print_table(
            ["Register", "Issue", "Date", "Landed (UTC)", "Records", "Quarantine", "Encoding", "Source"],
            [
                [
                    *(row["register"].upper(), row["issue_id"], str(row["issue_date"]), utc(row["fetched_at_utc"])),
                    *(number(row["rows_landed"]), number(row["rows_quarantined"]), row["encoding"], row["source"]),
                ]
                for row in rows.iter_rows(named=True)
            ],
            right=["Records", "Quarantine"],
        )
    _print_unknown(rows)
    if len(failures):
        print_table(
            ["Could not land", "When (UTC)", "Source", "Reason"],
            [
                [row["register"].upper(), utc(row["fetched_at_utc"]), row["source"], row["reason"]]
                for row in failures.iter_rows(named=True)
            ],
        )
    print_licences(shown)


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The register as CSV, as it was published.")],
    register: Annotated[
        str | None,
        typer.Option(
            "--register",
            help="repd or tec; by default the beginning of the file's name.",
            autocompletion=complete_register,
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="DATE", help="The date of the issue; by default that in the file's name."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add an issue from a file that you downloaded.

    The file is copied into the folder `registers` of the home, and Dagster lands it. The same file again adds no
    issue. A file that cannot be read changes nothing and is removed from the folder: the earlier issues stay.

    \b
    Examples:
      renewables registers add repd-q2-july-2024.csv
      renewables registers add download.csv --register tec --date 2025-09-02
    """  # fmt: skip
    import hashlib

    from pipeline_assets.dates import parse_date
    from pipeline_assets.errors import UnreadableValue
    from renewables.cli.token_option import command_author
    from renewables.dagster_control import register_job
    from renewables.queries.register_issues import read_register
    from warehouse.settings import Settings

    name = read_register(register) if register else _register_of(file)
    try:
        day = parse_date(date) if date else None
    except UnreadableValue as error:
        raise BadUsage(f"--date {date}: {error}.") from None
    content, settings, actor = file.read_bytes(), Settings(), command_author()
    before = _known_issues()
    kept = register_job.keep_file(content, file.name, name, day, actor=actor, settings=settings)
    outcome = register_job.run_and_wait(fetches=False, requested_by=REQUESTED_BY, actor=actor, settings=settings)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 not in _known_issues():
        kept.unlink(missing_ok=True)  # or every later run would fail at it
    _report(outcome, before, as_json=as_json, sha256=sha256)


def fetch(as_json: AsJson = False) -> None:
    """Fetch the newest issue of each register, and land the files in the folder `registers` of the home.

    An issue that has landed before is not a new one. A running Dagster server of this home does the work, otherwise
    this process does.

    \b
    Examples:
      renewables registers fetch
      renewables registers fetch --json
    """
    from renewables.cli.token_option import command_author
    from renewables.dagster_control import register_job
    from warehouse.settings import Settings

    before = _known_issues()
    outcome = register_job.run_and_wait(
        fetches=True, requested_by=REQUESTED_BY, actor=command_author(), settings=Settings()
    )
    _report(outcome, before, as_json=as_json)


def _register_of(file: Path) -> str:
    """Return the register that the name of a file begins with. Raises BadUsage."""
    from pipeline_assets.registers.declarations import REGISTERS

    for name in REGISTERS:
        if file.name.casefold().startswith(name):
            return name
    raise BadUsage(
        f"{file.name} does not say which register it is: add --register {' or --register '.join(REGISTERS)}."
    )


def _known_issues() -> dict[str, dict[str, Any]]:
    """Return the issues by their hash; none before the first has landed."""
    from renewables.queries.register_issues import RegistersMissing, register_issues

    try:
        with open_registers() as con:
            return {row["sha256"]: row for row in register_issues(con=con).to_dicts()}
    except RegistersMissing:
        return {}


def _report(outcome: "Outcome", before: dict[str, dict[str, Any]], *, as_json: bool, sha256: str | None = None) -> None:
    """Print what landed, and exit with 1 if the run failed or the file with that hash did not land."""
    from renewables.cli.output import print_json, print_note

    after = _known_issues()
    landed = [row for key, row in after.items() if key not in before]
    failed = not outcome.succeeded if sha256 is None else sha256 not in after
    if as_json:
        print_json({"succeeded": not failed, "error": outcome.error if failed else None, "landed": landed})
    else:
        for row in landed:
            typer.echo(
                f"{row['register'].upper()}: issue {row['issue_id']} of {row['issue_date']} landed with "
                f"{row['rows_landed']:,} records, {row['rows_quarantined']:,} in quarantine."
            )
        if not landed and not failed:
            typer.echo("Nothing new: every issue has landed before.")
        if outcome.error and not failed:
            print_note(f"Another register could not be fetched: {outcome.error}")
    if failed:
        raise UserError(outcome.error or f"The issue did not land; see the run {outcome.run_id} in Dagster.")


def _print_unknown(rows: "pl.DataFrame") -> None:
    """Print the unknown columns and words of each register's newest issue."""
    for row in rows.unique("register", keep="first", maintain_order=True).iter_rows(named=True):
        for label in ("columns", "words"):
            if names := row[f"unknown_{label}"]:
                typer.echo(f"{row['register'].upper()} of {row['issue_date']} has unknown {label}: {'; '.join(names)}.")
