"""Tests that the scores of forecasts avoid each trap: past targets, pooling, flags, gaps, what was known when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL, SYSTEM_PRICE, WIND_FORECAST
from elexon_assets.errors import UnusableInput
from elexon_assets.windows import Window
from renewables.queries.forecast_selection import ForecastSelection
from renewables.queries.forecast_skill import forecast_skill, skill_of
from tests.renewables.forecast_frames import (
    HALF_HOUR,
    HOUR,
    WIND,
    Connection,
    actual,
    empty_warehouse,
    flag,
    issue,
    land,
)

SPAN = (date(2024, 10, 25), date(2024, 11, 2))


@pytest.fixture
def con() -> Iterator[Connection]:
    yield from empty_warehouse()


def scores(con: Connection, by: str = "all", *, span: tuple[Any, Any] = SPAN, **more: Any) -> dict[str, Any]:
    """Return the only row of the wind forecast's scores."""
    rows = forecast_skill(*span, by=by, con=con, **more).to_dicts()
    assert len(rows) == 1
    return rows[0]


def at(hours: float) -> datetime:
    """Return the instant so many hours after noon UTC of 29 October 2024."""
    return datetime(2024, 10, 29, 12, tzinfo=UTC) + timedelta(hours=hours)


def land_wind(con: Connection, values: dict[datetime, float], *, lag: timedelta = HALF_HOUR) -> None:
    land(con, GENERATION_BY_FUEL, [actual(start, mw, lag=lag, **WIND) for start, mw in values.items()])


def test_targets_at_or_before_the_publish_time_are_left_out(con: Connection) -> None:
    land_wind(con, {at(n / 2): 1_000 for n in range(-8, 8)})
    land(con, WIND_FORECAST, issue(at(0), {at(-2): 9_999.0, at(0): 9_999.0, at(1): 1_100.0}))
    row = scores(con)
    assert (row["issues"], row["forecasts"], row["mae_mw"]) == (1, 1, 100)


def test_each_issue_counts_once_however_many_targets_it_has(con: Connection) -> None:
    land_wind(con, {at(n / 2): 1_000 for n in range(24)})
    land(con, WIND_FORECAST, issue(at(0.5), {at(n): 1_100.0 for n in range(1, 10)}))
    land(con, WIND_FORECAST, issue(at(1.5), {at(2): 1_500.0}))
    row = scores(con)
    assert (row["issues"], row["forecasts"]) == (2, 10)
    assert row["mae_mw"] == row["bias_mw"] == (100 + 500) / 2, "pooled, it would be 140"
    assert row["rmse_mw"] == 300


def test_an_hour_with_a_flagged_or_missing_half_hour_is_left_out_and_counted(con: Connection) -> None:
    land_wind(con, {at(n / 2): 1_000 for n in range(10) if n != 5})
    flag(con, GENERATION_BY_FUEL, at(3.5), "WIND")
    for hours in (-1, 0):
        land(con, WIND_FORECAST, issue(at(hours), {at(n): 1_200.0 for n in range(1, 5)}))
    row = scores(con)
    assert (row["issues"], row["forecasts"], row["mae_mw"]) == (2, 4, 200)
    assert (row["half_hours_flagged"], row["half_hours_missing"]) == (1, 1)


def test_a_group_of_which_nothing_can_be_scored_says_what_was_left_out(con: Connection) -> None:
    land(con, WIND_FORECAST, issue(at(0), {at(1): 1_200.0}))
    row = scores(con)
    assert (row["issues"], row["mae_mw"], row["skill"], row["half_hours_missing"]) == (0, None, None, 2)


def test_a_forecast_without_a_value_is_not_scored(con: Connection) -> None:
    land_wind(con, {at(n / 2): 1_000 for n in range(10)})
    land(con, WIND_FORECAST, issue(at(0), {at(1): None, at(2): 1_300.0}))
    row = scores(con)
    assert (row["forecasts"], row["mae_mw"]) == (1, 300)


def test_a_corrected_value_of_an_issue_replaces_the_first(con: Connection) -> None:
    land_wind(con, {at(n / 2): 1_000 for n in range(10)})
    land(con, WIND_FORECAST, issue(at(0), {at(1): 5_000.0}))
    land(con, WIND_FORECAST, issue(at(0), {at(1): 1_050.0}), at=datetime(2026, 11, 2, tzinfo=UTC))
    row = scores(con)
    assert (row["forecasts"], row["mae_mw"]) == (1, 50)


