"""The position of the sun over Great Britain at each half-hour, counted from 1970-01-01T00:00Z.

Belongs here: geometry of the sun. Not here: the output of panels (`simulator/sun.py`), doubtful values (`quality/`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]
HalfHours = NDArray[np.int64]

HALF_HOURS_A_DAY = 48

SITES = ((50.8, -3.5, 0.25), (51.7, -0.5, 0.4), (52.8, -1.5, 0.25), (54.6, -2.5, 0.1))
"The latitude and longitude in degrees and the share of the panels: most are in the south."

EDGES = ((50.0, -5.7), (51.1, 1.4), (52.5, 1.7), (58.6, -3.0), (58.6, -5.0))
"""The edges, Land's End, Kent, Norfolk, John o' Groats and Cape Wrath: while the sun is up anywhere over Great Britain,
it is up over one of them or of the panels.
"""


@dataclass(frozen=True)
class Sky:
    """The sines and cosines of the sun's declination and of its hour angle at Greenwich, shared by all sites."""

    sine_declination: Series
    cosine_declination: Series
    sine_hour: Series
    cosine_hour: Series

    def height(self, latitude: float, longitude: float) -> Series:
        """Return the sine of the sun's elevation."""
        phi, east = np.radians(latitude), np.radians(longitude)
        hour = np.cos(east) * self.cosine_hour - np.sin(east) * self.sine_hour
        sine = np.sin(phi) * self.sine_declination + np.cos(phi) * self.cosine_declination * hour
        return np.asarray(sine, dtype=np.float64)


def sky_over(half_hours: HalfHours, minutes: float) -> Sky:
    """Return the sky that many minutes into each half-hour, by Spencer's series.

    The series is exact to the slip of a day between leap years.
    """
    days = (half_hours + minutes / 30) / HALF_HOURS_A_DAY
    turn = 2 * np.pi * ((days % 365.2425) / 365.2425)
    sine, cosine, sine2, cosine2 = np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)
    declination = 0.006918 - 0.399912 * cosine + 0.070257 * sine - 0.006758 * cosine2 + 0.000907 * sine2
    equation_of_time = 0.000075 + 0.001868 * cosine - 0.032077 * sine - 0.014615 * cosine2 - 0.040849 * sine2
    hour_angle = 2 * np.pi * (days % 1 - 0.5) + equation_of_time
    return Sky(np.sin(declination), np.cos(declination), np.sin(hour_angle), np.cos(hour_angle))


def elevation_degrees(half_hours: HalfHours, latitude: float, longitude: float, *, minutes: float = 15.0) -> Series:
    """Return the elevation of the sun's centre, that many minutes into each half-hour."""
    return _degrees(sky_over(half_hours, minutes).height(latitude, longitude))


def elevation_range_degrees(half_hours: HalfHours) -> tuple[Series, Series]:
    """Return the lowest elevation over the panels and the highest over Great Britain, within each half-hour."""
    skies = [sky_over(half_hours, minutes) for minutes in (0, 15, 30)]
    over_panels = [sky.height(latitude, longitude) for sky in skies for latitude, longitude, _ in SITES]
    anywhere = over_panels + [sky.height(*edge) for sky in skies for edge in EDGES]
    return _degrees(np.min(over_panels, axis=0)), _degrees(np.max(anywhere, axis=0))


def _degrees(height: Series) -> Series:
    return np.asarray(np.degrees(np.arcsin(np.clip(height, -1, 1))), dtype=np.float64)
