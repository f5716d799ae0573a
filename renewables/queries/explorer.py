"""Half-hours to browse: filtered, sorted, page by page; and every publication of one of them.

Belongs here: rows as they are stored. Not here: series and figures (`generation.py`, `analysis.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.current_values import values_sql
from elexon_assets.windows import Window
from renewables.queries.selection import Selection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

BROWSABLE = tuple(dataset for dataset in DATASETS if dataset.is_half_hourly)
"The datasets with half-hours."
OURS = ("publish_time_utc", "ingested_at_utc", "source")


@dataclass(frozen=True)
class Filter:
    """The filter of the rows; `as_of` keeps only what Elexon had published by then.

    The bounds are in the unit of the value, both inclusive.
    """

    dataset: str
    window: Window
    categories: tuple[str, ...]
    low_mw: float | None = None
    high_mw: float | None = None
    only_flagged: bool = False
    as_of: datetime | None = None
    sorted_by: str = "start_time_utc"
    descending: bool = True


def browsable_dataset(name: str) -> Dataset:
    """Return the half-hourly dataset of that name. Raises UnusableInput, which names the existing ones."""
    by_name = {dataset.name: dataset for dataset in BROWSABLE}
    if name not in by_name:
        raise UnusableInput(f"Unknown dataset {name!r}: choose one of {', '.join(by_name)}.")
    return by_name[name]


def columns_of(dataset: Dataset) -> list[str]:
    """Return the names of the columns that can be shown and sorted by, in order."""
    flags = ["flags"] if dataset.is_observed else []
    values = [dataset.category, *dataset.value_columns, *flags]
    return ["start_time_utc", *values, "settlement_date", "settlement_period", *OURS]


def explorer_rows(
    wanted: Filter, columns: Sequence[str], limit: int, offset: int, con: Connection | None = None
) -> pl.DataFrame:
    """Return one page in the requested order, ties by half-hour and category.

    Raises ValueError for an unknown column.
    """
    declaration = browsable_dataset(wanted.dataset)
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

    Columns: publish_time_utc, the value, its change from the previous one (change_mw, or change in another unit),
    ingested_at_utc, source, is_current.
    """
    declaration = browsable_dataset(dataset)
    value = declaration.value
    change = "change_mw" if declaration.unit == "MW" else "change"
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT publish_time_utc, {value}, {value} - lag({value}) OVER published AS {change},
                ingested_at_utc, source, lead(publish_time_utc) OVER published IS NULL AS is_current
            FROM {declaration.table} WHERE start_time_utc = $start AND {declaration.category} = $category
            WINDOW published AS (ORDER BY publish_time_utc, ingested_at_utc, {value}) ORDER BY 1, 4, 2""",
            {"start": start_time_utc, "category": category},
        )


def _query_rows(wanted: Filter, sql: str, con: Connection | None) -> pl.DataFrame:
    """Return the result of a query of `found`, the half-hours that the filter selects."""
    declaration = browsable_dataset(wanted.dataset)
    category, value = declaration.category, declaration.value
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH found AS (
                SELECT *, array_to_string(reasons, ', ') AS flags FROM {_rows_sql(wanted, declaration)}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category})
                    AND ($low::DOUBLE IS NULL OR {value} >= $low) AND ($high::DOUBLE IS NULL OR {value} <= $high)
                    AND (NOT $only_flagged OR reasons IS NOT NULL)
            )
            {sql}""",
            {
                **{"start": wanted.window.start_utc, "end": wanted.window.end_utc, "names": list(wanted.categories)},
                **({"instant": wanted.as_of} if wanted.as_of else {}),
                **{"low": wanted.low_mw, "high": wanted.high_mw, "only_flagged": wanted.only_flagged},
            },
        )


def _rows_sql(wanted: Filter, dataset: Dataset) -> str:
    """Return SQL of the current values, or of those published by `$instant`, with the `reasons` of their flags."""
    if dataset.is_observed:
        return Selection.read(dataset.name, wanted.categories, wanted.as_of).rows_sql()
    current = f"({values_sql(dataset, 'publish_time_utc <= $instant')})" if wanted.as_of else dataset.name
    return f"(SELECT *, NULL::VARCHAR[] AS reasons FROM {current})"
