"""The error of every target of every issue, with its baselines, as SQL from which scores are computed.

Belongs here: rows of issue and target. Not here: scores (`forecast_skill.py`), the baselines (`forecast_baselines.py`).

A forecast is seldom published twice for one issue and target, so only those are ordered by a window: a window over all
rows takes up to twice as long as looking for repeated ones.
"""

from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.schema import capacity
from elexon_assets.settlement import LONDON
from renewables.queries.forecast_baselines import (
    DAY_US,
    HALF_HOUR_US,
    OLDEST,
    baselines_ctes,
    known_values_ctes,
)
from renewables.queries.forecast_selection import ForecastSelection

HOUR_US = 2 * HALF_HOUR_US
BANDS = {"under 6 h": 6, "6 to 36 h": 36, "36 h and more": None}
"The bands of lead time with their ends in hours (excluded)."

SUMS = {
    "forecasts": "1::DOUBLE",
    "error": "error_mw",
    "absolute": "abs(error_mw)",
    "squared": "error_mw * error_mw",
    "rated_error": "CASE WHEN capacity_mw > 0 THEN abs(error_mw) END",
    "rated": "CASE WHEN capacity_mw > 0 THEN capacity_mw END",
    "persistence_error": "persistence_error",
    "persistence_targets": "CASE WHEN persistence_error IS NOT NULL THEN 1::DOUBLE END",
    "beside_persistence": "CASE WHEN persistence_error IS NOT NULL THEN abs(error_mw) END",
    "yesterday_error": "yesterday_error",
    "yesterday_targets": "CASE WHEN yesterday_error IS NOT NULL THEN 1::DOUBLE END",
    "beside_yesterday": "CASE WHEN yesterday_error IS NOT NULL THEN abs(error_mw) END",
}
"What is summed up over the targets of an issue: the name of each sum, and what one target adds to it."


def errors_ctes(selection: ForecastSelection) -> str:
    """Return CTEs up to `scored` (one row per issue and target with an actual value) and `unscored` (the others)."""
    dataset = selection.declaration
    width = selection.half_hours * HALF_HOUR_US
    oldest_us = int(OLDEST.total_seconds()) * 1_000_000
    ends = [str(hours * HOUR_US) for hours in BANDS.values() if hours]
    lead_us = "(target_us - issued_us)"
    plants = ", ".join(f"('{category}', '{psr_type}')" for category, psr_type in selection.plants)
    segments = capacity.interpolation_segments(INSTALLED_CAPACITY.name)
    grid = f"(FROM times CROSS JOIN (VALUES {plants}) AS plants(category, psr_type))"
    return f"""published_forecasts AS MATERIALIZED (
        SELECT list_position($series, {dataset.category})::UTINYINT AS series,
            {selection.number_sql(selection.category_sql)} AS category,
            epoch_us(publish_time_utc) AS issued_us, epoch_us(start_time_utc) AS target_us, {dataset.value} AS mw,
            ingested_at_utc
        FROM {dataset.table}
        WHERE start_time_utc >= $start AND start_time_utc < $end AND start_time_utc > publish_time_utc
            AND list_contains($series, {dataset.category}) AND {dataset.value} IS NOT NULL
    ), repeated AS (
        SELECT series, issued_us, target_us FROM published_forecasts GROUP BY ALL HAVING count(*) > 1
    ), forecasts AS MATERIALIZED (
        SELECT * EXCLUDE (ingested_at_utc) FROM (
            FROM published_forecasts ANTI JOIN repeated USING (series, issued_us, target_us)
            UNION ALL (
                FROM published_forecasts SEMI JOIN repeated USING (series, issued_us, target_us)
                QUALIFY row_number() OVER (
                    PARTITION BY series, issued_us, target_us ORDER BY ingested_at_utc DESC, mw DESC
                ) = 1
            )
        )
    ), times AS MATERIALIZED (
        SELECT target_us, start_time_utc, hour(local)::UTINYINT AS hour, date_trunc('month', local)::DATE AS month
        FROM (
            SELECT target_us, make_timestamptz(target_us) AS start_time_utc,
                start_time_utc AT TIME ZONE '{LONDON.key}' AS local
            FROM (SELECT DISTINCT target_us FROM forecasts)
        )
    ), capacities AS (
        SELECT {selection.number_sql("category")} AS category, target_us,
            CASE WHEN count(*) = count(capacity_mw) THEN sum(capacity_mw) END AS capacity_mw
        FROM {capacity.join_capacity(grid, "psr_type", segments)} GROUP BY ALL
    ), actual AS (
        SELECT {selection.number_sql("category")} AS category,
            epoch_us(start_time_utc) // {width} * {width} AS target_us, avg(mw) AS actual_mw,
            count(mw) AS half_hours, count(reasons) AS flagged
        FROM {selection.actual_sql()} GROUP BY ALL
    ), targets AS (
        SELECT times.target_us, hour, month, category, capacity_mw, actual_mw, coalesce(flagged, 0) AS flagged,
            {selection.half_hours} - coalesce(half_hours, 0) AS missing
        FROM times CROSS JOIN (SELECT unnest(range(1, len($categories) + 1))::UTINYINT AS category)
        LEFT JOIN actual USING (category, target_us) LEFT JOIN capacities USING (category, target_us)
    ), {known_values_ctes(selection)}, {baselines_ctes()}, issues AS (
        SELECT DISTINCT category, issued_us FROM forecasts
    ), persistence AS (
        SELECT issues.*, at_us AS persistence_us, mw AS persistence_mw FROM issues ASOF LEFT JOIN latest
            ON issues.category = latest.category AND issues.issued_us >= latest.known_us
    ), slots AS (
        SELECT *, unnest(range(0, {DAY_US}, {width})) AS slot FROM persistence
    ), baselines AS (
        SELECT slots.*, at_us AS yesterday_us, mw AS yesterday_mw FROM slots ASOF LEFT JOIN latest_by_time
            ON slots.category = latest_by_time.category AND slots.slot = latest_by_time.slot
            AND slots.issued_us >= latest_by_time.known_us
    ), judged AS MATERIALIZED (
        SELECT series, category, issued_us, target_us, mw - actual_mw AS error_mw, actual_mw, capacity_mw, hour, month,
            ({lead_us} // {HOUR_US})::SMALLINT AS lead_hours,
            ({" + ".join(f"({lead_us} >= {end})::INTEGER" for end in ends)})::UTINYINT AS band, flagged, missing
        FROM forecasts JOIN targets USING (category, target_us)
    ), baselined AS (
        SELECT judged.*,
            CASE WHEN target_us - persistence_us <= {oldest_us} THEN abs(persistence_mw - actual_mw) END
                AS persistence_error,
            CASE WHEN target_us - yesterday_us <= {oldest_us} THEN abs(yesterday_mw - actual_mw) END AS yesterday_error
        FROM judged LEFT JOIN baselines ON judged.category = baselines.category
            AND judged.issued_us = baselines.issued_us AND judged.target_us % {DAY_US} = baselines.slot
        WHERE flagged = 0 AND missing = 0
    ), scored AS MATERIALIZED (
        SELECT series, issued_us, lead_hours, hour, month, band,
            {", ".join(f"{value} AS {name}" for name, value in SUMS.items())}
        FROM baselined
    ), unscored AS (
        FROM judged WHERE flagged > 0 OR missing > 0
    )"""
