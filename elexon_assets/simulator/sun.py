"""Where the sun stands over Great Britain, and what panels would make of a clear sky.

Belongs here: geometry of the sun. Does not: capacity, clouds, megawatts.
"""

from dataclasses import dataclass

import numpy as np

from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, consecutive_half_hours
from elexon_assets.simulator.noise import Series

SITES = ((50.8, -3.5, 0.25), (51.7, -0.5, 0.4), (52.8, -1.5, 0.25), (54.6, -2.5, 0.1))
"Latitude and longitude in degrees and share of the panels: most stand in the south."

TILT_DEGREES = 25.0
DIFFUSE_SHARE = 0.10
CLEAR_SKY_SCALE = 0.74
"No half hour then passes 0.75 of the installed capacity; the real record is about 0.7."


def clear_sky(first: int, count: int) -> Series:
    """Output over capacity under a clear sky, of each half hour from `first` on; exactly 0 while the sun is down."""
    total = np.zeros(count)
    for minutes in (7.5, 22.5):
        sky = _sky(first, count, minutes)
        for latitude, longitude, share in SITES:
            total += share * _panel(sky, latitude, longitude)
    return total / 2


def elevation_degrees(first: int, count: int, latitude: float, longitude: float, *, minutes: float = 15.0) -> Series:
    """Of the sun's centre, so many minutes into each half hour."""
    return np.degrees(np.arcsin(_sky(first, count, minutes).height(latitude, longitude)))


@dataclass(frozen=True)
class _Sky:
    """Sines and cosines of the sun's declination and of its hour angle at Greenwich: shared by all sites."""

    sine_declination: Series
    cosine_declination: Series
    sine_hour: Series
    cosine_hour: Series

    def height(self, latitude: float, longitude: float) -> Series:
        """The sine of the sun's elevation."""
        phi, east = np.radians(latitude), np.radians(longitude)
        hour = np.cos(east) * self.cosine_hour - np.sin(east) * self.sine_hour
        sine = np.sin(phi) * self.sine_declination + np.cos(phi) * self.cosine_declination * hour
        return np.asarray(sine, dtype=np.float64)


def _sky(first: int, count: int, minutes: float) -> _Sky:
    """Spencer's series, so many minutes into each half hour; within a day's slip between leap years."""
    days = (consecutive_half_hours(first, count) + minutes / 30) / HALF_HOURS_A_DAY
    turn = 2 * np.pi * ((days % 365.2425) / 365.2425)
    sine, cosine, sine2, cosine2 = np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)
    declination = 0.006918 - 0.399912 * cosine + 0.070257 * sine - 0.006758 * cosine2 + 0.000907 * sine2
    equation_of_time = 0.000075 + 0.001868 * cosine - 0.032077 * sine - 0.014615 * cosine2 - 0.040849 * sine2
    hour_angle = 2 * np.pi * (days % 1 - 0.5) + equation_of_time
    return _Sky(np.sin(declination), np.cos(declination), np.sin(hour_angle), np.cos(hour_angle))


def _panel(sky: _Sky, latitude: float, longitude: float) -> Series:
    """A south-facing tilted panel sees the sun as a flat one so many degrees nearer the equator would."""
    height = sky.height(latitude, longitude)
    lit = np.flatnonzero(height > 0)
    incidence = np.maximum(sky.height(latitude - TILT_DEGREES, longitude)[lit], 0)
    beam = 1.353 * 0.7 ** ((1 / (height[lit] + 0.05)) ** 0.678)
    output = np.zeros(len(height))
    output[lit] = CLEAR_SKY_SCALE * (beam * incidence + DIFFUSE_SHARE * np.sqrt(height[lit]))
    return output
