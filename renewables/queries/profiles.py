"""Shapes of a span: by settlement day, hour x weekday, hour x month, distribution, duration, years side by side.

Belongs here: how half-hours of one span are grouped and counted. Not here: its totals (`analysis.py`), figures
(`charts/`). With `exclude_flagged`, flagged values count as missing. Days, hours, weekdays and months are London's; a
window is of UTC instants.
"""

from datetime import date, timedelta

import polars as pl

from elexon_assets.schema.measures import COVERAGE, FIGURES, by_period_sql, expected_days_sql, figures_sql
from elexon_assets.schema.series import all_published
from elexon_assets.settlement import LONDON, first_start_utc
from elexon_assets.windows import Window
from renewables.queries.generation import SERIES_FIGURES, Grain, Series
from renewables.queries.selection import Selection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, sources_of, span_of

BINS = 60
DURATION_POINTS = 400
BY_DAY = {name: Grain(name, timedelta(days=days)) for name, days in {"day": 1, "week": 7, "month": 30}.items()}
"The grains of complete settlement days; the width of a month is nominal."


def window_of_days(first: date, last: date) -> Window:
    """Return settlement days, both inclusive, as a window of instants."""
    return Window(first_start_utc(first), first_start_utc(last + timedelta(days=1)))


def by_settlement_day(
    selection: Selection,
    first: date,
    last: date,
    *,
    grain: str,
    con: Connection | None = None,
) -> Series:
    """Return a `Series` in buckets of complete settlement days: day, week (from Monday) or month."""
    declaration, window = selection.declaration, window_of_days(first, last)
    category = declaration.category
    bucket = f"date_trunc('{BY_DAY[grain].name}', settlement_date)::DATE"
    span = {**selection.parameters(window), "first": first, "last": last}
    days = "settlement_date BETWEEN $first AND $last"
    starts = f"""(SELECT {bucket} AS bucket, min(first_start_time_utc) AS start_time_utc,
        sum(half_hours)::BIGINT AS half_hours_expected FROM settlement_days WHERE {days} GROUP BY bucket)"""
    with snapshot_connection(con) as snapshot:
        frame = query_frame(
            snapshot,
            f"""WITH means AS (
                SELECT {bucket} AS bucket, category, {figures_sql(*SERIES_FIGURES)}
                FROM {selection.values_sql()} GROUP BY bucket, category
            ), expected AS (
                SELECT {bucket} AS bucket, category, sum(half_hours_expected)::BIGINT AS half_hours_expected
                FROM {expected_days_sql(declaration, days)} WHERE list_contains($names, category) GROUP BY ALL
            ), counted AS (
                SELECT starts.start_time_utc, category, mean_mw, flagged_share, expected.half_hours_expected,
                    coalesce(half_hours, 0) AS half_hours, coalesce(half_hours_flagged, 0) AS half_hours_flagged
                FROM expected JOIN {starts} AS starts USING (bucket) LEFT JOIN means USING (bucket, category)
            )
            SELECT start_time_utc, category AS {category}, mean_mw AS {declaration.value}, half_hours,
                half_hours_expected, {COVERAGE}, half_hours_flagged, flagged_share
            FROM counted ORDER BY start_time_utc, list_position($names, category)""",
            span,
        )
        flagged = query_frame(
            snapshot,
            f"""SELECT starts.start_time_utc, count(DISTINCT present.start_time_utc) AS half_hours_flagged,
                any_value(half_hours_expected) AS half_hours_expected,
                list_sort(list_distinct(flatten(list(reasons)))) AS reasons
            FROM (SELECT *, {bucket} AS bucket FROM {selection.values_sql()}) AS present
            JOIN {starts} AS starts USING (bucket) WHERE reasons IS NOT NULL
            GROUP BY starts.start_time_utc ORDER BY starts.start_time_utc""",
            span,
        )
        sources = sources_of(selection.dataset, window, snapshot)
    return Series(declaration, window, BY_DAY[grain], frame, sources, flagged)


def by_hour(selection: Selection, window: Window, *, across: str, con: Connection | None = None) -> pl.DataFrame:
    """Return the mean MW of the selected categories together, by hour of the day and weekday or month.

    Columns: `across` (weekday 1-7 from Monday, or month 1-12), hour (0-23), mean_mw, half_hours. Half-hours in which
    one of the categories is missing are left out.
    """
    part = {"weekday": "isodow", "month": "month"}[across]
    return _grouped_means(
        f"""SELECT date_part('{part}', local)::INT AS {across}, date_part('hour', local)::INT AS hour,
            avg(mw) AS mean_mw, count(*) AS half_hours
        FROM (SELECT start_time_utc AT TIME ZONE '{LONDON.key}' AS local, mw FROM together)
        GROUP BY ALL ORDER BY ALL""",
        selection,
        window,
        con,
    )


def distribution(selection: Selection, window: Window, *, con: Connection | None = None) -> pl.DataFrame:
    """Return half-hours by MW: the category, from_mw (bins of one width), to_mw, half_hours, share (0-1)."""
    category = selection.declaration.category
    return _grouped_means(
        f"""SELECT category AS {category}, bin * width AS from_mw, (bin + 1) * width AS to_mw, count(*) AS half_hours,
            count(*) / sum(count(*)) OVER (PARTITION BY category) AS share
        FROM (
            SELECT category, width, floor(mw / width) AS bin FROM present,
                (SELECT greatest(ceil((max(mw) - min(mw)) / {BINS} / 50) * 50, 1) AS width FROM present)
        ) GROUP BY category, bin, width ORDER BY list_position($names, category), bin""",
        selection,
        window,
        con,
    )


