"""`renewables demo`: loads SYNTHETIC or recorded generation and an invented portfolio into a separate home."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DAYS = 28
LATEST, FLAGGING, SEEDING = ("elexon_assets", "latest"), ("elexon_assets", "flagging"), ("pipeline_assets", "seeding")
REGISTERS = ("pipeline_assets", "register_issues")
"Jobs, each as its code location and its name."


def demo(
    recordings: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of recorded answers, served where they cover a request."
        ),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First UTC day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last UTC day (inclusive), YYYY-MM-DD.")] = None,
) -> None:
    """Try everything on SYNTHETIC data, in a separate home.

    Fetches the last 28 days, or the days from --from to --to, from a simulator on this machine through Dagster into a
    separate warehouse, never the real one, and loads a sample portfolio of projects and three invented issues of each
    public register. The data has a few gaps, flagged values and revisions for you to explore. At the end a table shows
    what landed.

    \b
    Examples:
      renewables demo
      renewables demo --recordings ../shared/recordings --from 2026-04-16 --to 2026-04-21
    """
    from elexon_assets.datasets import DATASETS
    from elexon_assets.simulator.server import subprocess_running
    from elexon_assets.time_inputs import read_days
    from renewables.attribution import label_of_sources, note_of_sources
    from renewables.cli.demo_home import (
        keep_older_issues,
        lasting_faults,
        only_demo_home,
        passing_faults,
        prepare_home,
    )
    from renewables.cli.fetch import print_report, read_report, wait_for
    from renewables.cli.output import open_console
    from warehouse.settings import Settings

    console = open_console()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    first, last = read_days(start or str(yesterday - timedelta(days=DAYS - 1)), end or str(yesterday))
    home = Settings().renewables_home / ("demo-recorded" if recordings else "demo")
    lasting = "" if recordings else lasting_faults(last)
    prepare_home(home, faults=None if recordings else lasting)
    faults = "" if recordings else f"{lasting},{passing_faults(last)}"
    console.print(
        f"Starting a simulator of Elexon's API on this machine. The home of the demo is {home}", highlight=False
    )
    table = _result_table(f"UTC days {first} to {last}")
    sources: set[str] = set()
    with subprocess_running(recordings=recordings, faults=faults) as base_url, only_demo_home(home, base_url):
        well = True
        for dataset in DATASETS:
            started = monotonic()
            outcomes = wait_for([dataset], first, last, console, here=True)
            report = read_report(outcomes)
            print_report(report, console)
            well &= report.succeeded
            if well and dataset.is_observed:
                sources |= _add_row(
                    table, dataset.name, first, last, [o.run_id for o in outcomes], monotonic() - started
                )
        if not (start or end or recordings):
            well &= _run(LATEST, console) and _run(FLAGGING, console)
        well &= _seed_portfolio(console)
        keep_older_issues(home, datetime.now(UTC))
        well &= _run(REGISTERS, console)
        if not well:
            raise typer.Exit(1)
        table.title = f"{label_of_sources(sources)} · {table.title}"
        table.caption = note_of_sources(sources)
        console.print(table)
        _print_portfolio(console)
        _print_registers(console)
    _what_next(home, console)


def _seed_portfolio(console: "Console") -> bool:
    """Land the invented portfolio once; another run of the demo keeps what was edited in it."""
    return _run(SEEDING, console)


def _run(job: tuple[str, str], console: "Console") -> bool:
    """Run a job in this process and return whether it succeeded; its error is printed."""
    from pipeline_assets.access import Actor
    from renewables.dagster_control.in_process import run_job
    from warehouse.settings import Settings

    outcome = run_job(*job, requested_by="renewables demo", actor=Actor.program("demo"), settings=Settings())
    if outcome.error:
        console.print(outcome.error, style="red", highlight=False)
    return outcome.succeeded


def _print_portfolio(console: "Console") -> None:
    from renewables.queries.pipeline import Filter, headline_figures, landed_position

    figures = headline_figures(Filter(datetime.now(UTC).date()))
    console.print(
        f"Sample portfolio: {figures['projects']:,} projects, {figures['gross_mwp']:,.0f} MWp in "
        f"{figures['facilities']:,} facilities, {landed_position():,} changes",
        highlight=False,
    )


def _print_registers(console: "Console") -> None:
    """Print how many issues of each register landed, and the records of the newest."""
    from warehouse.connection import reading

    with reading() as con:
        rows = con.execute(
            "SELECT upper(register), count(*), max(issue_date), arg_max(rows_landed, issue_date) FROM register_issues "
            "GROUP BY register ORDER BY register"
        ).fetchall()
    for register, issues, day, records in rows:
        console.print(f"{register}: {issues} invented issues; that of {day} has {records:,} records", highlight=False)


def _result_table(title: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Column, Table

    table = Table(Column("dataset", no_wrap=True), title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    for column in ("days", "rows", "coverage", "energy\nGWh", "half-hours\nflagged", "quaran-\ntined", "seconds"):
        table.add_column(column, justify="right")
    return table


def _add_row(table: "Table", name: str, first: date, last: date, run_ids: list[str], seconds: float) -> set[str]:
    """Add the row of one dataset and return the sources of its rows."""
    from elexon_assets.datasets import BY_NAME
    from renewables.queries.runs import landed_windows, run_totals
    from warehouse.connection import reading

    with reading() as con:
        windows, run = landed_windows(name, first, last, con), run_totals(run_ids, con)
    sources = {source for row in run["source"] for source in (row or "").split(", ") if source}
    table.add_row(
        BY_NAME[name].title,
        str((last - first).days + 1),
        f"{windows['rows']:,.0f}",
        f"{windows['coverage']:.1%}",
        f"{windows['energy_mwh'] / 1000:,.0f}",
        f"{windows['half_hours_flagged']:,}",
        f"{run['rows_quarantined'].sum():,}",
        f"{seconds:.1f}",
    )
    return sources


def _what_next(home: Path, console: "Console") -> None:
    console.print(
        f"\nNext, with the demo data:\n"
        f"  export RENEWABLES_HOME={home}\n"
        f"  renewables status          what data there is\n"
        f"  renewables analyze         energy, means, peaks, capacity factors, coverage\n"
        f"  renewables quality         what is flagged, missing or revised\n"
        f"  renewables plot --open     an interactive chart\n"
        f"  renewables registers list  who else builds, from invented issues of REPD and TEC\n"
        f"  renewables up              the dashboard and Dagster; new half-hours keep arriving\n"
        f"With real data from Elexon (unset RENEWABLES_HOME first): renewables fetch-range 2026-04-01 2026-04-07",
        highlight=False,
        soft_wrap=True,
    )
