"""A week landed into ten years, against a week landed into an empty table, on one connection, one transaction each.

The frames are those of ingest, landed by `warehouse.landing.append_new`; the figure compares medians of many weeks. The
target is at most 3.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import duckdb
import polars as pl

from benchmarks import sides
from benchmarks.harness import arguments, report, seconds, simulator, span, temporary_home
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import UTC_TIME
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.fetch_windows import Fetched, fetch_windows
from elexon_assets.schema.warehouse_schema import columns_sql
from elexon_assets.windows import Window
from warehouse.connection import writing
from warehouse.landing import append_new, transaction

FULL, EMPTY = WIND_AND_SOLAR.table, "nothing"


def week_after(full: Window) -> pl.DataFrame:
    """Return the first week of the span in its landed form, with its times moved to just after the span."""
    first = Window(full.start_utc, full.start_utc + timedelta(days=7))
    with ElexonClient() as client:
        [fetched] = fetch_windows(client, WIND_AND_SOLAR, [first])
    assert isinstance(fetched, Fetched)
    later = full.end_utc - full.start_utc
    return fetched.parsed.frame.drop("raw_row").with_columns(
        pl.col("start_time_utc", "publish_time_utc") + later,
        source=pl.lit(fetched.source),
        ingested_at_utc=pl.lit(datetime.now(UTC)).cast(UTC_TIME),
    )


def landed(con: duckdb.DuckDBPyConnection, table: str, week: pl.DataFrame) -> float:
    """Return the seconds of one landing and its commit, and remove the rows afterwards."""

    def land() -> None:
        """Land the week and commit."""
        with transaction(con):
            new = append_new(con, table, week, key=WIND_AND_SOLAR.key, range_column=WIND_AND_SOLAR.range_column)
        assert new == len(week)

    taken = seconds(land)
    con.execute(f"DELETE FROM {table} WHERE start_time_utc >= ?", [week["start_time_utc"].min()])
    return taken


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    chosen = arguments(__doc__, repeat=50).parse_args(given)
    full = span(chosen.years)
    with simulator(), temporary_home():
        sides.ours(full)
        week = week_after(full)
        with writing() as con:
            con.execute(f"CREATE TABLE {EMPTY} ({', '.join(columns_sql(WIND_AND_SOLAR))})")
            taken: dict[str, list[float]] = {FULL: [], EMPTY: []}
            for _ in range(chosen.repeat):
                for table, times in taken.items():
                    times.append(1000 * landed(con, table, week))
    report("landing_week", median(taken[FULL]), median(taken[EMPTY]), unit="ms", about=f"into {chosen.years:g} years")


if __name__ == "__main__":
    main()
