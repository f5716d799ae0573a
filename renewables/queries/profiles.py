"""Shapes of a span: by settlement day, hour x weekday, hour x month, distribution, duration, years beside each other.

Belongs here: how half hours of one span are grouped and counted. Not here: its totals (`analysis.py`), figures
(`charts/`). With `exclude_flagged` values in doubt are left out, as if they were missing. Days, hours, weekdays and
months are London's; a window is of UTC instants.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from elexon_assets.schema import capacity
from elexon_assets.settlement import LONDON, first_start_utc
from elexon_assets.windows import Window
from renewables.queries.generation import Grain, Series
from renewables.queries.relations import judged
from renewables.queries.snapshot import Connection, chosen, declared, frame_of, opened, sources_of
from warehouse.connection import has_table

BINS = 60
DURATION_POINTS = 400
BY_DAY = {name: Grain(name, timedelta(days=days)) for name, days in {"day": 1, "week": 7, "month": 30}.items()}
"Grains of whole settlement days; a month's width is nominal."


def window_of_days(first: date, last: date) -> Window:
    """The settlement days as instants, both ends in."""
    return Window(first_start_utc(first), first_start_utc(last + timedelta(days=1)))


def by_settlement_day(
    first: date,
    last: date,
    *,
    grain: str,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> Series:
    """As `generation.series`, in buckets of whole settlement days: day, week (from Monday) or month."""
    declaration, window = declared(dataset), window_of_days(first, last)
    names, category = chosen(declaration, categories), declaration.category
    bucket = f"date_trunc('{BY_DAY[grain].name}', settlement_date)::DATE"
    with opened(con) as snapshot:
        relation = _source(snapshot, dataset, exclude_flagged=exclude_flagged)
        calendar = f"""(SELECT {bucket} AS bucket, min(first_start_time_utc) AS start_time_utc,
                sum(half_hours)::BIGINT AS half_hours_expected
            FROM settlement_days WHERE settlement_date BETWEEN $first AND $last GROUP BY bucket)"""
        present = f"""(SELECT {bucket} AS bucket, start_time_utc, {category}, mw, reasons FROM {relation}
            WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category}))"""
        span = {"first": first, "last": last, "start": window.start_utc, "end": window.end_utc, "names": names}
        frame = frame_of(
            snapshot,
            f"""WITH means AS (
                SELECT bucket, {category}, avg(mw) AS {declaration.value}, count(mw) AS half_hours,
                    count(reasons) AS half_hours_flagged, count(reasons) / count(*) AS flagged_share
                FROM {present} GROUP BY bucket, {category}
            )
            SELECT start_time_utc, {category}, {declaration.value}, coalesce(half_hours, 0) AS half_hours,
                half_hours_expected, coalesce(half_hours, 0) / half_hours_expected AS coverage,
                coalesce(half_hours_flagged, 0) AS half_hours_flagged, flagged_share
            FROM {calendar} CROSS JOIN (SELECT unnest($names) AS {category}) LEFT JOIN means USING (bucket, {category})
            ORDER BY start_time_utc, list_position($names, {category})""",
            span,
        )
        flagged = frame_of(
            snapshot,
            f"""SELECT calendar.start_time_utc, count(DISTINCT present.start_time_utc) AS half_hours_flagged,
                any_value(half_hours_expected) AS half_hours_expected,
                list_sort(list_distinct(flatten(list(reasons)))) AS reasons
            FROM {present} AS present JOIN {calendar} AS calendar USING (bucket) WHERE reasons IS NOT NULL
            GROUP BY calendar.start_time_utc ORDER BY calendar.start_time_utc""",
            span,
        )
        sources = sources_of(dataset, window, snapshot)
    return Series(declaration, window, BY_DAY[grain], frame, sources, flagged)


def by_hour(
    window: Window,
    *,
    across: str,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Mean MW of the chosen categories together: `across` (weekday 1-7 from Monday, or month 1-12), hour (0-23),
    mean_mw, half_hours. Half hours in which one of them is missing are left out."""
    part = {"weekday": "isodow", "month": "month"}[across]
    return _grouped(
        f"""SELECT date_part('{part}', local)::INT AS {across}, date_part('hour', local)::INT AS hour,
            avg(mw) AS mean_mw, count(*) AS half_hours
        FROM (SELECT start_time_utc AT TIME ZONE '{LONDON.key}' AS local, mw FROM together)
        GROUP BY ALL ORDER BY ALL""",
        window,
        dataset,
        categories,
        con,
        exclude_flagged=exclude_flagged,
    )


