"""The declaration of an Elexon dataset: its role, columns, dimensions, windows, lifetimes and limits.

Belongs here: the types of a declaration and the properties derived from one. Not here: the declarations
(`declarations/`). This module imports neither Dagster nor Pandera, so that the read layer can load it cheaply.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product

import polars as pl

from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window, split_window, window_of_days

UTC_TIME = pl.Datetime("us", "UTC")

SERIES = "series"
"The column that names the series of a dataset with several dimensions, or with none."
BETWEEN_DIMENSIONS = " | "
"The separator of the dimension values in the name of a series; the contract allows no value that contains it."


class Role(StrEnum):
    """What a dataset says about the half-hour. Only observed generation is flagged and added up to energy."""

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
    """The declared vocabulary; an empty one is open. A row with another value is quarantined, except in a dimension,
    where an undeclared series lands under its own name.
    """
    between: tuple[float, float] | None = None
    "The allowed range, both ends included; a row outside is quarantined."
    is_required: bool = True
    "Whether a row without this field is quarantined. The columns of the key are always required."


@dataclass(frozen=True)
class Limits:
    """The limits in MW.

    A row outside the hard limits is quarantined; one outside the soft limits lands and is counted.
    """

    hard_low: float
    soft_low: float
    soft_high: float
    hard_high: float


@dataclass(frozen=True)
class Lifetime:
    """The time in which Elexon publishes a series, from the first half-hour to the end (excluded); None is unknown."""

    first_utc: datetime | None = None
    end_utc: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One Elexon dataset, half-hourly unless its `period` says otherwise."""

    name: str
    "The name of the asset, the view and (with `_publications`) the table."
    role: Role
    code: str
    title: str
    description: str
    path: str
    "The path of the endpoint; a name in braces is replaced by the parameter of that name."
    longest_window: timedelta
    split: Callable[[Window, timedelta], list[Window]] = split_window
    "The rule that splits a span into the windows of the requests."
    parameters: Callable[[Window], Mapping[str, str]]
    "The request parameters for a window."
    expected_window: Callable[[Window], Window]
    "The window of start times that the API may legitimately return: the request plus one period on each side."
    columns: Mapping[str, Column]
    period: str = "start_time_utc"
    "The column with the time that a value is for."
    range_column: str = "start_time_utc"
    "The column that a window selects by and that orders the table."
    dimensions: tuple[str, ...]
    "The columns that together distinguish the series of a period. They are part of the key and of every grouping."
    value: str
    further_values: tuple[str, ...] = ()
    "Further columns whose values are published together with `value`; a row that changes one of them is new."
    unit: str = "MW"
    "The unit of `value`."
    no_value_if: str | None = None
    "The SQL condition of rows that are published but hold no value: in the current values, `value` is null there."
    resolution: timedelta = HALF_HOUR
    "The length of time that a value is for, from its start."
    assumes_publish_time: bool = False
    """Whether Elexon leaves the publish time out. Then the start plus `publication_lag` stands in for it, so that what
    was known at a time can be asked of every dataset.
    """
    versioned_by: tuple[str, ...] = ("publish_time_utc",)
    "The columns whose greatest values mark the current one of several values of a period and series."
    since: date | None = None
    "The first UTC day of a dataset that is fetched completely; None for one that is fetched by UTC day."
    always_published: tuple[str, ...] = ()
    """The series that every half-hour of their lifetime has; a half-hour is complete when all of them are present. A
    dataset that has such series has coverage, gaps and a repair.
    """
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    """The series that began or ended within the record. Rows outside the lifetime still land; they are only not
    expected.
    """
    oddities: Mapping[str, str] = field(default_factory=dict)
    """The series that Elexon published by mistake, with what is known of them: not declared, but not reported as new.
    """
    publication_lag: timedelta = timedelta()
    "The typical delay between the start of a half-hour and its publication."
    fresh_within: timedelta
    "The greatest age of the newest row, by the range column, in normal operation."
    limits: Mapping[str, Limits] = field(default_factory=dict)
    total_soft_high: float | None = None
    "The MW above which the sum of all categories is outside the soft limits."

    @property
    def table(self) -> str:
        """Return the name of the publications table."""
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
    def value_columns(self) -> tuple[str, ...]:
        """Return the columns of the published values, the main one first."""
        return (self.value, *self.further_values)

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that distinguish publications: every distinct published value lands once."""
        return tuple(
            dict.fromkeys((self.range_column, self.period, *self.dimensions, *self.versioned_by, *self.value_columns))
        )

    @property
    def is_half_hourly(self) -> bool:
        """Return whether a value is for a half-hour, and so has a settlement date and period."""
        return self.period == "start_time_utc"

    @property
    def is_observed(self) -> bool:
        """Return whether the dataset is observed generation, which has flags and energy."""
        return self.role is Role.OBSERVED

    @property
    def is_covered(self) -> bool:
        """Return whether every half-hour is expected, so that the dataset has coverage, gaps and a repair."""
        return bool(self.always_published)

    @property
    def is_fetched_by_day(self) -> bool:
        """Return whether the dataset is fetched by UTC day, and not completely each time."""
        return self.since is None

    def request(self, window: Window) -> tuple[str, Mapping[str, str]]:
        """Return the path and the query parameters of the request for a window."""
        parameters = dict(self.parameters(window))
        path = self.path.format_map(parameters)
        return path, {name: value for name, value in parameters.items() if f"{{{name}}}" not in self.path}

    def windows(self, span: Window) -> list[Window]:
        """Return the windows of the requests for a span, in order."""
        return self.split(span, self.longest_window)

    def full_history_window(self, now: datetime) -> Window:
        """Return the window of the full history, for a dataset that is fetched completely."""
        if self.since is None:
            raise ValueError(f"{self.name} is fetched by day")
        return window_of_days(self.since, now.date())
