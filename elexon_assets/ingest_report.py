"""The outcome of an ingest: one record per window, and their sums, for `fetch_log`, a run's figures and progress.

Belongs here: counting. Not here: the ingest (`ingest.py`) or its display (`metadata.py`, the command line).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from elexon_assets.dataset_model import Dataset
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window


@dataclass(frozen=True)
class WindowRecord:
    """The outcome of one window, a row of `fetch_log`: received = neighbours + quarantined + repeated + landed."""

    window: Window
    status: str
    "The status: landed, empty (requested, but nothing is published) or failed."
    rows_received: int = 0
    rows_neighbours: int = 0
    rows_quarantined: int = 0
    rows_repeated: int = 0
    "The number of exact duplicates in the answer, and of rows that had landed before."
    rows_landed: int = 0
    labels_disagreeing: int = 0
    "The number of rows whose settlement date or period, as Elexon labels them, does not match their start time."
    attempts: int = 1
    seconds: float = 0.0
    error: str | None = None
    source: str | None = None


@dataclass
class Report:
    """The outcome of an ingest so far; the progress callback receives it with each window and each batch."""

    dataset: Dataset
    span: Window
    windows: list[Window]
    "The windows as first requested; `records` has the days of those that failed instead of them."
    records: list[WindowRecord] = field(default_factory=list)
    windows_answered: int = 0
    "The number of windows requested, whatever their outcome; they land a batch later."
    seconds: float = 0.0
    is_complete: bool = False
    "Whether everything that could be landed has been landed and published."
    half_hours: int = 0
    "The number of complete half-hours of the span in the warehouse; 0 for a dataset without half-hours."

    def total(self, column: str) -> int:
        """Return the sum of one of the counts over all windows so far."""
        return sum(getattr(record, column) for record in self.records)

    @property
    def failed(self) -> list[WindowRecord]:
        """Return the records of the windows that failed."""
        return [record for record in self.records if record.status == "failed"]

    @property
    def landed_days(self) -> list[date]:
        """Return the UTC days that were requested and answered, including those without any published value.

        A day that several windows touch has landed when none of them failed.
        """
        failed = {day for record in self.failed for day in record.window.days}
        return sorted({day for record in self.records for day in record.window.days} - failed)

    @property
    def retries(self) -> int:
        """Return the number of attempts beyond the first."""
        return sum(record.attempts - 1 for record in self.records)

    @property
    def half_hours_expected(self) -> int:
        """Return the number of half-hours in the span."""
        return (self.span.end_utc - self.span.start_utc) // HALF_HOUR

    @property
    def coverage(self) -> float:
        """Return the share of the span's half-hours that are complete in the warehouse, 0-1."""
        return self.half_hours / self.half_hours_expected if self.half_hours_expected else 0.0


Progress = Callable[[Report], None]
