"""Half-hours and series: present values, earlier values, and gaps that stay gaps."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.windows import Window
from renewables.queries.generation import POINTS_A_SERIES, generation, grain_for, series_by_grain
from renewables.queries.snapshot import span_of
from tests.filled_homes import AUTUMN, SPRING, Filled, at, newest
from warehouse.errors import WarehouseMissing


def comparable(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("start_time_utc", "settlement_date", "psr_type", mw="generation_mw").sort(
        "start_time_utc", "psr_type"
    )


def test_every_half_hour_has_its_newest_published_value(warehouse: Filled) -> None:
    result = pl.concat([generation(*SPRING), generation(*AUTUMN)])
    assert_frame_equal(comparable(result), warehouse.truth)
    assert result["source"].unique().to_list() == ["synthetic"]


@pytest.mark.usefixtures("warehouse")
def test_dates_are_complete_utc_days_and_both_are_included() -> None:
    result = generation(date(2024, 3, 30), date(2024, 3, 31))["start_time_utc"].dt.date()
    assert (result.min(), result.max()) == (date(2024, 3, 30), date(2024, 3, 31))


@pytest.mark.usefixtures("warehouse")
def test_a_span_of_instants_excludes_its_end() -> None:
    rows = generation(at("2024-03-30T00:00Z"), at("2024-03-30T06:00Z"), categories=["Solar"])
    assert rows["start_time_utc"].max() < at("2024-03-30T06:00Z")  # type: ignore[operator]  # an instant
    assert rows["psr_type"].unique().to_list() == ["Solar"]


def test_with_as_of_values_are_those_published_by_then(warehouse: Filled) -> None:
    then = at("2024-03-31T12:00:00Z")
    by_then = newest(warehouse.publications.filter(pl.col("publish_time_utc") <= then))
    assert_frame_equal(comparable(generation(*SPRING, as_of=then)), by_then)
    assert len(by_then) < len(generation(*SPRING))


@pytest.mark.usefixtures("warehouse")
def test_with_known_at_before_the_landing_there_are_no_values() -> None:
    assert generation(*SPRING, known_at=at("2024-06-01T00:00Z")).is_empty()
    assert len(generation(*SPRING, known_at=datetime.now(UTC))) == len(generation(*SPRING))


@pytest.mark.usefixtures("warehouse")
def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="choose one of wind_and_solar, generation_by_fuel"):
        generation(*SPRING, dataset="wind")
    with pytest.raises(ValueError, match="no psr_type 'Tidal'"):
        generation(*SPRING, categories=["Tidal"])
    with pytest.raises(ValueError, match="zone"):
        generation(datetime(2024, 3, 30), datetime(2024, 3, 31))  # noqa: DTZ001 (the point of the test)
    with pytest.raises(ValueError, match="not one of each"):
        generation(date(2024, 3, 30), at("2024-03-31T00:00Z"))
    with pytest.raises(ValueError, match="not both"):
        generation(*SPRING, as_of=datetime.now(UTC), known_at=datetime.now(UTC))


def test_a_series_has_every_half_hour_and_a_gap_is_null(warehouse: Filled) -> None:
    drawn = series_by_grain(*SPRING)
    assert drawn.grain.name == "half-hour"
    assert len(drawn.frame) == 5 * 48 * 3
    present = drawn.frame.filter(pl.col("half_hours") == 1)
    gaps = drawn.frame.filter(pl.col("half_hours") == 0)
    in_span = warehouse.truth.filter(pl.col("start_time_utc") < at("2024-06-01T00:00Z"))
    assert len(present) == len(in_span)
    assert len(gaps) > 0
    assert gaps["generation_mw"].null_count() == len(gaps)


def test_a_coarse_series_is_the_mean_of_the_half_hours_present(warehouse: Filled) -> None:
    drawn = series_by_grain(date(2024, 3, 1), date(2024, 11, 30), categories=["Wind Onshore"])
    assert drawn.grain.name == "day"
    assert len(drawn.frame) == 275
    truth = (
        warehouse.truth.filter(pl.col("psr_type") == "Wind Onshore")
        .group_by(start_time_utc=pl.col("start_time_utc").dt.truncate("1d"))
        .agg(generation_mw=pl.col("mw").mean(), half_hours=pl.len().cast(pl.Int64))
        .sort("start_time_utc")
    )
    existing = drawn.frame.filter(pl.col("generation_mw").is_not_null())
    assert_frame_equal(existing.select(truth.columns), truth)
    assert drawn.frame["half_hours_expected"].unique().to_list() == [48]
    assert existing["half_hours"].min() < 48  # type: ignore[operator]  # a number


@pytest.mark.parametrize(
    ("days", "grain"),
    [(1, "half-hour"), (31, "half-hour"), (32, "hour"), (125, "hour"), (126, "day"), (3000, "day"), (4000, "week")],
)
def test_the_grain_depends_on_the_length_of_the_span(days: int, grain: str) -> None:
    start = at("2016-03-01T00:00Z")
    chosen = grain_for(Window(start, start + timedelta(days=days)))
    assert chosen.name == grain
    assert timedelta(days=days) / chosen.width <= POINTS_A_SERIES


@pytest.mark.usefixtures("warehouse")
def test_the_first_and_last_week_expect_only_their_part_of_the_span() -> None:
    weeks = series_by_grain(date(2016, 3, 2), date(2026, 3, 3), categories=["Solar"]).frame
    assert (weeks["half_hours_expected"][0], weeks["half_hours_expected"][-1]) == (5 * 48, 2 * 48)
    assert weeks["half_hours_expected"].sum() == (date(2026, 3, 4) - date(2016, 3, 2)).days * 48


@pytest.mark.usefixtures("empty_home")
def test_an_empty_warehouse_gives_a_result_without_rows() -> None:
    assert generation(*SPRING).is_empty()
    assert generation(*SPRING).schema["start_time_utc"] == pl.Datetime("us", "UTC")
    drawn = series_by_grain(*SPRING)
    assert len(drawn.frame) == 5 * 48 * 3
    assert drawn.frame["generation_mw"].null_count() == len(drawn.frame)
    assert drawn.sources == []
    assert span_of("wind_and_solar") is None


def test_without_a_snapshot_the_error_gives_the_fix(home: Path) -> None:
    with pytest.raises(WarehouseMissing, match="renewables fetch-range"):
        generation(*SPRING)
    assert not list(home.iterdir())
