"""Rows as Elexon publishes them, made from the synthetic values, newest half-hour first.

Belongs here: the row, the two datasets, publication and settlement labels. Not here: values, JSON and CSV, faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, cast

from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.simulator.fuels import FIRST_HALF_HOUR, FUEL_TYPES, fuel_generation
from elexon_assets.simulator.half_hours import (
    index_of,
    instant_of,
    settlement_labels,
    start_texts,
    text_minutes_later,
    text_of,
)
from elexon_assets.simulator.noise import Channel, uniform_noise
from elexon_assets.simulator.weather import weather

MINUTE = timedelta(minutes=1)
FIRST_PUBLISHED = index_of(datetime(2016, 3, 1, tzinfo=UTC))
ONSHORE, OFFSHORE, SOLAR = PSR_TYPES = WIND_AND_SOLAR.categories

SLIPPED_LABELS_BEFORE = "2022-07-14"
SLIPPED_LABELS_SHARE = 0.93
"The share of days on which FUELHH gave the last period of a day the settlement date of the next day, until then."


NO_FIELDS: Mapping[str, object] = MappingProxyType({})


class Row(NamedTuple):
    """One published number; `series` is its PSR type or fuel type, and the times are texts as published.

    `fields` holds what else the row has, by Elexon's name. For a price, `mw` is GBP/MWh.
    """

    half_hour: int
    series: str
    mw: float | None
    publish_time: str
    start_time: str
    settlement_date: str
    settlement_period: int
    document_id: str = ""
    revision: int = 1
    fields: Mapping[str, object] = NO_FIELDS


new_row = cast(Callable[[tuple[object, ...]], Row], partial(tuple.__new__, Row))
"The construction of Row._make without its checks: a week of FUELHH is 6,720 rows, and they are most of its cost."


@dataclass(frozen=True)
class Dataset:
    """The properties of one dataset; its rows come from (seed, first half-hour, last half-hour)."""

    name: str
    minutes_to_publication: int
    rows: Callable[[int, int, int], list[Row]]
    spoiled_series: str
    "The series whose values the value faults change."
    unknown_series: str
    "The series that the fault `unknown-psr` adds."
    by_publication: bool = False
    "Whether the half-hours that `rows` takes are those of the publication, and not those that a value is for."
    has_own_publications: bool = False
    "Whether the delay of a publication varies, so that the publish time decides whether a row is published."
    newest_only: bool = False
    "Whether an answer has only the newest publication of a half-hour and series."
    newest_publication: Callable[[int, datetime], str] | None = None
    "The publish time of the newest row of (seed, now), where the usual delay does not tell it."

    def last_published(self, now: datetime) -> int:
        """Return the newest half-hour that is published at `now`."""
        return (now - timedelta(minutes=self.minutes_to_publication) - datetime(1970, 1, 1, tzinfo=UTC)) // HALF_HOUR

    def last_updated(self, seed: int, now: datetime) -> str:
        """Return the publish time of the newest row."""
        if self.newest_publication is not None:
            return self.newest_publication(seed, now)
        return text_minutes_later(text_of(instant_of(self.last_published(now))), self.minutes_to_publication)


def wind_and_solar_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return Wind Onshore, Wind Offshore and Solar of every half-hour from last down to first."""
    values = weather(seed, first, last)
    columns = zip(
        range(first, last + 1),
        start_texts(first, last),
        start_texts(first, last, minutes_later=AGWS.minutes_to_publication),
        *settlement_labels(first, last),
        values.onshore_mw.tolist(),
        values.offshore_mw.tolist(),
        values.solar_mw.astype(int).tolist(),
        strict=True,
    )
    rows = []
    for half_hour, start, publish, date, period, onshore, offshore, solar in reversed(list(columns)):
        document = document_id(half_hour)
        rows.append(new_row((half_hour, ONSHORE, onshore, publish, start, date, period, document, 1, NO_FIELDS)))
        rows.append(new_row((half_hour, OFFSHORE, offshore, publish, start, date, period, document, 1, NO_FIELDS)))
        rows.append(new_row((half_hour, SOLAR, solar, publish, start, date, period, document, 1, NO_FIELDS)))
    return rows


def fuel_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return the published fuel types of every half-hour from last down to first."""
    unborn = {fuel_type: begins for fuel_type, begins in FIRST_HALF_HOUR.items() if begins > first}
    by_half_hour = fuel_generation(seed, first, last).mw.T.astype(int).tolist()
    starts, publishes = start_texts(first, last), start_texts(first, last, minutes_later=FUELHH.minutes_to_publication)
    dates, periods = _slipping_labels(seed, first, last)
    return [
        new_row((first + n, fuel_type, mw, publishes[n], starts[n], dates[n], periods[n], "", 1, NO_FIELDS))
        for n in range(last - first, -1, -1)
        for fuel_type, mw in zip(FUEL_TYPES, by_half_hour[n], strict=True)
        if fuel_type not in unborn or first + n >= unborn[fuel_type]
    ]


def document_id(half_hour: int) -> str:
    """Return the id of the document of a half-hour, in Elexon's form but marked as synthetic."""
    return f"SIMULATOR-AGWS-{half_hour:08d}"


def _slipping_labels(seed: int, first: int, last: int) -> tuple[list[str], list[int]]:
    dates, periods = settlement_labels(first, last + 1)
    for n in range(last - first + 1):
        ends_a_day = periods[n + 1] == 1
        if (
            ends_a_day
            and dates[n] < SLIPPED_LABELS_BEFORE
            and uniform_noise(seed, Channel.LABELS, first + n, 1)[0] < SLIPPED_LABELS_SHARE
        ):
            dates[n] = dates[n + 1]
    return dates[:-1], periods[:-1]


AGWS = Dataset("AGWS", WIND_AND_SOLAR.publication_lag // MINUTE, wind_and_solar_rows, ONSHORE, "Wind Floating")
FUELHH = Dataset("FUELHH", GENERATION_BY_FUEL.publication_lag // MINUTE, fuel_rows, "WIND", "HYDROGEN")
