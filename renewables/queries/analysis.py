"""Figures over a span: energy, means, peaks, percentiles and, beside each, how much of the span is there.

Energy is the sum of MW x 0.5 over the half hours there are; it is never filled up to the half hours expected. Beside
it stands how many of the half hours are flagged as in doubt; with `exclude_flagged` they count as missing. The capacity
factor is that energy over what the installed capacity makes in the same half hours; how capacity is known at a
half hour, and why a factor of wind errs low, stands in `elexon_assets/schema/capacity.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from elexon_assets.datasets import INSTALLED_CAPACITY, UTC_TIME, Dataset
from elexon_assets.schema import capacity
from elexon_assets.settlement import first_start_utc
from renewables.queries.relations import current, judged
from renewables.queries.snapshot import Connection, chosen, declared, frame_of, opened, window_of
from warehouse.connection import has_table

TOTAL = "Total"
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
    """One row a category, and a Total where several are asked for that every half hour has.

    A half hour counts for the Total only where all of them are there. Columns: the category and those of `_SUMMARY`;
    `capacity_mw` (mean installed) and `capacity_factor` (0-1) are null where no capacity is known, as of any fuel.
    `half_hours_flagged` and their share of the half hours published are the same whether those are left out or not.
    """
    declaration = declared(dataset)
    names, window = chosen(declaration, categories), window_of(start, end)
    totalled = len(names) > 1 and set(names) <= set(declaration.always_published)
    # The limit of the total is one of all categories together.
    limited = [*names, TOTAL] if set(names) == set(declaration.categories) else names
    category = declaration.category
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={category: pl.String(), **_SUMMARY})
        relation, instant = judged(snapshot, declaration, as_of, known_at, exclude_flagged=exclude_flagged)
        # All of them at once, which sorts once; named several times, it is computed once.
        quantiles = f"quantile_cont(mw, {[p / 100 for p in PERCENTILES]}::DOUBLE[])"
        percentiles = ", ".join(f"{quantiles}[{n}] AS p{p}_mw" for n, p in enumerate(PERCENTILES, start=1))
        frame = frame_of(
            snapshot,
            f"""WITH present AS (
                SELECT start_time_utc, {category} AS category, mw, reasons FROM {relation}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category})
            ), shown AS (
                {_with_capacity(snapshot, declaration, as_of, known_at)}
            ), counted AS (
                SELECT start_time_utc, category, mw, capacity_mw, reasons IS NOT NULL AS is_flagged FROM shown
                UNION ALL
                SELECT start_time_utc, '{TOTAL}', CASE WHEN count(mw) = len($names) THEN sum(mw) END,
                    CASE WHEN count(capacity_mw) = len($names) THEN sum(capacity_mw) END, count(reasons) > 0
                FROM shown GROUP BY start_time_utc HAVING count(*) = len($names)
            ), limits AS (
                FROM soft_limits WHERE dataset = '{declaration.name}' AND list_contains($limited, category)
            )
            SELECT category AS {category}, count(mw) AS half_hours, $expected AS half_hours_expected,
                count(mw) / $expected AS coverage, count(*) FILTER (is_flagged) AS half_hours_flagged,
                half_hours_flagged / nullif(count(start_time_utc), 0) AS flagged_share,
                sum(mw) * 0.5 AS energy_mwh, avg(mw) AS mean_mw, max(mw) AS peak_mw,
                first(start_time_utc ORDER BY mw DESC, start_time_utc) FILTER (mw IS NOT NULL) AS peak_start_time_utc,
                {capacity.FACTORS.format(mw="mw")}, {percentiles},
                count(*) FILTER (mw < low_mw OR mw > high_mw) AS half_hours_outside_soft_limits
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
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """One row per settlement date (Europe/London, both ends in) and category, a day without data with 0 half hours.

    Columns: settlement_date, the category and those of `_PERIODIC`; 46, 48 or 50 half hours are expected.
    """
    return _periodic(
        "FROM days",
        first,
        last,
        dataset,
        categories,
        as_of=as_of,
        known_at=known_at,
        exclude_flagged=exclude_flagged,
        con=con,
    )


def monthly(
    first: date,
    last: date,
    *,
    dataset: str = "wind_and_solar",
    categories: Sequence[str] | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    exclude_flagged: bool = False,
    con: Connection | None = None,
) -> pl.DataFrame:
    """The same by month of the settlement dates, as far as they lie in the span: month (its first day), the category
    and those of `_PERIODIC`."""
    return _periodic(
        _MONTHLY,
        first,
        last,
        dataset,
        categories,
        as_of=as_of,
        known_at=known_at,
        exclude_flagged=exclude_flagged,
        con=con,
    )


_MONTHLY = """
    SELECT date_trunc('month', settlement_date)::DATE AS month, category, sum(energy_mwh) AS energy_mwh,
        sum(energy_mwh) / (sum(half_hours) * 0.5) AS mean_mw, max(peak_mw) AS peak_mw, sum(half_hours) AS half_hours,
        sum(half_hours_expected) AS half_hours_expected, sum(half_hours) / sum(half_hours_expected) AS coverage,
        sum(half_hours_flagged) AS half_hours_flagged, sum(half_hours_flagged) / sum(published) AS flagged_share,
        sum(half_hours_outside_soft_limits) AS half_hours_outside_soft_limits, sum(published) AS published,
        sum(capacity_mw * half_hours) / sum(half_hours) AS capacity_mw,
        sum(energy_mwh) / (sum(capacity_mw * half_hours) * 0.5) AS capacity_factor
    FROM days GROUP BY ALL"""


