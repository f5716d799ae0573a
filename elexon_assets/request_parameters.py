"""How a window becomes request parameters, and which start times a correct answer may contain.

Belongs here: the rules of Elexon's ends and dates, one function per kind of endpoint. Not here: which dataset follows
which rule (`declarations/`).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from elexon_assets.settlement import HALF_HOUR, LONDON, first_start_utc
from elexon_assets.windows import Window


def instants(window: Window) -> Mapping[str, str]:
    """Return the parameters of start times. Both ends are inclusive.

    The last requested half-hour is the one before the window's end.
    """
    return {"from": _rfc3339(window.start_utc), "to": _rfc3339(window.end_utc - HALF_HOUR)}


LABELS_SLIP_UNTIL = datetime(2022, 7, 15, tzinfo=UTC)
"""The end of the slipped labels: before 2022-07-14 FUELHH labels the last period of a day with the next settlement
date.
"""


def _dates_of(window: Window) -> tuple[date, date]:
    """Return the first and the last settlement date whose answers contain the window.

    The date of the end itself is included only where labels slip: a day that cannot be fetched must not block the day
    before it.
    """
    last = window.end_utc if window.end_utc < LABELS_SLIP_UNTIL else window.end_utc - HALF_HOUR
    return window.start_utc.astimezone(LONDON).date(), last.astimezone(LONDON).date()


def settlement_dates(window: Window) -> Mapping[str, str]:
    """Return the parameters of settlement dates."""
    first, last = _dates_of(window)
    return {"settlementDateFrom": first.isoformat(), "settlementDateTo": last.isoformat()}


def settlement_dates_answer(window: Window) -> Window:
    """Return the start times of these settlement dates, plus one period on each side."""
    first, last = _dates_of(window)
    return with_neighbours(Window(first_start_utc(first), first_start_utc(last + timedelta(days=1))))


def settlement_date(window: Window) -> Mapping[str, str]:
    """Return the only settlement date of a window made by `split_by_settlement_date`."""
    return {"settlementDate": window.start_utc.astimezone(LONDON).date().isoformat()}


def settlement_date_answer(window: Window) -> Window:
    """Return the start times of the settlement date, plus one period on each side."""
    day = window.start_utc.astimezone(LONDON).date()
    return with_neighbours(Window(first_start_utc(day), first_start_utc(day + timedelta(days=1))))


def split_by_settlement_date(span: Window, _longest: timedelta) -> list[Window]:
    """Split a span where settlement dates begin, for an endpoint that answers one of them per request."""
    first, last = _dates_of(span)
    starts = [first_start_utc(first + timedelta(days=n)) for n in range((last - first).days + 2)]
    cuts = [max(span.start_utc, min(start, span.end_utc)) for start in starts]
    return [Window(start, end) for start, end in pairwise(cuts) if start < end]


def with_neighbours(window: Window) -> Window:
    """Return the window plus one period on each side."""
    return Window(window.start_utc - HALF_HOUR, window.end_utc + HALF_HOUR)


def publish_times(window: Window) -> Mapping[str, str]:
    """Return the parameters of publish times. Both ends are inclusive.

    A row at the very end belongs to the next window, and is dropped as a neighbour's.
    """
    return {"publishDateTimeFrom": _rfc3339(window.start_utc), "publishDateTimeTo": _rfc3339(window.end_utc)}


def _rfc3339(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%MZ")
