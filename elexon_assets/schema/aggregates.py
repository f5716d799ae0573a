"""Views of a dataset that count and add up: by settlement day, month, UTC day, outside the soft limits.

Belongs here: DDL of figures over half-hours. Not here: the values (`current_values.py`), the states of missing
half-hours (`gap_states.py`), the measures themselves (`measures.py`).
"""

from elexon_assets.dataset_model import Dataset
from elexon_assets.schema import measures, series


def create_statements(dataset: Dataset) -> list[str]:
    """Return the DDL of the views, each after those that it reads: only observed generation adds up to energy."""
    energy = [_outside_soft_limits(dataset), _daily_view(dataset), _monthly_view(dataset)]
    return [*(energy if dataset.is_observed else ()), _coverage_view(dataset)]


def complete_half_hours_sql(dataset: Dataset, among: str | None = None) -> str:
    """Return a query of the start times that have every category that is always published, of those published then.

    With a relation `among`, only its start times count.
    """
    always, expected = list(dataset.always_published), series.alive_bits(dataset, dataset.always_published)
    chosen = f"SEMI JOIN {among} AS among USING (start_time_utc) " if among else ""
    # Elexon publishes values again, so rows cannot be counted; bits are four times as fast as a count of distinct
    # names.
    return (
        f"SELECT start_time_utc FROM {dataset.table} {chosen}WHERE list_contains({always}, {dataset.category}) "
        f"GROUP BY start_time_utc "
        f"HAVING (bit_or(1 << list_position({always}, {dataset.category})) & {expected}) = {expected}"
    )


def utc_day(instant: str) -> str:
    """Return SQL for the UTC date of a timestamp, in integer arithmetic: a cast to DATE is eight times slower."""
    return f"(DATE '1970-01-01' + (epoch_us({instant}) // 86_400_000_000)::INTEGER)"


def _outside_soft_limits(dataset: Dataset) -> str:
    name, category, value = dataset.name, dataset.category, dataset.value
    return f"""
    CREATE OR REPLACE VIEW {name}_outside_soft_limits AS
    SELECT start_time_utc, settlement_date, {category}, {value}, low_mw, high_mw
    FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = {category}
    WHERE {value} < low_mw OR {value} > high_mw
    UNION ALL
    SELECT start_time_utc, settlement_date, '{measures.TOTAL}', sum({value}) AS total_mw,
        any_value(low_mw), any_value(high_mw)
    FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = '{measures.TOTAL}'
    WHERE list_contains({list(dataset.categories)}, {name}.{category})
    GROUP BY start_time_utc, settlement_date HAVING total_mw > any_value(high_mw)"""


COLUMNS = (
    *("energy_mwh", "mean_mw", "peak_mw", "half_hours", "half_hours_expected", "coverage"),
    *("half_hours_flagged", "flagged_share", "half_hours_outside_soft_limits"),
)
"The figures of the views by day and month, in order."


def _daily_view(dataset: Dataset) -> str:
    """Return the view of settlement days.

    A day without data is a row with 0 half-hours and no energy for every expected category: a gap is not zero.
    """
    return _by_period(dataset, "daily", "settlement_date", "settlement_date")


def _monthly_view(dataset: Dataset) -> str:
    """Return the view of calendar months of the settlement date, over the days from the first to the last with data."""
    return _by_period(dataset, "monthly", "month", "date_trunc('month', settlement_date)::DATE")


def _by_period(dataset: Dataset, view: str, column: str, period: str) -> str:
    name, category = dataset.name, dataset.category
    values = (
        f"(SELECT start_time_utc, settlement_date, {category} AS category, {dataset.value} AS mw, reasons "
        f"FROM {name} LEFT JOIN {name}_flagged USING (start_time_utc, {category}))"
    )
    rows = measures.by_period_sql(dataset, values, period, days=measures.days_with_data_sql(dataset))
    return (
        f"CREATE OR REPLACE VIEW {name}_{view} AS "
        f"SELECT period AS {column}, category AS {category}{series.dimensions_sql(dataset, 'category')}, "
        f"{', '.join(COLUMNS)} FROM ({rows})"
    )


def _coverage_view(dataset: Dataset) -> str:
    """Return the view of coverage by UTC day, the unit of the partitions.

    A half-hour counts when it has every category that is always published. The zone is explicit, because other tools
    read the snapshot in the time zone of their machine.
    """
    return f"""
    CREATE OR REPLACE VIEW {dataset.name}_coverage AS
    WITH present AS (
        SELECT {utc_day("start_time_utc")} AS day_utc, count(*) AS half_hours
        FROM ({complete_half_hours_sql(dataset)}) GROUP BY 1
    ), asked AS (
        SELECT CAST(unnest(range((min(start_time_utc) AT TIME ZONE 'UTC')::DATE::TIMESTAMP,
            (max(start_time_utc) AT TIME ZONE 'UTC')::DATE::TIMESTAMP + INTERVAL 1 DAY, INTERVAL 1 DAY)) AS DATE)
            AS day_utc FROM {dataset.table}
    )
    SELECT day_utc, coalesce(half_hours, 0) AS half_hours, 48 AS half_hours_expected,
        coalesce(half_hours, 0) / 48 AS coverage
    FROM asked LEFT JOIN present USING (day_utc)"""
