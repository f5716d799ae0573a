"""What every query of the read layer needs: an open snapshot with its full schema, and its spans and sources.

Belongs here: queries that every section shares. Not here: a section's own queries, the selection of values
(`selection.py`).
"""

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from elexon_assets.datasets import BY_NAME, DATASETS
from elexon_assets.windows import Window
from warehouse.connection import reading
from warehouse.interface import table_names

Connection = duckdb.DuckDBPyConnection

NOTHING_LANDED = "nothing_landed"
"The database with the empty tables for a home in which no data of Elexon has landed."


_completing = threading.Lock()


@contextmanager
def snapshot_connection(con: Connection | None = None) -> Iterator[Connection]:
    """Yield the given connection, or one to the newest snapshot, with the full schema. Raises WarehouseMissing."""
    if con is not None:
        _complete_schema(con)
        yield con
        return
    with reading() as own:
        _complete_schema(own)
        yield own


def _complete_schema(con: Connection) -> None:
    """Make Elexon's tables and views visible, empty, if the home lacks them or those of a newly declared dataset.

    So no query has to check whether a table exists.
    """
    if table_names(con).issuperset(dataset.table for dataset in DATASETS):
        return
    [(path,)] = con.execute("SELECT current_setting('search_path')").fetchall()
    if NOTHING_LANDED in path:
        return
    [(snapshot,)] = con.execute("SELECT current_database()").fetchall()
    with _completing:  # connections to one file share its attached databases
        if not con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = ?", [NOTHING_LANDED]).fetchall():
            _attach_empty_schema(con)
    con.execute(f"SET search_path = '\"{snapshot}\",{NOTHING_LANDED}'")


def _attach_empty_schema(con: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        path.write_bytes(_empty_database())
        con.execute(f"ATTACH '{path}' AS {NOTHING_LANDED} (READ_ONLY)")  # the file may be deleted while it is open


@cache
def _empty_database() -> bytes:
    """Return a database with the empty tables; making it takes a fifth of a second, so a process makes it once."""
    from elexon_assets.schema.warehouse_schema import ensure_schema  # it imports Pandera, which few readers need

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect(path) as maker:
            ensure_schema(maker)
        return path.read_bytes()


def query_frame(con: Connection, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
    """Return the rows of a query with bound parameters ($name)."""
    # `con.sql(sql, params=...)` prints its complete result into a name on DuckDB 1.5: 12 s instead of 0.6 s (560,000
    # rows); the supported DuckDB versions share no way from `execute()` to a frame.
    con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {sql}", dict(parameters or {}))
    try:
        return pl.DataFrame(con.sql("FROM temp.answer"))  # `.pl()` would load pyarrow and numpy first
    finally:
        con.execute("DROP TABLE temp.answer")


def span_of(dataset: str, con: Connection | None = None) -> Window | None:
    """Return the window from the first start time of the dataset to the end of its newest, or None without rows."""
    declaration = BY_NAME[dataset]
    with snapshot_connection(con) as snapshot:
        row = query_frame(
            snapshot, f"SELECT min(start_time_utc) AS first, max(start_time_utc) AS newest FROM {declaration.table}"
        )
    first, newest = row.row(0)
    return None if first is None else Window(first, newest + declaration.resolution)


def sources_of(dataset: str, window: Window, con: Connection | None = None) -> list[str]:
    """Return the sources of the rows in the window: elexon, recorded, recorded-inferred, synthetic, or a host."""
    with snapshot_connection(con) as snapshot:
        rows = snapshot.execute(
            f"SELECT DISTINCT source FROM {BY_NAME[dataset].table} "
            "WHERE start_time_utc >= ? AND start_time_utc < ? ORDER BY source",
            [window.start_utc, window.end_utc],
        ).fetchall()
    return [source for (source,) in rows]


def source_names(con: Connection | None = None) -> list[str]:
    """Return the sources of all rows of the warehouse."""
    each = " UNION ".join(f"SELECT DISTINCT source FROM {dataset.table}" for dataset in DATASETS)
    with snapshot_connection(con) as snapshot:
        return [source for (source,) in snapshot.execute(f"{each} ORDER BY source").fetchall()]
