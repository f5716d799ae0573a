"""Figures over a span: energy, means, peaks, percentiles and, beside each, the coverage of the span.

Belongs here: the queries and their columns. Not here: how a measure is computed (`elexon_assets/schema/measures.py`),
which values are selected (`selection.py`). Energy is never scaled up to the expected half-hours. Beside it is the
number of flagged half-hours; with `exclude_flagged` they count as missing. How the capacity at a half-hour is derived,
and why a capacity factor of wind errs low, is in `elexon_assets/schema/capacity.py`: installed capacity may include
planned plant, because Elexon's figure for a year is the one that was expected for it.
"""

from datetime import date, datetime, timedelta
from functools import partial

import polars as pl

from elexon_assets.dataset_model import UTC_TIME
from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.schema import measures
from elexon_assets.schema.measures import TOTAL, figures_sql
from elexon_assets.schema.series import all_published
from elexon_assets.settlement import first_start_utc
from elexon_assets.time_inputs import read_days, read_span
from elexon_assets.windows import Window
from renewables.queries.selection import Categories, Selection
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection

PERCENTILES = (5, 25, 50, 75, 95)

_SUMMARY: dict[str, pl.DataType] = {
    "half_hours": pl.Int64(),
    "half_hours_expected": pl.Int64(),
    "coverage": pl.Float64(),
    "half_hours_flagged": pl.Int64(),
    "flagged_share": pl.Float64(),
    "energy_mwh": pl.Float64(),
    "mean_mw": pl.Float64(),
    "peak_mw": pl.Float64(),
    "peak_start_time_utc": UTC_TIME,
    "capacity_mw": pl.Float64(),
    "capacity_factor": pl.Float64(),
    **{f"p{percentile}_mw": pl.Float64() for percentile in PERCENTILES},
    "half_hours_outside_soft_limits": pl.Int64(),
}

_PERIODIC: dict[str, pl.DataType] = {
    **dict.fromkeys(("energy_mwh", "mean_mw", "peak_mw"), pl.Float64()),
    **dict.fromkeys(("half_hours", "half_hours_expected"), pl.Int64()),
    **{"coverage": pl.Float64(), "half_hours_flagged": pl.Int64(), "flagged_share": pl.Float64()},
    "half_hours_outside_soft_limits": pl.Int64(),
    **dict.fromkeys(("capacity_mw", "capacity_factor"), pl.Float64()),
}


