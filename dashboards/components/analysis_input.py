"""What a reader of Analysis chose: the dataset, the days, the categories, and how time is drawn.

Not here: the controls (`app_pages/analysis.py`), the views (`analysis_views.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from dashboards.components import snapshot_cache
from dashboards.components.filters import Days
from dashboards.components.formatting import span_of_days
from elexon_assets.dataset_model import Dataset
from elexon_assets.windows import Window
from renewables.queries.analysis import summary_of
from renewables.queries.profiles import window_of_days
from renewables.queries.selection import Selection

AUTO = "Auto"
"The resolution that suits the period."


@dataclass(frozen=True)
class AnalysisInput:
    """The dataset, days and categories that every view shows, and how the views over time draw them."""

    dataset: Dataset
    days: Days
    categories: list[str]
    exclude_flagged: bool
    held: Window
    grain: str = AUTO
    "The name of a resolution."
    is_stacked: bool = True

    @property
    def window(self) -> Window:
        """Return the window up to the newest half-hour with data, since later ones are not missing yet."""
        days = window_of_days(self.days.first, self.days.last)
        return Window(days.start_utc, min(days.end_utc, self.held.end_utc))

    @property
    def selection(self) -> Selection:
        """Return the selection for the queries."""
        return Selection(self.dataset.name, tuple(self.categories), exclude_flagged=self.exclude_flagged)

    def __str__(self) -> str:
        return span_of_days(self.days.first, self.days.last)


def query_summary(wanted: AnalysisInput) -> pl.DataFrame:
    """Return the figures of the period, one row per category."""
    return snapshot_cache.cached_query(summary_of, wanted.selection, wanted.window)


def query_window(question: Callable[..., pl.DataFrame], wanted: AnalysisInput, **more: str) -> pl.DataFrame:
    """Return the answer of a function that takes a selection and a window."""
    return snapshot_cache.cached_query(question, wanted.selection, wanted.window, **more)
