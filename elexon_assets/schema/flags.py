"""Flags in the warehouse: the table, and the views through which people and other views read it.

Belongs here: DDL. Not here: raising and closing flags (`flagging.py`). Views never name the catalogue, so that they
work in a snapshot.
"""

from collections.abc import Iterable

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.flag_vocabulary import DOUBTING, WIND_UNDERSTATED

FLAGS = """
CREATE TABLE IF NOT EXISTS flags (
    dataset VARCHAR, start_time_utc TIMESTAMPTZ, category VARCHAR, -- psr type or fuel
    reason VARCHAR, detail VARCHAR, found_at_utc TIMESTAMPTZ,
    closed_at_utc TIMESTAMPTZ -- when the cause was found gone; NULL: open
)"""

STATE = "flagged_up_to"
"The row of `warehouse_info` with the last flagged ingest, in microseconds since the epoch by dataset."

WIND = ("Wind Onshore", "Wind Offshore")
"The pair of series that is understated or stuck together."
METERED_WIND = "WIND"
"The fuel of FUELHH that the pair is compared with."


def flag_statements(observed: Iterable[Dataset]) -> list[str]:
    """Return the DDL of the table and its views; the datasets' views come first."""
    return [FLAGS, _OPEN_FLAGS, *map(_flagged_view, observed), _UNDERSTATED_WIND]


_OPEN_FLAGS = """
CREATE OR REPLACE VIEW open_flags AS
SELECT dataset, start_time_utc, category, reason, detail, found_at_utc FROM flags WHERE closed_at_utc IS NULL"""


def _flagged_view(dataset: Dataset) -> str:
    """Return SQL for half-hours and categories whose value is flagged, one row each."""
    doubting = ", ".join(f"'{name}'" for name in DOUBTING)
    return f"""
    CREATE OR REPLACE VIEW {dataset.name}_flagged AS
    SELECT start_time_utc, category AS {dataset.category}, list(DISTINCT reason ORDER BY reason) AS reasons
    FROM open_flags WHERE dataset = '{dataset.name}' AND reason IN ({doubting})
    GROUP BY start_time_utc, category"""


# This is a lower bound: FUELHH has no embedded wind, so the real wind is more than its WIND. It is NULL where FUELHH is
# missing. It is shown beside a total and never added to one.
_UNDERSTATED_WIND = f"""
CREATE OR REPLACE VIEW understated_wind AS
WITH flagged AS (
    SELECT DISTINCT start_time_utc FROM open_flags
    WHERE dataset = '{WIND_AND_SOLAR.name}' AND reason = '{WIND_UNDERSTATED.name}'
), agws AS (
    SELECT start_time_utc, sum({WIND_AND_SOLAR.value}) AS agws_wind_mw
    FROM {WIND_AND_SOLAR.name} WHERE {WIND_AND_SOLAR.category} IN {WIND} GROUP BY start_time_utc
), fuelhh AS (
    SELECT start_time_utc, nullif({GENERATION_BY_FUEL.value}, 0) AS fuelhh_wind_mw
    FROM {GENERATION_BY_FUEL.name} WHERE {GENERATION_BY_FUEL.category} = '{METERED_WIND}'
)
SELECT start_time_utc, agws_wind_mw, fuelhh_wind_mw,
    (fuelhh_wind_mw - agws_wind_mw) * 0.5 AS estimated_missing_mwh
FROM flagged JOIN agws USING (start_time_utc) LEFT JOIN fuelhh USING (start_time_utc)"""
