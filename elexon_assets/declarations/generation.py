"""Declarations of what was generated, and of the installed capacity."""

from datetime import UTC, date, datetime, timedelta

import polars as pl

from elexon_assets.dataset_model import Column, Dataset, Lifetime, Limits, Role
from elexon_assets.declarations.columns import ABSURD_MW, BUSINESS_TYPES, PSR_TYPES, PUBLISHED, START
from elexon_assets.request_parameters import (
    instants,
    publish_times,
    settlement_dates,
    settlement_dates_answer,
    with_neighbours,
)

WIND_AND_SOLAR = Dataset(
    name="wind_and_solar",
    role=Role.OBSERVED,
    code="AGWS",
    title="Wind and solar",
    description="Half-hourly wind and solar generation of Great Britain, MW averaged over the half-hour. Solar is a "
    "national estimate; wind is the transmission-metered wind and most of the embedded estimate, and is understated "
    "in many half-hours.",
    path="/generation/actual/per-type/wind-and-solar",
    longest_window=timedelta(days=7),  # requested as 7 days less half an hour: the cap is 7 days, both ends inclusive
    parameters=instants,
    expected_window=with_neighbours,
    columns={
        "start_time_utc": START,
        "psr_type": Column("psrType", pl.String(), "Power system resource type.", PSR_TYPES),
        "generation_mw": Column("quantity", pl.Float64(), "MW averaged over the half-hour; MWh = MW x 0.5."),
        "publish_time_utc": PUBLISHED,
        "business_type": Column("businessType", pl.String(), "Elexon's business type.", BUSINESS_TYPES),
    },
    dimensions=("psr_type",),
    value="generation_mw",
    always_published=PSR_TYPES,
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
"""The lifetimes of the series of FUELHH, which begins in 2016. The nine other fuels and the links to France (INTFR),
Northern Ireland (INTIRL), the Netherlands (INTNED) and Ireland (INTEW) are in it from its first day. BIOMASS has no row
before 2017-11-01T20:00Z; until then biomass was part of OTHER (2,000 MW before, 30 MW after). INTVKL and INTGRNL begin
with their first row in recorded data, zero at first; power flowed from 2023-12-11 and 2024-09-19. INTNEM (Nemo Link),
INTIFA2, INTNSL (North Sea Link) and INTELEC (ElecLink) begin on the day when their operators began commercial
operation. Their rows began some months earlier, with zeros and tests (INTNSL carried 700 MW in September 2021, INTIFA2
was present in December 2020, INTNEM was not in 2018): those rows land, but are not expected. COAL has no end: it was
published, and not always zero, long after the last coal power station closed in 2024.
"""

GENERATION_BY_FUEL = Dataset(
    name="generation_by_fuel",
    role=Role.OBSERVED,
    code="FUELHH",
    title="Generation by fuel",
    description="Half-hourly generation by fuel and flows over interconnectors, whole MW, transmission-metered only: "
    "WIND lacks embedded wind farms and there is no solar. Pumped storage and interconnectors are signed, + is import.",
    path="/datasets/FUELHH",
    longest_window=timedelta(days=6),  # in summer seven UTC days touch eight settlement dates, and the cap is seven
    parameters=settlement_dates,
    expected_window=settlement_dates_answer,
    columns={
        "start_time_utc": START,
        "fuel_type": Column("fuelType", pl.String(), "Elexon's fuel type.", (*_FUELS, *_INTERCONNECTORS)),
        "generation_mw": Column("generation", pl.Float64(), "MW averaged over the half-hour; MWh = MW x 0.5."),
        "publish_time_utc": PUBLISHED,
    },
    dimensions=("fuel_type",),
    value="generation_mw",
    always_published=_FUELS,
    lifetimes=_FUEL_LIFETIMES,
    oddities={"INTELE": "ElecLink under a shortened name, at zero, for half a day on 2021-09-10"},
    publication_lag=timedelta(minutes=30),
    fresh_within=timedelta(hours=2),
    limits={
        **{fuel: Limits(-ABSURD_MW, -200, 30_000, ABSURD_MW) for fuel in _FUELS},
        "PS": Limits(-ABSURD_MW, -4_000, 4_000, ABSURD_MW),
        "WIND": Limits(-ABSURD_MW, -200, 24_000, ABSURD_MW),
        **{name: Limits(-ABSURD_MW, -2_200, 2_200, ABSURD_MW) for name in _INTERCONNECTORS},
    },
)

_CAPACITY_TYPES = (
    *("Biomass", "Fossil Gas", "Fossil Hard coal", "Fossil Oil", "Hydro Pumped Storage"),
    *("Hydro Run-of-river and poundage", "Nuclear", "Other", "Solar", "Wind Offshore", "Wind Onshore"),
)
"The eleven types of Elexon's generation by type (AGPT); no other type has been observed in IGCA."

INSTALLED_CAPACITY = Dataset(
    name="installed_capacity",
    role=Role.REFERENCE,
    code="IGCA",
    title="Installed capacity",
    description="Installed generation capacity by type, MW, one figure per year in several revisions. It includes "
    "embedded plant, and reportedly planned plant. The figure of a year is used for its first instant.",
    path="/datasets/IGCA",
    longest_window=timedelta(days=730),  # the cap is 731 days of publish times, both ends inclusive
    parameters=publish_times,
    expected_window=with_neighbours,
    columns={
        "year": Column("year", pl.Int16(), "The year that the capacity is for.", between=(2000, 2100)),
        "psr_type": Column(
            "psrType", pl.String(), "Power system resource type; all types, not only wind and solar.", _CAPACITY_TYPES
        ),
        "capacity_mw": Column("quantity", pl.Float64(), "MW installed.", between=(0, 200_000)),
        "publish_time_utc": PUBLISHED,
        "document_revision": Column("documentRevisionNumber", pl.Int16(), "Elexon's revision of its document."),
    },
    period="year",
    range_column="publish_time_utc",
    dimensions=("psr_type",),
    value="capacity_mw",
    versioned_by=("publish_time_utc", "document_revision"),
    since=date(2014, 12, 1),  # the reports under the transparency regulation began with the year 2015
    fresh_within=timedelta(days=500),  # published about once per year, in no fixed month
)
