"""The series of all half-hourly datasets as columns of one wide table: their names, and SQL of what was known when.

Belongs here: one column name per series and value, derived from the declarations, and the query of the values that
were published by a cut. Not here: spans, issues, lags (the read layer).

A relation of cuts has the columns `start_us` (start of a half-hour) and `cut_us` (the instant whose knowledge is
wanted), both in microseconds since the epoch: bucketing instants by a calendar takes ten times as long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from elexon_assets.dataset_model import Dataset, Role
from elexon_assets.datasets import DATASETS, GENERATION_BY_FUEL

MICROSECOND = timedelta(microseconds=1)
PREFIXES = {GENERATION_BY_FUEL.name: "fuel"}
"The first word of the columns of a dataset whose series would otherwise be mistaken for those of another."


@dataclass(frozen=True)
class FeatureSeries:
    """One series of a dataset as a column; `labels` are the values of its dimensions, and `value` its stored column."""

    column: str
    dataset: Dataset
    labels: tuple[str, ...]
    value: str

    @property
    def is_forecast(self) -> bool:
        """Return whether the values are forecasts, which count only if they were published before their target."""
        return self.dataset.role is Role.FORECAST

    @property
    def meaning(self) -> str:
        """Return what the column has, with its dataset."""
        name = ", ".join([self.dataset.title, *self.labels])
        return f"{name}: {self.dataset.columns[self.value].description.rstrip('.')} (Elexon {self.dataset.code})."

    @property
    def condition(self) -> str:
        """Return the SQL condition of the rows of the series; "true" for a dataset without dimensions."""
        pairs = zip(self.dataset.dimensions, self.labels, strict=True)
        return " AND ".join(f"{name} = '{label}'" for name, label in pairs) or "true"


def feature_series(datasets: Sequence[Dataset] = DATASETS) -> tuple[FeatureSeries, ...]:
    """Return the series of the half-hourly datasets, in the order of their declarations."""
    return tuple(
        FeatureSeries(_column_name(dataset, labels, value), dataset, labels, value)
        for dataset in datasets
        if dataset.is_half_hourly
        for labels in product(*(dataset.columns[name].values for name in dataset.dimensions))
        for value in dataset.value_columns
    )


def known_sql(dataset: Dataset, series: Sequence[FeatureSeries], cuts: str) -> str:
    """Return a query of `start_us`, `cut_us` and the series' columns: the newest values published by the cut.

    It binds `$first` and `$after`, between which all start times are. A forecast counts only if it was published before
    its target; one for an hour holds for both half-hours, and the newest publish time stands beside the values.
    """
    version = f"({', '.join((*dataset.versioned_by, 'ingested_at_utc', *dataset.value_columns))})"
    columns = [f"arg_max_null({_value_sql(one)}, {version}) FILTER ({one.condition}) AS {one.column}" for one in series]
    before_target = "true"
    if dataset.role is Role.FORECAST:
        before_target = "publish_time_utc < start_time_utc"
        columns.append(f"max(publish_time_utc) AS {publish_column(dataset)}")
    width = dataset.resolution // MICROSECOND
    wanted = " OR ".join(dict.fromkeys(f"({one.condition})" for one in series))
    return f"""
    SELECT start_us, cut_us, {", ".join(columns)}
    FROM {cuts} AS cuts JOIN (
        SELECT *, epoch_us(start_time_utc) AS target_us, epoch_us(publish_time_utc) AS publish_us FROM {dataset.table}
        WHERE start_time_utc >= $first AND start_time_utc < $after AND {before_target} AND ({wanted})
    ) AS published ON start_us // {width} * {width} = target_us AND publish_us <= cut_us
    GROUP BY start_us, cut_us"""


def publish_column(dataset: Dataset) -> str:
    """Return the name of the column with the newest publish time among the forecasts of a row."""
    return f"{dataset.name}_publish_time_utc"


def _value_sql(series: FeatureSeries) -> str:
    dataset = series.dataset
    if dataset.no_value_if and series.value == dataset.value:
        return f"CASE WHEN NOT ({dataset.no_value_if}) THEN {series.value} END"
    return series.value


def _column_name(dataset: Dataset, labels: Sequence[str], value: str) -> str:
    words = [PREFIXES.get(dataset.name, ""), *labels]
    if labels and dataset.role is Role.FORECAST:
        words.append("forecast")
    if not labels and value.startswith("generation_"):
        words.append(dataset.name)
    words.append(value.removeprefix("generation_"))
    return "_".join("_".join(filter(None, words)).lower().replace("-", " ").split())
