"""What the rules of the flags read: the current values of a span, both winds side by side, and the sun.

Belongs here: the temporary tables that several rules share. Not here: the rules (`rules.py`).
"""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import polars as pl

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.schema.flags import METERED_WIND, WIND
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.solar_geometry import elevation_range_degrees
from elexon_assets.windows import Window

ONSHORE, OFFSHORE = WIND
_HALF_HOUR_US = HALF_HOUR // timedelta(microseconds=1)


def read_inputs(con: duckdb.DuckDBPyConnection, read: Window) -> None:
    """Fill the temporary tables `current_<dataset>`, `range_<dataset>`, `wind` and `sun`."""
    for dataset in OBSERVED:
        _read_current(con, dataset, read)
    _read_wind(con)
    _read_sun(con, read)


def _read_current(con: duckdb.DuckDBPyConnection, dataset: Dataset, read: Window) -> None:
    """Read the current values once for all rules, into `current_<dataset>`, and the range of each series.

    The table `range_<dataset>` saves the rules on series and limits from comparing names row by row: most spans have no
    series that they concern.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE current_{dataset.name} AS
        SELECT start_time_utc, settlement_date, settlement_period, elexon_settlement_date, elexon_settlement_period,
            {dataset.category} AS category, {dataset.value} AS mw
        FROM {dataset.name} WHERE start_time_utc >= ? AND start_time_utc < ?""",
        [read.start_utc, read.end_utc],
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE range_{dataset.name} AS SELECT category, min(mw) AS lowest_mw, "
        f"max(mw) AS highest_mw FROM current_{dataset.name} GROUP BY category"
    )


def _read_wind(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the table `wind` with both winds beside FUELHH's WIND, whose zeros are fail-overs and count as missing."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE wind AS
        SELECT start_time_utc, epoch_us(start_time_utc) AS at_us, onshore.mw AS onshore_mw, offshore.mw AS offshore_mw,
            onshore.mw + offshore.mw AS agws_mw, nullif(metered.mw, 0) AS fuelhh_mw
        FROM (FROM current_{WIND_AND_SOLAR.name} WHERE category = '{ONSHORE}') AS onshore
        JOIN (FROM current_{WIND_AND_SOLAR.name} WHERE category = '{OFFSHORE}') AS offshore USING (start_time_utc)
        LEFT JOIN (FROM current_{GENERATION_BY_FUEL.name} WHERE category = '{METERED_WIND}') AS metered
            USING (start_time_utc)""")


def _read_sun(con: duckdb.DuckDBPyConnection, read: Window) -> None:
    """Fill the temporary table `sun` with the range of the sun's elevation in each half-hour, degrees."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, end = ((instant - epoch) // HALF_HOUR for instant in (read.start_utc, read.end_utc))
    half_hours = np.arange(first, end, dtype=np.int64)
    lowest, highest = elevation_range_degrees(half_hours)
    sun = pl.DataFrame({"at_us": half_hours * _HALF_HOUR_US, "lowest": lowest, "highest": highest})
    con.register("sun_frame", sun)
    start = "make_timestamptz(at_us) AS start_time_utc"
    con.execute(f"CREATE OR REPLACE TEMP TABLE sun AS SELECT {start}, lowest, highest FROM sun_frame")
    con.unregister("sun_frame")