def distribution(
    window: Window,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Half hours by MW: the category, from_mw (bins of one width for all), to_mw, half_hours, share (0-1)."""
    category = declared(dataset).category
    return _grouped(
        f"""SELECT category AS {category}, bin * width AS from_mw, (bin + 1) * width AS to_mw, count(*) AS half_hours,
            count(*) / sum(count(*)) OVER (PARTITION BY category) AS share
        FROM (
            SELECT category, width, floor(mw / width) AS bin FROM present,
                (SELECT greatest(ceil((max(mw) - min(mw)) / {BINS} / 50) * 50, 1) AS width FROM present)
        ) GROUP BY category, bin, width ORDER BY list_position($names, category), bin""",
        window,
        dataset,
        categories,
        con,
        exclude_flagged=exclude_flagged,
    )


def duration(
    window: Window,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """The category, share_of_time (0-1), exceeded_mw: at or above it for that share of the half hours there are."""
    category = declared(dataset).category
    # By rank: quantiles of a list take ten times as long.
    return _grouped(
        f"""SELECT category AS {category}, share_of_time,
            low.mw + (high.mw - low.mw) * (position - floor(position)) AS exceeded_mw
        FROM (
            SELECT category, unnest(range({DURATION_POINTS + 1})) / {DURATION_POINTS} AS share_of_time,
                share_of_time * max(rank) AS position
            FROM ranked GROUP BY category
        ) JOIN ranked AS low USING (category) JOIN ranked AS high USING (category)
        WHERE low.rank = floor(position) AND high.rank = ceil(position)
        ORDER BY list_position($names, category), share_of_time""",
        window,
        dataset,
        categories,
        con,
        exclude_flagged=exclude_flagged,
    )


def correlation(
    window: Window,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Pearson's r of each pair of categories over the half hours that both have: category, other, r, half_hours.
    Null where one of them never changes."""
    return _grouped(
        """SELECT a.category AS category, b.category AS other,
            CASE WHEN stddev_pop(a.mw) > 0 AND stddev_pop(b.mw) > 0 THEN corr(a.mw, b.mw) END AS r,
            count(*) AS half_hours
        FROM present AS a JOIN present AS b USING (start_time_utc) GROUP BY a.category, b.category
        ORDER BY list_position($names, a.category), list_position($names, b.category)""",
        window,
        dataset,
        categories,
        con,
        exclude_flagged=exclude_flagged,
    )


def by_year(
    *, dataset: str = "wind_and_solar", categories: Sequence[str] | None = None, con: Connection | None = None
) -> pl.DataFrame:
    """All there is, months of each year beside each other: year, month, energy_mwh of the chosen categories together,
    half_hours and half_hours_expected (of all of them, in the whole month), coverage (0-1)."""
    declaration = declared(dataset)
    names = chosen(declaration, categories)
    with opened(con) as snapshot:
        if not has_table(snapshot, f"{dataset}_monthly"):
            return pl.DataFrame(schema={"year": pl.Int64, "month": pl.Int64, "energy_mwh": pl.Float64})
        return frame_of(
            snapshot,
            f"""SELECT *, half_hours / half_hours_expected AS coverage FROM (
                SELECT year(month) AS year, month(month) AS month, sum(energy_mwh) AS energy_mwh,
                    sum(half_hours)::BIGINT AS half_hours,
                    -- clocks go on in March, and back in October
                    count(*) * (48 * day(last_day(month)) + CASE month(month) WHEN 3 THEN -2 WHEN 10 THEN 2 ELSE 0 END)
                        AS half_hours_expected
                FROM {dataset}_monthly WHERE list_contains($names, {declaration.category}) AND half_hours > 0
                GROUP BY month
            ) ORDER BY year, month""",
            {"names": names},
        )


def monthly_capacity_factors(
    first: date, last: date, *, categories: Sequence[str] | None = None, con: Connection | None = None
) -> pl.DataFrame:
    """Of the settlement days, both ends in: month, psr_type, energy_mwh, mean_capacity_mw, capacity_factor (0-1),
    half_hours; null in a month without any. Without rows where no capacity is known at all."""
    with opened(con) as snapshot:
        if not has_table(snapshot, capacity.DAILY):
            return pl.DataFrame(schema={"month": pl.Date, "psr_type": pl.String, "capacity_factor": pl.Float64})
        return frame_of(
            snapshot,
            f"""WITH months AS (
                SELECT DISTINCT date_trunc('month', settlement_date)::DATE AS month FROM settlement_days
                WHERE settlement_date BETWEEN $first AND $last
            ), known AS (
                SELECT date_trunc('month', settlement_date)::DATE AS month, psr_type, sum(energy_mwh) AS energy_mwh,
                    sum(capacity_mw * half_hours) / sum(half_hours) AS mean_capacity_mw,
                    sum(energy_mwh) / (sum(capacity_mw * half_hours) * 0.5) AS capacity_factor,
                    sum(half_hours)::BIGINT AS half_hours
                FROM {capacity.DAILY}
                WHERE settlement_date BETWEEN $first AND $last AND capacity_mw IS NOT NULL GROUP BY ALL
            )
            SELECT month, psr_type, energy_mwh, mean_capacity_mw, capacity_factor, coalesce(half_hours, 0) AS half_hours
            FROM months CROSS JOIN (SELECT unnest($names) AS psr_type) LEFT JOIN known USING (month, psr_type)
            WHERE EXISTS (FROM known) ORDER BY month, list_position($names, psr_type)""",
            {"first": first, "last": last, "names": chosen(declared("wind_and_solar"), categories)},
        )


def _grouped(
    sql: str,
    window: Window,
    dataset: str,
    categories: Sequence[str] | None,
    con: Connection | None,
    *,
    exclude_flagged: bool,
) -> pl.DataFrame:
    """`present`: start_time_utc, category, mw; `ranked`: category, mw, rank (from 0, the greatest first); `together`:
    start_time_utc, mw where all the categories are there."""
    declaration = declared(dataset)
    names = chosen(declaration, categories)
    with opened(con) as snapshot:
        return frame_of(
            snapshot,
            f"""WITH present AS (
                SELECT start_time_utc, {declaration.category} AS category, mw
                FROM {_source(snapshot, dataset, exclude_flagged=exclude_flagged)}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND mw IS NOT NULL
                    AND list_contains($names, {declaration.category})
            ), ranked AS (
                SELECT category, mw, row_number() OVER (PARTITION BY category ORDER BY mw DESC) - 1 AS rank FROM present
            ), together AS (
                SELECT start_time_utc, sum(mw) AS mw FROM present GROUP BY start_time_utc HAVING count(*) = len($names)
            )
            {sql}""",
            {"start": window.start_utc, "end": window.end_utc, "names": names},
        )


def _source(con: Connection, dataset: str, *, exclude_flagged: bool) -> str:
    """Current values with what doubts them, or a relation of that shape without rows."""
    declaration = declared(dataset)
    if not has_table(con, declaration.table):
        return _NOTHING.format(declaration)
    return judged(con, declaration, exclude_flagged=exclude_flagged)[0]


_NOTHING = (
    "(SELECT NULL::TIMESTAMPTZ AS start_time_utc, NULL::DATE AS settlement_date, NULL::VARCHAR AS {0.category}, "
    "NULL::DOUBLE AS {0.value}, NULL::DOUBLE AS mw, NULL::VARCHAR[] AS reasons WHERE false)"
)
