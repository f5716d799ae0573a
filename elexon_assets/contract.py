"""The contract before the write: Pandera schemas built from the declarations, and the split into good and bad rows.

Belongs here: the conditions for a row to land, and the reason recorded when it does not. Not here: soft limits (those
rows land and a view counts them). Frames are eager, because Pandera checks values only in eager frames.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from elexon_assets.dataset_model import SERIES, Column, Dataset, Limits
from elexon_assets.datasets import DATASETS
from elexon_assets.errors import ShapeChanged, UnusableInput
from elexon_assets.parsing import labels_of
from elexon_assets.settlement import HALF_HOUR
from warehouse.settings import Settings

LIMITED_SERIES = frozenset(name for dataset in DATASETS for name in dataset.limits)


def limits_of(dataset: Dataset) -> dict[str, Limits]:
    """Return the declared limits, with the overrides of the setting `LIMITS_MW`.

    Raises UnusableInput for a series without limits, and for limits that are out of order.
    """
    if not dataset.limits:
        return {}
    moved = Settings().limits_mw
    if unknown := sorted(moved.keys() - LIMITED_SERIES):
        raise UnusableInput(
            f"The setting LIMITS_MW overrides the limits of {unknown[0]!r}, which has none: give any of "
            f"{', '.join(sorted(LIMITED_SERIES))}."
        )
    limits = dict(dataset.limits)
    for name in limits.keys() & moved.keys():
        limits[name] = replace(limits[name], **moved[name])
        values = vars(limits[name])
        if list(values.values()) != sorted(values.values()):
            order = " <= ".join(f"{limit} ({value:g})" for limit, value in values.items())
            raise UnusableInput(f"The setting LIMITS_MW puts the limits of {name!r} out of order: give {order}.")
    return limits


SERIES_NAME = r"^[\w](?:[\w /&.,()+-]{0,58}[\w)])?$"
"The allowed names of undeclared series, because a name becomes a label of tables and charts."


def contract_of(dataset: Dataset) -> pa.DataFrameSchema:
    """Return the schema of landed rows: types, no nulls, declared words, complete half-hours, hard limits in MW.

    The vocabulary of the series is open: an undeclared one lands, and is listed in `unknown_series`.
    """
    columns = {name: _column_schema(dataset, name, column) for name, column in dataset.columns.items()}
    labels = {
        name: pa.Column(dtype, nullable=name == SERIES or name.startswith("elexon_"))
        for name, dtype in labels_of(dataset).items()
    }
    limits = limits_of(dataset)
    checks = [_known_word(dataset, name) for name in dataset.columns if _is_judged_beside_series(dataset, name)]
    checks += [_within_hard_limits(dataset, limits)] if limits else []
    return pa.DataFrameSchema({**columns, **labels}, checks=checks, name=dataset.name)


def _is_judged_beside_series(dataset: Dataset, name: str) -> bool:
    """Return whether the column's words are declared for the declared series only."""
    return name not in dataset.dimensions and bool(dataset.columns[name].values)


def _known_word(dataset: Dataset, name: str) -> pa.Check:
    """Return the check of a column with a vocabulary. A new series may have its own word."""
    word, is_declared = pl.col(name), pl.col(dataset.category).is_in(dataset.categories)

    def known(data: pa.PolarsData) -> pl.LazyFrame:
        """Return whether each row has a known word."""
        is_new = ~is_declared & word.is_in(_series_names(data.lazyframe, name))
        return data.lazyframe.select((word.is_in(dataset.columns[name].values) | is_new).fill_null(True))

    return pa.Check(known, error=f"{dataset.columns[name].elexon_field} is not a known value")


