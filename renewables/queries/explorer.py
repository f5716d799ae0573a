"""Half-hours to browse: filtered, sorted, page by page; and every publication of one of them.

Belongs here: rows as they are stored. Not here: series and figures (`generation.py`, `analysis.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.windows import Window
from renewables.queries.selection import Selection, read_dataset
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

OURS = ("publish_time_utc", "ingested_at_utc", "source")


@dataclass(frozen=True)
class Filter:
    """The filter of the rows. Bounds are MW, both inclusive; `as_of` keeps only what Elexon had published by then."""

    dataset: str
    window: Window
    categories: tuple[str, ...]
    low_mw: float | None = None
    high_mw: float | None = None
    only_flagged: bool = False
    as_of: datetime | None = None
    sorted_by: str = "start_time_utc"
    descending: bool = True


def columns_of(dataset: Dataset) -> list[str]:
    """Return the names of the columns that can be shown and sorted by, in order."""
    return ["start_time_utc", "settlement_date", "settlement_period", dataset.category, dataset.value, "flags", *OURS]


def explorer_rows(
    wanted: Filter, columns: Sequence[str], limit: int, offset: int, con: Connection | None = None
) -> pl.DataFrame:
    """Return one page in the requested order, ties by half-hour and category.

    Raises ValueError for an unknown column.
    """
    declaration = read_dataset(wanted.dataset)
    unknown = sorted({*columns, wanted.sorted_by} - set(columns_of(declaration)))
    if unknown:
        raise ValueError(f"Unknown column {unknown[0]!r}: choose from {', '.join(columns_of(declaration))}.")
    direction = "DESC" if wanted.descending else "ASC"
    # Flagged half-hours tie whatever their reasons; the key makes the order of the pages repeatable.
    order = f"{wanted.sorted_by} {direction} NULLS LAST, start_time_utc DESC, {declaration.category}"
    return _query_rows(
        wanted, f"SELECT {', '.join(columns)} FROM found ORDER BY {order} LIMIT {limit} OFFSET {offset}", con
    )


def count_rows(wanted: Filter, con: Connection | None = None) -> int:
    """Return the number of rows of all pages."""
    return int(
        _query_rows(replace(wanted, sorted_by="start_time_utc"), "SELECT count(*) AS rows FROM found", con).item()
    )


def publication_history(
    dataset: str, start_time_utc: datetime, category: str, con: Connection | None = None
) -> pl.DataFrame:
    """Return every value that was published for one half-hour and category, oldest first.

    Columns: publish_time_utc, the value, change_mw from the previous one, ingested_at_utc, source, is_current.
    """
    declaration = read_dataset(dataset)
    value = declaration.value
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT publish_time_utc, {value}, {value} - lag({value}) OVER published AS change_mw,
                ingested_at_utc, source, lead(publish_time_utc) OVER published IS NULL AS is_current
            FROM {declaration.table} WHERE start_time_utc = $start AND {declaration.category} = $category
            WINDOW published AS (ORDER BY publish_time_utc, ingested_at_utc, {value}) ORDER BY 1, 4, 2""",
            {"start": start_time_utc, "category": category},
        )


def _query_rows(wanted: Filter, sql: str, con: Connection | None) -> pl.DataFrame:
    """Return the result of a query of `found`, the half-hours that the filter selects."""
    selection = Selection.read(wanted.dataset, wanted.categories, wanted.as_of)
    category, value = selection.declaration.category, selection.declaration.value
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH found AS (
                SELECT *, array_to_string(reasons, ', ') AS flags FROM {selection.rows_sql()}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category})
                    AND ($low::DOUBLE IS NULL OR {value} >= $low) AND ($high::DOUBLE IS NULL OR {value} <= $high)
                    AND (NOT $only_flagged OR reasons IS NOT NULL)
            )
            {sql}""",
            {
                **selection.parameters(wanted.window),
                **{"low": wanted.low_mw, "high": wanted.high_mw, "only_flagged": wanted.only_flagged},
            },
        )
