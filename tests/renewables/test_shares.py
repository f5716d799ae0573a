"""Tests that shares of demand equal an independent Polars computation, and that incomplete half-hours are left out."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.errors import UnusableInput
from renewables import demand_shares, share_records
from renewables.queries.profiles import window_of_days
from renewables.queries.shares import latest_share, shares_of
from tests.market_homes import DAYS, HALF_HOURS, Market

WINDOW = window_of_days(*DAYS)
PARTS = ("wind_onshore", "wind_offshore", "solar", "metered_wind", "demand")


def counting_half_hours(market: Market) -> pl.DataFrame:
    """Return the half-hours that have every part, none flagged, with the demands as domain experts define them."""
    sound = market.truth.filter(~pl.col("is_wind_flagged")).drop_nulls(PARTS)
    wind = pl.col("wind_onshore") + pl.col("wind_offshore")
    renewable = wind + pl.col("solar")
    underlying = pl.col("demand") + pl.col("solar") + wind - pl.col("metered_wind")
    return sound.with_columns(
        wind=wind, renewable=renewable, underlying=underlying, residual=underlying - renewable, demand=pl.col("demand")
    )


@pytest.mark.parametrize(
    ("by", "column", "period"),
    [
        ("half-hour", "start_time_utc", pl.col("start_time_utc")),
        ("day", "settlement_date", pl.col("settlement_date")),
        ("month", "month", pl.col("settlement_date").dt.truncate("1mo")),
    ],
)
def test_shares_equal_an_independent_computation(market: Market, by: str, column: str, period: pl.Expr) -> None:
    counting = counting_half_hours(market)
    truth = (
        counting.group_by(period.alias(column))
        .agg(
            wind_mw=pl.col("wind").mean(),
            solar_mw=pl.col("solar").mean(),
            demand_mw=pl.col("demand").mean(),
            underlying_demand_mw=pl.col("underlying").mean(),
            residual_demand_mw=pl.col("residual").mean(),
            share_of_demand=pl.col("renewable").sum() / pl.col("demand").sum(),
            share_of_underlying_demand=pl.col("renewable").sum() / pl.col("underlying").sum(),
            half_hours=pl.len().cast(pl.Int64),
        )
        .sort(column)
    )
    frame = shares_of(WINDOW, by=by)
    assert_frame_equal(frame.filter(pl.col("half_hours") > 0).select(truth.columns), truth, rel_tol=1e-12)


def test_half_hours_that_lack_a_part_or_are_flagged_are_left_out_and_counted(market: Market) -> None:
    frame = shares_of(WINDOW)
    lacking = market.truth.filter(pl.any_horizontal(pl.col(*PARTS).is_null()))
    assert len(frame) == HALF_HOURS
    assert frame.filter(half_hours_missing=1)["start_time_utc"].to_list() == lacking["start_time_utc"].to_list()
    assert frame.filter(half_hours_flagged=1).height == market.truth["is_wind_flagged"].sum() == 2
    assert frame.filter(half_hours=0)["share_of_demand"].null_count() == frame.filter(half_hours=0).height == 9
    days = shares_of(WINDOW, by="day")
    assert days.select(
        pl.sum_horizontal("half_hours", "half_hours_missing", "half_hours_flagged")
    ).to_series().to_list() == [*(48, 46, 48, 48)]


def test_the_records_are_the_extremes_of_the_half_hours_that_count(market: Market) -> None:
    counting = counting_half_hours(market).with_columns(
        of_demand=pl.col("renewable") / pl.col("demand"), of_underlying=pl.col("renewable") / pl.col("underlying")
    )
    records = {name: (value, start) for name, value, start in share_records().iter_rows()}
    for record, column, is_highest in (
        ("highest_share_of_demand", "of_demand", True),
        ("highest_share_of_underlying_demand", "of_underlying", True),
        ("lowest_share_of_underlying_demand", "of_underlying", False),
        ("lowest_residual_demand", "residual", False),
        ("highest_residual_demand", "residual", True),
    ):
        row = counting.sort(column, descending=is_highest).row(0, named=True)
        assert records.pop(record) == (pytest.approx(row[column]), row["start_time_utc"])
    assert not records


def test_the_latest_share_is_that_of_the_newest_half_hour_that_counts(market: Market) -> None:
    newest = counting_half_hours(market).row(-1, named=True)
    latest = latest_share()
    assert latest is not None
    assert latest.start_utc == newest["start_time_utc"]
    assert latest.share_of_demand == pytest.approx(newest["renewable"] / newest["demand"])
    assert latest.share_of_underlying_demand == pytest.approx(newest["renewable"] / newest["underlying"])


@pytest.mark.usefixtures("market")
def test_a_span_of_utc_days_selects_their_half_hours() -> None:
    frame = demand_shares("2024-03-31", "2024-03-31")
    assert len(frame) == 48
    assert str(frame["start_time_utc"][0]) == "2024-03-31 00:00:00+00:00"


@pytest.mark.usefixtures("market")
def test_an_unknown_period_of_shares_is_refused() -> None:
    with pytest.raises(UnusableInput, match="Unknown period 'week'"):
        demand_shares("2024-03-31", "2024-03-31", by="week")


@pytest.mark.usefixtures("empty_home")
def test_an_empty_warehouse_has_no_shares_and_no_records() -> None:
    assert latest_share() is None
    assert share_records().is_empty()
    assert shares_of(WINDOW, by="month")["share_of_demand"].to_list() == [None, None]
