"""`renewables fetch-year`, `fetch-range`, `repair`: fetch days from Elexon through Dagster, and wait for them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.cli.options import AsJson, complete_dataset
from renewables.user_errors import BadUsage

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console
    from rich.progress import TaskID

    from elexon_assets.dataset_model import Dataset
    from renewables.dagster_control.client import Outcome
    from renewables.dagster_control.run_progress import RunProgress

FAILURES_SHOWN = 20
REQUESTED_BY = "command line"


Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        help="The name of a dataset, such as wind_and_solar; may be repeated. All of them by default.",
        autocompletion=complete_dataset,
    ),
]
"Default: all; installed capacity is always fetched completely, since it is half a dozen requests."
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only failures, to the error stream.")]


@dataclass
class Fetches:
    """What one command fetched: the days of each request and how its runs ended."""

    as_json: bool = False
    quiet: bool = False
    requests: list[dict[str, object]] = field(default_factory=list)
    outcomes: "list[Outcome]" = field(default_factory=list)

    def console(self) -> "Console":
        """Return where progress is shown: not the standard output if that is for a script."""
        from renewables.cli.output import open_console

        return open_console(stderr=self.as_json, quiet=self.quiet)

    def run(self, datasets: "Sequence[Dataset]", first: date, last: date) -> None:
        """Fetch the days and wait for them. Raises BadUsage if none of them is over."""
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        if first > yesterday:
            raise BadUsage(
                f"{first} has not ended: the last complete UTC day is {yesterday}. "
                "The schedule fetches today's half-hours as they are published (`renewables up`)."
            )
        console = self.console()
        if last > yesterday:
            console.print(f"Fetching up to {yesterday}, the last complete UTC day.")
            last = yesterday
        for together in _split_daily(datasets):
            self.requests.append({"datasets": [dataset.name for dataset in together], "start": first, "end": last})
            self.outcomes += wait_for(together, first, last, console)

    def finish(self) -> None:
        """Print what landed and what failed, and exit with 1 if anything failed."""
        from renewables.cli.output import open_console, print_json

        report = read_report(self.outcomes)
        if self.as_json:
            print_json({"requests": self.requests} | report.for_scripts())
        elif self.quiet:
            print_failures(report, open_console(stderr=True))
        else:
            print_report(report, self.console())
        if not report.succeeded:
            raise typer.Exit(1)


@dataclass(frozen=True)
class FetchReport:
    """The results of some runs; `landed` and `failed` are those of `renewables/queries/runs.py`."""

    outcomes: "Sequence[Outcome]"
    landed: "pl.DataFrame"
    failed: "pl.DataFrame"

    @property
    def succeeded(self) -> bool:
        """Return whether every run succeeded."""
        return all(outcome.succeeded for outcome in self.outcomes)

    def for_scripts(self) -> dict[str, object]:
        """Return the report in the form of `--json`."""
        return {
            "succeeded": self.succeeded,
            "runs": list(self.outcomes),
            "datasets": self.landed.to_dicts(),
            "failed_windows": self.failed.to_dicts(),
        }


def fetch_year(
    year: Annotated[int, typer.Argument(help="Calendar year, UTC.")],
    dataset: Datasets = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fetch a calendar year.

    It is fetched in windows of at most seven days; the current year up to its last complete day. A running Dagster
    server of this home does the work, otherwise this process does. Dagster's UI shows the run in both cases.

    \b
    Examples:
      renewables fetch-year 2023
      renewables fetch-year 2023 --dataset wind_and_solar --json
    """
    from warehouse.settings import Settings

    today = datetime.now(UTC).date()
    first_day = Settings().first_day
    if not first_day.year <= year <= today.year:
        raise BadUsage(f"There is no data for {year}: choose a year from {first_day.year} to {today.year}.")
    fetches = Fetches(as_json, quiet)
    fetches.run(_chosen_datasets(dataset), max(date(year, 1, 1), first_day), date(year, 12, 31))
    fetches.finish()


