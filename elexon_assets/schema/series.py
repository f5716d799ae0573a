"""SQL about the series of a dataset: which are expected at a half-hour, and which are undeclared.

Belongs here: what the declarations (`declarations/`) mean for a row of SQL, for views, flags and the read layer alike.
Not here: the declarations.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS, SERIES, Dataset, Lifetime
from elexon_assets.datasets import DATASETS

UNKNOWN_SERIES_VIEW = "unknown_series"


def microseconds(instant: datetime | None) -> str:
    """Return the instant as a literal of microseconds since the epoch, or NULL."""
    return "NULL" if instant is None else str(round(instant.astimezone(UTC).timestamp()) * 1_000_000)


def dimensions_sql(dataset: Dataset, name: str) -> str:
    """Return select-list items that split the name of a series into its dimensions, or none if they are the same."""
    if dataset.category != SERIES:
        return ""
    return "".join(
        f", split_part({name}, '{BETWEEN_DIMENSIONS}', {position}) AS {dimension}"
        for position, dimension in enumerate(dataset.dimensions, 1)
    )


def raw_series_sql(dataset: Dataset, raw_json: str) -> str:
    """Return the name of the series of a row as Elexon sent it, null if it lacks a dimension."""
    fields = [f"({raw_json} ->> '$.{dataset.columns[name].elexon_field}')" for name in dataset.dimensions]
    return f" || '{BETWEEN_DIMENSIONS}' || ".join(fields) or f"'{dataset.code}'"


def all_published(dataset: Dataset, names: Sequence[str], category: str, value: str | None = None) -> str:
    """Return a condition that a group of rows of one `start_time_utc` has a row for every name that is published then.

    Args:
        dataset: The dataset, of which the names are categories.
        names: The series that are required.
        category: The column of the group that holds the series.
        value: A column that must not be null for a row to count.
    """
    mortal = {name: dataset.lifetimes[name] for name in names if name in dataset.lifetimes}
    rows = f"count({value})" if value else "count(*)"
    if not mortal:
        return f"{rows} = {len(names)}"
    outside = " OR ".join(f"({category} = '{name}' AND NOT ({_alive(lifetime)}))" for name, lifetime in mortal.items())
    number = " + ".join(
        [str(len(names) - len(mortal)), *(f"({_alive(lifetime)})::INTEGER" for lifetime in mortal.values())]
    )
    return f"{rows} FILTER (NOT ({outside})) = {number}"


def alive_bits(dataset: Dataset, names: Sequence[str]) -> str:
    """Return an expression for the bits (1 << position, from 1) of the names that are published at `start_time_utc`."""
    always = sum(1 << position for position, name in enumerate(names, 1) if name not in dataset.lifetimes)
    mortal = [
        f"CASE WHEN {_alive(dataset.lifetimes[name])} THEN {1 << position} ELSE 0 END"
        for position, name in enumerate(names, 1)
        if name in dataset.lifetimes
    ]
    return f"({' + '.join([str(always), *mortal])})"


def _alive(lifetime: Lifetime) -> str:
    bounds = [
        *([f"start_time_utc >= make_timestamptz({microseconds(lifetime.first_utc)})"] if lifetime.first_utc else ()),
        *([f"start_time_utc < make_timestamptz({microseconds(lifetime.end_utc)})"] if lifetime.end_utc else ()),
    ]
    return " AND ".join(bounds) or "true"


def is_undeclared(dataset: Dataset, category: str) -> str:
    """Return a condition that holds for a series that is neither declared nor a known oddity.

    If the vocabulary of a dimension is open, no series is undeclared.
    """
    if not dataset.categories:
        return "false"
    names = ", ".join(f"'{name}'" for name in (*dataset.categories, *dataset.oddities))
    return f"{category} NOT IN ({names})"


def unknown_series(datasets: Iterable[Dataset] | None = None) -> str:
    """Return a query of the undeclared series that landed, of all datasets unless some are given.

    Columns: `dataset`, `series`, `publications`, `first_utc` and `last_utc` (of the column that windows select by).
    """
    each = " UNION ALL ".join(
        f"SELECT '{dataset.name}' AS dataset, {dataset.category} AS series, count(*) AS publications, "
        f"min({dataset.range_column}) AS first_utc, max({dataset.range_column}) AS last_utc "
        f"FROM {dataset.table} WHERE {is_undeclared(dataset, dataset.category)} GROUP BY {dataset.category}"
        for dataset in datasets or DATASETS
    )
    return f"SELECT * FROM ({each}) ORDER BY dataset, series"
