"""The progress of an ingest: a line in the run's log, and a listener in the same process.

The line is written and read in this module, so that the reader from outside and the writer cannot disagree.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic

from elexon_assets.ingest_report import Progress, Report

SECONDS_BETWEEN_LINES = 1.0
"The least pause between lines: an event costs Dagster more than a window costs us."

_listener: ContextVar[Progress | None] = ContextVar("progress_listener", default=None)
_LINE = re.compile(r"(?P<dataset>\w+): (?P<answered>\d+) of (?P<windows>\d+) windows, .* (?P<failed>\d+) failed")


@dataclass(frozen=True)
class Step:
    """The progress of a run with one dataset, in windows."""

    dataset: str
    answered: int
    windows: int
    failed: int


@contextmanager
def progress_listener(listener: Progress) -> Iterator[None]:
    """Report every ingest in this context to `listener` as well."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report_progress(log: Callable[[str], None]) -> Progress:
    """Return a callback that logs at most one line per second, and the last; it calls the listener for every window."""
    last = 0.0

    def report_progress(report: Report) -> None:
        """Log the progress if it is due, and call the listener."""
        nonlocal last
        if listener := _listener.get():
            listener(report)
        if monotonic() - last >= SECONDS_BETWEEN_LINES or report.is_complete:
            last = monotonic()
            log(line(report))

    return report_progress


def line(report: Report) -> str:
    """Format progress as `wind_and_solar: 26 of 53 windows, 26,208 new rows, 0 failed`."""
    return (
        f"{report.dataset.name}: {report.windows_answered} of {len(report.windows)} windows, "
        f"{report.total('rows_landed'):,} new rows, {len(report.failed)} failed"
    )


def step_of(message: str) -> Step | None:
    """Parse a line of progress, or return None for any other message."""
    match = _LINE.search(message)
    if not match:
        return None
    return Step(match["dataset"], int(match["answered"]), int(match["windows"]), int(match["failed"]))
