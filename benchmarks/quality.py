"""Flagging all data against reading it, and flagging one night with a long history against a tenth of it.

- `flags_history` evaluates and flags every half-hour of both half-hourly datasets in one transaction, against reading
  the current values of both into frames, with one drop-out per hundred half-hours. The target is at most 2.0.
- `flags_night` flags a trailing week that was published again and landed, with the full history against a tenth of it.
  Only the flagging is timed, without the snapshot, which costs the same after every landing. The target is at most 1.5.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.harness import arguments, in_turn, report, seconds, simulator, span, temporary_home
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.datasets import OBSERVED
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import flag_new
from elexon_assets.schema.flags import STATE
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.windows import Window
from warehouse.connection import writing
from warehouse.landing import append_new, transaction

FAULTS = "understated%0.01,stuck%0.01,late%0.001,zero%0.0001"


def fill(path: Path, history: Window) -> None:
    """Fill a warehouse with both half-hourly datasets, flagged."""
    with ElexonClient() as client:
        for dataset in OBSERVED:
            filled = ingest(dataset, history, client=client, run_id="benchmark", open_warehouse=lambda: writing(path))
            assert not filled.failed
    with writing(path) as con:
        flagged(con)


def flagged(con: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds of one flagging, including its commit."""

    def work() -> None:
        """Flag the new rows and commit."""
        with transaction(con):
            ensure_schema(con)
            assert flag_new(con, datetime.now(UTC)).half_hours

    return seconds(work)


def flagged_whole(con: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds of flagging all data as if for the first time."""
    con.execute("DELETE FROM flags")
    con.execute("DELETE FROM warehouse_info WHERE key = ?", [STATE])
    return flagged(con)


def read_whole(con: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds of reading the current values of both datasets, as the read layer does."""

    def work() -> None:
        """Read both datasets into frames."""
        for dataset in OBSERVED:
            con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS FROM {dataset.name}")
            assert len(con.sql("FROM temp.answer").pl())

    return seconds(work)


def publish_again(con: duckdb.DuckDBPyConnection, dataset: Dataset, week: Window) -> None:
    """Publish every value of the week again, a little higher and an hour later than the current one."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE again AS FROM {dataset.name} WHERE start_time_utc >= ? AND start_time_utc < ?",
        [week.start_utc, week.end_utc],
    )
    frame = (
        con.sql("FROM temp.again")
        .pl()
        .with_columns(
            pl.col(dataset.value) + 0.001,
            pl.col("publish_time_utc") + timedelta(hours=1),
            ingested_at_utc=pl.lit(datetime.now(UTC)).cast(UTC_TIME),
        )
    )
    with transaction(con):
        assert append_new(con, dataset.table, frame, key=dataset.key, range_column=dataset.range_column) == len(frame)


def night(con: duckdb.DuckDBPyConnection, history: Window) -> float:
    """Return the seconds of flagging a week that was published again."""
    for dataset in OBSERVED:
        publish_again(con, dataset, Window(history.end_utc - timedelta(days=7), history.end_utc))
    return flagged(con)


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__).parse_args(given)
    whole, tenth = span(chosen.years), span(chosen.years / 10)
    with simulator(faults=FAULTS), temporary_home() as home:
        fill(home / "whole" / "warehouse.duckdb", whole)
        fill(home / "tenth" / "warehouse.duckdb", tenth)
        about = f"{chosen.years:g} years"
        with writing(home / "whole" / "warehouse.duckdb") as con:
            sides = in_turn(lambda: flagged_whole(con), lambda: read_whole(con), chosen.repeat)
            report("flags_history", *sides, about=about)
        nights = in_turn(
            lambda: _night_in(home / "whole", whole), lambda: _night_in(home / "tenth", tenth), chosen.repeat
        )
        report("flags_night", *nights, about=about)


def _night_in(folder: Path, history: Window) -> float:
    with writing(folder / "warehouse.duckdb") as con:
        return night(con, history)


if __name__ == "__main__":
    main()