def duration(selection: Selection, window: Window, *, con: Connection | None = None) -> pl.DataFrame:
    """Return the category, share_of_time (0-1) and exceeded_mw, reached for that share of the half-hours present."""
    category = selection.declaration.category
    # By rank, because quantiles of a list take ten times as long.
    return _grouped_means(
        f"""SELECT category AS {category}, share_of_time,
            low.mw + (high.mw - low.mw) * (position - floor(position)) AS exceeded_mw
        FROM (
            SELECT category, unnest(range({DURATION_POINTS + 1})) / {DURATION_POINTS} AS share_of_time,
                share_of_time * max(rank) AS position
            FROM ranked GROUP BY category
        ) JOIN ranked AS low USING (category) JOIN ranked AS high USING (category)
        WHERE low.rank = floor(position) AND high.rank = ceil(position)
        ORDER BY list_position($names, category), share_of_time""",
        selection,
        window,
        con,
    )


def correlation(selection: Selection, window: Window, *, con: Connection | None = None) -> pl.DataFrame:
    """Return Pearson's r of each pair of categories over common half-hours: category, other, r, half_hours."""
    return _grouped_means(
        """SELECT a.category AS category, b.category AS other,
            CASE WHEN stddev_pop(a.mw) > 0 AND stddev_pop(b.mw) > 0 THEN corr(a.mw, b.mw) END AS r,
            count(*) AS half_hours
        FROM present AS a JOIN present AS b USING (start_time_utc) GROUP BY a.category, b.category
        ORDER BY list_position($names, a.category), list_position($names, b.category)""",
        selection,
        window,
        con,
    )


def by_year(selection: Selection, con: Connection | None = None) -> pl.DataFrame:
    """Return all data, with the months of each year side by side.

    Columns: year, month, energy_mwh of the selected categories together, half_hours and half_hours_expected (of all of
    them, in the complete month), coverage (0-1).
    """
    declaration = selection.declaration
    available = span_of(selection.dataset, con)
    if available is None:
        return pl.DataFrame(schema={"year": pl.Int64, "month": pl.Int64, "energy_mwh": pl.Float64})
    month = "date_trunc('month', settlement_date)::DATE"
    rows = by_period_sql(declaration, selection.values_sql(), month, days="true")
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""SELECT *, {COVERAGE} FROM (
                SELECT year(period) AS year, month(period) AS month, sum(energy_mwh) AS energy_mwh,
                    sum(half_hours)::BIGINT AS half_hours, sum(half_hours_expected)::BIGINT AS half_hours_expected
                FROM ({rows}) WHERE list_contains($names, category)
                GROUP BY period HAVING sum(half_hours) > 0
            ) ORDER BY year, month""",
            selection.parameters(available),
        )


def monthly_capacity_factors(
    selection: Selection, first: date, last: date, con: Connection | None = None
) -> pl.DataFrame:
    """Return the capacity factors by month of the settlement days, both ends included.

    Columns: month, psr_type, energy_mwh, mean_capacity_mw, capacity_factor (0-1), half_hours; null in a month without
    any. The result is empty if no capacity is known at all.
    """
    values = selection.with_capacity_sql(selection.values_sql())
    figures = figures_sql("energy_mwh", "capacity_factor", "half_hours")
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH months AS (
                SELECT DISTINCT date_trunc('month', settlement_date)::DATE AS month FROM settlement_days
                WHERE settlement_date BETWEEN $first AND $last
            ), known AS (
                SELECT date_trunc('month', settlement_date)::DATE AS month, category, {figures},
                    {FIGURES["capacity_mw"]} AS mean_capacity_mw
                FROM {values} WHERE capacity_mw IS NOT NULL GROUP BY ALL
            )
            SELECT month, category AS {selection.declaration.category}, energy_mwh, mean_capacity_mw, capacity_factor,
                coalesce(half_hours, 0) AS half_hours
            FROM months CROSS JOIN (SELECT unnest($names) AS category) LEFT JOIN known USING (month, category)
            WHERE EXISTS (FROM known) ORDER BY month, list_position($names, category)""",
            {**selection.parameters(window_of_days(first, last)), "first": first, "last": last},
        )


def _grouped_means(sql: str, selection: Selection, window: Window, con: Connection | None) -> pl.DataFrame:
    """Return the result of a query of three relations.

    `present` has start_time_utc, category and mw; `ranked` has category, mw and rank (from 0, the greatest first);
    `correlated_values` has start_time_utc and mw, where all the categories are present.
    """
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"""WITH present AS (
                SELECT start_time_utc, category, mw FROM {selection.values_sql()} WHERE mw IS NOT NULL
            ), ranked AS (
                SELECT category, mw, row_number() OVER (PARTITION BY category ORDER BY mw DESC) - 1 AS rank FROM present
            ), together AS (
                SELECT start_time_utc, sum(mw) AS mw FROM present GROUP BY start_time_utc
                HAVING {all_published(selection.declaration, selection.categories, "category")}
            )
            {sql}""",
            selection.parameters(window),
        )
