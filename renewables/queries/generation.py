"""Generation as it is now, and as it was published or known at a time: half hours, and series ready to be drawn.

Belongs here: rows and series of one dataset. Not here: figures over a span (`analysis.py`), what the warehouse holds
(`status.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from elexon_assets.datasets import UTC_TIME, Dataset
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window
from renewables.queries.relations import doubted, judged
from renewables.queries.snapshot import Connection, chosen, declared, frame_of, opened, sources_of, window_of
from warehouse.connection import has_table

POINTS_A_SERIES = 3_000
"More slow a browser down and show no more on a screen."
HALF_HOURS_UP_TO = timedelta(days=31)


@dataclass(frozen=True)
class Grain:
    """Width of a point of a series; buckets begin at 00:00 UTC, weeks on Mondays."""

    name: str
    width: timedelta


HALF_HOURLY = Grain("half hour", HALF_HOUR)
COARSER = (Grain("hour", timedelta(hours=1)), Grain("day", timedelta(days=1)), Grain("week", timedelta(days=7)))
GRAINS = {grain.name: grain for grain in (HALF_HOURLY, *COARSER)}


FLAGGED: dict[str, pl.DataType] = {
    **{"start_time_utc": UTC_TIME, "half_hours_flagged": pl.Int64(), "half_hours_expected": pl.Int64()},
    "reasons": pl.List(pl.String()),
}


@dataclass(frozen=True)
class Series:
    """`frame`: start_time_utc, the category, generation_mw (mean of the half hours there are; null where there are
    none), half_hours, half_hours_expected, coverage, half_hours_flagged (left out of the mean or not) and their share
    of those published; every bucket of the window is a row for every category."""

    dataset: Dataset
    window: Window
    grain: Grain
    frame: pl.DataFrame
    sources: list[str]
    flagged: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FLAGGED))
    "Buckets with a value in doubt: half hours of it that any category doubts, and why; left out of the means or not."


def generation(
    start: date | datetime,
    end: date | datetime,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Half hours in order, MW, one row per (start_time_utc, category); a half hour that is missing has no row.

    Dates are UTC days, both in; instants are [start, end). `as_of`: only what Elexon had published by then;
    `known_at`: only what had landed here by then. `flags` has the reasons of flags that doubt the value, parted by
    commas, null where there are none; `exclude_flagged` leaves such rows out. Raises WarehouseMissing before anything
    is published.
    """
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return _no_rows(declaration)
        relation, instant = judged(snapshot, declaration, as_of, known_at, exclude_flagged=exclude_flagged)
        return frame_of(
            snapshot,
            f"SELECT {', '.join(_columns(declaration))}, array_to_string(reasons, ', ') AS flags FROM {relation} "
            f"WHERE start_time_utc >= $start AND start_time_utc < $end AND mw IS NOT NULL "
            f"AND list_contains($names, {declaration.category}) "
            f"ORDER BY start_time_utc, list_position($names, {declaration.category})",
            {"start": window.start_utc, "end": window.end_utc, "names": names, **instant},
        )


