"""What became of an ingest: a record a window, and their sums. Rows of `fetch_log`, figures of a run, progress.

Belongs here: counting. Not here: doing it (`ingest.py`) or showing it (`metadata.py`, the command line).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from elexon_assets.dataset_model import Dataset
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window


@dataclass(frozen=True)
class WindowRecord:
    """What became of one window: a row of `fetch_log`. received = neighbours + quarantined + repeated + landed."""

    window: Window
    status: str
    "landed, empty (asked for, nothing published) or failed."
    rows_received: int = 0
    rows_neighbours: int = 0
    rows_quarantined: int = 0
    rows_repeated: int = 0
    "Exact duplicates in the answer, and rows that had landed before."
    rows_landed: int = 0
    labels_disagreeing: int = 0
    "Rows whose settlement date or period Elexon labels otherwise than their start time says."
    attempts: int = 1
    seconds: float = 0.0
    error: str | None = None
    source: str | None = None


@dataclass
class Report:
    """What an ingest did so far; handed to the progress callback with each window and each batch."""

    dataset: Dataset
    span: Window
    windows: list[Window]
    "As they were first asked for; `records` has the days of those that failed instead of them."
    records: list[WindowRecord] = field(default_factory=list)
    windows_answered: int = 0
    "Asked for, whatever came of it; landed a batch later."
    seconds: float = 0.0
    is_complete: bool = False
    "Whether everything that could be landed has been landed and published."
    half_hours: int = 0
    "Whole half hours that the warehouse now holds of the span; 0 for a dataset that has none."

    def total(self, column: str) -> int:
        """Sum of one of the counts over all windows so far."""
        return sum(getattr(record, column) for record in self.records)

    @property
    def failed(self) -> list[WindowRecord]:
        return [record for record in self.records if record.status == "failed"]

    @property
    def landed_days(self) -> list[date]:
        """Return the UTC days that were requested and answered, also those without any published value."""
        return [day for record in self.records if record.status != "failed" for day in record.window.days]

    @property
    def retries(self) -> int:
        return sum(record.attempts - 1 for record in self.records)

    @property
    def half_hours_expected(self) -> int:
        return (self.span.end_utc - self.span.start_utc) // HALF_HOUR

    @property
    def coverage(self) -> float:
        """Share of the span's half hours that are whole in the warehouse, 0-1."""
        return self.half_hours / self.half_hours_expected if self.half_hours_expected else 0.0


Progress = Callable[[Report], None]
