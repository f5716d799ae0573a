"""The two baselines of a forecast, from what had been published when it was issued.

- Persistence: the actual value of the latest half-hour that had been published by then, for all targets of the issue.
- Same time yesterday: for each target, the actual value of the last day with that time of day (UTC) that had been
  published by then. For most targets up to a day ahead it is the day before the target, and for later ones the day
  before that.

Each value is the one that had been published by the issue time, even if it was corrected later. Values that are flagged
today are passed over, because a doubtful value would make a baseline look bad and the forecast look good. A value more
than a week older than the target is not a baseline.

Belongs here: SQL of the baselines. Not here: what they are compared with (`forecast_skill.py`).
"""

from datetime import timedelta

from renewables.queries.forecast_selection import ForecastSelection

OLDEST = timedelta(days=7)
"The greatest age of a baseline's value, from its start to that of the target."

DAY_US = 86_400_000_000
HALF_HOUR_US = 1_800_000_000


def known_values_ctes(selection: ForecastSelection) -> str:
    """Return two CTEs of what was known when, in microseconds since the epoch.

    `published` has the half-hours of the truth: `category`, `at_us`, `known_us` and `mw`, one row per version.
    `published_targets` has the same for the targets of the forecast, whose value is known when all of their half-hours
    are. They bind `$first`, `$last` and `$categories`.
    """
    dataset = selection.truth_dataset
    width = selection.half_hours * HALF_HOUR_US
    parts = [
        f"last_value(CASE WHEN at_us % {width} = {n * HALF_HOUR_US} THEN mw END IGNORE NULLS) OVER versions"
        for n in range(selection.half_hours)
    ]
    return f"""published AS MATERIALIZED (
        SELECT {selection.number_sql(dataset.category)} AS category, epoch_us(start_time_utc) AS at_us,
            epoch_us(publish_time_utc) AS known_us, {dataset.value} AS mw
        FROM {dataset.table} ANTI JOIN {dataset.name}_flagged USING (start_time_utc, {dataset.category})
        WHERE {selection.truth_rows_sql()} AND {dataset.value} IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY {dataset.category}, start_time_utc, publish_time_utc
            ORDER BY ingested_at_utc DESC, {dataset.value} DESC
        ) = 1
    ), published_targets AS (
        SELECT category, target_us AS at_us, known_us, mw FROM (
            SELECT category, at_us // {width} * {width} AS target_us, known_us, ({" + ".join(parts)})
                / {selection.half_hours} AS mw, row_number() OVER (
                    PARTITION BY category, at_us // {width}, known_us ORDER BY at_us DESC
                ) AS position
            FROM published
            WINDOW versions AS (
                PARTITION BY category, at_us // {width} ORDER BY known_us, at_us
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            )
        ) WHERE position = 1 AND mw IS NOT NULL
    )"""


def baselines_ctes() -> str:
    """Return two CTEs of the latest known values, at each time at which one became known.

    `latest` and `latest_by_time` (with `slot`, the time of day) have `category`, `known_us`, `at_us` and `mw`: the
    newest row with `known_us` at or before the issue is the baseline.
    """
    window = "ORDER BY known_us, at_us DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    return f"""latest AS (
        FROM published QUALIFY at_us = max(at_us) OVER (PARTITION BY category {window})
    ), latest_by_time AS (
        SELECT *, at_us % {DAY_US} AS slot FROM published_targets
        QUALIFY at_us = max(at_us) OVER (PARTITION BY category, at_us % {DAY_US} {window})
    )"""
