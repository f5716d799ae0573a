"""The catalogue: one declaration per Elexon dataset. Everything else (requests, schema, tables, views, assets, checks)
derives from it, so a new dataset is one declaration more.

Belongs here: facts that Elexon publishes or that were observed (`docs/data-sources.md`). Not here: code that acts on
them; this module imports neither Dagster nor Pandera, so that the read layer can afford it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from elexon_assets.request_parameters import (
    instants,
    publish_times,
    settlement_dates,
    settlement_dates_answer,
    with_neighbours,
)
from elexon_assets.windows import Window, window_of_days

UTC_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Column:
    """A column of ours and the field of Elexon's that it comes from."""

    elexon_field: str
    dtype: pl.DataType
    description: str
    values: tuple[str, ...] = ()
    """The declared vocabulary; empty: open. A row with another value is quarantined, except in the column that tells
    series apart: a series that nobody declared lands under its own name."""
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
    category: str
    "The column that tells the series of a half hour apart."
    value: str
    versioned_by: tuple[str, ...] = ("publish_time_utc",)
    "Of several values of one period and category the one with the greatest of these is current."
    since: date | None = None
    "A dataset that is asked for whole, from this UTC day on. None: by UTC day."
    always_published: tuple[str, ...] = ()
    "Categories that every half hour of their lifetime has; a half hour is whole when all are there."
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    """Categories that began or ended within the record. Rows outside of the lifetime land all the same; they are only
    not expected."""
    oddities: Mapping[str, str] = field(default_factory=dict)
    "Categories that Elexon published by mistake, with what is known of them: not declared, and no news either."
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
    def categories(self) -> tuple[str, ...]:
        return self.columns[self.category].values

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that tell publications apart: every distinct published value lands once."""
        return tuple(dict.fromkeys((self.range_column, self.period, self.category, *self.versioned_by, self.value)))

    @property
    def is_half_hourly(self) -> bool:
        """Return whether the dataset has settlement periods, days and coverage, and is fetched by UTC day."""
        return self.period == "start_time_utc"

    def full_history_window(self, now: datetime) -> Window:
        """Return the window of everything that a dataset ever published, for one that is fetched completely."""
        if self.since is None:
            raise ValueError(f"{self.name} is asked for by day")
        return window_of_days(self.since, now.date())


_START = Column("startTime", UTC_TIME, "Start of the half-hour, UTC.")
_PUBLISHED = Column("publishTime", UTC_TIME, "When Elexon published this value, UTC. The newest is the current one.")

WIND_AND_SOLAR = Dataset(
    name="wind_and_solar",
    code="AGWS",
    title="Wind and solar",
    description="Half-hourly wind and solar generation of Great Britain, MW averaged over the half-hour. Solar is a "
    "national estimate; wind is the transmission-metered wind and most of the embedded estimate, and is understated "
    "in many half-hours.",
    path="/generation/actual/per-type/wind-and-solar",
    longest_window=timedelta(days=7),  # asked for as 7 days less half an hour: the cap is 7 days, both ends inclusive
    parameters=instants,
    expected_window=with_neighbours,
    columns={
        "start_time_utc": _START,
        "psr_type": Column(
            "psrType", pl.String(), "Power system resource type.", ("Wind Onshore", "Wind Offshore", "Solar")
        ),
        "generation_mw": Column("quantity", pl.Float64(), "MW averaged over the half-hour; MWh = MW x 0.5."),
        "publish_time_utc": _PUBLISHED,
        "business_type": Column(
            "businessType", pl.String(), "Elexon's business type.", ("Wind generation", "Solar generation")
        ),
    },
    category="psr_type",
    value="generation_mw",
    always_published=("Wind Onshore", "Wind Offshore", "Solar"),
    publication_lag=timedelta(minutes=148),
    fresh_within=timedelta(hours=6),
    limits={
        "Wind Onshore": Limits(-50, 0, 11_000, 17_000),
        "Wind Offshore": Limits(-50, 0, 15_000, 18_000),
        "Solar": Limits(-50, 0, 17_000, 24_000),
    },
    total_soft_high=35_000,
)

_FUELS = ("BIOMASS", "CCGT", "COAL", "NPSHYD", "NUCLEAR", "OCGT", "OIL", "OTHER", "PS", "WIND")
_INTERCONNECTORS = (
    *("INTELEC", "INTEW", "INTFR", "INTGRNL", "INTIFA2"),
    *("INTIRL", "INTNED", "INTNEM", "INTNSL", "INTVKL"),
)


def _since(year: int, month: int, day: int, hour: int = 0) -> Lifetime:
    return Lifetime(datetime(year, month, day, hour, tzinfo=UTC))


_FUEL_LIFETIMES = {
    "BIOMASS": _since(2017, 11, 1, 20),
    "INTELEC": _since(2022, 5, 25),
    "INTGRNL": _since(2024, 3, 19, 9),
    "INTIFA2": _since(2021, 1, 22),
    "INTNEM": _since(2019, 1, 31),
    "INTNSL": _since(2021, 10, 1),
    "INTVKL": _since(2023, 7, 12, 8),
}
"""FUELHH begins in 2016. The nine other fuels and the links to France (INTFR), Northern Ireland (INTIRL), the
Netherlands (INTNED) and Ireland (INTEW) are in it from its first day.
BIOMASS: no row before 2017-11-01T20:00Z; until then biomass was part of OTHER (2,000 MW before, 30 MW after).
INTVKL, INTGRNL: the first row in recorded data, zero at first; power flowed from 2023-12-11 and 2024-09-19.
INTNEM (Nemo Link), INTIFA2, INTNSL (North Sea Link), INTELEC (ElecLink): the day on which their operators began
commercial operation. Their rows began some months earlier, with zeros and tests (INTNSL carried 700 MW in September
2021, INTIFA2 was there in December 2020, INTNEM was not in 2018): those land, and are only not expected.
COAL has no end: it was published, and not always zero, long after the last coal power station closed in 2024."""

_ABSURD = 60_000.0
"MW; demand of Great Britain never reached it."

GENERATION_BY_FUEL = Dataset(
    name="generation_by_fuel",
    code="FUELHH",
    title="Generation by fuel",
    description="Half-hourly generation by fuel and flows over interconnectors, whole MW, transmission-metered only: "
    "WIND lacks embedded wind farms and there is no solar. Pumped storage and interconnectors are signed, + is import.",
    path="/datasets/FUELHH",
    longest_window=timedelta(days=6),  # in summer seven UTC days touch eight settlement dates, and seven is the cap
    parameters=settlement_dates,
    expected_window=settlement_dates_answer,
    columns={
        "start_time_utc": _START,
        "fuel_type": Column("fuelType", pl.String(), "Elexon's fuel type.", (*_FUELS, *_INTERCONNECTORS)),
        "generation_mw": Column("generation", pl.Float64(), "MW averaged over the half-hour; MWh = MW x 0.5."),
        "publish_time_utc": _PUBLISHED,
    },
    category="fuel_type",
    value="generation_mw",
    always_published=_FUELS,
    lifetimes=_FUEL_LIFETIMES,
    oddities={"INTELE": "ElecLink under a shortened name, at zero, for half a day on 2021-09-10"},
    publication_lag=timedelta(minutes=30),
    fresh_within=timedelta(hours=2),
    limits={
        **{fuel: Limits(-_ABSURD, -200, 30_000, _ABSURD) for fuel in _FUELS},
        "PS": Limits(-_ABSURD, -4_000, 4_000, _ABSURD),
        "WIND": Limits(-_ABSURD, -200, 24_000, _ABSURD),
        **{name: Limits(-_ABSURD, -2_200, 2_200, _ABSURD) for name in _INTERCONNECTORS},
    },
)

_PSR_TYPES = (
    *("Biomass", "Fossil Gas", "Fossil Hard coal", "Fossil Oil", "Hydro Pumped Storage"),
    *("Hydro Run-of-river and poundage", "Nuclear", "Other", "Solar", "Wind Offshore", "Wind Onshore"),
)
"The eleven types that Elexon's generation by type (AGPT) has; IGCA was seen with no other."

INSTALLED_CAPACITY = Dataset(
    name="installed_capacity",
    code="IGCA",
    title="Installed capacity",
    description="Installed generation capacity by type, MW, one figure a year and several revisions of it. It includes "
    "embedded plant, and by reports planned plant. The figure of a year is taken as that of its first instant.",
    path="/datasets/IGCA",
    longest_window=timedelta(days=730),  # the cap is 731 days of publish times, both ends inclusive
    parameters=publish_times,
    expected_window=with_neighbours,
    columns={
        "year": Column("year", pl.Int16(), "The year that the capacity is for.", between=(2000, 2100)),
        "psr_type": Column(
            "psrType", pl.String(), "Power system resource type; all there are, not only wind and sun.", _PSR_TYPES
        ),
        "capacity_mw": Column("quantity", pl.Float64(), "MW installed.", between=(0, 200_000)),
        "publish_time_utc": _PUBLISHED,
        "document_revision": Column("documentRevisionNumber", pl.Int16(), "Elexon's revision of its document."),
    },
    period="year",
    range_column="publish_time_utc",
    category="psr_type",
    value="capacity_mw",
    versioned_by=("publish_time_utc", "document_revision"),
    since=date(2014, 12, 1),  # the reports of the transparency regulation began with the year 2015
    fresh_within=timedelta(days=500),  # published about yearly, in no month of its own
)

DATASETS = (WIND_AND_SOLAR, GENERATION_BY_FUEL, INSTALLED_CAPACITY)
BY_HALF_HOUR = tuple(dataset for dataset in DATASETS if dataset.is_half_hourly)
BY_NAME = {dataset.name: dataset for dataset in DATASETS}
