"""Tests of INDO and ITSDO: their size and shape, consistent with the generation by fuel, and their endpoints."""

from datetime import UTC, datetime

import numpy as np
import pytest

from elexon_assets.simulator.demand import Demand, demand_outturn
from elexon_assets.simulator.half_hours import index_of
from elexon_assets.simulator.noise import Series
from elexon_assets.simulator.weather import year_of_weather, year_span
from tests.elexon_assets.simulator.conftest import Elexon

FIRST, COUNT = year_span(2025)


@pytest.fixture(scope="module")
def year() -> Demand:
    return demand_outturn(7, FIRST, FIRST + COUNT - 1)


def by_day(values: Series) -> Series:
    return values.reshape(-1, 48)


def test_demand_lies_between_18_and_45_gigawatts_in_all_but_rare_half_hours(year: Demand) -> None:
    low, high = np.percentile(year.indo_mw, [3, 99.9])
    assert 17_000 < low < 20_000
    assert 38_000 < high < 45_000
    assert year.indo_mw.min() > 13_000


def test_itsdo_is_half_to_three_gigawatts_above_indo(year: Demand) -> None:
    difference = year.itsdo_mw - year.indo_mw
    assert difference.min() >= 500
    assert difference.max() <= 3000
    assert 1000 < difference.mean() < 2500


def test_demand_has_a_daily_a_weekly_and_a_yearly_shape(year: Demand) -> None:
    days = by_day(year.indo_mw)
    of_day = days.mean(axis=0)
    assert of_day[8] < of_day[18] < of_day[36]  # 04:00, 09:00 and 18:00
    weekday = (np.arange(len(days)) + 2) % 7  # 2025 began on a Wednesday, and 0 is Monday
    assert days[weekday < 5].mean() > days[weekday >= 5].mean() + 1500
    assert days[:31].mean() > days[181:212].mean() + 5000


def test_sun_and_wind_of_the_distribution_networks_lower_the_demand(year: Demand) -> None:
    noon = by_day(year.indo_mw)[:, 24]
    sun = by_day(year_of_weather(7, 2025).solar_mw)[:, 24]
    summer = slice(120, 240)
    assert np.corrcoef(noon[summer], sun[summer])[0, 1] < -0.5


def test_wind_and_solar_have_a_believable_share_of_the_underlying_demand(year: Demand) -> None:
    here = year_of_weather(7, 2025)
    wind = here.onshore_mw + here.offshore_mw
    underlying = year.indo_mw + here.solar_mw + (wind - here.metered_wind_mw)
    share = (wind + here.solar_mw) / underlying
    assert 0.25 < share.mean() < 0.45
    assert 0.6 < share.max() < 1.05


def test_a_value_does_not_depend_on_the_window_that_asks_for_it(year: Demand) -> None:
    new_year = index_of(datetime(2025, 12, 31, 20, tzinfo=UTC))
    over = demand_outturn(7, new_year, new_year + 20)
    assert over.indo_mw[:8].tolist() == year.indo_mw[-8:].tolist()


def test_the_outturn_has_both_demands_of_a_settlement_day(elexon: Elexon) -> None:
    for day, periods in (("2024-03-31", 46), ("2024-10-27", 50), ("2024-06-09", 48)):
        answer = elexon.get("/demand/outturn", settlementDateFrom=day, settlementDateTo=day).json()
        assert answer["metadata"] == {"datasets": ["INDO", "ITSDO"]}
        rows = answer["data"]
        assert [row["settlementPeriod"] for row in rows] == list(range(periods, 0, -1))
        assert all(
            row["initialTransmissionSystemDemandOutturn"] >= row["initialDemandOutturn"] + 500 > 10_000 for row in rows
        )


def test_without_parameters_the_newest_day_is_answered(elexon: Elexon) -> None:
    rows = elexon.get("/demand/outturn").json()["data"]
    assert rows[0]["startTime"] == "2026-06-01T11:30:00Z"
    assert {row["settlementDate"] for row in rows} == {"2026-06-01"}
    assert elexon.get("/demand/outturn", **{"from": "2024-01-01", "to": "2024-01-02"}).json()["data"] == rows


@pytest.mark.parametrize(
    ("name", "field"), [("INDO", "initialDemandOutturn"), ("ITSDO", "initialTransmissionSystemDemandOutturn")]
)
def test_each_demand_is_a_dataset_by_publish_time(elexon: Elexon, name: str, field: str) -> None:
    rows = elexon.get(
        f"/datasets/{name}", publishDateTimeFrom="2024-01-08T00:30Z", publishDateTimeTo="2024-01-09T00:00Z"
    ).json()["data"]
    outturn = elexon.get("/demand/outturn", settlementDateFrom="2024-01-08", settlementDateTo="2024-01-08").json()
    assert [(row["startTime"], row["demand"]) for row in rows] == [
        (row["startTime"], row[field]) for row in outturn["data"]
    ]
    [newest] = elexon.get(f"/datasets/{name}").json()["data"]
    assert newest["publishTime"] == "2026-06-01T12:00:00Z"
