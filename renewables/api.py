"""Elexon's half-hours, or installed capacity, as a frame for notebooks, without Dagster and without a warehouse.

Belongs here: one function over the same client, parsing and contract as the assets. Not here: anything that is stored
(`ingest.py`). Later publications are unknown here, so fetch again, or use the warehouse for history.
"""

import warnings
from datetime import date, datetime
from typing import cast

import polars as pl

from elexon_assets.client import ElexonClient
from elexon_assets.contract import split_valid
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_NAME
from elexon_assets.errors import ElexonError, UnusableInput
from elexon_assets.fetch_windows import Failed, Fetched
from elexon_assets.fetch_windows import fetch_windows as fetch_windows
from elexon_assets.parsing import ROW_INDEX
from elexon_assets.time_inputs import read_span

WINDOWS_NAMED = 5


class BadRowsWarning(UserWarning):
    """The warning that rows broke the contract and are not in the frame."""


class UnknownSeriesWarning(UserWarning):
    """The warning that rows of undeclared series are in the frame under Elexon's name, but in none of our totals."""


def fetch(
    start: date | datetime | str,
    end: date | datetime | str,
    *,
    dataset: str = "wind_and_solar",
) -> pl.DataFrame:
    """Fetch half-hours of a span from Elexon and return the newest published value of each, MW, in order.

    There is one row per (start_time_utc, category) with its source, and none for an unpublished half-hour. For
    `installed_capacity` it returns what was published in the span, one row per (year, psr_type); it includes planned
    plant. Warns with BadRowsWarning and UnknownSeriesWarning.

    Args:
        start: A UTC day, or an instant; an ISO text of either.
        end: The last UTC day, which is included, or an instant, which is not.
        dataset: wind_and_solar, generation_by_fuel or installed_capacity.

    Raises:
        ElexonError: A request failed; the message names the windows that failed.
        UnusableInput: The span or the dataset is invalid.
    """
    if dataset not in BY_NAME:
        raise UnusableInput(f"Unknown dataset {dataset!r}: choose one of {', '.join(BY_NAME)}.")
    declaration = BY_NAME[dataset]
    span = read_span(start, end, first_day=declaration.since)
    windows = declaration.windows(span)
    with ElexonClient() as client:
        outcomes = list(fetch_windows(client, declaration, windows))
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if failed:
        raise _merged_error(failed, len(outcomes))
    good, bad = split_valid(declaration, _concatenate_frames(cast("list[Fetched]", outcomes)))
    if len(bad):
        reasons = ", ".join(
            f"{count} x {reason}" for reason, count in bad["reason"].value_counts(sort=True).iter_rows()
        )
        message = f"{declaration.code}: {len(bad)} of {len(good) + len(bad)} rows were excluded: {reasons}"
        warnings.warn(message, BadRowsWarning, stacklevel=2)
    known = {*declaration.categories, *declaration.oddities}
    if declaration.categories and (unknown := sorted(set(good[declaration.category]) - known)):
        message = f"{declaration.code} has series that are not declared here: {', '.join(unknown)}"
        warnings.warn(message, UnknownSeriesWarning, stacklevel=2)
    return _current_values(declaration, good)


def _merged_error(failed: list[Failed], windows: int) -> ElexonError:
    """Return an error of the class of the first failure that names all of them."""
    named = "; ".join(f"{failure.window}: {failure.error}" for failure in failed[:WINDOWS_NAMED])
    more = f"; and {len(failed) - WINDOWS_NAMED} more" if len(failed) > WINDOWS_NAMED else ""
    return type(failed[0].error)(f"{len(failed)} of {windows} windows failed. {named}{more}")


def _concatenate_frames(fetched: list[Fetched]) -> pl.DataFrame:
    return pl.concat(
        [outcome.parsed.frame.drop(ROW_INDEX).with_columns(source=pl.lit(outcome.source)) for outcome in fetched]
    )


def _current_values(dataset: Dataset, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the values of the warehouse's view: the greatest (publish time, value) of each half-hour and series."""
    category = dataset.category
    declared_order = {name: position for position, name in enumerate(dataset.categories)}
    position = pl.col(category).replace_strict(declared_order, default=len(declared_order), return_dtype=pl.UInt32)
    dimensions = dict.fromkeys((*dataset.dimensions, category))
    labels = ("settlement_date", "settlement_period") if dataset.is_half_hourly else ()
    return (
        frame.sort(*dataset.versioned_by, dataset.value)
        .unique([dataset.period, dataset.category], keep="last")
        .sort(dataset.period, position, category)
        .select(dataset.period, *labels, *dimensions, dataset.value, "publish_time_utc", "source")
    )
