"""The output of solar panels under a clear sky over Great Britain.

Belongs here: tilted panels. Not here: where the sun is (`solar_geometry.py`), capacity, clouds, megawatts.
"""

import numpy as np

from elexon_assets.simulator.half_hours import consecutive_half_hours
from elexon_assets.simulator.noise import Series
from elexon_assets.solar_geometry import SITES, Sky, sky_over

TILT_DEGREES = 25.0
DIFFUSE_SHARE = 0.10
CLEAR_SKY_SCALE = 0.74
"The scale at which no half-hour exceeds 0.75 of the installed capacity; the real record is about 0.7."


def clear_sky(first: int, count: int) -> Series:
    """Return output over capacity under a clear sky of each half-hour from `first`; exactly 0 while the sun is down."""
    total = np.zeros(count)
    for minutes in (7.5, 22.5):
        sky = sky_over(consecutive_half_hours(first, count), minutes)
        for latitude, longitude, share in SITES:
            total += share * _panel_output(sky, latitude, longitude)
    return total / 2


def _panel_output(sky: Sky, latitude: float, longitude: float) -> Series:
    """Return the output of a south-facing tilted panel, equal to a flat one so many degrees nearer the equator."""
    height = sky.height(latitude, longitude)
    lit = np.flatnonzero(height > 0)
    incidence = np.maximum(sky.height(latitude - TILT_DEGREES, longitude)[lit], 0)
    beam = 1.353 * 0.7 ** ((1 / (height[lit] + 0.05)) ** 0.678)
    output = np.zeros(len(height))
    output[lit] = CLEAR_SKY_SCALE * (beam * incidence + DIFFUSE_SHARE * np.sqrt(height[lit]))
    return output
