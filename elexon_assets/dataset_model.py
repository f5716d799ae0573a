"""What is declared of an Elexon dataset: its role, columns, dimensions, windows, lifetimes and limits.

Belongs here: the types of a declaration and what follows from one. Not here: the declarations (`datasets.py`). Imports
neither Dagster nor Pandera, so that the read layer can afford it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product

import polars as pl

from elexon_assets.windows import Window, window_of_days

UTC_TIME = pl.Datetime("us", "UTC")

SERIES = "series"
"The column that names the series of a dataset with several dimensions, or with none."
BETWEEN_DIMENSIONS = " | "
"Joins the values of the dimensions in the name of a series; the contract allows no value that contains it."


class Role(StrEnum):
    """What a dataset says about the half hour. Only what is observed has coverage, gaps, flags and a repair."""

    OBSERVED = "observed"
    FORECAST = "forecast"
    DEMAND = "demand"
    PRICE = "price"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Column:
    """A column of ours and the field of Elexon's that it comes from."""

    elexon_field: str
    dtype: pl.DataType
    description: str
    values: tuple[str, ...] = ()
    """The declared vocabulary; empty: open. A row with another value is quarantined, except in a dimension: a series
    that nobody declared lands under its own name."""
    between: tuple[float, float] | None = None
    "Both ends in; a row outside is kept aside."


@dataclass(frozen=True)
class Limits:
    """MW. Outside hard: the row is kept aside. Outside soft: it lands and is counted."""

    hard_low: float
    soft_low: float
    soft_high: float
    hard_high: float


@dataclass(frozen=True)
class Lifetime:
    """When Elexon publishes a series: from the first half hour up to the end, which is not in; None: no known bound."""

    first_utc: datetime | None = None
    end_utc: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One Elexon dataset, half-hourly unless its `period` says otherwise."""

    name: str
    "Asset, view and (with `_publications`) table."
    role: Role
    code: str
    title: str
    description: str
    path: str
    longest_window: timedelta
    parameters: Callable[[Window], Mapping[str, str]]
    "Request parameters for a window."
    expected_window: Callable[[Window], Window]
    "Start times that an honest answer may hold: what the request says, and one period either side."
    columns: Mapping[str, Column]
    period: str = "start_time_utc"
    "The column that says which time a value is for."
    range_column: str = "start_time_utc"
    "The column that a window selects by, and that the table is ordered by."
    dimensions: tuple[str, ...]
    "The columns that together tell the series of a period apart. They are part of the key and of every grouping."
    value: str
    versioned_by: tuple[str, ...] = ("publish_time_utc",)
    "Of several values of one period and series the one with the greatest of these is current."
    since: date | None = None
    "A dataset that is asked for whole, from this UTC day on. None: by UTC day."
    always_published: tuple[str, ...] = ()
    "Series that every half hour of their lifetime has; a half hour is complete when all of them are present."
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    """Series that began or ended within the record. Rows outside of the lifetime land all the same; they are only
    not expected."""
    oddities: Mapping[str, str] = field(default_factory=dict)
    "Series that Elexon published by mistake, with what is known of them: not declared, and no news either."
    publication_lag: timedelta = timedelta()
    "How long after its start a half hour is there, ordinarily."
    fresh_within: timedelta
    "The newest row, by the range column, is at most so old while all is well."
    limits: Mapping[str, Limits] = field(default_factory=dict)
    total_soft_high: float | None = None
    "MW; the sum over categories above it is outside the soft limits."

    @property
    def table(self) -> str:
        return f"{self.name}_publications"

    @property
    def category(self) -> str:
        """Return the column that names the series: the only dimension, or `SERIES`, which parsing then adds."""
        return self.dimensions[0] if len(self.dimensions) == 1 else SERIES

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the names of the declared series: the values of a dimension, or all combinations of several."""
        words = (self.columns[name].values for name in self.dimensions)
        return tuple(map(BETWEEN_DIMENSIONS.join, product(*words))) if self.dimensions else (self.code,)

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that tell publications apart: every distinct published value lands once."""
        return tuple(dict.fromkeys((self.range_column, self.period, *self.dimensions, *self.versioned_by, self.value)))

    @property
    def is_half_hourly(self) -> bool:
        """Return whether a value is for a half hour, and so has a settlement date and period."""
        return self.period == "start_time_utc"

    @property
    def is_observed(self) -> bool:
        """Return whether the dataset has coverage, gaps, flags and a repair."""
        return self.role is Role.OBSERVED

    @property
    def is_fetched_by_day(self) -> bool:
        """Return whether the dataset is fetched by UTC day, and not completely each time."""
        return self.since is None

    def full_history_window(self, now: datetime) -> Window:
        """Return the window of everything that a dataset ever published, for one that is fetched completely."""
        if self.since is None:
            raise ValueError(f"{self.name} is asked for by day")
        return window_of_days(self.since, now.date())