def test_persistence_is_the_last_half_hour_published_by_the_issue_in_the_version_of_then(con: Connection) -> None:
    land(con, GENERATION_BY_FUEL, [actual(at(-1), 700.0, lag=HALF_HOUR, **WIND)])
    land(con, GENERATION_BY_FUEL, [actual(at(-1), 999.0, lag=5 * HOUR, **WIND)])
    land(con, GENERATION_BY_FUEL, [actual(at(-0.5), 800.0, lag=HOUR, **WIND)])
    land(con, GENERATION_BY_FUEL, [actual(at(-9), 100.0, lag=9 * HOUR, **WIND)])
    land_wind(con, {at(1): 1_000, at(1.5): 1_000})
    land(con, WIND_FORECAST, issue(at(0), {at(1): 1_000.0}))
    assert scores(con)["persistence_mae_mw"] == 300


def test_the_same_time_yesterday_is_the_last_day_whose_value_was_known_at_the_issue(con: Connection) -> None:
    land_wind(con, {at(-48 + 5): 400, at(-48 + 5.5): 400, at(-24 + 5): 600, at(-24 + 5.5): 600})
    land_wind(con, {at(5): 1_000, at(5.5): 1_000, at(29): 1_000, at(29.5): 1_000})
    land(con, WIND_FORECAST, issue(at(-1), {at(5): 1_000.0}))
    land(con, WIND_FORECAST, issue(at(2), {at(29): 1_000.0}))
    by_lead = {row["lead_hours"]: row for row in forecast_skill(*SPAN, by="lead", con=con).to_dicts()}
    assert by_lead[6]["same_time_yesterday_mae_mw"] == 400
    assert by_lead[27]["same_time_yesterday_mae_mw"] == 400, "at 29 h the day before is not over yet: two days before"


def test_skill_is_relative_to_the_better_baseline(con: Connection) -> None:
    land_wind(con, {at(-24): 900, at(-23.5): 900, at(-2): 100})
    land_wind(con, {at(0): 1_000, at(0.5): 1_000})
    land(con, WIND_FORECAST, issue(at(-1), {at(0): 1_025.0}))
    row = scores(con)
    assert (row["persistence_mae_mw"], row["same_time_yesterday_mae_mw"]) == (900, 100)
    assert row["skill"] == 0.75


def test_the_share_of_half_hours_at_negative_prices_is_of_those_with_a_price(con: Connection) -> None:
    prices = [-5.0, 0.0, 20.0, -0.01]
    land(
        con,
        SYSTEM_PRICE,
        [
            {
                **{"start_time_utc": at(n / 2), "publish_time_utc": at(24)},
                **{"system_sell_price_gbp_per_mwh": price, "system_buy_price_gbp_per_mwh": price},
            }
            for n, price in enumerate(prices)
        ],
    )
    window = Window(at(-12), at(12))
    assert skill_of(ForecastSelection.read(), window, con=con).negative_share == 0.5
    assert skill_of(ForecastSelection.read(), Window(at(-12), at(-6)), con=con).negative_share is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dataset": "wind_and_solar"}, "Unknown forecast 'wind_and_solar': choose one of wind_forecast"),
        ({"series": "Tidal"}, "wind_forecast has no series 'Tidal': choose from WINDFOR."),
        ({"truth": "best"}, "Unknown truth 'best': write newest, first-published, or a time."),
        ({"by": "week"}, "Unknown grouping 'week': choose one of all, band, lead, hour, month."),
    ],
)
def test_an_unknown_name_is_refused_with_the_existing_ones(
    con: Connection, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(UnusableInput) as refused:
        forecast_skill(*SPAN, con=con, **arguments)
    assert str(refused.value).startswith(message)


def test_series_of_one_dimension_add_up_and_those_of_two_narrow_each_other() -> None:
    def read(*names: str) -> tuple[str, ...]:
        return ForecastSelection.read("wind_and_solar_forecast", names).series

    assert read("solar", "day-ahead") == ("Solar | Day ahead",)
    assert read("wind-onshore", "Solar", "intraday_total") == (
        "Wind Onshore | Intraday total",
        "Solar | Intraday total",
    )
    assert read("Solar | Day ahead") == ("Solar | Day ahead",)
    assert len(read()) == 9
