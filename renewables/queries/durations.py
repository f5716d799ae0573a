"""Lengths of time as people write them: "24h", "30 min", "7 days"."""

import re
from datetime import timedelta

from elexon_assets.errors import UnusableInput

_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*(min|m|h|d)(?:inutes?|ours?|ays?)?", re.IGNORECASE)


def read_duration(value: timedelta | str) -> timedelta:
    """Return a length of time that is not negative. Raises UnusableInput."""
    if isinstance(value, timedelta):
        length: timedelta | None = value
    else:
        match = _DURATION.fullmatch(value.strip())
        length = float(match[1]) * _UNITS["min" if match[2].lower() == "m" else match[2].lower()] if match else None
    if length is None or length < timedelta():
        raise UnusableInput(f"{value!r} is not a length of time: write 24h, 30 min or 7 days.")
    return length


def duration_text(length: timedelta) -> str:
    """Return a length of time in whole days or hours where it is one, as in "7 days", "36 h" or "90 min"."""
    if length and not length % timedelta(days=1):
        days = length // timedelta(days=1)
        return f"{days} day" + "s" * (days > 1)
    if not length % timedelta(hours=1):
        return f"{length // timedelta(hours=1)} h"
    return f"{length // timedelta(minutes=1)} min"
