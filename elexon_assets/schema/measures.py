"""The measures of half-hourly values, each defined once: energy, means, peaks, coverage, doubt, capacity factors.

Belongs here: SQL over any relation of values, used by the views with the current values and by the read layer with a
`Selection`. Not here: which values are meant (`warehouse_schema.py`, `renewables/queries/selection.py`), installed
capacity in time (`capacity.py`).

A relation of values has one row per half-hour and published category: `start_time_utc`, `settlement_date`, `category`,
`mw` (null if the half-hour counts as missing), `reasons` (a list, null if the value is not in doubt) and, for capacity
factors, `capacity_mw`.
"""

from elexon_assets.dataset_model import Dataset, Lifetime
from elexon_assets.schema.series import microseconds
from elexon_assets.settlement import HALF_HOUR

TOTAL = "Total"
"The category of the sum over all categories."

HALF_HOUR_US = int(HALF_HOUR.total_seconds()) * 1_000_000

FIGURES = {
    "half_hours": "count(mw)",
    "energy_mwh": "sum(mw) * 0.5",
    "mean_mw": "avg(mw)",
    "peak_mw": "max(mw)",
    "half_hours_flagged": "count(reasons)",
    "flagged_share": "count(reasons) / nullif(count(start_time_utc), 0)",
    "half_hours_outside_soft_limits": "count(*) FILTER (mw < low_mw OR mw > high_mw)",
    "capacity_mw": "avg(capacity_mw) FILTER (mw IS NOT NULL)",
    "capacity_factor": "sum(mw) FILTER (capacity_mw IS NOT NULL) / nullif(sum(capacity_mw) FILTER (mw IS NOT NULL), 0)",
}
"""The aggregates over a group of values. Energy is MW x 0.5 h over the half-hours with data and is never filled up. The
flagged share is of the half-hours that were published, whether flagged ones count as missing or not. A capacity factor
is the energy over what the installed capacity would make in the same half-hours; both are null if no capacity is known.
"""

COUNTS = ("half_hours", "half_hours_flagged", "half_hours_outside_soft_limits")
"The figures that are 0, and not null, for a group without values."

CAPACITY_FIGURES = ("capacity_mw", "capacity_factor")

COVERAGE = "half_hours / nullif(half_hours_expected, 0) AS coverage"
"The share of the expected half-hours that are present, 0-1; null if none is expected."


def figures_sql(*names: str) -> str:
    """Return the select list of these figures."""
    return ", ".join(f"{FIGURES[name]} AS {name}" for name in names)


def expected_sql(start_us: str, end_us: str) -> str:
    """Return SQL for the expected half-hours of a category between two times, for a row of `lifetimes_sql`.

    The single rule is that half-hours are expected of a category from its first to its last one, as far as these are
    within the requested span.
    """
    return f"greatest(0, least({end_us}, until_us) - greatest({start_us}, from_us)) // {HALF_HOUR_US}"


def lifetimes_sql(dataset: Dataset) -> str:
    """Return a relation with one row per category: `category`, `from_us`, `until_us` (microseconds; null is open).

    A category begins at its declared beginning, or at its first publication if that is earlier; without a declared
    beginning it exists from the start.
    """
    rows = []
    for name in dataset.categories:
        lifetime = dataset.lifetimes.get(name, Lifetime())
        rows.append(f"('{name}', {microseconds(lifetime.first_utc)}::BIGINT, {microseconds(lifetime.end_utc)}::BIGINT)")
    declared = f"(VALUES {', '.join(rows)}) AS declared(category, declared_us, until_us)"
    if not dataset.lifetimes:
        return f"(SELECT category, declared_us AS from_us, until_us FROM {declared})"
    return f"""(
        SELECT category, CASE WHEN declared_us IS NOT NULL THEN least(declared_us, first_us) END AS from_us, until_us
        FROM {declared} LEFT JOIN (
            SELECT {dataset.category} AS category, epoch_us(min(start_time_utc)) AS first_us FROM {dataset.table}
            WHERE list_contains({list(dataset.lifetimes)}, {dataset.category}) GROUP BY {dataset.category}
        ) USING (category)
    )"""


def expected_days_sql(dataset: Dataset, days: str) -> str:
    """Return a relation of `settlement_date`, `category`, `half_hours_expected` of the days that the condition selects.

    Days of 46, 48 and 50 half-hours follow the calendar.
    """
    start_us = "epoch_us(first_start_time_utc)"
    expected = expected_sql(start_us, f"{start_us} + half_hours * {HALF_HOUR_US}::BIGINT")
    return (
        f"(SELECT settlement_date, category, {expected} AS half_hours_expected "
        f"FROM settlement_days CROSS JOIN {lifetimes_sql(dataset)} WHERE {days})"
    )


def days_with_data_sql(dataset: Dataset) -> str:
    """Return the condition of the settlement dates from the first to the last that has data."""
    return (
        f"settlement_date BETWEEN (SELECT min(settlement_date) FROM {dataset.table}) "
        f"AND (SELECT max(settlement_date) FROM {dataset.table})"
    )


def by_period_sql(dataset: Dataset, values: str, period: str, *, days: str, has_capacity: bool = False) -> str:
    """Return a query with one row per period and category, including periods without data.

    Columns: `period`, `category`, figures.

    Args:
        dataset: The dataset whose categories, calendar and limits are used.
        values: A relation of values.
        period: SQL of the period of a `settlement_date`.
        days: The condition of the settlement dates.
        has_capacity: Whether the relation has a `capacity_mw`.
    """
    names = [name for name in FIGURES if has_capacity or name not in CAPACITY_FIGURES]
    shown = {name: f"coalesce({name}, 0) AS {name}" if name in COUNTS else name for name in names}
    # There is one join to the calendar, so that a filter on the day reaches the values.
    return f"""
    WITH figures AS (
        SELECT {period} AS period, category, {figures_sql(*names)} FROM {values}
        LEFT JOIN (FROM soft_limits WHERE dataset = '{dataset.name}') AS limits USING (category)
        GROUP BY {period}, category
    ), expected AS (
        SELECT {period} AS period, category, sum(half_hours_expected)::BIGINT AS half_hours_expected
        FROM {expected_days_sql(dataset, days)} GROUP BY {period}, category
    ), joined AS (
        SELECT period, category, half_hours_expected, {", ".join(shown.values())}
        FROM expected LEFT JOIN figures USING (period, category)
    )
    SELECT *, {COVERAGE} FROM joined WHERE half_hours_expected > 0 OR half_hours + half_hours_flagged > 0"""
