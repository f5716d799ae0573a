"""Wind and solar output of Great Britain, MW, a pure function of (seed, half-hour), computed one UTC year at a time.

Belongs here: installed capacity, the monthly quantiles, wind, clouds. Not here: rows, publication, faults, other fuels.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np

from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, consecutive_half_hours, index_of, instant_of
from elexon_assets.simulator.noise import (
    KERNEL_HALF_HOURS,
    Channel,
    Series,
    filter_noise,
    matern_kernel,
    smoothed_exponential_kernel,
    uniform_noise,
    white_noise,
)
from elexon_assets.simulator.sun import clear_sky

YEAR_ENDS = range(2016, 2026)
YEAR_END_HALF_HOURS = [index_of(datetime(year + 1, 1, 1, tzinfo=UTC)) for year in YEAR_ENDS]
ONSHORE_GW = (10.8, 12.6, 13.4, 14.0, 14.1, 14.5, 14.8, 15.5, 16.2, 16.4)
OFFSHORE_GW = (5.3, 7.0, 8.2, 9.9, 10.4, 11.3, 13.9, 14.7, 16.1, 16.6)
SOLAR_GW = (11.9, 12.8, 13.1, 13.3, 13.8, 14.3, 14.8, 17.6, 19.4, 21.9)
"""The capacity installed in the UK at the end of each year (official statistics); constant before the first and after
the last.
"""

COMMON_SHARE = 0.76
"The share of the noise that onshore and offshore wind have in common: their outputs then correlate by about 0.75."
ONSHORE_FACTOR, ONSHORE_CEILING = 0.253, 0.65
OFFSHORE_FACTOR, OFFSHORE_CEILING = 0.389, 0.87
"The mean before the ceiling and the ceiling, over capacity; after it the means are about 0.25 and 0.38."
SOLAR_FACTOR = 0.945
"Elexon's solar is a few per cent below the estimate behind the climatology."
SMOOTHING_HOURS = 1.5
"Smooths the slow part of the wind: a pure exponential autocorrelation would make half-hourly ramps too rough."
TOTAL_CEILING_MW = 34_500
"The real record is 33.9 GW; strong wind comes with cloud, so it is solar that yields."
EMBEDDED_SHARE = 0.5
"The share of onshore wind that is connected to distribution networks, so not metered by the transmission system."
EMBEDDED_IN_AGWS = 0.83
"The share of the embedded estimate that Elexon's onshore wind contains."


@dataclass(frozen=True)
class Weather:
    """MW of consecutive half-hours: wind with three decimals, solar and transmission-metered wind as whole numbers."""

    first: int
    onshore_mw: Series
    offshore_mw: Series
    solar_mw: Series
    metered_wind_mw: Series


def weather(seed: int, first: int, last: int) -> Weather:
    """Return the weather of every half-hour from first to last, both inclusive."""
    years = [year_of_weather(seed, year) for year in range(instant_of(first).year, instant_of(last).year + 1)]

    def cut(name: str) -> Series:
        """Return the requested part of a series of the year."""
        return np.concatenate(
            [getattr(year, name)[max(first - year.first, 0) : last + 1 - year.first] for year in years]
        )

    return Weather(first, cut("onshore_mw"), cut("offshore_mw"), cut("solar_mw"), cut("metered_wind_mw"))


@lru_cache(maxsize=32)
def year_of_weather(seed: int, year: int) -> Weather:
    """Compute a complete UTC year, so that a value never depends on the window that needed it."""
    first, count = year_span(year)
    onshore_gaussian, offshore_gaussian = gaussian_winds(seed, first, count)
    ratio = _seasonal_ratio(np.stack([onshore_gaussian, offshore_gaussian]), first, count)
    onshore = np.round(_wind_mw(ratio[0], capacity_mw(ONSHORE_GW, first, count), ONSHORE_FACTOR, ONSHORE_CEILING), 3)
    offshore = np.round(
        _wind_mw(ratio[1], capacity_mw(OFFSHORE_GW, first, count), OFFSHORE_FACTOR, OFFSHORE_CEILING), 3
    )
    sunlight = clear_sky_of(year) * np.repeat(cloud_factor(seed, year), HALF_HOURS_A_DAY)
    solar = np.minimum(capacity_mw(SOLAR_GW, first, count) * sunlight, TOTAL_CEILING_MW - onshore - offshore).round()
    metered = np.round(onshore + offshore - EMBEDDED_IN_AGWS * EMBEDDED_SHARE * onshore)
    return Weather(first, onshore, offshore, solar, metered)


def year_span(year: int) -> tuple[int, int]:
    """Return (first half-hour, number of half-hours) of a UTC year."""
    first = index_of(datetime(year, 1, 1, tzinfo=UTC))
    return first, index_of(datetime(year + 1, 1, 1, tzinfo=UTC)) - first


def capacity_mw(year_end_gw: tuple[float, ...], first: int, count: int) -> Series:
    """Interpolate installed capacity between year ends."""
    return np.interp(consecutive_half_hours(first, count), YEAR_END_HALF_HOURS, year_end_gw) * 1000


def gaussian_winds(seed: int, first: int, count: int) -> tuple[Series, Series]:
    """Return onshore and offshore wind of mean 0 and variance 1, with the fitted autocorrelation."""
    fit = climatology()["wind_over_annual_mean"]["acf_fit"]
    kernels = matern_kernel(fit["t1_h"]), smoothed_exponential_kernel(fit["t2_h"], SMOOTHING_HOURS)
    weights = np.sqrt(fit["a"]), np.sqrt(1 - fit["a"])
    start, length = first - KERNEL_HALF_HOURS + 1, count + KERNEL_HALF_HOURS - 1

    def wind(own_fast: Channel, own_slow: Channel) -> Series:
        """Return wind from the common and its own noise."""
        total = np.zeros(count)
        parts = ((Channel.COMMON_FAST, own_fast), (Channel.COMMON_SLOW, own_slow))
        for (common, own), kernel, weight in zip(parts, kernels, weights, strict=True):
            noise = np.sqrt(COMMON_SHARE) * white_noise(seed, common, start, length)
            noise += np.sqrt(1 - COMMON_SHARE) * white_noise(seed, own, start, length)
            total += weight * filter_noise(noise, kernel)
        return total

    return wind(Channel.ONSHORE_FAST, Channel.ONSHORE_SLOW), wind(Channel.OFFSHORE_FAST, Channel.OFFSHORE_SLOW)


@lru_cache(maxsize=32)
def clear_sky_of(year: int) -> Series:
    """Return output over capacity under a clear sky for every half-hour of a UTC year."""
    return clear_sky(*year_span(year))


def cloud_factor(seed: int, year: int) -> Series:
    """Return the share of the clear sky that clouds leave, 0 to 1, one number per UTC day, from the climatology."""
    first, count = year_span(year)
    days = count // HALF_HOURS_A_DAY
    of_clear_sky = clear_sky_of(year).reshape(days, HALF_HOURS_A_DAY).sum(axis=1) / 2
    tables = climatology()["solar_daily_kwh_per_kwp"]
    low, mean, high = (
        _between_months(np.array([[tables[name][str(month)]] for month in range(1, 13)]), first, count)[
            HALF_HOURS_A_DAY // 2 :: HALF_HOURS_A_DAY, 0
        ]
        for name in ("p10", "mean", "p90")
    )
    first_day = first // HALF_HOURS_A_DAY
    # the sum of four uniform numbers per day is nearly normal
    daily = white_noise(seed, Channel.CLOUD, 4 * (first_day - 1), 4 * (days + 1)).reshape(days + 1, 4).sum(axis=1) / 2
    lag1 = float(climatology()["solar_day_ratio_lag1"])
    theta = (1 - np.sqrt(1 - 4 * lag1**2)) / (2 * lag1)
    z = (daily[1:] + theta * daily[:-1]) / np.sqrt(1 + theta**2)
    energy = mean + np.where(z < 0, mean - low, high - mean) * z / 1.2816
    share: Series = np.clip(energy, 0.5 * low, 0.98 * of_clear_sky) / of_clear_sky
    return SOLAR_FACTOR * share


@cache
def climatology() -> dict[str, Any]:
    """Load the statistics of Great Britain's wind and sun, with their source."""
    loaded: dict[str, Any] = json.loads(resources.files(__package__).joinpath("climatology.json").read_text("utf-8"))
    return loaded


