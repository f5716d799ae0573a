"""`renewables demo`: the whole job on a home of its own: SYNTHETIC generation, or recorded where asked, and an invented
portfolio."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from warehouse.settings import ENV_FILES, Settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

DAYS = 28
SIMULATOR_PORT = 8899
"The default of `renewables simulate`: what the demo's home asks when it is used again."


def demo(
    recordings: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of recorded answers, served for what they cover."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First UTC day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last UTC day, YYYY-MM-DD, itself included.")] = None,
) -> None:
    """Runs the whole job on SYNTHETIC data, in a home of its own.

    The last 28 days, or those from --from to --to, from a simulator on this machine through Dagster into a warehouse
    that is never the real one; and an invented portfolio of projects. Then says what landed.

    \b
    Examples:
      renewables demo
      renewables demo --recordings ../shared/recordings --from 2026-04-16 --to 2026-04-21
    """
    from elexon_assets.datasets import DATASETS
    from elexon_assets.simulator.server import subprocess_running
    from elexon_assets.time_inputs import read_days
    from renewables.attribution import label_of_sources, note_of_sources
    from renewables.cli.fetch import print_report, read_report, wait_for
    from renewables.cli.output import open_console

    console = open_console()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    first, last = read_days(start or str(yesterday - timedelta(days=DAYS - 1)), end or str(yesterday))
    home = Settings().renewables_home / ("demo-recorded" if recordings else "demo")
    prepare_home(home)
    console.print(f"A simulator of Elexon's API starts on this machine; the demo's home is {home}", highlight=False)
    table = _table(f"UTC days {first} to {last}")
    sources: set[str] = set()
    with subprocess_running(recordings=recordings) as base_url, only_demo_home(home, base_url):
        well = True
        for dataset in DATASETS:
            started = monotonic()
            outcomes = wait_for([dataset], first, last, console, here=True)
            report = read_report(outcomes)
            print_report(report, console)
            well &= report.succeeded
            if well and dataset.is_half_hourly:
                sources |= _add_row(
                    table, dataset.name, first, last, [o.run_id for o in outcomes], monotonic() - started
                )
        well &= _seed(console)
        if not well:
            raise typer.Exit(1)
        table.title = f"{label_of_sources(sources)} · {table.title}"
        table.caption = note_of_sources(sources)
        console.print(table)
        _print_portfolio(console)
    _what_next(home, console)


def prepare_home(home: Path) -> None:
    """Write the settings that the home brings along: it asks the simulator, and leaves out other `.env` files."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".env").write_text(
        f"{ENV_FILES}=home\nELEXON_BASE_URL=http://127.0.0.1:{SIMULATOR_PORT}/bmrs/api/v1\nSCHEDULES_RUNNING=false\n"
    )


@contextmanager
def only_demo_home(home: Path, base_url: str) -> Iterator[None]:
    """Leave only the settings of the demo's home in force, whatever is set for the real one."""
    before = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ |= {"RENEWABLES_HOME": str(home), ENV_FILES: "home", "ELEXON_BASE_URL": base_url}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def _seed(console: "Console") -> bool:
    """Load the invented portfolio once: a demo that runs again keeps what was edited in it."""
    from renewables.dagster_control.in_process import seed_portfolio

    outcome = seed_portfolio(requested_by="renewables demo", settings=Settings())
    if outcome.error:
        console.print(outcome.error, style="red", highlight=False)
    return outcome.succeeded


def _print_portfolio(console: "Console") -> None:
    from renewables.queries.pipeline import Filter, headline, landed_position

    there = headline(Filter(datetime.now(UTC).date()))
    console.print(
        f"Invented portfolio: {there['projects']:,} projects, {there['gross_mwp']:,.0f} MWp in "
        f"{there['facilities']:,} facilities, {landed_position():,} changes landed",
        highlight=False,
    )


def _table(title: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Column, Table

    table = Table(Column("dataset", no_wrap=True), title=title, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    for column in ("days", "rows", "coverage", "energy\nGWh", "half hours\nin doubt", "quaran-\ntined", "seconds"):
        table.add_column(column, justify="right")
    return table


def _add_row(table: "Table", name: str, first: date, last: date, run_ids: list[str], seconds: float) -> set[str]:
    """Add the row of one dataset and return the sources of its rows."""
    from elexon_assets.datasets import BY_NAME
    from renewables.queries.runs import landed, totals
    from warehouse.connection import reading

    with reading() as con:
        held, run = landed(name, first, last, con), totals(run_ids, con)
    sources = {source for row in run["source"] for source in (row or "").split(", ") if source}
    table.add_row(
        BY_NAME[name].title,
        str((last - first).days + 1),
        f"{held['rows']:,.0f}",
        f"{held['coverage']:.1%}",
        f"{held['energy_mwh'] / 1000:,.0f}",
        f"{held['half_hours_flagged']:,}",
        f"{run['rows_quarantined'].sum():,}",
        f"{seconds:.1f}",
    )
    return sources


def _what_next(home: Path, console: "Console") -> None:
    console.print(
        f"\nNext, on the demo's data:\n"
        f"  export RENEWABLES_HOME={home}\n"
        f"  renewables status          what is there\n"
        f"  renewables analyze         energy, means, peaks, capacity factors, coverage\n"
        f"  renewables quality         what is in doubt, missing or revised\n"
        f"  renewables plot --open     an interactive chart\n"
        f"  renewables simulate &      then `renewables up`: the Dagster UI with these runs\n"
        f"Or with Elexon's own data (unset RENEWABLES_HOME): renewables fetch-range 2026-04-01 2026-04-07",
        highlight=False,
        soft_wrap=True,
    )
