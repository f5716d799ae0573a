"""Installed capacity at any instant, and capacity factors: the SQL of the interpolation and the views based on it.

Belongs here: what the yearly figures of `installed_capacity` mean for a half-hour. Not here: the dataset
(`declarations/`), figures of a user's span (the read layer).

Elexon does not define which instant of its year a figure is for. Compared with the official year ends (UK: wind 25.8,
28.7, 30.2 and 32.3 GW at the ends of 2021 to 2024) the figures of 2022 to 2025, 27.3, 26.9, 28.5 and 32.8, are nearer
to the start of their year (1.4 GW apart on average) than to its end (2.2), and so are those of solar. So the figure of
year Y is used for the first instant of Y, UTC; between two years capacity is linear in time, and before the first and
after the last it is constant. A capacity factor is the energy of the half-hours with data over what that capacity makes
in the same half-hours. The factor of wind is too low, because wind is understated in many half-hours
(`docs/data-sources.md`).
"""

from elexon_assets.datasets import INSTALLED_CAPACITY, WIND_AND_SOLAR
from elexon_assets.schema import measures
from elexon_assets.schema.time_macros import as_of_sql, span_sql

BY_TIME = f"{INSTALLED_CAPACITY.name}_by_time"
DAILY = f"{WIND_AND_SOLAR.name}_capacity_daily"

CAPACITY_MW = "from_mw + mw_per_second * (epoch(start_time_utc) - epoch(from_utc))"
"SQL for the capacity at the start of a half-hour that has been joined with its segment."


def interpolation_segments(relation: str) -> str:
    """Return SQL for linear segments: psr_type, from_utc, from_mw, mw_per_second; the last one begun by t applies."""
    return f"""(
        WITH yearly AS (
            SELECT psr_type, make_timestamp(year, 1, 1, 0, 0, 0) AT TIME ZONE 'UTC' AS from_utc,
                capacity_mw AS from_mw FROM {relation}
        )
        SELECT psr_type, from_utc, from_mw, coalesce(
            (lead(from_mw) OVER by_type - from_mw) / (epoch(lead(from_utc) OVER by_type) - epoch(from_utc)), 0
        ) AS mw_per_second
        FROM yearly WINDOW by_type AS (PARTITION BY psr_type ORDER BY from_utc)
        UNION ALL
        SELECT psr_type, TIMESTAMPTZ '1900-01-01 00:00:00+00', arg_min(from_mw, from_utc), 0
        FROM yearly GROUP BY psr_type
    )"""


def join_capacity(half_hours: str, category: str, lines: str) -> str:
    """Return all rows of `half_hours` (start_time_utc, `category`) with `capacity_mw`, null if none is known."""
    return (
        f"(SELECT half_hours.*, {CAPACITY_MW} AS capacity_mw FROM {half_hours} AS half_hours LEFT JOIN (SELECT *, "
        "lead(from_utc, 1, TIMESTAMPTZ 'infinity') OVER (PARTITION BY psr_type ORDER BY from_utc) AS until_utc "
        f"FROM {lines}) AS lines ON half_hours.{category} = lines.psr_type "
        "AND half_hours.start_time_utc >= lines.from_utc AND half_hours.start_time_utc < lines.until_utc)"
    )


def capacity_views() -> list[str]:
    """Return the DDL; `installed_capacity` and `wind_and_solar` must exist."""
    dataset = WIND_AND_SOLAR
    values = f"(SELECT *, {dataset.value} AS mw FROM {join_capacity(dataset.name, dataset.category, BY_TIME)})"
    figures = measures.figures_sql("half_hours", "energy_mwh", *measures.CAPACITY_FIGURES)
    start, end = span_sql("start_utc", "end_utc")
    instant = as_of_sql("instant")
    return [
        f"CREATE OR REPLACE VIEW {BY_TIME} AS FROM {interpolation_segments(INSTALLED_CAPACITY.name)}",
        f"CREATE OR REPLACE MACRO {INSTALLED_CAPACITY.name}_at(instant) AS TABLE "
        f"SELECT psr_type, arg_max(from_mw + mw_per_second * (epoch({instant}) - epoch(from_utc)), "
        f"from_utc) AS capacity_mw FROM {BY_TIME} WHERE from_utc <= {instant} GROUP BY psr_type",
        f"CREATE OR REPLACE MACRO {dataset.name}_capacity_factors(start_utc, end_utc) AS TABLE "
        f"SELECT {dataset.category}, {figures} FROM {values} "
        f"WHERE start_time_utc >= {start} AND start_time_utc < {end} GROUP BY {dataset.category}",
        f"CREATE OR REPLACE VIEW {DAILY} AS SELECT settlement_date, {dataset.category}, {figures} "
        f"FROM {values} GROUP BY settlement_date, {dataset.category}",
    ]