def understated_wind(onshore_mw: float, half_hour: int, seed: int) -> tuple[float, float]:
    """Return (onshore, offshore) MW without the transmission-metered part: the embedded estimate, and 77 to 290 MW."""
    offshore = 77 + 213 * float(uniform_noise(seed, Channel.DROP_OUT, half_hour, 1)[0])
    return round(EMBEDDED_IN_AGWS * EMBEDDED_SHARE * onshore_mw, 3), round(offshore, 3)


def _seasonal_ratio(gaussian: Series, first: int, count: int) -> Series:
    """Map gaussian wind through the quantiles of the month and the hour of the day, to output over the annual mean."""
    tables = climatology()["wind_over_annual_mean"]
    z = np.array([-2.3263, -1.6449, -0.6745, 0.0, 0.6745, 1.6449, 2.3263])
    quantiles = np.log([list(tables["quantiles_by_month"][str(month)].values()) for month in range(1, 13)])
    z, quantiles = _with_tails(z, quantiles)
    tables_of_time = _between_months(quantiles, first, count)
    segment = np.clip(np.searchsorted(z, gaussian) - 1, 0, len(z) - 2)
    rows = np.arange(count)
    low, high = tables_of_time[rows, segment], tables_of_time[rows, segment + 1]
    mapped = low + (high - low) * (gaussian - z[segment]) / (z[segment + 1] - z[segment])
    hours = [tables["hour_utc_index"][str(hour)] for hour in range(24)]
    of_day = np.interp(np.arange(HALF_HOURS_A_DAY) / 2, range(25), [*hours, hours[0]])
    half_hours = consecutive_half_hours(first, count) % HALF_HOURS_A_DAY
    return np.asarray(np.exp(mapped) * of_day[half_hours])