def fetch_range(
    start: Annotated[str, typer.Argument(help="First UTC day, YYYY-MM-DD.")],
    end: Annotated[str, typer.Argument(help="Last UTC day (inclusive), YYYY-MM-DD.")],
    dataset: Datasets = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fetch the UTC days from START to END, inclusive, and installed capacity.

    \b
    Examples:
      renewables fetch-range 2023-01-01 2023-01-07
      renewables fetch-range 2023-01-01 2023-01-07 --quiet || echo "something failed"
    """
    from elexon_assets.time_inputs import read_days

    fetches = Fetches(as_json, quiet)
    fetches.run(_chosen_datasets(dataset), *read_days(start, end))
    fetches.finish()


def repair(
    days: Annotated[int, typer.Option(min=1, help="Number of past UTC days to check.")] = 30,
    dataset: Datasets = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fetch missing and short days again.

    \b
    Examples:
      renewables repair
      renewables repair --days 90 --json
    """
    from elexon_assets.missing_days import spans_to_repair

    fetches = Fetches(as_json, quiet)
    for declared in (dataset for dataset in _chosen_datasets(dataset) if dataset.is_covered):
        for span in spans_to_repair(declared, days=days):
            fetches.run([declared], span.days[0], span.days[-1])
    if not fetches.requests and not as_json:
        fetches.console().print(f"No missing or short days in the last {days} days.")
        return
    fetches.finish()


def _chosen_datasets(names: list[str] | None) -> "list[Dataset]":
    from elexon_assets.datasets import BY_NAME, DATASETS

    for name in names or ():
        if name not in BY_NAME:
            raise BadUsage(f"Unknown dataset {name!r}: choose one of {', '.join(BY_NAME)}.")
    return [dataset for dataset in DATASETS if not names or dataset.name in names]


def _split_daily(datasets: "Sequence[Dataset]") -> "list[list[Dataset]]":
    """Separate the datasets with daily partitions from the others, which Dagster gives no range."""
    by_day = [dataset for dataset in datasets if dataset.is_fetched_by_day]
    return [together for together in (by_day, [result for result in datasets if result not in by_day]) if together]


def wait_for(
    datasets: "Sequence[Dataset]", first: date, last: date, console: "Console", *, here: bool = False
) -> "list[Outcome]":
    """Fetch with one progress bar per dataset, by window; `here` forces this process even if a server responds."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from elexon_assets.datasets import BY_NAME
    from renewables.cli.token_option import command_author
    from renewables.dagster_control.fetch_job import fetch_days
    from warehouse.settings import Settings

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("requests"))
    with Progress(*columns, TimeRemainingColumn(), console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(progress: "RunProgress") -> None:
            for name, (answered, total, failed) in progress.totals().items():
                if name not in tasks:
                    tasks[name] = bars.add_task(BY_NAME[name].title, total=total)
                note = f", {failed} failed" if failed else ""
                bars.update(tasks[name], completed=answered, description=f"{BY_NAME[name].title}{note}")

        return fetch_days(
            *(datasets, first, last),
            requested_by=REQUESTED_BY,
            actor=command_author(),
            settings=Settings(),
            watch=show,
            here=here,
        )


def read_report(outcomes: "Sequence[Outcome]") -> FetchReport:
    """Return what the runs landed and what failed in them."""
    import polars as pl

    from renewables.queries import runs
    from warehouse.connection import reading
    from warehouse.errors import WarehouseMissing

    run_ids = [outcome.run_id for outcome in outcomes]
    with suppress(WarehouseMissing), reading() as con:
        return FetchReport(outcomes, runs.run_totals(run_ids, con), runs.failed_windows(run_ids, con))
    return FetchReport(outcomes, pl.DataFrame(), pl.DataFrame())


def print_report(report: FetchReport, console: "Console") -> None:
    """Print what landed and what failed."""
    _print_landed(report.landed, console)
    print_failures(report, console)


def print_failures(report: FetchReport, console: "Console") -> None:
    """Print what failed, or nothing."""
    _print_failed(report.failed, console)
    errors = [outcome.error for outcome in report.outcomes if outcome.error]
    if errors and report.failed.is_empty():
        console.print(errors[0], style="red", highlight=False, markup=False)


def _print_landed(totals: "pl.DataFrame", console: "Console") -> None:
    from elexon_assets.datasets import BY_NAME
    from renewables.attribution import label_of_sources

    for row in totals.iter_rows(named=True):
        quarantined = row["rows_quarantined"]
        note = f", {quarantined:,} quarantined (see the table quarantine)" if quarantined else ""
        label = label_of_sources((row["source"] or "").split(", "))
        console.print(
            f"{BY_NAME[row['dataset']].title}: {row['rows_landed']:,} new {label}{' ' if label else ''}rows of "
            f"{row['rows_received']:,} received in {_count_requests(row['windows'])}{note}",
            highlight=False,
        )


def _count_requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number:,} requests"


def _print_failed(failed: "pl.DataFrame", console: "Console") -> None:
    """Print one line per kind of failure, not per window, because an outage has the same error for all of them."""
    from elexon_assets.datasets import BY_NAME

    for row in failed.head(FAILURES_SHOWN).iter_rows(named=True):
        first, last = row["window_start_utc"], row["window_end_utc"] - timedelta(minutes=30)
        console.print(
            f"{BY_NAME[row['dataset']].title}: {_count_requests(row['windows'])} failed, "
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, "
            f"after {row['attempts']} attempts each: {row['error']}",
            style="red",
            highlight=False,
            markup=False,
        )
    if len(failed):
        console.print("`renewables repair` fetches missing and short days again.", highlight=False)
