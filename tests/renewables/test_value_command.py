"""Tests of `renewables value`: its figures are those of the API, and each price says what it is not."""

import json

import pytest

from renewables import capture_prices
from tests.filled_homes import Renewables

SPAN = ("--start", "2024-03-30T00:00Z", "--end", "2024-04-02T23:00Z")


@pytest.mark.usefixtures("market")
def test_the_command_prints_the_capture_prices_of_the_api(renewables: Renewables) -> None:
    frame = capture_prices("2024-03-30T00:00Z", "2024-04-02T23:00Z")
    shown = renewables("value", *SPAN)
    for price in frame["capture_price_gbp_per_mwh"]:
        assert f"{price:.2f}" in shown.out
    assert "SYNTHETIC" in shown.out
    assert json.loads(renewables("value", *SPAN, "--json").out)["technologies"] == frame.to_dicts()


@pytest.mark.parametrize(
    ("price", "caveat"),
    [
        ("market-index-price", "not the day-ahead auction that contracts for difference refer to"),
        ("system_price", "Later settlement runs revise it"),
    ],
)
@pytest.mark.usefixtures("market")
def test_the_caveat_of_a_price_is_printed_beside_it(renewables: Renewables, price: str, caveat: str) -> None:
    assert caveat in renewables("value", "--price", price).err


@pytest.mark.usefixtures("market")
def test_an_unknown_price_names_the_existing_ones(renewables: Renewables) -> None:
    outcome = renewables("value", "--price", "auction")
    assert (outcome.code, outcome.err) == (
        2,
        "Unknown price 'auction': choose one of market_index_price, system_price.\n",
    )


@pytest.mark.usefixtures("empty_home")
def test_a_warehouse_without_prices_explains_how_to_fetch_them(renewables: Renewables) -> None:
    outcome = renewables("value")
    assert outcome.code == 1
    assert "no data of market_index_price yet" in outcome.err
    assert "renewables fetch-range" in outcome.err
