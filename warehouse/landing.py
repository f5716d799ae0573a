"""Writing rows: one transaction, columns by name, duplicates dropped first, uniqueness proved before the commit.

Belongs here: appending new rows by key, merging, replacing complete tables. Not here: which tables exist. Tables have
no primary keys: with one the file is ten times as large and the bulk load many times slower.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import polars as pl

from warehouse.errors import LandingRefused


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end, or roll back on any exception."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


_BULK_OPTIONS = {"wal_autocheckpoint": "1KB", "max_vacuum_tasks": "0", "threads": "1"}
"""How DuckDB lands thousands of wide rows in half the processor time: it writes them to the file at the commit instead
of to its log first, does not merge them with the rows of earlier landings, and does not start threads for them.
"""


@contextmanager
def bulk_options(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Set the options for landing some thousand wide rows and publishing them, whose checkpoint would merge them."""
    known = con.execute(
        "SELECT name FROM duckdb_settings() WHERE list_contains(?, name)", [[*_BULK_OPTIONS]]
    ).fetchall()
    names = [name for (name,) in known]  # another version of DuckDB may lack one
    for name in names:
        con.execute(f"SET {name} = '{_BULK_OPTIONS[name]}'")
    try:
        yield
    finally:
        for name in names:
            con.execute(f"RESET {name}")


def append_new(
    con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, *, key: Sequence[str], range_column: str
) -> int:
    """Append the rows whose `key` is new and return their number. Call this inside `transaction()`.

    `range_column` (a column of the key) limits the part of the table that is searched. Raises LandingRefused.
    """
    columns, keys = _quoted(frame.columns), _quoted(key)
    existing = f'SELECT {keys} FROM {table} WHERE "{range_column}" BETWEEN ? AND ?'
    statement = (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM landing_frame "
        f"ANTI JOIN ({existing}) AS old USING ({keys})"
    )
    return _land_rows(con, table, frame, key, range_column, statement)


def merge_rows(
    con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, *, key: Sequence[str], range_column: str
) -> int:
    """Append like `append_new`, and update rows whose key exists. Returns the number of rows added or changed."""
    updates = ", ".join(f'"{c}" = new."{c}"' for c in frame.columns if c not in key)
    when_matched = f"WHEN MATCHED THEN UPDATE SET {updates}" if updates else ""
    values = ", ".join(f'new."{c}"' for c in frame.columns)
    matches = " AND ".join(f'old."{c}" = new."{c}"' for c in key)
    statement = (
        f'MERGE INTO {table} AS old USING landing_frame AS new ON {matches} AND old."{range_column}" '
        f"BETWEEN ? AND ? {when_matched} WHEN NOT MATCHED THEN INSERT ({_quoted(frame.columns)}) VALUES ({values})"
    )
    return _land_rows(con, table, frame, key, range_column, statement)


def replace_rows(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> int:
    """Replace the table's columns and rows by those of the frame and return the number of rows.

    Call this inside `transaction()`.
    """
    con.register("landing_frame", frame)
    con.execute(f"CREATE OR REPLACE TABLE {table} AS FROM landing_frame")
    con.unregister("landing_frame")
    return len(frame)


def _land_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    frame: pl.DataFrame,
    key: Sequence[str],
    range_column: str,
    statement: str,
) -> int:
    """Run the statement on `landing_frame`, with the bounds of the range column, and prove the keys unique."""
    _refuse_other_columns(con, table, frame)
    _refuse_null_keys(table, frame, key)
    # Both versions of DuckDB need this: one raises on doubled source rows, the other writes them twice.
    if frame.select(key).is_duplicated().any():
        frame = frame.unique(subset=key, keep="last", maintain_order=True)
    if frame.is_empty():
        return 0
    low, high = frame[range_column].min(), frame[range_column].max()
    con.register("landing_frame", frame)
    try:
        landed = con.execute(statement, [low, high]).fetchall()[0][0]
    except duckdb.ConversionException as error:
        raise LandingRefused(f"{table}: a value does not fit its column: {error}. Nothing was landed.") from error
    # This is not in a `finally`: DuckDB 2.0 refuses it in an aborted transaction, and the real error would be lost.
    con.unregister("landing_frame")
    refuse_doubled_keys(con, table, key, where=f'"{range_column}" BETWEEN ? AND ?', parameters=[low, high])
    return int(landed)


def _quoted(names: Sequence[str]) -> str:
    """Return a list of columns for SQL."""
    return ", ".join(f'"{name}"' for name in names)


def refuse_doubled_keys(
    con: duckdb.DuckDBPyConnection,
    table: str,
    key: Sequence[str],
    *,
    where: str = "true",
    parameters: Sequence[object] = (),
) -> None:
    """Raise LandingRefused if a key occurs twice in the table or contains a null."""
    columns = ", ".join(f'"{c}"::VARCHAR' for c in key)
    grouped = ", ".join(f'"{c}"' for c in key)
    nulls = " OR ".join(f'"{c}" IS NULL' for c in key)
    bad = con.execute(
        f"SELECT {columns}, count(*) FROM {table} WHERE {where} GROUP BY {grouped} "
        f"HAVING count(*) > 1 OR {nulls} LIMIT 1",
        list(parameters),
    ).fetchall()
    if bad:
        raise LandingRefused(f"{table}: the key ({', '.join(key)}) would not be unique: {bad[0]}. Nothing was landed.")


def _refuse_null_keys(table: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
    """Raise LandingRefused for null keys before the write: no range finds a null in the range column again."""
    nulls = [name for name in key if frame[name].null_count()]
    if nulls:
        raise LandingRefused(f"{table}: the key ({', '.join(key)}) has nulls in {nulls}. Nothing was landed.")


def _refuse_other_columns(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    table_columns = {name for (name,) in con.execute("SELECT name FROM pragma_table_info(?)", [table]).fetchall()}
    unknown, missing = sorted(set(frame.columns) - table_columns), sorted(table_columns - set(frame.columns))
    if unknown or missing:
        raise LandingRefused(
            f"{table} and the frame differ: not in the table {unknown}, not in the frame {missing}. Nothing was landed."
        )
