"""How the pages write numbers, times and periods; times are UK time for people, with their zone.

Belongs here: formats of the dashboard. Not here: formats shared with the command line (`renewables/formatting.py`).
"""

from datetime import date, datetime, timedelta

from elexon_assets.settlement import LONDON
from renewables import formatting
from renewables.formatting import how_long, number

NOTHING = "–"  # noqa: RUF001 (a dash is meant)


def moment(instant: datetime | None) -> str:
    """Format an instant as `Sat 21 Nov 2026 08:30` in London time."""
    if instant is None:
        return NOTHING
    local = instant.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def zone(instant: datetime) -> str:
    """Return GMT or BST."""
    return f"{instant.astimezone(LONDON):%Z}"


def clock(instant: datetime) -> str:
    return f"{instant.astimezone(LONDON):%H:%M}"


def day(value: date | None) -> str:
    """Format a date as `21 Nov 2026`."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def date_of(instant: datetime | None) -> str:
    """Format the London date of an instant."""
    return NOTHING if instant is None else day(instant.astimezone(LONDON).date())


def span_of_days(first: date, last: date) -> str:
    """Format days as `20–28 Oct 2026`, `1 Jan–31 Dec 2025` or `30 Dec 2025–2 Jan 2026`."""  # noqa: RUF002 (a dash is meant)
    if first == last:
        return day(first)
    start = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%b}"
    return f"{start if first.year == last.year else day(first)}–{day(last)}"  # noqa: RUF001 (a dash is meant)


def in_period(first: date, last: date) -> str:
    """Return days for the end of a sentence: `in 2024`, `in Nov 2026`, or as `span_of_days` does."""
    ends_month = (last + timedelta(days=1)).day == 1
    if first.day == 1 and ends_month and first.year == last.year:
        if first.month == last.month:
            return f"in {first:%b %Y}"
        if (first.month, last.month) == (1, 12):
            return f"in {first.year}"
    return span_of_days(first, last)


def power(mw: float | None) -> str:
    """Format a power with a minus sign, as in `-144 MW` or `14.2 GW`."""
    return _with_minus(formatting.power(mw))


def energy(mwh: float | None) -> str:
    """Format an energy with a minus sign, as in `-26.6 GWh` or `7.89 TWh`."""
    return _with_minus(formatting.energy(mwh))


def _with_minus(text: str) -> str:
    return text.replace("-", "\u2212")


def price(gbp_per_mwh: float | None) -> str:
    """Format a price in pounds and pence, with a minus sign before the pound."""
    if gbp_per_mwh is None:
        return NOTHING
    return f"{'−' if round(gbp_per_mwh, 2) < 0 else ''}£{abs(gbp_per_mwh):,.2f}"  # noqa: RUF001 (a minus is meant)


def share(value: float | None) -> str:
    """Format a share in whole percent."""
    return NOTHING if value is None else f"{100 * value:.0f} %"


def percent(value: float | None) -> str:
    """Format a share to a hundredth, and never as 100 % while something is missing."""
    return formatting.percent(value)


def change_of(value: float, before: float) -> str:
    """Format a change in whole percent with an arrow."""
    change = round(100 * (value / before - 1))
    return f"{'↑' if change > 0 else '↓'} {abs(change):,} %" if change else "±0 %"


def place(latitude: float | None, longitude: float | None) -> str:
    """Format coordinates as `51.01° N, 2.71° W`."""
    if latitude is None or longitude is None:
        return NOTHING
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.4g}° {north}, {abs(longitude):.4g}° {east}"


def size(in_bytes: float) -> str:
    return f"{in_bytes / 1e6:,.1f} MB"


def ago(span: timedelta) -> str:
    return f"{how_long(span)} ago".replace(" ", "\u00a0")  # keep it on one line


__all__ = ["how_long", "number"]
