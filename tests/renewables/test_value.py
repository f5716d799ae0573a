"""Tests that capture prices and the other figures of value equal an independent Polars computation."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.errors import UnusableInput
from renewables import capture_prices, price_by_wind_share, price_duration, price_summary
from tests.market_homes import HALF_HOURS, SPAN, Market

PRICES = {"market_index_price": "index", "system_price": "system"}
TECHNOLOGIES = {
    "Wind Onshore": "wind_onshore",
    "Wind Offshore": "wind_offshore",
    "Solar": "solar",
    "Metered wind": "metered_wind",
}
MONTH = pl.col("settlement_date").dt.truncate("1mo").alias("month")
PERIODS: dict[str, list[pl.Expr]] = {"span": [], "month": [MONTH]}


def is_flagged(technology: str) -> pl.Expr:
    return pl.col("is_wind_flagged") if technology in ("Wind Onshore", "Wind Offshore") else pl.lit(value=False)


def counting_half_hours(market: Market, price: str, technology: str) -> pl.DataFrame:
    """Return price and MW of the half-hours that count for a technology."""
    return (
        market.truth.filter(~is_flagged(technology))
        .select(MONTH, "start_time_utc", price=PRICES[price], mw=TECHNOLOGIES[technology])
        .drop_nulls()
    )


def in_groups(frame: pl.DataFrame, by: str, **figures: pl.Expr) -> pl.DataFrame:
    return frame.group_by(*PERIODS[by] or [pl.lit(1).alias("all")]).agg(**figures).sort(pl.first())


@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize("price", PRICES)
def test_capture_prices_equal_an_independent_computation(market: Market, price: str, by: str) -> None:
    frame = capture_prices(*SPAN, price=price, by=by)
    baseload = in_groups(market.truth, by, price=pl.col(PRICES[price]).mean())["price"].to_list()
    for technology in TECHNOLOGIES:
        rows = frame.filter(technology=technology)
        counting = counting_half_hours(market, price, technology).drop("start_time_utc")
        counting = counting.with_columns(settlement_date="month")
        truth = in_groups(
            counting,
            by,
            capture=(pl.col("price") * pl.col("mw")).sum() / pl.col("mw").sum(),
            energy=pl.col("mw").sum() * 0.5,
            half_hours=pl.len(),
            negative=pl.col("mw").filter(pl.col("price") < 0).sum() * 0.5,
            half_hours_negative=(pl.col("price") < 0).sum(),
        )
        assert rows["capture_price_gbp_per_mwh"].to_list() == pytest.approx(truth["capture"].to_list())
        assert rows["energy_mwh"].to_list() == pytest.approx(truth["energy"].to_list())
        assert rows["half_hours"].to_list() == truth["half_hours"].to_list()
        assert rows["half_hours_negative"].to_list() == truth["half_hours_negative"].to_list()
        assert rows["negative_energy_mwh"].to_list() == pytest.approx(truth["negative"].to_list())
        shares = (truth["negative"] / truth["energy"]).to_list()
        assert rows["negative_energy_share"].to_list() == pytest.approx(shares)
        assert rows["baseload_price_gbp_per_mwh"].to_list() == pytest.approx(baseload)
        rates = [capture / base for capture, base in zip(truth["capture"], baseload, strict=True)]
        assert rows["capture_rate"].to_list() == pytest.approx(rates)


@pytest.mark.usefixtures("market")
def test_half_hours_without_price_generation_or_with_a_flag_are_left_out_and_counted() -> None:
    counts = ("half_hours_without_price", "half_hours_without_generation", "half_hours_flagged")
    frame = capture_prices(*SPAN)
    left_out = {name: tuple(rest) for name, *rest in frame.select("technology", *counts).iter_rows()}
    assert left_out == {
        "Wind Onshore": (4, 1, 2),
        "Wind Offshore": (4, 0, 2),
        "Solar": (4, 2, 0),
        "Metered wind": (4, 1, 0),
    }
    assert frame.select(pl.sum_horizontal("half_hours", *counts)).to_series().to_list() == [HALF_HOURS] * 4


@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize("price", PRICES)
def test_the_price_summary_equals_an_independent_computation(market: Market, price: str, by: str) -> None:
    column = pl.col(PRICES[price])
    truth = in_groups(
        market.truth,
        by,
        baseload_price_gbp_per_mwh=column.mean(),
        lowest_price_gbp_per_mwh=column.min(),
        highest_price_gbp_per_mwh=column.max(),
        half_hours=column.count().cast(pl.Int64),
        half_hours_without_price=column.null_count().cast(pl.Int64),
        half_hours_negative=(column < 0).sum().cast(pl.Int64),
        hours_negative=(column < 0).sum() * 0.5,
        negative_time_share=(column < 0).sum() / column.count(),
    )
    frame = price_summary(*SPAN, price=price, by=by)
    assert_frame_equal(frame, truth.drop("all", strict=False), rel_tol=1e-12)
    assert frame["half_hours_negative"].sum() > 0


@pytest.mark.usefixtures("market")
def test_a_price_of_zero_with_a_volume_counts_and_one_without_is_no_price() -> None:
    at_zero = price_summary("2024-03-31T16:00Z", "2024-03-31T16:30Z")
    assert at_zero["baseload_price_gbp_per_mwh"].item() == 0
    no_price = price_summary("2024-03-31T11:00Z", "2024-03-31T13:00Z")
    assert no_price["baseload_price_gbp_per_mwh"].item() is None
    assert no_price["half_hours_without_price"].item() == 4


@pytest.mark.parametrize("price", PRICES)
def test_the_duration_curve_interpolates_between_the_ranked_prices(market: Market, price: str) -> None:
    prices = market.truth[PRICES[price]].drop_nulls()
    curve = price_duration(*SPAN, price=price)
    truth = [prices.quantile(1 - share, interpolation="linear") for share in curve["share_of_time"]]
    assert curve["price_gbp_per_mwh"].to_list() == pytest.approx(truth)
    assert (curve["share_of_time"][0], curve["share_of_time"][-1]) == (0, 1)


@pytest.mark.parametrize("price", PRICES)
def test_prices_by_wind_share_equal_an_independent_computation(market: Market, price: str) -> None:
    wind = pl.col("wind_onshore") + pl.col("wind_offshore")
    underlying = pl.col("demand") + pl.col("solar") + wind - pl.col("metered_wind")
    ranked = (
        market.truth.filter(~pl.col("is_wind_flagged"))
        .select(share=wind / underlying, price=PRICES[price])
        .drop_nulls()
        .sort("share")
    )
    size, longer = divmod(len(ranked), 5)
    sizes = [size + (n < longer) for n in range(5)]
    frame = price_by_wind_share(*SPAN, price=price, quantiles=5)
    assert frame["half_hours"].to_list() == sizes
    for n, row in enumerate(frame.iter_rows(named=True)):
        part = ranked.slice(sum(sizes[:n]), sizes[n])
        assert row["quantile"] == n + 1
        assert (row["from_share"], row["to_share"]) == pytest.approx((part["share"].min(), part["share"].max()))
        assert row["mean_price_gbp_per_mwh"] == pytest.approx(part["price"].mean())
        negative = part.filter(pl.col("price") < 0).height
        assert row["negative_time_share"] == pytest.approx(negative / part.height)


@pytest.mark.parametrize("arguments", [{"price": "day ahead"}, {"by": "week"}], ids=str)
@pytest.mark.usefixtures("market")
def test_an_unknown_price_or_period_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(UnusableInput, match="choose one of"):
        capture_prices(*SPAN, **arguments)


@pytest.mark.usefixtures("empty_home")
def test_an_empty_warehouse_has_no_prices() -> None:
    assert price_summary(*SPAN)["baseload_price_gbp_per_mwh"].to_list() == [None]
    assert capture_prices(*SPAN)["capture_price_gbp_per_mwh"].to_list() == [None] * 4
    assert price_duration(*SPAN).is_empty()
    assert price_by_wind_share(*SPAN).is_empty()
