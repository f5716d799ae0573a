"""Fetching from Elexon as work that is killed: `ingest` window by window, and the command `renewables fetch-range`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from benchmarks.kills.warehouse_checks import leftover_files, snapshot_violations
from benchmarks.kills.work import Acknowledge, Contents, Work
from elexon_assets import ingest as ingest_module
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS, DEMAND, WIND_AND_SOLAR
from elexon_assets.ingest import QUARANTINE_KEY, ingest
from elexon_assets.ingest_report import Report
from elexon_assets.quality.flagging import KEY as FLAGS_KEY
from elexon_assets.windows import window_of_days
from renewables.cli.main import app
from renewables.dagster_control.instance import open_instance, shipped_file
from warehouse.connection import has_table, reading, writing
from warehouse.landing import refuse_doubled_keys
from warehouse.settings import Settings

FAULTS = "republished%0.05,duplicate%0.05,null%0.01"
"What the simulator does meanwhile: revisions, doubled rows, and rows for the quarantine."
FETCHED = (WIND_AND_SOLAR, DEMAND)
MODULES = ("elexon_assets.ingest", "warehouse.landing", "warehouse.snapshots", "warehouse.private_files")


def doubled_keys() -> Iterator[str]:
    """Open the warehouse, and yield an error for a key that occurs twice in a table of Elexon's data."""
    keys = {dataset.table: dataset.key for dataset in DATASETS}
    keys |= {"quarantine": QUARANTINE_KEY, "flags": FLAGS_KEY}
    with writing() as con:
        for table, key in keys.items():
            if has_table(con, table):
                refuse_doubled_keys(con, table, key)
    yield from ()


def half_landed_windows(dataset: Dataset) -> Iterator[str]:
    """Yield a sentence if a window has landed and is not in the fetch log, or the other way round."""
    with writing() as con:
        if not has_table(con, "fetch_log"):
            return
        [(rows, windows)] = con.execute(
            f"SELECT (SELECT count(*) FROM {dataset.table} AS p WHERE NOT EXISTS (FROM fetch_log AS w WHERE "
            "w.dataset = $name AND p.start_time_utc >= w.window_start_utc AND p.start_time_utc < w.window_end_utc)), "
            "(SELECT count(*) FROM fetch_log AS w WHERE w.dataset = $name AND w.status = 'landed' AND NOT EXISTS "
            f"(FROM {dataset.table} AS p WHERE p.start_time_utc >= w.window_start_utc "
            "AND p.start_time_utc < w.window_end_utc))",
            {"name": dataset.name},
        ).fetchall()
    if rows:
        yield f"{rows} rows of {dataset.name} landed without their window in the fetch log"
    if windows:
        yield f"{windows} windows of {dataset.name} are in the fetch log as landed, without a row"


def published_contents(datasets: Sequence[Dataset]) -> Contents:
    """Return publications, quarantine and open flags as readers see them, without times and runs of landings."""
    with reading() as con:
        queries = {d.table: f"SELECT * EXCLUDE (ingested_at_utc) FROM {d.table} ORDER BY ALL" for d in datasets}
        queries["quarantine"] = "SELECT dataset, reason, raw_json FROM quarantine ORDER BY ALL"
        return {name: con.sql(query).pl() for name, query in queries.items()}


@dataclass(frozen=True)
class Ingest(Work):
    """A backfill without Dagster; a window is acknowledged when it has landed, and the last number is publication."""

    first: date
    last: date
    modules: ClassVar[Sequence[str]] = MODULES

    def run(self, acknowledge: Acknowledge) -> None:
        """Land each window in its own transaction, then publish."""
        span = window_of_days(self.first, self.last)

        def note(report: Report) -> None:
            acknowledge(len(report.records))

        with ElexonClient() as client, _batches_of_one_window():
            report = ingest(WIND_AND_SOLAR, span, client=client, run_id="kills", progress=note)
        acknowledge(len(report.records) + 1)

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong in the warehouse and in what readers see."""
        yield from doubled_keys()
        yield from half_landed_windows(WIND_AND_SOLAR)
        windows, newest = (
            len(WIND_AND_SOLAR.windows(window_of_days(self.first, self.last))),
            max(acknowledged, default=0),
        )
        yield from snapshot_violations(1 if newest > windows else 0)
        if newest:
            with writing() as con:
                query = "SELECT count(DISTINCT window_start_utc) FROM fetch_log WHERE dataset = ?"
                [(landed,)] = con.execute(query, [WIND_AND_SOLAR.name]).fetchall()
            if landed < min(newest, windows):
                yield f"{landed} windows have landed, and {newest} were acknowledged"

    def contents(self) -> Contents:
        """Return what is published."""
        return published_contents([WIND_AND_SOLAR])

    def leftovers(self) -> Iterator[str]:
        """Yield the unfinished files."""
        yield from leftover_files()


@dataclass(frozen=True)
class FetchRange(Work):
    """The command `renewables fetch-range`; Dagster's materialization of a day is what it acknowledges."""

    first: date
    last: date
    modules: ClassVar[Sequence[str]] = MODULES

    def run(self, acknowledge: Acknowledge) -> None:
        """Run the command as a shell does, without the start of the interpreter."""
        names = [part for dataset in FETCHED for part in ("--dataset", dataset.name)]
        code = app(["fetch-range", str(self.first), str(self.last), *names, "--quiet"], standalone_mode=False)
        if code:
            raise RuntimeError(f"renewables fetch-range ended with exit code {code}")
        acknowledge(1)

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong in the warehouse, in what readers see, and in Dagster's records."""
        yield from doubled_keys()
        yield from snapshot_violations(len(acknowledged))
        days = {str(day) for day in window_of_days(self.first, self.last).days}
        for dataset in FETCHED:
            yield from half_landed_windows(dataset)
            green = days if acknowledged else _materialized_days(dataset)
            if green and (lost := green - _published_days(dataset)):
                yield f"{dataset.name} is materialized on days that readers do not see: {sorted(lost)}"

    def contents(self) -> Contents:
        """Return what is published, with the open flags."""
        with reading() as con:
            flags = con.sql("SELECT dataset, start_time_utc, category, reason FROM open_flags ORDER BY ALL").pl()
        return {**published_contents(FETCHED), "flags": flags}

    def leftovers(self) -> Iterator[str]:
        """Yield the unfinished files, and Dagster's configuration if it is not the shipped one."""
        yield from leftover_files()
        if (Settings().dagster_home / "dagster.yaml").read_text() != shipped_file("dagster.yaml").read_text():
            yield "dagster.yaml is not the shipped one"


@contextmanager
def _batches_of_one_window() -> Iterator[None]:
    """Land each window in its own transaction, so that there are many moments between two landings."""
    before = ingest_module.BATCH_ROWS
    ingest_module.BATCH_ROWS = 1
    try:
        yield
    finally:
        ingest_module.BATCH_ROWS = before


def _materialized_days(dataset: Dataset) -> set[str]:
    """Return the days that Dagster shows as landed."""
    import dagster as dg

    if not Settings().dagster_home.exists():
        return set()
    with open_instance(Settings()) as instance:
        return instance.get_materialized_partitions(dg.AssetKey(dataset.name))


def _published_days(dataset: Dataset) -> set[str]:
    with reading() as con:
        rows = con.execute(f"SELECT DISTINCT start_time_utc::DATE::VARCHAR FROM {dataset.table}").fetchall()
    return {day for (day,) in rows}
