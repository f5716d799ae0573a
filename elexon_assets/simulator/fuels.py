"""Generation by fuel type in MW, a pure function of (seed, half-hour): the fuels that FUELHH has beside its wind.

Belongs here: the twenty fuel types, a simple demand, how each fuel follows it. Not here: rows, settlement labels. The
numbers are only plausible, except for `WIND`, which checks the wind and solar dataset and has its own model.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, consecutive_half_hours, index_of, instant_of
from elexon_assets.simulator.noise import (
    KERNEL_HALF_HOURS,
    Channel,
    Series,
    filter_noise,
    matern_kernel,
    smoothed_exponential_kernel,
    white_noise,
)
from elexon_assets.simulator.weather import year_of_weather, year_span


@dataclass(frozen=True)
class Interconnector:
    """The capacity and usual flow in MW (+ is import), and the first power flow if that was after the first row."""

    capacity_mw: float
    usual_mw: float
    flowing_since: datetime | None = None


INTERCONNECTORS = {
    "INTELEC": Interconnector(1000, 500),
    "INTEW": Interconnector(530, -250),
    "INTFR": Interconnector(2000, 1000),
    "INTGRNL": Interconnector(515, -150, datetime(2024, 9, 19, 11, tzinfo=UTC)),
    "INTIFA2": Interconnector(1000, 450),
    "INTIRL": Interconnector(450, -200),
    "INTNED": Interconnector(1060, 250),
    "INTNEM": Interconnector(1020, 400),
    "INTNSL": Interconnector(1400, 900),
    "INTVKL": Interconnector(1400, 400, datetime(2023, 12, 11, 13, tzinfo=UTC)),
}
PLANTS = ("BIOMASS", "CCGT", "COAL", "NPSHYD", "NUCLEAR", "OCGT", "OIL", "OTHER", "PS", "WIND")
FUEL_TYPES = tuple(sorted([*PLANTS, *INTERCONNECTORS]))
FIRST_HALF_HOUR = {
    fuel_type: index_of(lifetime.first_utc)
    for fuel_type, lifetime in GENERATION_BY_FUEL.lifetimes.items()
    if lifetime.first_utc
}
"The first half-hour of the fuel types that began within the record: they have no earlier row."

YEAR_STARTS = (2016, 2018, 2020, 2022, 2024, 2026)
NUCLEAR_MW = (7800, 7100, 5700, 5300, 4400, 3800)
BIOMASS_MW = (1700, 1900, 2100, 1900, 2000, 2150)
COAL_MW = (5200, 2100, 700, 500, 250, 0)
COAL_ENDED = datetime(2024, 10, 1, tzinfo=UTC)
DEMAND_MW = (32_500, 32_000, 30_500, 29_500, 28_500, 28_500)
"The yearly mean demand in MW, interpolated between the starts of the years."

DEMAND_BY_HOUR_MW = (
    -5200, -5900, -6200, -6300, -6000, -5000, -2600, 300, 1900, 2300, 2300, 2400,
    2300, 1900, 1600, 1900, 3600, 5600, 5700, 4900, 3700, 1900, -800, -3400,
)  # fmt: skip
PUMPING_BY_HOUR_MW = (
    -500, -800, -900, -900, -800, -500, 0, 300, 300, 0, -100, -150,
    -200, -200, -100, 100, 700, 1100, 1000, 600, 300, 0, -200, -400,
)  # fmt: skip


@dataclass(frozen=True)
class Generation:
    """The whole MW, with one row per fuel type in the order of FUEL_TYPES and one column per half-hour."""

    first: int
    mw: Series
    left_for_gas_mw: Series
    "The demand that the other fuels leave; below zero where wind and the rest exceed the demand."


def fuel_generation(seed: int, first: int, last: int) -> Generation:
    """Return the generation of every half-hour from first to last, both included."""
    years = [year_of_generation(seed, year) for year in range(instant_of(first).year, instant_of(last).year + 1)]
    parts = [year.mw[:, max(first - year.first, 0) : last + 1 - year.first] for year in years]
    left = [year.left_for_gas_mw[max(first - year.first, 0) : last + 1 - year.first] for year in years]
    return Generation(first, np.concatenate(parts, axis=1), np.concatenate(left))


@lru_cache(maxsize=32)
def year_of_generation(seed: int, year: int) -> Generation:
    """Return the generation of a complete UTC year.

    Gas balances the demand, so a windy half-hour burns less of it. A fuel type that has not begun is at zero; it has no
    rows (`rows.py`).
    """
    first, count = year_span(year)
    half_hours = consecutive_half_hours(first, count)
    mw = _plants_but_gas(seed, first, count)
    mw["WIND"] = year_of_weather(seed, year).metered_wind_mw
    for position, (fuel_type, link) in enumerate(INTERCONNECTORS.items()):
        wander = slow_noise(seed, 10 + position, first, count)
        flow = link.capacity_mw * np.tanh(np.arctanh(link.usual_mw / link.capacity_mw) + 0.9 * wander)
        begins = max(
            FIRST_HALF_HOUR.get(fuel_type, first), index_of(link.flowing_since) if link.flowing_since else first
        )
        mw[fuel_type] = np.where(half_hours >= begins, np.round(flow / 2) * 2, 0)
    missing = _demand_mw(seed, year) - sum(mw.values())
    mw["CCGT"] = np.clip(missing, 900, 26_500)
    mw["OCGT"] = np.clip(missing - 26_500, 0, 900)
    return Generation(first, np.stack([np.round(mw[fuel_type]) for fuel_type in FUEL_TYPES]), missing)


def _plants_but_gas(seed: int, first: int, count: int) -> dict[str, Series]:
    half_hours = consecutive_half_hours(first, count)
    winter = _winter_share(first, count)
    nuclear, biomass, coal, hydro, other, pumping = (slow_noise(seed, n, first, count) for n in range(6))
    biomass_mw = _yearly_values(BIOMASS_MW, half_hours) * (1 + 0.35 * np.tanh(biomass))
    has_biomass = half_hours >= FIRST_HALF_HOUR["BIOMASS"]
    return {
        "NUCLEAR": _yearly_values(NUCLEAR_MW, half_hours) * (1 + 0.07 * np.tanh(nuclear)),
        "BIOMASS": np.where(has_biomass, biomass_mw, 0),
        "COAL": np.where(
            half_hours < index_of(COAL_ENDED),
            _yearly_values(COAL_MW, half_hours) * np.maximum(0, 1 + winter + 0.7 * coal),
            0,
        ),
        "NPSHYD": np.maximum(60, 400 + 200 * winter + 150 * hydro),
        "OIL": np.zeros(count),
        "OTHER": np.maximum(20, 320 + 90 * other) + np.where(has_biomass, 0, biomass_mw),
        "PS": _by_hour(PUMPING_BY_HOUR_MW, half_hours) * (1 + 0.4 * np.tanh(pumping)) + 60 * pumping,
    }


def _demand_mw(seed: int, year: int) -> Series:
    """Return the demand on the transmission system, without the solar and wind of the distribution networks."""
    first, count = year_span(year)
    half_hours = consecutive_half_hours(first, count)
    here = year_of_weather(seed, year)
    embedded_wind = here.onshore_mw + here.offshore_mw - here.metered_wind_mw
    weekend = np.where((half_hours // HALF_HOURS_A_DAY + 3) % 7 >= 5, -2600, 0)  # 1970-01-01 was a Thursday
    level = _yearly_values(DEMAND_MW, half_hours) * (1 + 0.17 * _winter_share(first, count)) + 2600
    wander = 900 * slow_noise(seed, 6, first, count)
    return (
        level + _by_hour(DEMAND_BY_HOUR_MW, half_hours) + weekend + wander - 0.8 * here.solar_mw - 0.5 * embedded_wind
    )


def _winter_share(first: int, count: int) -> Series:
    """Return 1 in mid-January and -1 in mid-July, with a smooth change between."""
    days = consecutive_half_hours(first, count) / HALF_HOURS_A_DAY
    return np.cos(2 * np.pi * (days % 365.2425 - 15) / 365.2425)


def _yearly_values(values: tuple[int, ...], half_hours: NDArray[np.int64]) -> Series:
    return np.interp(half_hours, [index_of(datetime(year, 1, 1, tzinfo=UTC)) for year in YEAR_STARTS], values)


def _by_hour(values: tuple[int, ...], half_hours: NDArray[np.int64]) -> Series:
    of_day = np.interp(np.arange(HALF_HOURS_A_DAY) / 2, range(25), [*values, values[0]])
    return np.asarray(of_day[half_hours % HALF_HOURS_A_DAY])


def slow_noise(seed: int, number: int, first: int, count: int) -> Series:
    """Return noise of mean 0 and variance 1 that changes over days, with a small part over hours."""
    start, length = first - KERNEL_HALF_HOURS + 1, count + KERNEL_HALF_HOURS - 1
    days = filter_noise(
        white_noise(seed, Channel.FUELS + 2 * number, start, length), smoothed_exponential_kernel(40, 3)
    )
    hours = filter_noise(white_noise(seed, Channel.FUELS + 2 * number + 1, start, length), matern_kernel(2))
    return 0.9 * days + 0.436 * hours
