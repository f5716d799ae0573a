"""Elexon's half hours, or installed capacity, as a frame, for notebooks: without Dagster and without a warehouse.

Belongs here: one function over the same client, parsing and contract as the assets. Not here: anything that is kept
(`ingest.py`); what is published later is not known here, so ask again or use the warehouse for history.
"""

import warnings
from datetime import date
from typing import cast

import polars as pl

from elexon_assets.client import ElexonClient
from elexon_assets.contract import split
from elexon_assets.datasets import BY_NAME, Dataset
from elexon_assets.errors import ElexonError
from elexon_assets.fetch_windows import Failed, Fetched
from elexon_assets.fetch_windows import fetch as fetch_windows
from elexon_assets.parsing import RAW
from elexon_assets.windows import cut, of_days

WINDOWS_NAMED = 5


class BadRowsWarning(UserWarning):
    """Rows that broke the contract are not in the frame."""


def fetch(start: date, end: date, *, dataset: str = "wind_and_solar") -> pl.DataFrame:
    """Half hours of the UTC days, both ends in, MW: the newest published value of each, in order, with its source.

    One row per (start_time_utc, category); a half hour that is not published has none. Of `installed_capacity` what
    was published in those days, one row per (year, psr_type). Warns of BadRowsWarning.
    Raises ElexonError naming the windows that failed, and ValueError for days or a dataset that cannot be.
    """
    if dataset not in BY_NAME:
        raise ValueError(f"There is no dataset {dataset!r}: choose one of {', '.join(BY_NAME)}.")
    if start > end:
        raise ValueError(f"The start {start} is after the end {end}.")
    declaration = BY_NAME[dataset]
    windows = cut(of_days(start, end), declaration.longest_window)
    with ElexonClient() as client:
        outcomes = list(fetch_windows(client, declaration, windows))
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if failed:
        raise _of(failed, len(outcomes))
    good, bad = split(declaration, _together(cast("list[Fetched]", outcomes)))
    if len(bad):
        reasons = ", ".join(
            f"{count} x {reason}" for reason, count in bad["reason"].value_counts(sort=True).iter_rows()
        )
        message = f"{declaration.code}: {len(bad)} of {len(good) + len(bad)} rows are left out: {reasons}"
        warnings.warn(message, BadRowsWarning, stacklevel=2)
    return _current(declaration, good)


def _of(failed: list[Failed], windows: int) -> ElexonError:
    """The kind of the first failure, the names of all."""
    named = "; ".join(f"{one.window}: {one.error}" for one in failed[:WINDOWS_NAMED])
    more = f"; and {len(failed) - WINDOWS_NAMED} more" if len(failed) > WINDOWS_NAMED else ""
    return type(failed[0].error)(f"{len(failed)} of {windows} windows failed. {named}{more}")


def _together(fetched: list[Fetched]) -> pl.DataFrame:
    return pl.concat([one.parsed.frame.drop(RAW).with_columns(source=pl.lit(one.source)) for one in fetched])


def _current(dataset: Dataset, frame: pl.DataFrame) -> pl.DataFrame:
    """As the warehouse's view: the greatest (publish time, value) of each half hour and category."""
    category = pl.col(dataset.category)
    labels = ("settlement_date", "settlement_period") if dataset.is_half_hourly else ()
    return (
        frame.sort(*dataset.versioned_by, dataset.value)
        .unique([dataset.period, dataset.category], keep="last")
        .sort(dataset.period, category.cast(pl.Enum(dataset.categories)) if dataset.categories else category)
        .select(dataset.period, *labels, dataset.category, dataset.value, "publish_time_utc", "source")
    )
