"""Tests of the values: always the same, and as windy and sunny as Great Britain."""

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

from elexon_assets.simulator.fuels import FUEL_TYPES, fuel_generation
from elexon_assets.simulator.half_hours import consecutive_half_hours, index_of
from elexon_assets.simulator.noise import Series
from elexon_assets.simulator.weather import (
    OFFSHORE_GW,
    ONSHORE_GW,
    SOLAR_GW,
    capacity_mw,
    gaussian_winds,
    weather,
    year_of_weather,
    year_span,
)
from elexon_assets.solar_geometry import SITES, elevation_degrees

YEARS = range(2017, 2026)


def of_all_years(name: str, seed: int = 0) -> Series:
    return np.concatenate([getattr(year_of_weather(seed, year), name) for year in YEARS])


def capacity_of_all_years(year_end_gw: tuple[float, ...]) -> Series:
    return np.concatenate([capacity_mw(year_end_gw, *year_span(year)) for year in YEARS])


def autocorrelation(series: Series, hours: float) -> float:
    lag = int(hours * 2)
    return float(np.corrcoef(series[:-lag], series[lag:])[0, 1])


def test_a_half_hour_has_the_same_value_in_every_window() -> None:
    first, count = year_span(2024)
    new_year = first - 48
    whole = weather(3, new_year, new_year + 500)
    for offset in (0, 1, 47, 48, 49, 400):
        item = weather(3, new_year + offset, new_year + offset)
        assert item.onshore_mw[0] == whole.onshore_mw[offset]
        assert item.offshore_mw[0] == whole.offshore_mw[offset]
        assert item.solar_mw[0] == whole.solar_mw[offset]
    assert len(weather(3, first, first + count - 1).solar_mw) == count == 17_568


def test_another_process_has_the_same_values() -> None:
    code = "from elexon_assets.simulator.weather import weather as w; x = w(5, 950000, 950002)"
    code += "; print(x.onshore_mw.tolist(), x.offshore_mw.tolist(), x.solar_mw.tolist())"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    here = weather(5, 950_000, 950_002)
    assert printed.strip() == f"{here.onshore_mw.tolist()} {here.offshore_mw.tolist()} {here.solar_mw.tolist()}"


def test_values_do_not_change_from_release_to_release() -> None:
    noon = index_of(datetime(2024, 6, 21, 12, tzinfo=UTC))
    here = weather(0, noon, noon)
    assert (here.onshore_mw[0], here.offshore_mw[0], here.solar_mw[0]) == (5878.729, 7065.239, 10697.0)
    assert weather(1, noon, noon).onshore_mw[0] != here.onshore_mw[0]


def test_years_join_without_a_step() -> None:
    first, _ = year_span(2024)
    wind = weather(0, first - 200, first + 200)
    steps = np.abs(np.diff(wind.onshore_mw + wind.offshore_mw))
    assert steps[199] < 3 * np.quantile(steps, 0.95)


@pytest.mark.parametrize(
    ("name", "year_end_gw", "expected"),
    [("onshore_mw", ONSHORE_GW, 0.25), ("offshore_mw", OFFSHORE_GW, 0.38), ("solar_mw", SOLAR_GW, 0.095)],
)
def test_capacity_factors_are_those_of_great_britain(
    name: str, year_end_gw: tuple[float, ...], expected: float
) -> None:
    factor = np.mean(of_all_years(name) / capacity_of_all_years(year_end_gw))
    assert factor == pytest.approx(expected, rel=0.05)


def test_onshore_and_offshore_wind_are_correlated() -> None:
    assert np.corrcoef(of_all_years("onshore_mw"), of_all_years("offshore_mw"))[0, 1] == pytest.approx(0.75, abs=0.04)


@pytest.mark.parametrize("hours", [1, 3, 12, 24, 48])
def test_the_autocorrelation_of_wind_matches_the_fit(hours: float) -> None:
    gaussian = np.concatenate([gaussian_winds(0, *year_span(year))[0] for year in YEARS])
    expected = 0.55 * (1 + hours / 8) * np.exp(-hours / 8) + 0.45 * np.exp(-hours / 60)
    assert autocorrelation(gaussian, hours) == pytest.approx(expected, abs=0.03)


def test_half_hourly_ramps_are_as_rough_as_real_ones() -> None:
    wind = of_all_years("onshore_mw") + of_all_years("offshore_mw")
    ramps = np.abs(np.diff(wind)) / wind.mean()
    assert 0.012 < np.quantile(ramps, 0.5) < 0.025
    assert 0.07 < np.quantile(ramps, 0.99) < 0.13


def test_winter_is_windier_than_summer() -> None:
    wind = year_of_weather(0, 2023)
    total = wind.onshore_mw + wind.offshore_mw
    assert total[: 59 * 48].mean() > 1.3 * total[151 * 48 : 243 * 48].mean()


def test_the_sun_never_shines_at_night() -> None:
    first, count = year_span(2024)
    solar = year_of_weather(0, 2024).solar_mw
    highest = np.max(
        [
            elevation_degrees(consecutive_half_hours(first, count), latitude, longitude, minutes=minutes)
            for latitude, longitude, _ in SITES
            for minutes in (0.0, 15.0, 30.0)
        ],
        axis=0,
    )
    assert np.all(solar[highest < -1] == 0)
    assert np.all(solar[highest > 10] > 0)
    assert 0.4 < np.mean(solar == 0) < 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_value_leaves_the_soft_limits_and_no_pair_of_wind_values_repeats(seed: int) -> None:
    onshore, offshore, solar = (of_all_years(name, seed) for name in ("onshore_mw", "offshore_mw", "solar_mw"))
    assert onshore.min() > 0
    assert offshore.min() > 0
    assert solar.min() == 0
    assert onshore.max() < 11_000
    assert offshore.max() < 15_000
    assert solar.max() < 17_000
    assert (onshore + offshore + solar).max() < 35_000
    assert not np.any((np.diff(onshore) == 0) & (np.diff(offshore) == 0))


def test_other_fuels_stay_plausible_and_balance_the_wind() -> None:
    first, count = year_span(2023)
    mw = dict(zip(FUEL_TYPES, fuel_generation(0, first, first + count - 1).mw, strict=True))
    assert 3500 < mw["NUCLEAR"].mean() < 5500
    assert mw["CCGT"].min() > 0
    assert np.corrcoef(mw["CCGT"], mw["WIND"])[0, 1] < -0.4
    assert mw["PS"].min() < 0 < mw["PS"].max()
    assert abs(mw["INTFR"]).max() <= 2000
    assert mw["INTGRNL"].max() == 0
