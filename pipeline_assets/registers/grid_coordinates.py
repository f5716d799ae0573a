"""Coordinates of REPD: metres in OSGB36 or on the Irish grid become latitude and longitude in WGS84.

The transformations are the seven-parameter ones of the EPSG registry (1314 and 1641) and need no file of shifts: OS
states 5 m for the first. Not here: which columns hold the coordinates (`repd.py`).
"""

from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyproj import Transformer

Degrees = NDArray[np.float64]

_OSGB36 = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy",
    "+proj=cart +ellps=airy",
    "+proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489",
)
_IRISH_GRID = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +ellps=mod_airy",
    "+proj=cart +ellps=mod_airy",
    "+proj=helmert +x=482.5 +y=-130.6 +z=564.6 +rx=-1.042 +ry=-0.214 +rz=-0.631 +s=8.15",
)
"The steps from the grid to geocentric WGS84."
_TO_DEGREES = "+inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"

UNITED_KINGDOM = {"longitude": (-15.0, 4.0), "latitude": (48.5, 63.0)}
"Where a record can be, offshore included."
NORTHERN_IRELAND = {"longitude": (-8.3, -5.1), "latitude": (53.9, 55.7)}
"Where a record of Northern Ireland can be, with its waters."


def locate_records(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `latitude`, `longitude` and `place_note` for the rows of `easting_m`, `northing_m`, `country`, `region`.

    A row of Northern Ireland has whichever grid puts it there, OSGB36 first. Without a pair, or with one that is
    nowhere in the United Kingdom or 0, 0, the row has no latitude and longitude; the note says so.
    """
    easting, northing = (frame[name].fill_null(np.nan).to_numpy() for name in ("easting_m", "northing_m"))
    is_northern_irish = frame.select(
        pl.any_horizontal(pl.col("country", "region").str.strip_chars().str.to_lowercase() == "northern ireland")
    ).to_series()
    irish = is_northern_irish.fill_null(False).to_numpy()
    longitude, latitude = _degrees(_OSGB36, easting, northing)
    elsewhere = irish & ~_is_inside(NORTHERN_IRELAND, longitude, latitude)
    if elsewhere.any():
        longitude[elsewhere], latitude[elsewhere] = _degrees(_IRISH_GRID, easting[elsewhere], northing[elsewhere])
    is_placed = np.where(
        irish,
        _is_inside(NORTHERN_IRELAND, longitude, latitude),
        _is_inside(UNITED_KINGDOM, longitude, latitude),
    )
    is_placed &= (easting != 0) | (northing != 0)
    is_pair = ~np.isnan(easting) & ~np.isnan(northing)
    wrong = pl.Series(is_pair & ~is_placed)
    half = pl.Series(np.isnan(easting) != np.isnan(northing))
    nowhere = pl.format("coordinates {}, {} are not in the United Kingdom", frame["easting_m"], frame["northing_m"])
    return pl.select(
        latitude=pl.Series(np.where(is_placed, latitude, np.nan)).fill_nan(None),
        longitude=pl.Series(np.where(is_placed, longitude, np.nan)).fill_nan(None),
        place_note=pl.when(wrong).then(nowhere).when(half).then(pl.lit("one of the two coordinates is missing")),
    )


def _degrees(steps: tuple[str, ...], easting: Degrees, northing: Degrees) -> tuple[Degrees, Degrees]:
    """Return longitude and latitude, with NaN where a coordinate is NaN."""
    longitude, latitude = _transformer(steps).transform(easting, northing)
    return (
        np.where(np.isfinite(longitude), longitude, np.nan),
        np.where(np.isfinite(latitude), latitude, np.nan),
    )


@cache
def _transformer(steps: tuple[str, ...]) -> Transformer:
    grid, cartesian, helmert = steps
    flat = f"{grid} +step +proj=push +v_3 +step {cartesian} +step {helmert} +convention=position_vector"
    degrees = _TO_DEGREES.replace("+step +proj=unitconvert", "+step +proj=pop +v_3 +step +proj=unitconvert")
    return Transformer.from_pipeline(f"{flat} +step {degrees}")


def _is_inside(box: dict[str, tuple[float, float]], longitude: Degrees, latitude: Degrees) -> NDArray[np.bool_]:
    (west, east), (south, north) = box["longitude"], box["latitude"]
    return (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