def _column_schema(dataset: Dataset, name: str, column: Column) -> pa.Column:
    checks = []
    if name in dataset.dimensions:
        checks.append(pa.Check(_is_series_name, error=f"{column.elexon_field} cannot be the name of a series"))
    if column.between:
        low, high = column.between
        checks.append(pa.Check.in_range(low, high, error=f"{column.elexon_field} is not between {low} and {high}"))
    if dataset.is_half_hourly and name == dataset.period:
        unit = "a half-hour" if dataset.resolution == HALF_HOUR else "an hour"
        checks.append(pa.Check(_on_the(dataset.resolution), error=f"{column.elexon_field} is not on {unit}"))
    if isinstance(column.dtype, pl.Float64):
        checks.append(pa.Check(_is_finite, error=f"{column.elexon_field} is not a finite number"))
    return pa.Column(column.dtype, checks=checks, nullable=not column.is_required, description=column.description)


def _on_the(resolution: timedelta) -> Callable[[pa.PolarsData], pl.LazyFrame]:
    def on_time(data: pa.PolarsData) -> pl.LazyFrame:
        """Return whether each time is the beginning of a half-hour or hour."""
        return data.lazyframe.select(pl.col(data.key).dt.truncate(resolution) == pl.col(data.key))

    return on_time


def _is_series_name(data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(pl.col(data.key).is_in(_series_names(data.lazyframe, data.key)))


def _series_names(frame: pl.LazyFrame, column: str) -> list[str]:
    """Return the distinct values of a column that can be names of series: one regular expression per name, not row."""
    names = frame.select(pl.col(column).unique()).collect().to_series()
    return names.filter(names.str.contains(SERIES_NAME)).to_list()


def _is_finite(data: pa.PolarsData) -> pl.LazyFrame:
    return data.lazyframe.select(pl.col(data.key).is_finite().fill_null(True))  # nulls have their own reason


def _within_hard_limits(dataset: Dataset, limits: dict[str, Limits]) -> pa.Check:
    """Return the check of the MW of each series; an undeclared one has the widest of the limits."""
    category, value = pl.col(dataset.category), pl.col(dataset.value)
    lows = {name: limit.hard_low for name, limit in limits.items()}
    highs = {name: limit.hard_high for name, limit in limits.items()}
    low = category.replace_strict(lows, default=min(lows.values()), return_dtype=pl.Float64)
    high = category.replace_strict(highs, default=max(highs.values()), return_dtype=pl.Float64)

    def within(data: pa.PolarsData) -> pl.LazyFrame:
        """Return whether each row is within the limits of its series."""
        # Nulls and NaN already have their own reason.
        return data.lazyframe.select((value.is_between(low, high) | value.is_nan()).fill_null(True))

    return pa.Check(within, error="outside the hard limits")


class SplitRows(NamedTuple):
    """The rows that satisfy the contract, and the rows that do not, with their `reason`."""

    good: pl.DataFrame
    bad: pl.DataFrame


def split_valid(dataset: Dataset, frame: pl.DataFrame) -> SplitRows:
    """Validate every row against the contract. Raises ShapeChanged for a column that is missing or of another type."""
    try:
        return SplitRows(contract_of(dataset).validate(frame, lazy=True), frame.clear().with_columns(reason=pl.lit("")))
    except SchemaErrors as errors:
        cases = errors.failure_cases
    whole = cases.filter(pl.col("index").is_null())
    if len(whole):
        raise ShapeChanged(f"{dataset.code}: {whole['check'][0]} ({whole['failure_case'][0]}) for {whole['column'][0]}")
    null = pl.format("{} is missing or cannot be read", pl.col("column"))
    reasons = (
        cases.select(
            position=pl.col("index").cast(pl.UInt32),
            reason=pl.when(pl.col("check").str.starts_with("not_nullable")).then(null).otherwise("check"),
        )
        .group_by("position")
        .agg(pl.col("reason").unique().sort().str.join("; "))
    )
    numbered = frame.with_row_index("position")
    bad = numbered.join(reasons, on="position", how="inner").drop("position")
    good = numbered.join(reasons, on="position", how="anti").drop("position")
    return SplitRows(good, bad)
