"""Wind, solar, metered wind and demand side by side, one row per half-hour, as shares and prices need them.

Belongs here: which values of a half-hour stand in one row, and when a half-hour counts for a share. Not here: the
shares (`shares.py`), prices (`value.py`). The values are the current ones, because the flags are.
"""

from elexon_assets.datasets import DEMAND, GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.schema.flags import METERED_WIND, WIND
from elexon_assets.schema.measures import HALF_HOUR_US

METERED = "Metered wind"
"The technology under which FUELHH's WIND is shown: transmission-metered wind, without embedded wind farms."
PSR_TYPES = {**dict(zip(WIND, ("wind_onshore", "wind_offshore"), strict=True)), "Solar": "solar"}
"The beginning of the column names of each PSR type."
TECHNOLOGIES = {**PSR_TYPES, METERED: "metered_wind"}
"The beginning of the column names of each technology: `solar_mw`, `is_solar_flagged`."

COUNTS_FOR_SHARES = " AND ".join(
    [*(f"{name}_mw IS NOT NULL AND NOT is_{name}_flagged" for name in TECHNOLOGIES.values()), "demand_mw IS NOT NULL"]
)
"The condition that a half-hour has every part of a share, none of them flagged."
PARTS = (*(f"{name}_mw" for name in TECHNOLOGIES.values()), "demand_mw")
"The columns of the parts of a share."
LACKS_A_PART = " OR ".join(f"{part} IS NULL" for part in PARTS)
"The condition that a half-hour lacks a part of a share; the others that do not count are flagged."

WIND_MW = "(wind_onshore_mw + wind_offshore_mw)"
UNDERLYING_DEMAND_MW = f"(demand_mw + solar_mw + {WIND_MW} - metered_wind_mw)"
"""Demand before embedded generation lowers it. INDO is net of embedded wind and solar; AGWS has all solar and most of
the embedded wind, FUELHH only the wind that INDO does not see.
"""
RESIDUAL_DEMAND_MW = "(demand_mw - metered_wind_mw)"
"The underlying demand that wind and solar leave to other sources; their embedded parts cancel out."


def half_hours_sql() -> str:
    """Return a query of every half-hour from `$start` to `$end` (excluded), with nulls for what is missing.

    Columns: start_time_utc, settlement_date, demand_mw (INDO), and for each of `TECHNOLOGIES` its MW and whether that
    value is flagged.
    """
    psr_types = _pivot_sql(WIND_AND_SOLAR.name, WIND_AND_SOLAR.category, WIND_AND_SOLAR.value, PSR_TYPES)
    fuels = _pivot_sql(
        GENERATION_BY_FUEL.name,
        GENERATION_BY_FUEL.category,
        GENERATION_BY_FUEL.value,
        {METERED_WIND: TECHNOLOGIES[METERED]},
    )
    values = ", ".join(
        f"{name}_mw, coalesce(is_{name}_flagged, false) AS is_{name}_flagged" for name in TECHNOLOGIES.values()
    )
    # Start times come from the calendar of settlement days, since converting each to London takes ten times as long.
    return f"""(
        SELECT start_time_utc, grid.settlement_date, {values}, demand_mw
        FROM (
            SELECT make_timestamptz(start_us) AS start_time_utc, settlement_date FROM (
                SELECT settlement_date, unnest(range(epoch_us(first_start_time_utc),
                    epoch_us(first_start_time_utc) + half_hours * {HALF_HOUR_US}::BIGINT, {HALF_HOUR_US})) AS start_us
                FROM settlement_days
                WHERE first_start_time_utc < $end AND first_start_time_utc > $start::TIMESTAMPTZ - INTERVAL 26 HOUR
            ) WHERE start_us >= epoch_us($start::TIMESTAMPTZ) AND start_us < epoch_us($end::TIMESTAMPTZ)
        ) AS grid
        LEFT JOIN {psr_types} AS psr_types USING (start_time_utc)
        LEFT JOIN {fuels} AS fuels USING (start_time_utc)
        LEFT JOIN (
            SELECT start_time_utc, {DEMAND.value}::DOUBLE AS demand_mw FROM {DEMAND.name}
            WHERE start_time_utc >= $start AND start_time_utc < $end
        ) AS demand USING (start_time_utc)
    )"""


def _pivot_sql(dataset: str, category: str, value: str, columns: dict[str, str]) -> str:
    """Return a relation with one row per half-hour: the MW of each category, and whether it is flagged."""
    names = ", ".join(f"'{name}'" for name in columns)
    cells = ", ".join(
        f"max({value}) FILTER ({category} = '{name}') AS {column}_mw, "
        f"bool_or(reasons IS NOT NULL) FILTER ({category} = '{name}') AS is_{column}_flagged"
        for name, column in columns.items()
    )
    return f"""(
        SELECT start_time_utc, {cells} FROM {dataset} LEFT JOIN {dataset}_flagged USING (start_time_utc, {category})
        WHERE start_time_utc >= $start AND start_time_utc < $end AND {category} IN ({names}) GROUP BY start_time_utc
    )"""
