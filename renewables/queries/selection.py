"""The selection of a query: which values, as of when, and whether flagged values count.

Belongs here: reading a dataset and its categories as people name them, and the SQL of the selected values. Not here:
reading times and spans (`elexon_assets/time_inputs.py`), figures of the values (`schema/measures.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import INSTALLED_CAPACITY, OBSERVED, WIND_AND_SOLAR
from elexon_assets.errors import UnusableInput
from elexon_assets.flag_vocabulary import DOUBTING
from elexon_assets.schema import capacity
from elexon_assets.schema.current_values import values_sql
from elexon_assets.time_inputs import read_as_of
from elexon_assets.windows import Window

Categories = str | Iterable[str] | None
"One category, or several; None means all of them. Case does not matter, and blanks equal hyphens."


@dataclass(frozen=True)
class Selection:
    """The values of one dataset that a query is about.

    `as_of` keeps only what Elexon had published by then. `known_at` keeps only what had landed here by then, with the
    flags of then. Flags belong to current values, also with `as_of`. With `exclude_flagged` a flagged value counts as
    missing.
    """

    dataset: str
    categories: tuple[str, ...]
    as_of: datetime | None = None
    known_at: datetime | None = None
    exclude_flagged: bool = False

    @classmethod
    def read(
        cls,
        dataset: str = WIND_AND_SOLAR.name,
        categories: Categories = None,
        as_of: object = None,
        known_at: object = None,
        exclude_flagged: bool = False,
    ) -> "Selection":
        """Return the selection for a person's words. Raises UnusableInput."""
        declaration = read_dataset(dataset)
        if as_of is not None and known_at is not None:
            raise UnusableInput("Give as_of (published by then) or known_at (landed here by then), not both.")
        return cls(
            declaration.name,
            read_categories(declaration, categories),
            read_as_of(as_of),
            read_as_of(known_at),
            exclude_flagged,
        )

    @property
    def declaration(self) -> Dataset:
        """Return the declaration of the dataset."""
        return read_dataset(self.dataset)

    @property
    def is_current(self) -> bool:
        """Return whether the selection is about the present state, not an earlier one."""
        return self.as_of is None and self.known_at is None

    def parameters(self, window: Window) -> dict[str, object]:
        """Return the parameters that `values_sql` and `flagged_sql` bind."""
        instant = self.as_of or self.known_at
        return {
            **{"start": window.start_utc, "end": window.end_utc, "names": list(self.categories)},
            **({"instant": instant} if instant else {}),
        }

    def rows_sql(self) -> str:
        """Return SQL of the stored columns, `reasons` and `mw`; it binds `$instant` unless the selection is current.

        `reasons` is a list, or null for a value without flags; `mw` is the value, or null if it is excluded.
        """
        dataset = self.declaration
        mw = f"CASE WHEN reasons IS NULL THEN {dataset.value} END" if self.exclude_flagged else dataset.value
        return (
            f"(SELECT shown.*, reasons, {mw} AS mw FROM {self._current_sql(dataset)} AS shown "
            f"LEFT JOIN {self.flagged_sql()} AS flagged USING (start_time_utc, {dataset.category}))"
        )

    def values_sql(self) -> str:
        """Return SQL of the values from which the measures are computed, within `$start`, `$end` and `$names`."""
        category = self.declaration.category
        return (
            f"(SELECT start_time_utc, settlement_date, {category} AS category, mw, reasons FROM {self.rows_sql()} "
            f"WHERE start_time_utc >= $start AND start_time_utc < $end AND list_contains($names, {category}))"
        )

    def flagged_sql(self) -> str:
        """Return SQL of the flagged half-hours and categories, one row each with the list of `reasons`."""
        dataset = self.declaration
        if self.known_at is None:
            return f"{dataset.name}_flagged"
        return (
            f"(SELECT start_time_utc, category AS {dataset.category}, list(DISTINCT reason ORDER BY reason) AS reasons "
            f"FROM flags WHERE dataset = '{dataset.name}' AND list_contains({list(DOUBTING)}, reason) "
            "AND found_at_utc <= $instant AND (closed_at_utc IS NULL OR closed_at_utc > $instant) GROUP BY ALL)"
        )

    def with_capacity_sql(self, values: str) -> str:
        """Return SQL of the values with the `capacity_mw` known then, or null for categories that IGCA does not have.

        Fuels have other names, and are metered, whereas capacity includes embedded plant.
        """
        if self.declaration.category != INSTALLED_CAPACITY.category:
            return f"(SELECT *, NULL::DOUBLE AS capacity_mw FROM {values})"
        return capacity.join_capacity(
            values, "category", capacity.interpolation_segments(self._current_sql(INSTALLED_CAPACITY))
        )

    def only(self, *categories: str) -> "Selection":
        """Return the same selection for other categories."""
        return replace(self, categories=categories)

    def _current_sql(self, dataset: Dataset) -> str:
        """Return SQL of current values as the text of the macros; a macro would read a bound argument for each row."""
        if self.as_of:
            return f"({values_sql(dataset, 'publish_time_utc <= $instant')})"
        return f"({values_sql(dataset, 'ingested_at_utc <= $instant')})" if self.known_at else dataset.name


def read_dataset(name: str) -> Dataset:
    """Return the observed dataset of that name. Raises UnusableInput, which names the existing ones."""
    by_name = {declaration.name: declaration for declaration in OBSERVED}
    if name not in by_name:
        raise UnusableInput(f"Unknown observed dataset {name!r}: choose one of {', '.join(by_name)}.")
    return by_name[name]


def read_categories(dataset: Dataset, categories: Categories) -> tuple[str, ...]:
    """Return the categories in their declared order and spelling; all of them by default.

    Raises UnusableInput for one that the dataset does not have.
    """
    given = [categories] if isinstance(categories, str) else list(categories or ())
    declared = {_category_key(category): category for category in dataset.categories}
    for name in given:
        if _category_key(name) not in declared:
            raise UnusableInput(
                f"{dataset.name} has no {dataset.category} {name!r}: choose from {', '.join(dataset.categories)}."
            )
    chosen = {declared[_category_key(name)] for name in given}
    return tuple(category for category in dataset.categories if not chosen or category in chosen)


def _category_key(name: object) -> str:
    """Return a key that is the same for `Wind Onshore`, `wind-onshore` and `WIND_ONSHORE`."""
    return " ".join(str(name).casefold().replace("-", " ").replace("_", " ").split())
