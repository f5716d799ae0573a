"""Capacity by RTB date, and where the trend of the last five years would lead in the next five.

Belongs here: the cumulative steps, the fit and its uncertainty. Not here: how they are drawn (`charts/`). The fit is an
ordinary least-squares line through the cumulative gross MWp at the month ends of the last five years, from the first
RTB date on. Its band is two standard errors of a prediction to either side: about 95 % if the months were independent.
They are correlated, so the real uncertainty is wider.
"""

from dataclasses import dataclass

import polars as pl

from renewables.queries.pipeline import Filter, query_chosen
from renewables.queries.snapshot import Connection, snapshot_connection
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

TOTAL = "Total"
YEARS = 5
"The number of years of the trend, and of the outlook."
MONTHS_NEEDED = 12
LEVELS_NEEDED = 3
"The smallest number of different heights of the cumulative line that define a trend."

_BOUNDS = {"earliest": EARLIEST_DATE, "latest": LATEST_DATE}
"""The bounds of dates; one outside them was stored before they were checked, and `pipeline_aggregates.unlikely_dates`
names its project.
"""
_READY = """ready AS (
    SELECT coalesce(technology, 'Total') AS technology, rtb_date, sum(capacity_mwp) AS gross_mwp,
        sum(weighted_mwp) AS weighted_mwp
    FROM parts WHERE rtb_date BETWEEN $earliest AND $latest GROUP BY GROUPING SETS ((technology, rtb_date), (rtb_date))
)"""


@dataclass(frozen=True)
class Outlook:
    """Cumulative capacity and its trend.

    `steps`: technology (or 'Total'), rtb_date, gross_mwp, weighted_mwp and both cumulative.

    `fits`: technology, first_month, last_month, months, mwp_a_year, standard_error_mwp (of the residuals), r2, now_mwp
    (cumulative today), in_five_years_mwp, low_mwp, high_mwp; technologies with too few points are left out.

    `trend`: technology, month_end, trend_mwp, low_mwp, high_mwp, monthly from `first_month` on; never below 0.
    """

    steps: pl.DataFrame
    fits: pl.DataFrame
    trend: pl.DataFrame


def capacity_outlook(wanted: Filter, con: Connection | None = None) -> Outlook:
    """Return the outlook of gross MWp; both frames of the fit are empty if there are too few points."""
    with snapshot_connection(con) as snapshot:
        steps = query_chosen(
            snapshot,
            wanted,
            f", {_READY} SELECT *, sum(gross_mwp) OVER up_to AS cumulative_gross_mwp, "
            "sum(weighted_mwp) OVER up_to AS cumulative_weighted_mwp FROM ready "
            "WINDOW up_to AS (PARTITION BY technology ORDER BY rtb_date) ORDER BY technology = 'Total' DESC, "
            "technology, rtb_date",
            **_BOUNDS,
        )
        limits = {"today": wanted.today, "years": YEARS, "months": MONTHS_NEEDED, "levels": LEVELS_NEEDED, **_BOUNDS}
        trend = query_chosen(snapshot, wanted, _TREND, **limits)
        fits = query_chosen(snapshot, wanted, _FITS, **limits)
    return Outlook(steps, fits, trend)


def by_month(steps: pl.DataFrame) -> pl.DataFrame:
    """Return one step per technology and month, at its last RTB date: the same heights with fewer corners."""
    gained = [pl.col(name).sum() for name in ("gross_mwp", "weighted_mwp")]
    reached = [pl.col(name).last() for name in ("rtb_date", "cumulative_gross_mwp", "cumulative_weighted_mwp")]
    month = pl.col("rtb_date").dt.truncate("1mo").alias("month")
    return steps.group_by("technology", month, maintain_order=True).agg(*gained, *reached).select(steps.columns)


_FIT = f""", {_READY}, calendar AS (
    SELECT last_day(month::DATE) AS month_end, (last_day(month::DATE) - $today) / 365.25 AS x
    FROM generate_series(
        date_trunc('month', $today) - to_years($years), date_trunc('month', $today) + to_years($years),
        INTERVAL 1 MONTH
    ) AS months(month)
), past AS (
    SELECT technology, month_end, x, sum(gross_mwp) AS y
    FROM calendar JOIN ready ON rtb_date <= month_end
    WHERE month_end <= $today AND month_end > $today - to_years($years)
    GROUP BY ALL
), fits AS (
    SELECT technology, min(month_end) AS first_month, max(month_end) AS last_month, count(*) AS n, avg(x) AS mean_x,
        regr_sxx(y, x) AS sxx, regr_slope(y, x) AS slope, regr_intercept(y, x) AS intercept, regr_r2(y, x) AS r2,
        sqrt(greatest(regr_syy(y, x) - regr_sxy(y, x) ** 2 / regr_sxx(y, x), 0) / (count(*) - 2)) AS s
    FROM past GROUP BY technology HAVING count(*) >= $months AND count(DISTINCT y) >= $levels
), trend AS (
    SELECT technology, month_end, intercept + slope * x AS trend_mwp,
        2 * s * sqrt(1 + 1 / n + (x - mean_x) ** 2 / sxx) AS half_width_mwp
    FROM fits JOIN calendar ON month_end >= first_month
)"""

_TREND = f"""{_FIT}
SELECT technology, month_end, greatest(trend_mwp, 0) AS trend_mwp,
    greatest(trend_mwp - half_width_mwp, 0) AS low_mwp, greatest(trend_mwp + half_width_mwp, 0) AS high_mwp
FROM trend ORDER BY technology = 'Total' DESC, technology, month_end"""

_FITS = f"""{_FIT}
SELECT technology, first_month, last_month, n AS months, slope AS mwp_a_year, s AS standard_error_mwp, r2,
    (SELECT sum(gross_mwp) FROM ready WHERE ready.technology = fits.technology AND rtb_date <= $today) AS now_mwp,
    greatest(trend_mwp, 0) AS in_five_years_mwp, greatest(trend_mwp - half_width_mwp, 0) AS low_mwp,
    greatest(trend_mwp + half_width_mwp, 0) AS high_mwp
FROM fits JOIN trend USING (technology) WHERE month_end = (SELECT max(month_end) FROM calendar)
ORDER BY technology = 'Total' DESC, technology"""
