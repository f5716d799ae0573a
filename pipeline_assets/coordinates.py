"""Coordinates as people paste them from a map: one text with latitude and longitude.

Belongs here: reading the text, where Great Britain is, and noticing that the two were swapped. Not here: limits of a
coordinate (`models.py`).
"""

import re

from pipeline_assets.errors import UnreadableValue

GREAT_BRITAIN = {"longitude": (-8.7, 1.8), "latitude": (49.8, 60.9)}
"The bounds in degrees: the islands and the mainland, with some sea for offshore wind farms."
EXAMPLE = "52.45, -0.25"
_NUMBER = r"([+\-\u2212]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*°?\s*"
_PAIR = re.compile(rf"[(\[]?\s*{_NUMBER}([NS])?\s*[,;\s]\s*{_NUMBER}([EW])?\s*[)\]]?", re.IGNORECASE)


def parse_coordinates(text: str) -> tuple[float, float]:
    """Return (latitude, longitude) of a text such as "52.45, -0.25" or "52.45° N, 0.25° W".

    Raises UnreadableValue.
    """
    match = _PAIR.fullmatch(text.strip())
    if match is None:
        raise UnreadableValue(f"write latitude and longitude, such as {EXAMPLE}")
    latitude, north, longitude, east = match.groups()
    return _signed(latitude, north, "S"), _signed(longitude, east, "W")


def coordinates_text(latitude: float, longitude: float) -> str:
    """Return coordinates as a text that `parse_coordinates` reads as the same numbers."""
    return f"{float(latitude)!r}, {float(longitude)!r}"


def look_swapped(latitude: float, longitude: float) -> bool:
    """Return whether a place is outside Great Britain, and inside with latitude and longitude swapped."""
    return not _is_in_great_britain(latitude, longitude) and _is_in_great_britain(longitude, latitude)


def swap_offer(latitude: float, longitude: float) -> str:
    """Return the warning for coordinates that look swapped, with those that would be inside Great Britain."""
    return f"latitude {latitude:g} is outside Great Britain, and {longitude:g}, {latitude:g} would be inside"


def _is_in_great_britain(latitude: float, longitude: float) -> bool:
    (west, east), (south, north) = GREAT_BRITAIN["longitude"], GREAT_BRITAIN["latitude"]
    return south <= latitude <= north and west <= longitude <= east


def _signed(number: str, letter: str | None, negative: str) -> float:
    value = float(number.replace("\u2212", "-"))
    return -abs(value) if (letter or "").upper() == negative else value
