"""What Elexon changed since it first published a value: by how much and when.

Belongs here: the first published value of a half-hour beside its current one. Not here: the values at one time (`as_of`
of `generation.py`).
"""

from datetime import date, datetime

import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.selection import Categories, Selection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

_REVISIONS = (
    *("first_mw", "first_publish_time_utc", "current_mw", "current_publish_time_utc"),
    *("difference_mw", "versions"),
)


def revisions(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    dataset: str = "wind_and_solar",
    categories: Categories = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the half-hours whose value was ever published differently than at first, in order.

    There is one row per (start_time_utc, category): the first and the current value with their publish times,
    `difference_mw` (current - first; 0 if the first value was published again) and the number of `versions`. Spans are
    those of `generation`.
    """
    selection, window = Selection.read(dataset, categories), read_span(start, end)
    declaration = selection.declaration
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT start_time_utc, category AS {declaration.category}, {", ".join(_REVISIONS)}
            FROM {_republished_values(declaration)} WHERE is_changed
            ORDER BY start_time_utc, list_position($names, category)""",
            selection.parameters(window),
        )


def revision_summary(selection: Selection, window: Window, con: Connection | None = None) -> pl.DataFrame:
    """Return one row per category about republished values.

    Columns: the category, `values`, of them `values_republished` (also unchanged) and `values_changed`; over the
    changed ones the mean absolute and the largest difference (MW, signed, and its half-hour), the energy that they add
    or remove (MWh), and when the newest of them was published. Null if nothing changed.
    """
    declaration = selection.declaration
    category = declaration.category
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH there AS (
                SELECT {category} AS category, count(DISTINCT start_time_utc) AS values FROM {declaration.table}
                WHERE start_time_utc >= $start AND start_time_utc < $end GROUP BY category
            ), republished AS (
                SELECT category, count(*) AS values_republished, count(*) FILTER (is_changed) AS values_changed,
                    avg(abs(difference_mw)) FILTER (is_changed) AS mean_absolute_mw,
                    arg_max(difference_mw, abs(difference_mw)) FILTER (is_changed) AS largest_mw,
                    arg_max(start_time_utc, abs(difference_mw)) FILTER (is_changed) AS largest_start_time_utc,
                    sum(difference_mw) FILTER (is_changed) * 0.5 AS energy_difference_mwh,
                    max(current_publish_time_utc) FILTER (is_changed) AS newest_change_utc
                FROM {_republished_values(declaration)} GROUP BY category
            )
            SELECT category AS {category}, coalesce(values, 0) AS values,
                coalesce(values_republished, 0) AS values_republished, coalesce(values_changed, 0) AS values_changed,
                mean_absolute_mw, largest_mw, largest_start_time_utc, energy_difference_mwh, newest_change_utc
            FROM (SELECT unnest($names) AS category) LEFT JOIN there USING (category)
            LEFT JOIN republished USING (category) ORDER BY list_position($names, category)""",
            selection.parameters(window),
        )


def _republished_values(dataset: Dataset) -> str:
    """Return SQL for half-hours that were published more than once; `is_changed` marks a changed value."""
    value, order = dataset.value, f"publish_time_utc, ingested_at_utc, {dataset.value}"
    newest = order.replace(",", " DESC,") + " DESC"
    return f"""(
        SELECT start_time_utc, {dataset.category} AS category, count(*) AS versions,
            min({value}) <> max({value}) AS is_changed,
            first({value} ORDER BY {order}) AS first_mw, min(publish_time_utc) AS first_publish_time_utc,
            first({value} ORDER BY {newest}) AS current_mw, max(publish_time_utc) AS current_publish_time_utc,
            current_mw - first_mw AS difference_mw
        FROM {dataset.table}
        WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {dataset.category})
        GROUP BY start_time_utc, {dataset.category} HAVING count(*) > 1
    )"""
