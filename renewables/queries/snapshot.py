"""What every query of the read layer needs: an open snapshot, a dataset's declaration, a span as instants.

Belongs here: what is asked the same way by every section. Not here: a section's own questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from elexon_assets.datasets import BY_HALF_HOUR, DATASETS, Dataset
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window, of_days
from warehouse.connection import has_table, reading

Connection = duckdb.DuckDBPyConnection


@contextmanager
def opened(con: Connection | None = None) -> Iterator[Connection]:
    """The connection given, or the newest snapshot for as long as the question takes. Raises WarehouseMissing."""
    if con is not None:
        yield con
        return
    with reading() as own:
        yield own


def frame_of(con: Connection, sql: str, parameters: Mapping[str, object] | None = None) -> pl.DataFrame:
    """The rows of a query with bound parameters ($name)."""
    # `con.sql(sql, params=...)` prints its whole answer into a name on DuckDB 1.5: 12 s where this takes 0.6 s (560,000
    # rows); `execute()` has no way to a frame that both supported lines share.
    con.execute(f"CREATE OR REPLACE TEMP TABLE answer AS {sql}", dict(parameters or {}))
    try:
        return con.sql("FROM temp.answer").pl()
    finally:
        con.execute("DROP TABLE temp.answer")


def declared(dataset: str) -> Dataset:
    """The half-hourly dataset of that name. ValueError names those that there are."""
    by_name = {declaration.name: declaration for declaration in BY_HALF_HOUR}
    if dataset not in by_name:
        raise ValueError(f"There is no half-hourly dataset {dataset!r}: choose one of {', '.join(by_name)}.")
    return by_name[dataset]


def chosen(dataset: Dataset, categories: Sequence[str] | None) -> list[str]:
    """The categories in their declared order, all of them unless some are named. ValueError for an unknown one."""
    unknown = sorted(set(categories or ()) - set(dataset.categories))
    if unknown:
        raise ValueError(
            f"{dataset.name} has no {dataset.category} {unknown[0]!r}: choose from {', '.join(dataset.categories)}."
        )
    return [category for category in dataset.categories if not categories or category in categories]


def window_of(start: date | datetime, end: date | datetime) -> Window:
    """Dates are whole UTC days, the end's day is in; instants are [start, end). ValueError without a zone, TypeError
    for one of each."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        if start.tzinfo is None or end.tzinfo is None:
            raise ValueError("An instant needs its zone, for example datetime(2026, 1, 1, tzinfo=UTC).")
        return Window(start.astimezone(UTC), end.astimezone(UTC))
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise TypeError("Give two dates or two instants, not one of each.")
    return of_days(start, end)


def span(dataset: str, con: Connection | None = None) -> Window | None:
    """From the first half hour of the dataset to the end of its newest; None where it has no rows."""
    declaration = declared(dataset)
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return None
        row = frame_of(
            snapshot, f"SELECT min(start_time_utc) AS first, max(start_time_utc) AS newest FROM {declaration.table}"
        )
    first, newest = row.row(0)
    return None if first is None else Window(first, newest + HALF_HOUR)


def sources_of(dataset: str, window: Window, con: Connection | None = None) -> list[str]:
    """Return whose rows are current in the window: elexon, recorded, recorded-inferred, synthetic, or a host's name."""
    declaration = declared(dataset)
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return []
        rows = snapshot.execute(
            f"SELECT DISTINCT source FROM {declaration.table} WHERE start_time_utc >= ? AND start_time_utc < ? "
            "ORDER BY source",
            [window.start_utc, window.end_utc],
        ).fetchall()
    return [source for (source,) in rows]


def sources(con: Connection | None = None) -> list[str]:
    """Whose rows the warehouse holds, over all datasets."""
    with opened(con) as snapshot:
        tables = [dataset.table for dataset in DATASETS if has_table(snapshot, dataset.table)]
        if not tables:
            return []
        each = " UNION ".join(f"SELECT DISTINCT source FROM {table}" for table in tables)
        return [source for (source,) in snapshot.execute(f"{each} ORDER BY source").fetchall()]
