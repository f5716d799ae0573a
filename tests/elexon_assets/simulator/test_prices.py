"""Tests of MID and the system price: level and shape, half-hours without a price, settlement runs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from elexon_assets.simulator.demand import demand_outturn
from elexon_assets.simulator.fuels import year_of_generation
from elexon_assets.simulator.prices import Prices, market_prices, year_of_prices
from elexon_assets.simulator.server import running_simulator
from elexon_assets.simulator.weather import year_of_weather, year_span
from tests.elexon_assets.simulator.conftest import Elexon

SYSTEM_PRICES = "/balancing/settlement/system-prices"


@pytest.fixture(scope="module")
def year() -> Prices:
    return year_of_prices(7, 2024)


def year_bounds(number: int) -> tuple[int, int]:
    first, count = year_span(number)
    return first, first + count - 1


def market_index(elexon: Elexon, path: str, start: str, end: str, **params: str) -> list[dict[str, Any]]:
    response = elexon.get(path, **{"from": start, "to": end, **params})
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def test_the_market_price_is_about_70_pounds_and_wind_and_solar_earn_less(year: Prices) -> None:
    has_price = year.apx_volume > 0
    price, here = year.apx_price[has_price], year_of_weather(7, 2024)
    assert 62 < price.mean() < 80
    for generation in (here.metered_wind_mw, here.solar_mw):
        weight = generation[has_price]
        assert 0.8 < (price * weight).sum() / weight.sum() / price.mean() < 0.97


def test_prices_follow_the_demand_that_is_left_for_gas(year: Prices) -> None:
    has_price = year.apx_volume > 0
    left = year_of_generation(7, 2024).left_for_gas_mw[has_price]
    assert np.corrcoef(left, year.apx_price[has_price])[0, 1] > 0.85
    of_day = year.apx_price.reshape(-1, 48).mean(axis=0)
    assert of_day[8] < of_day[26] < of_day[37]  # 04:00, 13:00 and 18:30


def test_one_to_five_percent_of_prices_are_negative_at_high_wind_and_low_demand(year: Prices) -> None:
    negative = year.apx_price < 0
    assert 0.01 < negative.mean() < 0.05
    wind = year_of_weather(7, 2024).metered_wind_mw
    assert wind[negative].mean() > 1.5 * wind.mean()
    indo = demand_outturn(7, *year_bounds(2024)).indo_mw
    assert indo[negative].mean() < 0.95 * indo.mean()
    assert year.apx_price.min() > -100


def test_a_half_hour_without_a_price_has_neither_price_nor_volume() -> None:
    of_years = [year_of_prices(7, number) for number in range(2019, 2025)]
    missing = np.concatenate([each.apx_volume == 0 for each in of_years])
    assert 0.001 < missing.mean() < 0.015
    assert all((each.apx_price[each.apx_volume == 0] == 0).all() for each in of_years)
    assert min(each.apx_volume[each.apx_volume > 0].min() for each in of_years) >= 25.25
    edges = np.flatnonzero(np.diff(missing.astype(int)))
    assert np.diff(edges).min() >= 1
    assert max(np.diff(edges)[:: 2 if missing[edges[0] + 1] else 1]) >= 10  # hours on end


def test_the_other_provider_rarely_has_a_price(year: Prices) -> None:
    assert 10 < (year.n2ex_volume > 0).sum() < 80
    assert (year.n2ex_price[year.n2ex_volume == 0] == 0).all()


@pytest.mark.parametrize("path", ["/balancing/pricing/market-index", "/datasets/MID"])
def test_both_providers_answer_and_say_nothing_of_their_publication(elexon: Elexon, path: str) -> None:
    rows = market_index(elexon, path, "2024-01-08T00:00Z", "2024-01-08T23:30Z")
    assert len(rows) == 96
    assert all("publishTime" not in row for row in rows)
    assert {row["dataProvider"] for row in rows} == {"APXMIDP", "N2EXMIDP"}
    only = market_index(elexon, path, "2024-01-08T00:00Z", "2024-01-08T23:30Z", dataProviders="N2EXMIDP")
    assert [row for row in rows if row["dataProvider"] == "N2EXMIDP"] == only


def test_both_ends_of_the_market_index_are_included(elexon: Elexon) -> None:
    rows = market_index(elexon, "/balancing/pricing/market-index", "2024-01-08", "2024-01-08T01:00Z")
    assert [row["startTime"][11:16] for row in rows] == ["01:00", "01:00", "00:30", "00:30", "00:00", "00:00"]


@pytest.mark.parametrize(("day", "periods"), [("2024-03-31", 46), ("2024-10-27", 50), ("2024-06-09", 48)])
def test_a_settlement_date_has_all_its_system_prices_once(elexon: Elexon, day: str, periods: int) -> None:
    answer = elexon.get(f"{SYSTEM_PRICES}/{day}").json()
    assert answer["metadata"] == {"datasets": ["DISEBSP"]}
    assert [row["settlementPeriod"] for row in answer["data"]] == list(range(periods, 0, -1))
    assert all(row["systemSellPrice"] == row["systemBuyPrice"] for row in answer["data"])
    assert {row["priceDerivationCode"] for row in answer["data"]} <= {"P", "N"}


def test_the_system_price_follows_the_market_and_the_imbalance(year: Prices) -> None:
    has_price = year.apx_volume > 0
    difference = (year.system_price - year.apx_price)[has_price]
    assert np.corrcoef(difference, year.imbalance[has_price])[0, 1] > 0.9
    assert np.corrcoef(year.system_price[has_price], year.apx_price[has_price])[0, 1] > 0.6
    assert 0.005 < (year.system_price < 0).mean() < 0.08


def system_prices_at(now: datetime) -> dict[str, tuple[str, float]]:
    """Return (createdDateTime, price) by start of 8 January 2024, as answered at a time."""
    with running_simulator(seed=7, now=lambda: now) as simulator:
        rows = httpx.get(f"{simulator.base_url}{SYSTEM_PRICES}/2024-01-08").json()["data"]
    return {row["startTime"]: (row["createdDateTime"], row["systemSellPrice"]) for row in rows}


def test_a_price_is_calculated_a_day_later_and_again_by_a_later_run() -> None:
    assert system_prices_at(datetime(2024, 1, 8, 20, tzinfo=UTC)) == {}
    half = system_prices_at(datetime(2024, 1, 9, 12, 50, tzinfo=UTC))
    assert max(half) == "2024-01-08T12:00:00Z"
    first = system_prices_at(datetime(2024, 1, 10, 12, tzinfo=UTC))
    assert {start: first[start] for start in half} == half
    second = system_prices_at(datetime(2024, 2, 1, tzinfo=UTC))
    assert len(first) == len(second) == 48
    for start, (created, price) in first.items():
        delay = datetime.fromisoformat(created) - datetime.fromisoformat(start)
        assert timedelta(hours=24, minutes=44) <= delay <= timedelta(hours=24, minutes=47)
        assert second[start][0] > created
        assert abs(second[start][1] - price) < 5
    assert sum(second[start][1] != price for start, (_, price) in first.items()) > 40


def test_prices_do_not_depend_on_the_window_that_asks_for_them(year: Prices) -> None:
    first = year_span(2024)[0]
    part = market_prices(7, first - 10, first + 10)
    assert part.apx_price[10:].tolist() == year.apx_price[:11].tolist()
    assert part.rerun_price[10:].tolist() == year.rerun_price[:11].tolist()
    assert market_prices(8, first, first + 10).apx_price.tolist() != part.apx_price[10:].tolist()


@pytest.mark.parametrize("fault", ["null", "nan", "missing-column", "hole", "duplicate", "unknown-psr", "stranger"])
def test_data_faults_act_on_prices(elexon: Elexon, fault: str) -> None:
    window = {"from": "2024-01-08T05:00Z", "to": "2024-01-08T05:00Z"}
    rows = elexon.get("/balancing/pricing/market-index", fault, **window).json()["data"]
    apx = [row for row in rows if row["dataProvider"] == "APXMIDP"]
    expected: dict[str, Callable[[], bool]] = {
        "null": lambda: apx[0]["price"] is None,
        "nan": lambda: apx[0]["price"] != apx[0]["price"],
        "missing-column": lambda: "price" not in apx[0],
        "hole": lambda: rows == [],
        "duplicate": lambda: len(apx) == 2,
        "unknown-psr": lambda: {row["dataProvider"] for row in rows} > {"APXMIDP", "N2EXMIDP"},
        "stranger": lambda: min(row["startTime"] for row in rows) < "2024-01",
    }
    assert expected[fault]()
