"""One backfill in this process, on a persistent instance in its own home: ours, or that of an asset that does nothing.

Belongs here: what one side of `backfill` does, called in a new process. Not here: the comparison (`backfill.py`). The
functions import Dagster themselves, because the comparing process does not need it.
"""

import resource
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.harness import temporary_home
from elexon_assets.backfill_plan import DAYS_A_RUN, range_tags, split_into_runs
from renewables.dagster_control.instance import open_instance
from warehouse.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Run(NamedTuple):
    """The measurements of one backfill, beginning after definitions are loaded and the instance is open.

    `seconds` is the time of the runs alone, `peak_mb` the peak resident memory, and `rows` and `megabytes` are what the
    runs wrote to Dagster's event storage.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    rows: int
    megabytes: float


def ours(dataset: str, first: date, last: date) -> Run:
    """Backfill a dataset from ELEXON_BASE_URL, both days included."""
    with temporary_home():
        from elexon_assets.definitions import defs

        # Pandera imports this tool of our tests at the first validation if it is installed, as it is not for users.
        with suppress(ImportError):
            import hypothesis.strategies  # noqa: F401

        return _run(defs, dataset, first, last)


def nothing(first: date, last: date) -> Run:
    """Run the same days with the same policy, pool and executor; the asset returns at once."""
    with temporary_home():
        import dagster as dg

        from elexon_assets.assets import POOL
        from elexon_assets.partitions import UTC_DAYS

        @dg.asset(
            partitions_def=UTC_DAYS,
            backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
            pool=POOL,
        )
        def idle() -> dg.MaterializeResult[None]:
            """Return without doing anything."""
            return dg.MaterializeResult()

        return _run(dg.Definitions([idle], executor=dg.in_process_executor), "idle", first, last)


def _run(defs: "dg.Definitions", asset: str, first: date, last: date) -> Run:
    """Run each chunk of days with the selection of a backfill in the UI: the asset and all its checks."""
    import dagster as dg

    key = dg.AssetKey(asset)
    job = defs.resolve_implicit_job_def_def_for_assets([key])
    assert job is not None
    of_asset = job.get_subset(asset_selection={key})
    events = Settings().dagster_home / "history" / "runs"
    with open_instance(Settings()) as opened:
        rows, written = events_of(events)
        started, cpu_started = perf_counter(), process_time()
        for chunk in split_into_runs(first, last):
            tags = range_tags(*chunk)
            assert of_asset.execute_in_process(instance=opened, run_config=QUIET, tags=tags).success
        taken, cpu_taken = perf_counter() - started, process_time() - cpu_started
        assert len(opened.get_materialized_partitions(key)) == (last - first).days + 1
        rows_after, written_after = events_of(events)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(taken, cpu_taken, peak_mb, rows_after - rows, (written_after - written) / 1e6)


def events_of(folder: Path) -> tuple[int, int]:
    """Return the number of events and checks in Dagster's SQLite event storage, and its size in bytes."""
    rows = written = 0
    for path in folder.glob("*.db"):
        with closing(sqlite3.connect(path)) as con:
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for table in ("event_logs", "asset_check_executions"):
                rows += con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        written += path.stat().st_size
    return rows, written
