"""What is judged: the forecasts of which series, against which actual values.

Belongs here: reading a forecast dataset, its series and the truth as people name them, and SQL of the actual values.
Not here: the scores (`forecast_skill.py`), the baselines (`forecast_baselines.py`).

Each forecast has one scope, and its actual values must have the same. The wind forecast (WINDFOR) is of metered wind
farms, so its truth is WIND of generation by fuel and never wind and solar, which has most of the embedded wind as well.
The wind and solar forecast (DGWS) is judged by PSR type.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS, Dataset
from elexon_assets.datasets import BY_NAME, GENERATION_BY_FUEL, WIND_AND_SOLAR, WIND_AND_SOLAR_FORECAST, WIND_FORECAST
from elexon_assets.errors import UnusableInput
from elexon_assets.schema.current_values import values_sql
from elexon_assets.schema.flags import METERED_WIND, WIND
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.time_inputs import in_words, read_as_of

NEWEST, FIRST_PUBLISHED = "newest", "first published"
FORECASTS = (WIND_FORECAST, WIND_AND_SOLAR_FORECAST)
DAY_AHEAD = "Day ahead"

TRUTHS = {WIND_FORECAST.name: GENERATION_BY_FUEL, WIND_AND_SOLAR_FORECAST.name: WIND_AND_SOLAR}
"The observed dataset that each forecast is judged against."


@dataclass(frozen=True)
class Truth:
    """Which publication of an actual value counts: the newest, the first, or the newest by a time."""

    name: str = NEWEST
    as_of: datetime | None = None

    @classmethod
    def read(cls, value: object) -> "Truth":
        """Return the truth of that name; a day or a time means as published by then. Raises UnusableInput."""
        words = str(value).strip().casefold().replace("-", " ").replace("_", " ")
        if words in {NEWEST, FIRST_PUBLISHED}:
            return cls(words)
        try:
            instant = read_as_of(value)
        except UnusableInput as error:
            raise UnusableInput(
                f"Unknown truth {value!r}: write newest, first-published, or a time. {error}"
            ) from error
        return cls() if instant is None else cls("as of", instant)

    def __str__(self) -> str:
        return f"values as published by {in_words(self.as_of)}" if self.as_of else f"the {self.name} values"


@dataclass(frozen=True)
class ForecastSelection:
    """The forecasts of some series of one dataset, and the truth that they are judged against."""

    dataset: str
    series: tuple[str, ...]
    truth: Truth

    @classmethod
    def read(
        cls, dataset: str = WIND_FORECAST.name, series: str | Iterable[str] | None = None, truth: object = NEWEST
    ) -> "ForecastSelection":
        """Return the selection for a person's words. Raises UnusableInput."""
        declaration = read_forecast(dataset)
        return cls(declaration.name, read_series(declaration, series), Truth.read(truth))

    @property
    def declaration(self) -> Dataset:
        """Return the declaration of the forecast."""
        return read_forecast(self.dataset)

    @property
    def truth_dataset(self) -> Dataset:
        """Return the declaration of the actual values."""
        return TRUTHS[self.dataset]

    @property
    def half_hours(self) -> int:
        """Return the number of half-hours of a target."""
        return self.declaration.resolution // HALF_HOUR

    @property
    def category_sql(self) -> str:
        """Return SQL for the category of the truth that a row of the forecast is judged against."""
        return f"'{METERED_WIND}'" if self.dataset == WIND_FORECAST.name else "psr_type"

    @staticmethod
    def number_sql(category: str) -> str:
        """Return SQL for the position of a category in `$categories`, since numbers are joined faster than texts."""
        return f"list_position($categories, {category})::UTINYINT"

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the categories of the truth."""
        if self.dataset == WIND_FORECAST.name:
            return (METERED_WIND,)
        return tuple(dict.fromkeys(name.split(BETWEEN_DIMENSIONS)[0] for name in self.series))

    @property
    def plants(self) -> list[tuple[str, str]]:
        """Return pairs of a category of the truth and a PSR type whose installed capacity belongs to it."""
        if self.dataset == WIND_FORECAST.name:
            return [(METERED_WIND, psr_type) for psr_type in WIND]
        return [(name, name) for name in self.categories]

    def actual_sql(self) -> str:
        """Return SQL of the actual half-hours: `start_time_utc`, `category`, `mw`, and `reasons` if it is flagged.

        It binds `$first`, `$last`, `$categories`, and `$truth_at` for the truth as of a time.
        """
        dataset = self.truth_dataset
        chosen = dataset.name
        if self.truth.as_of:
            chosen = f"({values_sql(dataset, 'publish_time_utc <= $truth_at')})"
        elif self.truth.name == FIRST_PUBLISHED:
            key = f"start_time_utc, settlement_date, {dataset.category}"
            chosen = (
                f"(FROM {dataset.table} QUALIFY row_number() OVER (PARTITION BY {key} "
                f"ORDER BY publish_time_utc, ingested_at_utc, {dataset.value}) = 1)"
            )
        return (
            f"(SELECT start_time_utc, {dataset.category} AS category, {dataset.value} AS mw, reasons "
            f"FROM (FROM {chosen} WHERE {self.truth_rows_sql()}) "
            f"LEFT JOIN {dataset.name}_flagged USING (start_time_utc, {dataset.category}))"
        )

    def truth_rows_sql(self) -> str:
        """Return the condition of the truth's rows of the categories, from `$first` to before `$last`."""
        return (
            "start_time_utc >= $first AND start_time_utc < $last "
            f"AND list_contains($categories, {self.truth_dataset.category})"
        )


def read_forecast(name: str) -> Dataset:
    """Return the forecast dataset of that name. Raises UnusableInput, which names the existing ones."""
    names = [declaration.name for declaration in FORECASTS]
    if name not in names:
        raise UnusableInput(f"Unknown forecast {name!r}: choose one of {', '.join(names)}.")
    return BY_NAME[name]


def read_series(dataset: Dataset, names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the series with these names, which are complete names or values of a dimension (`Solar`, `Day ahead`).

    Several values of one dimension add up; values of different dimensions narrow each other. Without names it is all
    series. Raises UnusableInput for an unknown name.
    """
    given = [names] if isinstance(names, str) else list(names or ())
    words = [dataset.columns[dimension].values for dimension in dataset.dimensions]
    complete, chosen = set[str](), [set[str]() for _ in words]
    for name in given:
        wanted = _series_key(name)
        whole = [series for series in dataset.categories if _series_key(series) == wanted]
        parts = [(n, value) for n, values in enumerate(words) for value in values if _series_key(value) == wanted]
        if not whole and not parts:
            choices = [value for values in words for value in values] or list(dataset.categories)
            raise UnusableInput(f"{dataset.name} has no series {name!r}: choose from {', '.join(choices)}.")
        complete.update(whole)
        for n, value in parts:
            chosen[n].add(value)

    def is_chosen(series: str) -> bool:
        values = series.split(BETWEEN_DIMENSIONS)
        return series in complete or (
            (any(chosen) or not complete)
            and all(not some or value in some for some, value in zip(chosen, values, strict=False))
        )

    return tuple(series for series in dataset.categories if is_chosen(series))


def _series_key(name: object) -> str:
    return " ".join(str(name).casefold().replace("-", " ").replace("_", " ").replace("|", " ").split())
