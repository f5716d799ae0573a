"""Spans of time as Elexon accepts them. All instants are UTC; `end_utc` is exclusive.

Belongs here: splitting and tiling. Not here: how a window becomes request parameters (each dataset's declaration says).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, order=True)
class Window:
    """The span [start_utc, end_utc) of one request."""

    start_utc: datetime
    end_utc: datetime

    @property
    def days(self) -> list[date]:
        """Return the UTC days that the window touches."""
        last = (self.end_utc - timedelta(microseconds=1)).date()
        return [self.start_utc.date() + timedelta(days=n) for n in range((last - self.start_utc.date()).days + 1)]

    def __str__(self) -> str:
        return f"{self.start_utc:%Y-%m-%dT%H:%MZ} to {self.end_utc:%Y-%m-%dT%H:%MZ}"


def window_of_days(first: date, last: date) -> Window:
    """Return the window of complete UTC days, both inclusive."""
    return Window(datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=1), time(), UTC))


def split_window(span: Window, longest: timedelta) -> list[Window]:
    """Split a window into windows of at most `longest`, in order, without gap or overlap."""
    windows, start = [], span.start_utc
    while start < span.end_utc:
        end = min(start + longest, span.end_utc)
        windows.append(Window(start, end))
        start = end
    return windows


def split_by_day(window: Window) -> list[Window]:
    """Return one window for each UTC day that `window` touches; the first and the last may be part of a day."""
    days = [window_of_days(day, day) for day in window.days]
    return [Window(max(day.start_utc, window.start_utc), min(day.end_utc, window.end_utc)) for day in days]


def merge_days(days: Iterable[date]) -> list[Window]:
    """Merge days into the fewest spans that cover exactly these days."""
    spans: list[Window] = []
    for day in sorted(set(days)):
        whole = window_of_days(day, day)
        if spans and spans[-1].end_utc == whole.start_utc:
            spans[-1] = Window(spans[-1].start_utc, whole.end_utc)
        else:
            spans.append(whole)
    return spans
