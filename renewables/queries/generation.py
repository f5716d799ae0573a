"""Generation as it is now, and as it was published or known at a time: half-hours, and series for charts.

Belongs here: rows and series of one dataset. Not here: figures over a span (`analysis.py`), the contents of the
warehouse (`status.py`).
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.schema.measures import COVERAGE, HALF_HOUR_US, expected_sql, figures_sql, lifetimes_sql
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.time_inputs import read_span
from elexon_assets.windows import Window
from renewables.queries.selection import Categories, Selection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, sources_of

POINTS_A_SERIES = 3_000
"The most points per series: more slow a browser down without showing more on a screen."
HALF_HOURS_UP_TO = timedelta(days=31)


@dataclass(frozen=True)
class Grain:
    """The width of a point of a series; buckets begin at 00:00 UTC, weeks on Mondays."""

    name: str
    width: timedelta


HALF_HOURLY = Grain("half-hour", HALF_HOUR)
COARSER = (Grain("hour", timedelta(hours=1)), Grain("day", timedelta(days=1)), Grain("week", timedelta(days=7)))
GRAINS = {grain.name: grain for grain in (HALF_HOURLY, *COARSER)}


FLAGGED: dict[str, pl.DataType] = {
    **{"start_time_utc": UTC_TIME, "half_hours_flagged": pl.Int64(), "half_hours_expected": pl.Int64()},
    "reasons": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Series:
    """A series with one row per bucket of the window and category.

    Columns of `frame`: start_time_utc, the category, generation_mw (mean of the half-hours present, or null),
    half_hours, half_hours_expected, coverage, half_hours_flagged (excluded from the mean or not) and their share of the
    published ones.
    """

    dataset: Dataset
    window: Window
    grain: Grain
    frame: pl.DataFrame
    sources: list[str]
    flagged: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FLAGGED))
    """The buckets with flagged values: the number of half-hours with a flag on any category, and the reasons; in the
    mean or not.
    """


def generation(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    dataset: str = "wind_and_solar",
    categories: Categories = None,
    as_of: date | datetime | str | None = None,
    known_at: date | datetime | str | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return half-hours in order, MW, one row per (start_time_utc, category); a missing half-hour has no row.

    `flags` contains the reasons of the value's flags, separated by commas, or null.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        dataset: An observed dataset.
        categories: One or several PSR types or fuels; all of them by default.
        as_of: Only what Elexon had published by then; a day means its end. The flags are today's.
        known_at: Only what had landed here by then, with the flags of then; empty before the first fetch.
        exclude_flagged: Whether flagged rows are left out.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span, a time, a dataset or a category is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    selection = Selection.read(dataset, categories, as_of, known_at, exclude_flagged)
    return generation_of(selection, read_span(start, end), con)


def generation_of(selection: Selection, window: Window, con: Connection | None = None) -> pl.DataFrame:
    """Return the same as `generation`, for a selection and a window."""
    declaration = selection.declaration
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"SELECT {', '.join(_result_columns(declaration))}, array_to_string(reasons, ', ') AS flags "
            f"FROM {selection.rows_sql()} "
            f"WHERE start_time_utc >= $start AND start_time_utc < $end AND mw IS NOT NULL "
            f"AND list_contains($names, {declaration.category}) "
            f"ORDER BY start_time_utc, list_position($names, {declaration.category})",
            selection.parameters(window),
        )


def series_by_grain(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    dataset: str = "wind_and_solar",
    categories: Categories = None,
    grain: Grain | None = None,
    as_of: date | datetime | str | None = None,
    known_at: date | datetime | str | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> Series:
    """Return the values of `generation` as means over a grain, on the full grid.

    The grain follows from the span unless it is given.
    """
    selection = Selection.read(dataset, categories, as_of, known_at, exclude_flagged)
    return series_of(selection, read_span(start, end), grain=grain, con=con)


def series_of(
    selection: Selection, window: Window, *, grain: Grain | None = None, con: Connection | None = None
) -> Series:
    """Return the same as `series_by_grain`, for a selection and a window."""
    grain = grain or grain_for(window)
    declaration = selection.declaration
    category, value = declaration.category, declaration.value
    expected = expected_sql("greatest(bucket, $start_us)", "least(bucket + $width, $end_us)")
    with snapshot_connection(con) as snapshot:
        # Microseconds since the epoch: bucketing by TIMESTAMPTZ uses a calendar and takes ten times as long.
        frame = query_frame(
            snapshot,
            f"""WITH grid AS (
                SELECT unnest(range($first, $end_us, $width)) AS bucket
            ), means AS (
                SELECT {_BUCKET} AS bucket, category, {figures_sql(*SERIES_FIGURES)}
                FROM {selection.values_sql()} GROUP BY bucket, category
            ), counted AS (
                SELECT bucket, category, mean_mw, flagged_share, {expected} AS half_hours_expected,
                    coalesce(half_hours, 0) AS half_hours, coalesce(half_hours_flagged, 0) AS half_hours_flagged
                FROM grid CROSS JOIN {lifetimes_sql(declaration)} LEFT JOIN means USING (bucket, category)
                WHERE list_contains($names, category)
            )
            SELECT make_timestamptz(bucket) AS start_time_utc, category AS {category}, mean_mw AS {value},
                half_hours, half_hours_expected, {COVERAGE}, half_hours_flagged, flagged_share
            FROM counted ORDER BY bucket, list_position($names, category)""",
            {**_bucket_grid(window, grain), **selection.parameters(window)},
        )
        flagged = _flagged_buckets(snapshot, selection, window, grain)
        sources = sources_of(selection.dataset, window, snapshot)
    return Series(declaration, window, grain, frame, sources, flagged)


SERIES_FIGURES = ("half_hours", "mean_mw", "half_hours_flagged", "flagged_share")


def _flagged_buckets(con: Connection, selection: Selection, window: Window, grain: Grain) -> pl.DataFrame:
    """Return `Series.flagged`.

    Flags belong to current values, so it looks up whether the value was published by then.
    """
    dataset = selection.declaration
    key = f"start_time_utc, {dataset.category}"
    by_then = (
        f"SEMI JOIN (FROM {dataset.table} WHERE publish_time_utc <= $instant) USING ({key})" if selection.as_of else ""
    )
    return query_frame(
        con,
        f"""SELECT make_timestamptz(bucket) AS start_time_utc,
            count(DISTINCT start_time_utc) AS half_hours_flagged, {_EXPECTED} AS half_hours_expected,
            list_sort(list_distinct(flatten(list(reasons)))) AS reasons
        FROM (
            SELECT {_BUCKET} AS bucket, start_time_utc, reasons
            FROM {selection.flagged_sql()} AS flagged {by_then}
            WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {dataset.category})
        ) GROUP BY bucket ORDER BY bucket""",
        {
            **{name: at for name, at in _bucket_grid(window, grain).items() if name != "first"},
            **selection.parameters(window),
        },
    )


def grain_for(window: Window) -> Grain:
    """Return half-hours up to 31 days, then the finest grain within `POINTS_A_SERIES`."""
    length = window.end_utc - window.start_utc
    if length <= HALF_HOURS_UP_TO:
        return HALF_HOURLY
    return next((grain for grain in COARSER if length / grain.width <= POINTS_A_SERIES), COARSER[-1])


_MONDAY_US = 4 * 86_400_000_000
"1970-01-05 in microseconds, where a bucket of every grain begins."
_EXPECTED = f"(least(bucket + $width, $end_us) - greatest(bucket, $start_us)) // {HALF_HOUR_US}"
_BUCKET = f"(epoch_us(start_time_utc) - {_MONDAY_US}) // $width * $width + {_MONDAY_US}"


def _bucket_grid(window: Window, grain: Grain) -> dict[str, int]:
    """Return microseconds since the epoch: the window, the first bucket, the width of each."""
    start, end = (
        (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        for instant in (window.start_utc, window.end_utc)
    )
    width = grain.width // timedelta(microseconds=1)
    first = (start - _MONDAY_US) // width * width + _MONDAY_US
    return {"start_us": start, "end_us": end, "width": width, "first": first}


def _result_columns(dataset: Dataset) -> list[str]:
    return [
        *("start_time_utc", "settlement_date", "settlement_period", dataset.category, dataset.value),
        *("publish_time_utc", "ingested_at_utc", "source"),
    ]
