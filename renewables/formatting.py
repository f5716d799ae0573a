"""Numbers, instants and durations as text, and values for JSON; the command line and the pages share them."""

import math
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def json_value(value: object) -> Any:
    """Return a value that JSON can hold.

    Integers and decimals are numbers, of any length; an instant is RFC 3339 with Z, a duration its seconds, bytes are
    hexadecimal, NaN and infinity are null, and anything else is its text.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return json_value(asdict(value))
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return (
            json_value(int(value) if value == value.to_integral_value() else float(value))
            if value.is_finite()
            else None
        )
    if isinstance(value, bytes | bytearray):
        return bytes(value).hex()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def number(value: float | None, digits: int = 0) -> str:
    """Format a number with thousands separators; an en dash for None."""
    return "–" if value is None else f"{value:,.{digits}f}"  # noqa: RUF001 (the dash is intended)


def percent(share: float | None, *, up: bool = False) -> str:
    """Format a share; never 100 % while something is missing, and with `up` never 0 % while something exists."""
    if share is None:
        return "–"  # noqa: RUF001 (the dash is intended)
    hundredths = math.ceil(share * 10_000 - 1e-9) if up else math.floor(share * 10_000)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"


def significant(value: float) -> str:
    """Format a number with three significant digits, and with all digits before the point."""
    return f"{value:,.{digits_of(value)}f}"


def digits_of(value: float) -> int:
    """Return the digits after the point with which a number has three significant digits, at most two."""
    size = abs(value)
    return 0 if size >= 99.95 else 1 if size >= 9.995 else 2


def power(mw: float | None) -> str:
    """Format a power in MW, from 1 GW on in GW with three significant digits, as in "14.2 GW"."""
    if mw is None:
        return "–"  # noqa: RUF001 (the dash is intended)
    return f"{significant(mw / 1e3)} GW" if abs(mw) >= 999.5 else f"{mw:,.0f} MW"


def energy(mwh: float | None) -> str:
    """Format an energy in GWh, from 1 TWh on in TWh, with three significant digits, as in "411 GWh"."""
    if mwh is None:
        return "–"  # noqa: RUF001 (the dash is intended)
    return f"{significant(mwh / 1e6)} TWh" if abs(mwh) >= 999_500 else f"{significant(mwh / 1e3)} GWh"


def utc(instant: datetime | None) -> str:
    """Format an instant in UTC."""
    return "–" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"  # noqa: RUF001 (the dash is intended)


def byte_size(size: int) -> str:
    """Return a number of bytes with its unit, as in "12.4 MB"."""
    if size < 1000:
        return f"{size} bytes"
    scale, unit = next(
        ((scale, unit) for scale, unit in ((1e3, "kB"), (1e6, "MB")) if size < 1000 * scale), (1e9, "GB")
    )
    return f"{size / scale:,.1f} {unit}"


def how_long(span: timedelta) -> str:
    """Format a duration in its two largest units, as in "3 h 12 min"."""
    minutes = max(int(span.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if days < 14 else f"{days} days"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def time_left(seconds: float, finished: int, rest: int) -> str:
    """Estimate how long the rest of some equal parts takes, as in "about 2 min left"."""
    minutes = seconds / finished * rest / 60
    if minutes < 0.75:
        return "less than a minute left"
    return f"about {math.ceil(minutes)} min left" if minutes < 90 else f"about {minutes / 60:.0f} h left"