def _with_tails(z: Series, quantiles: Series) -> tuple[Series, Series]:
    """Extend both ends to +-6 with the slope of the last piece."""
    below = quantiles[:, :1] + (quantiles[:, 1:2] - quantiles[:, :1]) * (-6 - z[0]) / (z[1] - z[0])
    above = quantiles[:, -1:] + (quantiles[:, -1:] - quantiles[:, -2:-1]) * (6 - z[-1]) / (z[-1] - z[-2])
    return np.array([-6.0, *z, 6.0]), np.hstack([below, quantiles, above])


def _between_months(tables: Series, first: int, count: int) -> Series:
    """Blend tables of the twelve months from mid-month to mid-month; one row per half-hour."""
    position = ((consecutive_half_hours(first, count) / HALF_HOURS_A_DAY) % 365.2425) / 365.2425 * 12 - 0.5
    month = np.floor(position).astype(np.int64)
    share = (position - month)[:, None]
    return np.asarray(tables[month % 12] * (1 - share) + tables[(month + 1) % 12] * share)


def _wind_mw(ratio: Series, capacity: Series, factor: float, ceiling: float) -> Series:
    """Convert to MW and flatten from 0.8 of the ceiling on: values approach it without meeting it or sticking to it."""
    output = ratio * factor
    bend = 0.8 * ceiling
    flattened = ceiling - (ceiling - bend) * np.exp(-(np.maximum(output, bend) - bend) / (ceiling - bend))
    return np.where(output > bend, flattened, output) * capacity
