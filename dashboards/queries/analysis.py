"""Figures over a span: energy, means, peaks, percentiles and, beside each, how much of the span is there.

Energy is the sum of MW x 0.5 over the half hours there are; it is never filled up to the half hours expected.
"""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from dashboards.queries.generation import current
from dashboards.queries.snapshot import Connection, chosen, declared, frame_of, has_table, opened, window_of
from elexon_assets.datasets import UTC_TIME

TOTAL = "Total"
PERCENTILES = (5, 25, 50, 75, 95)

_SUMMARY: dict[str, pl.DataType] = {
    "half_hours": pl.Int64(),
    "half_hours_expected": pl.Int64(),
    "coverage": pl.Float64(),
    "energy_mwh": pl.Float64(),
    "mean_mw": pl.Float64(),
    "peak_mw": pl.Float64(),
    "peak_start_time_utc": UTC_TIME,
    **{f"p{percentile}_mw": pl.Float64() for percentile in PERCENTILES},
    "half_hours_outside_soft_limits": pl.Int64(),
}

_DAILY: dict[str, pl.DataType] = {
    **dict.fromkeys(("energy_mwh", "mean_mw", "peak_mw"), pl.Float64()),
    **dict.fromkeys(("half_hours", "half_hours_expected"), pl.Int64()),
    "coverage": pl.Float64(),
    "half_hours_outside_soft_limits": pl.Int64(),
}


def summary(
    start: date | datetime,
    end: date | datetime,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """One row a category, and a Total where several are asked for that every half hour has.

    A half hour counts for the Total only where all of them are there. Columns: the category and those of `_SUMMARY`.
    """
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    totalled = len(names) > 1 and set(names) <= set(declaration.always_published)
    # The limit of the total is one of all categories together.
    limited = [*names, TOTAL] if set(names) == set(declaration.categories) else names
    category, value = declaration.category, declaration.value
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={category: pl.String(), **_SUMMARY})
        relation, instant = current(declaration, as_of, known_at)
        percentiles = ", ".join(f"quantile_cont(mw, {p / 100}) AS p{p}_mw" for p in PERCENTILES)
        frame = frame_of(
            snapshot,
            f"""WITH shown AS (
                SELECT start_time_utc, {category} AS category, {value} AS mw FROM {relation}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category})
            ), counted AS (
                FROM shown
                UNION ALL
                SELECT start_time_utc, '{TOTAL}', sum(mw) FROM shown
                GROUP BY start_time_utc HAVING count(*) = len($names)
            ), limits AS (
                FROM soft_limits WHERE dataset = '{declaration.name}' AND list_contains($limited, category)
            )
            SELECT category AS {category}, count(mw) AS half_hours, $expected AS half_hours_expected,
                count(mw) / $expected AS coverage, sum(mw) * 0.5 AS energy_mwh, avg(mw) AS mean_mw,
                max(mw) AS peak_mw, first(start_time_utc ORDER BY mw DESC, start_time_utc) AS peak_start_time_utc,
                {percentiles}, count(*) FILTER (mw < low_mw OR mw > high_mw) AS half_hours_outside_soft_limits
            FROM (SELECT unnest($rows) AS category) LEFT JOIN counted USING (category) LEFT JOIN limits USING (category)
            GROUP BY category ORDER BY list_position($rows, category)""",
            {
                **{"start": window.start_utc, "end": window.end_utc, "names": names, "limited": limited, **instant},
                "rows": [*names, TOTAL] if totalled else names,
                "expected": int((window.end_utc - window.start_utc).total_seconds() // 1800),
            },
        )
    return frame.cast({name: kind for name, kind in _SUMMARY.items() if name in frame.columns})


def daily(
    first: date,
    last: date,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    con: Connection | None = None,
) -> pl.DataFrame:
    """One row per settlement date (Europe/London, both ends in) and category, a day without data with 0 half hours.

    Columns: settlement_date, the category and those of `_DAILY`; 46, 48 or 50 half hours are expected.
    """
    declaration = declared(dataset)
    names, category = chosen(declaration, categories), declaration.category
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={"settlement_date": pl.Date(), category: pl.String(), **_DAILY})
        return frame_of(
            snapshot,
            f"SELECT settlement_date, {category}, {', '.join(_DAILY)} FROM {declaration.name}_daily "
            f"WHERE settlement_date BETWEEN $first AND $last AND list_contains($names, {category}) "
            f"ORDER BY settlement_date, list_position($names, {category})",
            {"first": first, "last": last, "names": names},
        ).cast({name: _DAILY[name] for name in _DAILY})
