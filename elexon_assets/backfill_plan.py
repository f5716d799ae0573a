"""How a span of days becomes Dagster runs. This module imports no Dagster, so that requesting runs does not load it."""

from collections.abc import Sequence
from datetime import date, timedelta

from elexon_assets.dataset_model import Dataset

DAYS_A_RUN = 371
"""The days of one run: 53 windows of seven days, which is a calendar year. A run costs seconds of start-up, a window
milliseconds.
"""

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
"Dagster's own tags: a run with both of them materializes the complete range at once."

PRIORITY = "dagster/priority"
"""Dagster's own tag: its queue starts the higher number first. A backfill launched in the UI has none, which counts as
0, so after each of its runs it gives way to schedules, flags, and spans that a user fetches in one run.
"""
A_PERSONS_PRIORITY = "5"

Days = tuple[date, date]
"A first and a last UTC day, both included."


def range_tags(first: date, last: date) -> dict[str, str]:
    """Return the tags of a run over UTC days, both inclusive."""
    return {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}


def runs_of(datasets: Sequence[Dataset], first: date, last: date) -> Sequence[Days | None]:
    """Return the days of each run, or one run without days for datasets that are fetched completely.

    The two kinds never share a run.
    """
    return split_into_runs(first, last) if all(dataset.is_fetched_by_day for dataset in datasets) else [None]


def split_into_runs(first: date, last: date) -> list[Days]:
    """Split days into runs as Dagster's backfill does, beginning with the first day."""
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, DAYS_A_RUN)]
    return [(start, min(start + timedelta(days=DAYS_A_RUN - 1), last)) for start in starts]
