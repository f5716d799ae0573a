"""Tests of impossible zeros and of solar while the sun is down, flagged by configurable thresholds. Scenario 35."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.half_hours import index_of
from elexon_assets.simulator.server import Simulator
from elexon_assets.solar_geometry import elevation_range_degrees
from tests.elexon_assets.ingesting import fetch_days, published

pytestmark = pytest.mark.slow

MIDSUMMER, MIDWINTER = date(2024, 6, 20), date(2024, 12, 20)
FAILED = datetime(2024, 6, 20, 11, tzinfo=UTC)


def starts_of(reason: str) -> list[datetime]:
    update_flags()
    rows = published("SELECT DISTINCT start_time_utc FROM open_flags WHERE reason = $reason ORDER BY 1", reason=reason)
    return rows["start_time_utc"].to_list()


def test_nuclear_biomass_and_gas_at_zero_are_flagged_even_beside_healthy_wind(simulator: Simulator) -> None:
    simulator.faults = "some-zero@2024-06-20T11:00Z"
    fetch_days(MIDSUMMER, dataset=GENERATION_BY_FUEL)
    assert starts_of("some_at_zero") == [FAILED]
    doubted = set(published("SELECT fuel_type FROM generation_by_fuel_flagged")["fuel_type"])
    assert {"NUCLEAR", "BIOMASS", "CCGT"} <= doubted
    assert "WIND" not in doubted
    wind = published(
        "SELECT generation_mw FROM generation_by_fuel WHERE fuel_type = 'WIND' AND start_time_utc = $at", at=FAILED
    )
    assert wind.item() > 0


@pytest.mark.parametrize(("together", "flagged"), [("3", True), ("4", False)])
def test_the_number_of_fuels_at_zero_that_is_flagged_is_a_setting(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, together: str, flagged: bool
) -> None:
    monkeypatch.setenv("NEVER_ZERO_TOGETHER", together)
    simulator.faults = "some-zero@2024-06-20T11:00Z"
    fetch_days(MIDSUMMER, dataset=GENERATION_BY_FUEL)
    assert bool(starts_of("some_at_zero")) == flagged


@pytest.mark.parametrize("day", [MIDSUMMER, MIDWINTER])
def test_zero_solar_is_flagged_from_well_after_sunrise_to_well_before_sunset(simulator: Simulator, day: date) -> None:
    simulator.faults = "solar-zero"
    fetch_days(day)
    starts = starts_of("solar_zero_by_day")
    assert datetime(day.year, day.month, day.day, 12, tzinfo=UTC) in starts
    lowest, _ = elevation_range_degrees(np.array([index_of(start) for start in starts]))
    assert lowest.min() > 5
    assert len(starts) == (29 if day == MIDSUMMER else 10)


def test_solar_at_midnight_is_flagged_and_solar_at_dawn_is_not(simulator: Simulator) -> None:
    simulator.faults = "solar-shines"
    fetch_days(MIDWINTER)
    starts = starts_of("solar_by_night")
    _, highest = elevation_range_degrees(np.array([index_of(start) for start in starts]))
    assert datetime(2024, 12, 20, tzinfo=UTC) in starts
    assert highest.max() < -1
    assert len(starts) == 30


def test_changing_the_solar_elevation_setting_evaluates_all_values_again(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.faults = "solar-zero,solar-zero"
    fetch_days(MIDWINTER)
    assert len(starts_of("solar_zero_by_day")) == 10
    monkeypatch.setenv("SOLAR_UP_DEGREES", "11")
    assert len(starts_of("solar_zero_by_day")) < 6