def series(
    start: date | datetime,
    end: date | datetime,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    grain: Grain | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> Series:
    """The same, as means over the grain that the span calls for (or the one given), on the full grid."""
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    grain = grain or grain_for(window)
    category, value = declaration.category, declaration.value
    with opened(con) as snapshot:
        there = has_table(snapshot, declaration.table)
        relation, instant = (
            judged(snapshot, declaration, as_of, known_at, exclude_flagged=exclude_flagged)
            if there
            else (_NOTHING.format(declaration), {})
        )
        span = {"start": window.start_utc, "end": window.end_utc, "names": names, **instant}
        present = (
            f"(SELECT {_BUCKET} AS bucket, {category}, mw, reasons FROM {relation} "
            f"WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category}))"
        )
        # Microseconds since the epoch: buckets by TIMESTAMPTZ go through a calendar, which takes ten times as long.
        frame = frame_of(
            snapshot,
            f"""WITH grid AS (
                SELECT unnest(range($first, $end_us, $width)) AS bucket
            ), means AS (
                SELECT bucket, {category}, avg(mw) AS {value}, count(mw) AS half_hours,
                    count(reasons) AS half_hours_flagged, count(reasons) / count(*) AS flagged_share
                FROM {present} GROUP BY bucket, {category}
            )
            SELECT make_timestamptz(bucket) AS start_time_utc, {category}, {value},
                coalesce(half_hours, 0) AS half_hours, {_EXPECTED} AS half_hours_expected,
                coalesce(half_hours, 0) / half_hours_expected AS coverage,
                coalesce(half_hours_flagged, 0) AS half_hours_flagged, flagged_share
            FROM grid CROSS JOIN (SELECT unnest($names) AS {category})
            LEFT JOIN means USING (bucket, {category})
            ORDER BY bucket, list_position($names, {category})""",
            {**_grid(window, grain), **span},
        )
        flagged = _flagged(snapshot, declaration, _grid(window, grain), span, as_of, known_at)
        sources = sources_of(dataset, window, snapshot)
    return Series(declaration, window, grain, frame, sources, flagged)


def _flagged(
    con: Connection,
    dataset: Dataset,
    grid: Mapping[str, int],
    span: Mapping[str, object],
    as_of: datetime | None,
    known_at: datetime | None,
) -> pl.DataFrame:
    """`Series.flagged`. A flag stands on a value that is there; whether it was published by then is looked up."""
    if not has_table(con, "flags"):
        return pl.DataFrame(schema=FLAGGED)
    key = f"start_time_utc, {dataset.category}"
    by_then = f"SEMI JOIN (FROM {dataset.table} WHERE publish_time_utc <= $instant) USING ({key})" if as_of else ""
    return frame_of(
        con,
        f"""SELECT make_timestamptz(bucket) AS start_time_utc,
            count(DISTINCT start_time_utc) AS half_hours_flagged, {_EXPECTED} AS half_hours_expected,
            list_sort(list_distinct(flatten(list(reasons)))) AS reasons
        FROM (
            SELECT {_BUCKET} AS bucket, start_time_utc, reasons
            FROM {doubted(con, dataset, known_at)} AS doubted {by_then}
            WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {dataset.category})
        ) GROUP BY bucket ORDER BY bucket""",
        {**{name: at for name, at in grid.items() if name != "first"}, **span},
    )


def grain_for(window: Window) -> Grain:
    """Half hours up to 31 days, then the finest that stays within `POINTS_A_SERIES`."""
    length = window.end_utc - window.start_utc
    if length <= HALF_HOURS_UP_TO:
        return HALF_HOURLY
    return next((grain for grain in COARSER if length / grain.width <= POINTS_A_SERIES), COARSER[-1])


_MONDAY_US = 4 * 86_400_000_000
"1970-01-05, where a bucket of every grain begins."
_HALF_HOUR_US = HALF_HOUR // timedelta(microseconds=1)
_EXPECTED = f"(least(bucket + $width, $end_us) - greatest(bucket, $start_us)) // {_HALF_HOUR_US}"
_BUCKET = f"(epoch_us(start_time_utc) - {_MONDAY_US}) // $width * $width + {_MONDAY_US}"


def _grid(window: Window, grain: Grain) -> dict[str, int]:
    """Microseconds since the epoch: the window, the first bucket, the width of each."""
    start, end = (
        (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        for instant in (window.start_utc, window.end_utc)
    )
    width = grain.width // timedelta(microseconds=1)
    first = (start - _MONDAY_US) // width * width + _MONDAY_US
    return {"start_us": start, "end_us": end, "width": width, "first": first}


_NOTHING = (
    "(SELECT NULL::TIMESTAMPTZ AS start_time_utc, NULL::VARCHAR AS {0.category}, NULL::DOUBLE AS mw, "
    "NULL::VARCHAR[] AS reasons WHERE false) AS nothing"
)


def _columns(dataset: Dataset) -> list[str]:
    return [
        *("start_time_utc", "settlement_date", "settlement_period", dataset.category, dataset.value),
        *("publish_time_utc", "ingested_at_utc", "source"),
    ]


def _no_rows(dataset: Dataset) -> pl.DataFrame:
    kinds: dict[str, pl.DataType] = {
        **dict.fromkeys(("start_time_utc", "publish_time_utc", "ingested_at_utc"), UTC_TIME),
        **{"settlement_date": pl.Date(), "settlement_period": pl.Int16(), dataset.value: pl.Float64()},
    }
    return pl.DataFrame(schema={name: kinds.get(name, pl.String()) for name in [*_columns(dataset), "flags"]})