def summary(
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
    """Return one row per category, and a Total if several are selected that every half-hour has.

    A half-hour counts for the Total only if all of the categories that were published at that time are present.
    Columns: the category and those of `_SUMMARY`; `capacity_mw` (mean installed MW) and `capacity_factor` (0-1) are
    null if no capacity is known, as for every fuel. `half_hours_flagged` and their share of the published half-hours
    are the same whether those are excluded or not.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        dataset: An observed dataset.
        categories: One or several PSR types or fuels; all of them by default.
        as_of: Only what Elexon had published by then; a day means its end. The flags are today's, because the flags at
            that time are not known.
        known_at: Only what had landed here by then, with the flags of then. Before the first fetch of the span the
            result is empty, whatever Elexon had published.
        exclude_flagged: Whether flagged values count as missing.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: A span, a time, a dataset or a category is invalid.
        WarehouseMissing: Nothing is published yet.
    """
    selection = Selection.read(dataset, categories, as_of, known_at, exclude_flagged)
    return summary_of(selection, read_span(start, end), con)


def summary_of(selection: Selection, window: Window, con: Connection | None = None) -> pl.DataFrame:
    """Return the same as `summary`, for a selection and a window."""
    declaration, names = selection.declaration, list(selection.categories)
    category = declaration.category
    totalled = len(names) > 1 and set(names) <= set(declaration.always_published)
    are_there = partial(all_published, declaration, names, "category")
    # The limit of the total is that of all categories together.
    limited = [*names, TOTAL] if set(names) == set(declaration.categories) else names
    # All quantiles at once, which sorts once; repeated expressions are computed once.
    quantiles = f"quantile_cont(mw, {[p / 100 for p in PERCENTILES]}::DOUBLE[])"
    percentiles = ", ".join(f"{quantiles}[{n}] AS p{p}_mw" for n, p in enumerate(PERCENTILES, start=1))
    with snapshot_connection(con) as snapshot:
        frame = query_frame(
            snapshot,
            f"""WITH shown AS (
                FROM {selection.with_capacity_sql(selection.values_sql())}
            ), counted AS (
                SELECT start_time_utc, category, mw, capacity_mw, reasons FROM shown
                UNION ALL
                SELECT start_time_utc, '{TOTAL}', CASE WHEN {are_there("mw")} THEN sum(mw) END,
                    CASE WHEN {are_there("capacity_mw")} THEN sum(capacity_mw) END, any_value(reasons)
                FROM shown GROUP BY start_time_utc HAVING {are_there(None)}
            ), expected AS (
                SELECT category, {measures.expected_sql("epoch_us($start)", "epoch_us($end)")} AS half_hours_expected
                FROM {measures.lifetimes_sql(declaration)}
            ), asked AS (
                SELECT category, coalesce(half_hours_expected, most_expected) AS half_hours_expected
                FROM (SELECT unnest($rows) AS category) LEFT JOIN expected USING (category) CROSS JOIN (
                    SELECT max(half_hours_expected) AS most_expected FROM expected
                    WHERE list_contains($names, category)
                )
            ), limits AS (
                FROM soft_limits WHERE dataset = '{declaration.name}' AND list_contains($limited, category)
            ), figures AS (
                SELECT category, any_value(half_hours_expected) AS half_hours_expected,
                    {figures_sql(*measures.FIGURES)},
                    first(start_time_utc ORDER BY mw DESC, start_time_utc) FILTER (mw IS NOT NULL)
                        AS peak_start_time_utc, {percentiles}
                FROM asked LEFT JOIN counted USING (category) LEFT JOIN limits USING (category) GROUP BY category
            )
            SELECT category AS {category}, {measures.COVERAGE}, * EXCLUDE (category)
            FROM figures ORDER BY list_position($rows, category)""",
            {
                **selection.parameters(window),
                **{"limited": limited, "rows": [*names, TOTAL] if totalled else names},
            },
        )
    return frame.select(category, *_SUMMARY).cast(dict(_SUMMARY))  # type: ignore[arg-type]  # a mapping of names to types is a schema


def daily(
    first: date | str,
    last: date | str,
    *,
    dataset: str = "wind_and_solar",
    categories: Categories = None,
    as_of: date | datetime | str | None = None,
    known_at: date | datetime | str | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return one row per settlement date (Europe/London, both ends included) and category, as far as data exists.

    A day without data has 0 half-hours. Columns: settlement_date, the category and those of `_PERIODIC`; 46, 48 or 50
    half-hours are expected. The other arguments and the errors are those of `summary`.
    """
    selection = Selection.read(dataset, categories, as_of, known_at, exclude_flagged)
    return _by_period(selection, "settlement_date", "settlement_date", *read_days(first, last), con)


def monthly(
    first: date | str,
    last: date | str,
    *,
    dataset: str = "wind_and_solar",
    categories: Categories = None,
    as_of: date | datetime | str | None = None,
    known_at: date | datetime | str | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """Return the same as `daily` by month of the settlement dates, for the part of each month within the span.

    The first column is `month`, its first day.
    """
    selection = Selection.read(dataset, categories, as_of, known_at, exclude_flagged)
    return _by_period(selection, "month", "date_trunc('month', settlement_date)::DATE", *read_days(first, last), con)


def _by_period(
    selection: Selection, column: str, period: str, first: date, last: date, con: Connection | None
) -> pl.DataFrame:
    declaration = selection.declaration
    category = declaration.category
    window = Window(first_start_utc(first), first_start_utc(last + timedelta(days=1)))
    rows = measures.by_period_sql(
        declaration,
        selection.with_capacity_sql(selection.values_sql()),
        period,
        days=f"settlement_date BETWEEN $first AND $last AND {measures.days_with_data_sql(declaration)}",
        has_capacity=True,
    )
    with snapshot_connection(con) as snapshot:
        return query_frame(
            snapshot,
            f"SELECT period AS {column}, category AS {category}, {', '.join(_PERIODIC)} FROM ({rows}) "
            f"WHERE list_contains($names, category) ORDER BY period, list_position($names, category)",
            {**selection.parameters(window), "first": first, "last": last},
        ).cast(dict(_PERIODIC))  # type: ignore[arg-type]  # a mapping of names to types is a schema


def sources_of_capacity(con: Connection | None = None) -> list[str]:
    """Return the sources of the installed capacity: elexon, or synthetic."""
    with snapshot_connection(con) as snapshot:
        rows = snapshot.execute(f"SELECT DISTINCT source FROM {INSTALLED_CAPACITY.table} ORDER BY source").fetchall()
    return [source for (source,) in rows]
