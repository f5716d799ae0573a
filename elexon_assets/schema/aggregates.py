"""Views of a half-hourly dataset that count and add up: by settlement day, month, UTC day, outside the soft limits.

Belongs here: DDL of figures over half hours. Not here: the values themselves (`views.py`), the states of what is
missing (`quality/gap_states.py`).
"""

from elexon_assets.datasets import Dataset


def statements(dataset: Dataset) -> list[str]:
    """In the order in which they build on each other."""
    return [_outside_soft_limits(dataset), _daily(dataset), _monthly(dataset), _coverage(dataset)]


def whole(dataset: Dataset, among: str | None = None) -> str:
    """Query for the start times of which every category that is always published is there; of those only that stand in
    the relation `among`, if one is given."""
    always = list(dataset.always_published)
    chosen = f"SEMI JOIN {among} AS among USING (start_time_utc) " if among else ""
    # Elexon publishes again, so rows cannot be counted; bits are four times as fast as a count of distinct names.
    return (
        f"SELECT start_time_utc FROM {dataset.table} {chosen}WHERE list_contains({always}, {dataset.category}) "
        f"GROUP BY start_time_utc HAVING bit_or(1 << list_position({always}, {dataset.category})) "
        f"= {sum(1 << position for position in range(1, len(always) + 1))}"
    )


def utc_day(instant: str) -> str:
    """SQL of the UTC day of an instant, in no time zone's words: a cast goes through a calendar, and takes eight times
    as long."""
    return f"(DATE '1970-01-01' + (epoch_us({instant}) // 86_400_000_000)::INTEGER)"


def _outside_soft_limits(dataset: Dataset) -> str:
    name, category, value = dataset.name, dataset.category, dataset.value
    return f"""
    CREATE OR REPLACE VIEW {name}_outside_soft_limits AS
    SELECT start_time_utc, settlement_date, {category}, {value}, low_mw, high_mw
    FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = {category}
    WHERE {value} < low_mw OR {value} > high_mw
    UNION ALL
    SELECT start_time_utc, settlement_date, 'Total', sum({value}) AS total_mw, any_value(low_mw), any_value(high_mw)
    FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = 'Total'
    GROUP BY start_time_utc, settlement_date HAVING total_mw > any_value(high_mw)"""


def _daily(dataset: Dataset) -> str:
    """A day without data is a row with 0 half hours and no energy for every category that is always published: a gap
    is not zero. One join to the calendar, so that a filter on the day reaches the values."""
    name, category, value = dataset.name, dataset.category, dataset.value
    categories = ", ".join(f"('{item}', {item in dataset.always_published})" for item in dataset.categories)
    return f"""
    CREATE OR REPLACE VIEW {name}_daily AS
    WITH present AS (
        SELECT settlement_date, {category}, count(*) AS half_hours, sum({value}) * 0.5 AS energy_mwh,
            avg({value}) AS mean_mw, max({value}) AS peak_mw, count(reasons) AS half_hours_flagged,
            count(*) FILTER ({value} < low_mw OR {value} > high_mw) AS half_hours_outside_soft_limits
        FROM {name} LEFT JOIN {name}_flagged USING (start_time_utc, {category})
        LEFT JOIN soft_limits ON dataset = '{name}' AND category = {category}
        GROUP BY settlement_date, {category}
    )
    SELECT settlement_date, {category}, energy_mwh, mean_mw, peak_mw, coalesce(present.half_hours, 0) AS half_hours,
        days.half_hours AS half_hours_expected, coalesce(present.half_hours, 0) / days.half_hours AS coverage,
        coalesce(half_hours_flagged, 0) AS half_hours_flagged, half_hours_flagged / present.half_hours AS flagged_share,
        coalesce(half_hours_outside_soft_limits, 0) AS half_hours_outside_soft_limits
    FROM settlement_days AS days CROSS JOIN (VALUES {categories}) AS categories({category}, is_always_published)
    LEFT JOIN present USING (settlement_date, {category})
    WHERE settlement_date BETWEEN (SELECT min(settlement_date) FROM {dataset.table})
        AND (SELECT max(settlement_date) FROM {dataset.table})
        AND (is_always_published OR present.half_hours IS NOT NULL)"""


def _monthly(dataset: Dataset) -> str:
    """Calendar months of the settlement date, of the days between the first and the last that have data. Of a category
    that is not always published (an interconnector) only the days are expected that have some of it."""
    name, category = dataset.name, dataset.category
    return f"""
    CREATE OR REPLACE VIEW {name}_monthly AS
    SELECT date_trunc('month', settlement_date)::DATE AS month, {category}, sum(energy_mwh) AS energy_mwh,
        sum(energy_mwh) / (sum(half_hours) * 0.5) AS mean_mw, max(peak_mw) AS peak_mw,
        sum(half_hours)::BIGINT AS half_hours, sum(half_hours_expected)::BIGINT AS half_hours_expected,
        sum(half_hours) / sum(half_hours_expected) AS coverage, sum(half_hours_flagged)::BIGINT AS half_hours_flagged,
        sum(half_hours_flagged) / nullif(sum(half_hours), 0) AS flagged_share
    FROM {name}_daily GROUP BY ALL"""


def _coverage(dataset: Dataset) -> str:
    """UTC days are the partitions; a half hour counts when every category that is always published is there. The zone
    is said, since other tools read the snapshot in the zone of their machine."""
    return f"""
    CREATE OR REPLACE VIEW {dataset.name}_coverage AS
    WITH present AS (
        SELECT {utc_day("start_time_utc")} AS day_utc, count(*) AS half_hours FROM ({whole(dataset)}) GROUP BY 1
    ), asked AS (
        SELECT CAST(unnest(range((min(start_time_utc) AT TIME ZONE 'UTC')::DATE::TIMESTAMP,
            (max(start_time_utc) AT TIME ZONE 'UTC')::DATE::TIMESTAMP + INTERVAL 1 DAY, INTERVAL 1 DAY)) AS DATE)
            AS day_utc FROM {dataset.table}
    )
    SELECT day_utc, coalesce(half_hours, 0) AS half_hours, 48 AS half_hours_expected,
        coalesce(half_hours, 0) / 48 AS coverage
    FROM asked LEFT JOIN present USING (day_utc)"""
