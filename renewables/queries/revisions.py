"""What Elexon changed since it first published a value: by how much and when.

Belongs here: the first published value of a half hour beside its current one. Not here: the values as they were at one
time (`as_of` of `generation.py`).
"""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from elexon_assets.datasets import UTC_TIME, Dataset
from elexon_assets.windows import Window
from renewables.queries.snapshot import Connection, chosen, declared, frame_of, opened, window_of
from warehouse.connection import has_table

_REVISIONS: dict[str, pl.DataType] = {
    **{"first_mw": pl.Float64(), "first_publish_time_utc": UTC_TIME},
    **{"current_mw": pl.Float64(), "current_publish_time_utc": UTC_TIME},
    **{"difference_mw": pl.Float64(), "versions": pl.Int64()},
}
_SUMMARY: dict[str, pl.DataType] = {
    **dict.fromkeys(("values", "values_republished", "values_changed"), pl.Int64()),
    **{"mean_absolute_mw": pl.Float64(), "largest_mw": pl.Float64(), "largest_start_time_utc": UTC_TIME},
    **{"energy_difference_mwh": pl.Float64(), "newest_change_utc": UTC_TIME},
}


def revisions(
    start: date | datetime,
    end: date | datetime,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Half hours whose value was ever published otherwise than at first, in order, one row per (start_time_utc,
    category): the first and the current value with their publish times, `difference_mw` (current - first; 0 where it
    came back) and the number of `versions`. Spans are those of `generation`."""
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={"start_time_utc": UTC_TIME, declaration.category: pl.String(), **_REVISIONS})
        return frame_of(
            snapshot,
            f"""SELECT start_time_utc, category AS {declaration.category}, {", ".join(_REVISIONS)}
            FROM {_republished(declaration)} WHERE is_changed
            ORDER BY start_time_utc, list_position($names, category)""",
            _span(window, names),
        )


def revised(
    start: date | datetime,
    end: date | datetime,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """One row a category: `values` there, of them `values_republished` (also unchanged) and `values_changed`; over the
    changed ones the mean absolute and the largest difference (MW, signed, and its half hour), the energy that they add
    or take (MWh), and when the newest of them was published. Null where nothing changed."""
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    category = declaration.category
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={category: pl.String(), **_SUMMARY})
        return frame_of(
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
                FROM {_republished(declaration)} GROUP BY category
            )
            SELECT category AS {category}, coalesce(values, 0) AS values,
                coalesce(values_republished, 0) AS values_republished, coalesce(values_changed, 0) AS values_changed,
                mean_absolute_mw, largest_mw, largest_start_time_utc, energy_difference_mwh, newest_change_utc
            FROM (SELECT unnest($names) AS category) LEFT JOIN there USING (category)
            LEFT JOIN republished USING (category) ORDER BY list_position($names, category)""",
            _span(window, names),
        )


def _republished(dataset: Dataset) -> str:
    """Half hours that were published more than once; `is_changed`: not always with the same value."""
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


def _span(window: Window, names: Sequence[str]) -> dict[str, object]:
    return {"start": window.start_utc, "end": window.end_utc, "names": list(names)}
