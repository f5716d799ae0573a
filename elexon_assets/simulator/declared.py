"""Endpoints of the datasets without a model in the simulator, made from their declarations alone.

Belongs here: parameters, rows and texts as far as a declaration (`elexon_assets/declarations/`) knows them. Not here:
the datasets whose rows follow a model (`rows.py`, `capacities.py`, `endpoints.py`). The values are only plausible: a
PSR type of the weather has its weather, any other series has noise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from zlib import crc32

from starlette.datastructures import QueryParams

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.dataset_model import Dataset as Declaration
from elexon_assets.simulator.answers import Answer
from elexon_assets.simulator.formats import as_text
from elexon_assets.simulator.half_hours import settlement_labels, start_texts
from elexon_assets.simulator.noise import Channel, Series, uniform_noise
from elexon_assets.simulator.parameters import Asked, Query, published_asked, settlement_dates_asked, start_times_asked
from elexon_assets.simulator.rows import MINUTE, OFFSHORE, ONSHORE, SOLAR, Dataset, Row
from elexon_assets.simulator.weather import weather
from elexon_assets.windows import window_of_days

ANY_DAY = window_of_days(date(2024, 1, 1), date(2024, 1, 1))
"A window from which the names of the parameters are read."
ALL = "all"
"The value of a parameter that selects every word of its dimension."


@dataclass(frozen=True)
class DeclaredEndpoint:
    """One endpoint, made from a half-hourly declaration that is fetched by day."""

    declaration: Declaration

    @property
    def minutes_to_publication(self) -> int:
        """Return the usual delay of a publication after the start of the half-hour."""
        return self.declaration.publication_lag // MINUTE

    @property
    def dataset(self) -> Dataset:
        """Return the dataset in the form that the rest of the simulator uses."""
        series = self.declaration.categories[0]
        unknown = BETWEEN_DIMENSIONS.join([*series.split(BETWEEN_DIMENSIONS)[:-1], "Unknown"])
        return Dataset(self.declaration.code, self.minutes_to_publication, self.published_rows, series, unknown)

    def parse_query(self, values: QueryParams) -> Asked:
        """Parse the parameters that the declaration sends. Raises Refused."""
        query = Query(values)
        names = set(self.declaration.parameters(ANY_DAY))
        series = set(self.declaration.categories)
        for position, dimension in enumerate(self.declaration.dimensions):
            field = self.declaration.columns[dimension].elexon_field
            if field in names and not query.has(field):
                query.complain_missing(field)
            words = {word.casefold() for word in query.all(field)}
            if words and ALL not in words:
                series = {name for name in series if name.split(BETWEEN_DIMENSIONS)[position].casefold() in words}
        query.refuse_if_wrong()
        return replace(self._parse_window(values, names), series=frozenset(series))

    def _parse_window(self, values: QueryParams, names: set[str]) -> Asked:
        days = self.declaration.longest_window.days
        if "from" in names:
            return start_times_asked(values, cap_days=days)
        if "settlementDateFrom" in names:
            return settlement_dates_asked(self.dataset, values, stream=False, cap_days=days + 1)
        return published_asked(self.dataset, values, stream=False, cap_days=days + 1)

    def published_rows(self, seed: int, first: int, last: int) -> list[Row]:
        """Return one row per half-hour and series, from the last half-hour down to the first."""
        values = {
            name: self._values_mw(seed, name, first, last).round(1).tolist() for name in self.declaration.categories
        }
        starts, (dates, periods) = start_texts(first, last), settlement_labels(first, last)
        publishes = start_texts(first, last, minutes_later=self.minutes_to_publication)
        return [
            Row(first + n, name, values[name][n], publishes[n], starts[n], dates[n], periods[n])
            for n in range(last - first, -1, -1)
            for name in values
        ]

    def _values_mw(self, seed: int, series: str, first: int, last: int) -> Series:
        count = last - first + 1
        noise = uniform_noise(
            seed, Channel.DECLARED + crc32(f"{self.declaration.code} {series}".encode()), first, count
        )
        here = weather(seed, first, last)
        models = {ONSHORE: here.onshore_mw, OFFSHORE: here.offshore_mw, SOLAR: here.solar_mw}
        for word in series.split(BETWEEN_DIMENSIONS):
            if word in models:
                return models[word] * (0.9 + 0.2 * noise)
        return 1000 * noise

    def write(self, _dataset: Dataset, answer: Answer, media_type: str) -> str:
        """Return the rows as text of the media type."""
        return as_text({"data": list(self._raw_rows(answer))}, media_type)

    def _raw_rows(self, answer: Answer) -> Iterator[Mapping[str, object]]:
        columns = self.declaration.columns
        field = columns[self.declaration.value].elexon_field
        constant = {column.elexon_field: column.values[0] if column.values else 1 for column in columns.values()}
        for row in answer.rows:
            words = zip(self.declaration.dimensions, row.series.split(BETWEEN_DIMENSIONS), strict=False)
            raw = constant | {
                "publishTime": row.publish_time,
                "startTime": row.start_time,
                "settlementDate": row.settlement_date,
                "settlementPeriod": row.settlement_period,
                **{columns[name].elexon_field: word for name, word in words},
                field: row.mw,
            }
            if answer.without_value:
                del raw[field]
            yield raw