def _periodic(
    periods: str,
    first: date,
    last: date,
    dataset: str,
    categories: Sequence[str] | None,
    *,
    as_of: datetime | None,
    known_at: datetime | None,
    exclude_flagged: bool,
    con: Connection | None,
) -> pl.DataFrame:
    """`periods`: a query of `days`, whose first column says which period it is."""
    declaration = declared(dataset)
    names, category = chosen(declaration, categories), declaration.category
    period = "month" if periods is _MONTHLY else "settlement_date"
    with opened(con) as snapshot:
        if not has_table(snapshot, declaration.table):
            return pl.DataFrame(schema={period: pl.Date(), category: pl.String(), **_PERIODIC})
        relation, instant = judged(snapshot, declaration, as_of, known_at, exclude_flagged=exclude_flagged)
        return frame_of(
            snapshot,
            f"""WITH present AS (
                SELECT start_time_utc, settlement_date, {category} AS category, mw, reasons FROM {relation}
                WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category})
            ), shown AS (
                {_with_capacity(snapshot, declaration, as_of, known_at)}
            ), limits AS (
                FROM soft_limits WHERE dataset = '{declaration.name}'
            ), figures AS (
                SELECT settlement_date, category, sum(mw) * 0.5 AS energy_mwh, avg(mw) AS mean_mw, max(mw) AS peak_mw,
                    count(mw) AS half_hours, count(reasons) AS half_hours_flagged, count(*) AS published,
                    count(*) FILTER (mw < low_mw OR mw > high_mw) AS half_hours_outside_soft_limits,
                    {capacity.FACTORS.format(mw="mw")}
                FROM shown LEFT JOIN limits USING (category) GROUP BY settlement_date, category
            ), days AS (
                SELECT settlement_date, category, energy_mwh, mean_mw, peak_mw,
                    coalesce(figures.half_hours, 0) AS half_hours, calendar.half_hours AS half_hours_expected,
                    coalesce(figures.half_hours, 0) / calendar.half_hours AS coverage,
                    coalesce(half_hours_flagged, 0) AS half_hours_flagged,
                    half_hours_flagged / published AS flagged_share, published,
                    coalesce(half_hours_outside_soft_limits, 0) AS half_hours_outside_soft_limits,
                    capacity_mw, capacity_factor
                FROM settlement_days AS calendar CROSS JOIN (SELECT unnest($names) AS category)
                LEFT JOIN figures USING (settlement_date, category)
                WHERE settlement_date BETWEEN $first AND $last
                    AND settlement_date >= (SELECT min(settlement_date) FROM {declaration.table})
                    AND settlement_date <= (SELECT max(settlement_date) FROM {declaration.table})
                    AND (list_contains($always, category) OR published IS NOT NULL)
            )
            SELECT {period}, category AS {category}, {", ".join(_PERIODIC)} FROM ({periods})
            ORDER BY {period}, list_position($names, category)""",
            {
                **{"first": first, "last": last, "names": names, "always": list(declaration.always_published)},
                **{"start": first_start_utc(first), "end": first_start_utc(last + timedelta(days=1)), **instant},
            },
        ).cast({name: _PERIODIC[name] for name in _PERIODIC})


def sources_of_capacity(con: Connection | None = None) -> list[str]:
    """Whose the installed capacity is: elexon, or synthetic."""
    with opened(con) as snapshot:
        if not has_table(snapshot, INSTALLED_CAPACITY.table):
            return []
        rows = snapshot.execute(f"SELECT DISTINCT source FROM {INSTALLED_CAPACITY.table} ORDER BY source").fetchall()
    return [source for (source,) in rows]


def _with_capacity(snapshot: Connection, dataset: Dataset, as_of: datetime | None, known_at: datetime | None) -> str:
    """Query of the rows of `present` with their capacity_mw, null where the half hour counts as missing."""
    lines = _lines(snapshot, dataset, as_of, known_at)
    return (
        "SELECT * REPLACE (CASE WHEN mw IS NOT NULL THEN capacity_mw END AS capacity_mw) "
        f"FROM {capacity.joined('present', 'category', lines)}"
    )


def _lines(snapshot: Connection, dataset: Dataset, as_of: datetime | None, known_at: datetime | None) -> str:
    """Installed capacity in time, as it was published or known then; nothing for categories that IGCA does not have."""
    if not _has_capacities(snapshot, dataset):
        return capacity.NONE_KNOWN
    relation, _ = current(INSTALLED_CAPACITY, as_of, known_at)
    return capacity.pieces(relation)


def _has_capacities(snapshot: Connection, dataset: Dataset) -> bool:
    """Fuels are named otherwise, and are metered where capacity includes embedded plant."""
    return dataset.category == INSTALLED_CAPACITY.category and has_table(snapshot, INSTALLED_CAPACITY.table)
