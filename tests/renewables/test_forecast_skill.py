"""Tests that all scores of forecasts equal an independent computation, on random and on recorded values."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR, WIND_AND_SOLAR_FORECAST, WIND_FORECAST
from elexon_assets.windows import window_of_days
from renewables.queries.forecast_skill import GROUPS, SCORES, forecast_skill
from tests.renewables.forecast_frames import (
    DAY,
    FIRST,
    HALF_HOUR,
    SPAN,
    WIND,
    Connection,
    Judge,
    actual,
    capacity,
    dice,
    empty_warehouse,
    issue,
    land,
    random_wind,
)


@pytest.fixture
def con() -> Iterator[Connection]:
    yield from empty_warehouse()


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def assert_equal_scores(frame: pl.DataFrame, expected: pl.DataFrame, column: str | None) -> None:
    columns = [*([column] if column else []), "issues", "forecasts", *SCORES]
    scored = frame.filter(pl.col("issues") > 0).select(columns)
    assert len(scored)
    assert_frame_equal(scored, expected.select(columns), check_dtypes=False, check_row_order=not column)


@pytest.mark.parametrize(
    ("truth", "asked"),
    [
        ("newest", {}),
        ("first-published", {"first": True}),
        ("2024-10-28T09:00Z", {"as_of": datetime(2024, 10, 28, 9, tzinfo=UTC)}),
    ],
)
def test_all_wind_scores_over_a_clock_change_equal_an_independent_computation(
    con: Connection, truth: str, asked: dict[str, Any]
) -> None:
    judge = random_wind(con)
    window = window_of_days(*SPAN)
    pairs = judge.pairs(window.start_utc, window.end_utc, **asked)
    for by, column in GROUPS.items():
        frame = forecast_skill(*SPAN, by=by, truth=truth, con=con)
        assert_equal_scores(frame, judge.scores(pairs, column), column)


def test_each_half_hour_that_is_left_out_is_counted_once(con: Connection) -> None:
    judge = random_wind(con)
    window = window_of_days(*SPAN)
    targets = {
        target
        for issued, target in judge.forecasts.select("publish_time_utc", "start_time_utc").iter_rows()
        if target > issued and window.start_utc <= target < window.end_utc
    }
    half_hours = {target + n * HALF_HOUR for target in targets for n in (0, 1)}
    published = set(judge.published["start_time_utc"])
    row = forecast_skill(*SPAN, by="all", con=con).row(0, named=True)
    assert row["half_hours_flagged"] == len(half_hours & judge.flagged)
    assert row["half_hours_missing"] == len(half_hours - published)


def test_day_ahead_scores_by_psr_type_equal_an_independent_computation(con: Connection) -> None:
    chance = dice(3)
    names = ("Wind Onshore", "Solar")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    forecasts: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for name in names:
        business = {"business_type": f"{name.split()[0]} generation", "psr_type": name}
        for n in range(11 * 48):
            if chance.random() < 0.97:
                lag = HALF_HOUR * chance.choice([5, 5, 7])
                rows[name].append(actual(FIRST + n * HALF_HOUR, chance.uniform(0, 9_000), lag=lag, **business))
        for day in range(10):
            issued = FIRST + day * DAY + timedelta(hours=16, minutes=45, seconds=chance.randint(0, 59))
            targets = [FIRST + (day + 1) * DAY + n * HALF_HOUR for n in range(48)]
            values: dict[datetime, float | None] = {target: chance.uniform(0, 9_000) for target in targets}
            forecasts[name] += issue(issued, values, process_type="Day ahead", **business)
    land(con, WIND_AND_SOLAR, [row for name in names for row in rows[name]])
    land(con, WIND_AND_SOLAR_FORECAST, [row for name in names for row in forecasts[name]])
    capacity(con, 2024, Wind_Onshore=15_000, Solar=17_000)
    window = window_of_days(*SPAN)
    for name, mw in zip(names, (15_000, 17_000), strict=True):
        judge = Judge(frame_of(forecasts[name]), frame_of(rows[name]), capacity_mw=mw)
        pairs = judge.pairs(window.start_utc, window.end_utc)
        for by, column in GROUPS.items():
            frame = forecast_skill(*SPAN, dataset="wind_and_solar_forecast", series=name, by=by, con=con)
            assert_equal_scores(frame.filter(series=f"{name} | Day ahead"), judge.scores(pairs, column), column)


def test_in_summer_the_first_two_periods_of_the_day_are_scored_by_their_longer_lead(
    con: Connection, recordings: Path
) -> None:
    land_recorded_day_ahead(con, recordings)
    land_actual_of_psr_types(con)
    frames = {
        by: forecast_skill(*RECORDED, dataset="wind_and_solar_forecast", series=["Solar", "Day ahead"], by=by, con=con)
        for by in ("all", "lead")
    }
    assert frames["all"]["issues"].item() == 2
    assert frames["lead"]["lead_hours"].to_list() == [*range(7, 31)]
    assert frames["lead"].filter(lead_hours=30)["forecasts"].item() == 2, "23:00Z and 23:30Z, issued a day earlier"


RECORDED = ("2026-09-07T23:00Z", "2026-09-08T23:00Z")


def recorded(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / name).read_text())["data"]
    return rows


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def land_recorded_day_ahead(con: Connection, folder: Path) -> list[dict[str, Any]]:
    rows = [
        {
            **{"publish_time_utc": instant(row["publishTime"]), "start_time_utc": instant(row["startTime"])},
            **{"psr_type": row["psrType"], "process_type": row["processType"], "business_type": row["businessType"]},
            "generation_mw": float(row["quantity"]),
        }
        for row in recorded(folder, "dgws_day_ahead_2026-09-08.json")
    ]
    land(con, WIND_AND_SOLAR_FORECAST, rows)
    return rows


def land_actual_of_psr_types(con: Connection) -> list[dict[str, Any]]:
    """Land invented actual values for the recorded day, because none are recorded."""
    chance = dice(1)
    start = instant("2026-09-06T00:00Z")
    rows = [
        actual(start + n * HALF_HOUR, chance.uniform(0, 9_000), lag=5 * HALF_HOUR, psr_type=name, business_type="")
        for name in ("Wind Onshore", "Wind Offshore", "Solar")
        for n in range(3 * 48)
    ]
    land(con, WIND_AND_SOLAR, rows)
    return rows


def test_the_recorded_wind_forecasts_have_the_errors_that_polars_computes(con: Connection, recordings: Path) -> None:
    forecasts = [
        row
        for item in recorded(recordings, "windfor_issues_2026-09-07_2026-09-08.json")
        for row in issue(instant(item["publishTime"]), {instant(item["startTime"]): float(item["generation"])})
    ]
    metered = (
        pl.DataFrame(recorded(recordings, "fuelinst_wind_2026-09-08.json"))
        .with_columns(start_time_utc=pl.col("startTime").str.to_datetime(time_zone="UTC").dt.truncate("30m"))
        .group_by("start_time_utc")
        .agg(pl.col("generation").mean())
    )
    rows = [actual(start, mw, lag=HALF_HOUR, **WIND) for start, mw in metered.iter_rows()]
    land(con, WIND_FORECAST, forecasts)
    land(con, GENERATION_BY_FUEL, rows)
    judge = Judge(frame_of(forecasts), frame_of(rows), half_hours=2)
    pairs = judge.pairs(instant(RECORDED[0]), instant(RECORDED[1]))
    for by, column in GROUPS.items():
        assert_equal_scores(forecast_skill(*RECORDED, by=by, con=con), judge.scores(pairs, column), column)
    total = forecast_skill(*RECORDED, by="all", con=con).row(0, named=True)
    assert total["issues"] == 15, "every target of the issue of 23:30 lies before it"
    assert total["bias_mw"] == pytest.approx(total["mae_mw"]), "wind was bid off: every forecast is too high"


def test_the_recorded_day_ahead_forecasts_have_the_errors_that_polars_computes(
    con: Connection, recordings: Path
) -> None:
    forecasts, rows = land_recorded_day_ahead(con, recordings), land_actual_of_psr_types(con)
    for name in ("Wind Onshore", "Wind Offshore", "Solar"):
        judge = Judge(frame_of(forecasts).filter(psr_type=name), frame_of(rows).filter(psr_type=name))
        pairs = judge.pairs(instant(RECORDED[0]), instant(RECORDED[1]))
        for by, column in GROUPS.items():
            frame = forecast_skill(
                *RECORDED, dataset="wind_and_solar_forecast", series=[name, "day-ahead"], by=by, con=con
            )
            assert_equal_scores(frame, judge.scores(pairs, column), column)
