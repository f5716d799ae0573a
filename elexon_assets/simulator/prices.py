"""MID and the system price in GBP/MWh, pure functions of (seed, half-hour), from the demand that is left for gas.

Belongs here: both prices, the market's volume, the net imbalance, half-hours without a price. Not here: rows.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elexon_assets.simulator.fuels import slow_noise, year_of_generation
from elexon_assets.simulator.half_hours import HALF_HOURS_A_DAY, instant_of
from elexon_assets.simulator.noise import Channel, Series, uniform_noise
from elexon_assets.simulator.weather import year_span

LEFT_FOR_GAS_GW = (-14.0, -6.0, -1.7, 0.3, 3.0, 7.0, 12.0, 17.0, 21.0, 26.0, 32.0)
MERIT_ORDER = (-75.0, -25.0, 0.0, 25.0, 53.0, 68.0, 78.0, 89.0, 106.0, 150.0, 260.0)
"The price where that much demand is left for gas: below zero where wind is curtailed, steep where peakers run."
PRICE_NOISE = 7.0

TYPICAL_VOLUME_MWH, LEAST_VOLUME_MWH = 1300.0, 25.25
"The market's volume; below a threshold of 25 MWh there is no price."
NO_PRICE_DAYS = 0.025
"The share of UTC days in which a time without a price begins."
LONGEST_WITHOUT_PRICE = HALF_HOURS_A_DAY
NO_PRICE_SHARE = 0.0005
"The share of other half-hours without a price."
N2EX_SHARE = 0.0023
"The share of half-hours in which the other provider has a price."

IMBALANCE_MWH = 240.0
PRICE_OF_IMBALANCE = 0.075
"GBP/MWh for each MWh that the system is short."
RERUN_CHANGE = 0.03
"The largest relative change of the net imbalance in the second settlement run."

SLOW_PRICE, SLOW_VOLUME, SLOW_IMBALANCE = 40, 41, 42
"The numbers of the slow noises, beyond those of the fuels."


@dataclass(frozen=True)
class Prices:
    """Prices, and volumes in MWh, of consecutive half-hours. Price and volume are zero where there is no price.

    The system is short where the imbalance is positive. The `rerun` values are those of the second settlement run.
    """

    apx_price: Series
    apx_volume: Series
    n2ex_price: Series
    n2ex_volume: Series
    system_price: Series
    imbalance: Series
    rerun_price: Series
    rerun_imbalance: Series


def market_prices(seed: int, first: int, last: int) -> Prices:
    """Return the prices of every half-hour from first to last, both included."""
    years = range(instant_of(first).year, instant_of(last).year + 1)
    parts = [
        (year_of_prices(seed, year), slice(max(first - year_span(year)[0], 0), last + 1 - year_span(year)[0]))
        for year in years
    ]
    return Prices(
        *(np.concatenate([getattr(of_year, name.name)[cut] for of_year, cut in parts]) for name in fields(Prices))
    )


@lru_cache(maxsize=32)
def year_of_prices(seed: int, year: int) -> Prices:
    """Return the prices of a complete UTC year."""
    first, count = year_span(year)
    level = 0.95 + 0.12 * slow_noise(seed, SLOW_PRICE, first, count)
    rough = _uniform_part(seed, 0, first, count) - 0.5
    merit = np.interp(year_of_generation(seed, year).left_for_gas_mw / 1000, LEFT_FOR_GAS_GW, MERIT_ORDER)
    market = np.round(np.where(merit > 0, merit * level, merit) + PRICE_NOISE * rough, 2)
    has_price = ~_without_price(seed, first, count)
    volume = TYPICAL_VOLUME_MWH * np.exp(0.5 * slow_noise(seed, SLOW_VOLUME, first, count))
    volume = np.maximum(np.round(volume * 20) / 20, LEAST_VOLUME_MWH)
    n2ex = _uniform_part(seed, 1, first, count) / N2EX_SHARE
    imbalance = IMBALANCE_MWH * (
        0.9 * slow_noise(seed, SLOW_IMBALANCE, first, count) + 1.5 * (_uniform_part(seed, 2, first, count) - 0.5)
    )
    imbalance = np.round(imbalance, 3)
    change = 2 * RERUN_CHANGE * (_uniform_part(seed, 3, first, count) - 0.5)
    rerun = np.round(imbalance * (1 + change), 3)
    return Prices(
        np.where(has_price, market, 0),
        np.where(has_price, volume, 0),
        np.where(n2ex < 1, np.round(market + 4 * (n2ex - 0.5), 2), 0),
        np.where(n2ex < 1, np.round(LEAST_VOLUME_MWH + 100 * n2ex, 2), 0),
        _system_price(market, imbalance),
        imbalance,
        _system_price(market, rerun),
        rerun,
    )


def _system_price(market: Series, imbalance: Series) -> Series:
    """Return the price of balancing: above the market's where the system is short, and steeper the shorter it is."""
    steepness = 1 + np.maximum(imbalance - 400, 0) / 300
    return np.round(market + PRICE_OF_IMBALANCE * imbalance * steepness, 5)


def _without_price(seed: int, first: int, count: int) -> NDArray[np.bool_]:
    """Return where no price was made: hours on end after a start on some days, and single half-hours."""
    days = count // HALF_HOURS_A_DAY + 1  # with the day before, whose time without a price may reach into the year
    of_day = uniform_noise(seed, Channel.PRICE + 9, 4 * (first // HALF_HOURS_A_DAY - 1), 4 * days).reshape(days, 4)
    missing = _uniform_part(seed, 4, first, count) < NO_PRICE_SHARE
    for day in np.flatnonzero(of_day[:, 0] < NO_PRICE_DAYS):
        begins = (int(day) - 1) * HALF_HOURS_A_DAY + int(of_day[day, 1] * HALF_HOURS_A_DAY)
        missing[max(begins, 0) : max(begins + 1 + int(of_day[day, 2] ** 3 * LONGEST_WITHOUT_PRICE), 0)] = True
    return missing


def _uniform_part(seed: int, number: int, first: int, count: int) -> Series:
    return uniform_noise(seed, Channel.PRICE + number, first, count)
