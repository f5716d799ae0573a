"""The calendar of coverage and the explorer of half-hours, compared with the warehouse's own views."""

from datetime import UTC, datetime

import polars as pl
import pytest

from elexon_assets.windows import window_of_days
from renewables.charts.coverage import coverage_calendar
from renewables.queries import coverage
from renewables.queries.explorer import Filter, count_rows, explorer_rows, publication_history
from tests.filled_homes import SPRING, Filled
from warehouse.connection import reading

NOW = datetime(2024, 11, 10, tzinfo=UTC)
WANTED = Filter("wind_and_solar", window_of_days(*SPRING), ("Wind Onshore", "Wind Offshore", "Solar"))
COLUMNS = ["start_time_utc", "psr_type", "generation_mw"]


def test_every_available_day_has_a_state(warehouse: Filled) -> None:
    days = coverage.days_by_state(now=NOW)
    assert days["day_utc"].to_list()[0].isoformat() == "2016-03-01"
    assert days["day_utc"].is_unique().all()
    with reading() as con:
        known = con.execute("SELECT day_utc, half_hours FROM wind_and_solar_coverage").fetchall()
    for day, half_hours in known:
        (row,) = days.filter(day_utc=day).to_dicts()
        assert row["half_hours"] == half_hours
        if 0 < half_hours < 48:
            assert row["state"] == coverage.SHORT
            assert row["half_hours_missing"] == 48 - half_hours
            assert row["why"]
    assert warehouse.first.date() in dict(known)
    assert coverage.by_year(days)["missing"].sum() > 3_000


def test_a_calendar_shows_states_by_sign_as_well_as_colour() -> None:
    frame = pl.DataFrame(
        {"day_utc": [SPRING[0], SPRING[1]], "state": [coverage.COMPLETE, coverage.MISSING], "half_hours": [48, 0]}
    ).with_columns(half_hours_missing=48 - pl.col("half_hours"), half_hours_flagged=0, why=pl.lit("48 not fetched yet"))
    heat, *legend = coverage_calendar(frame, 2024).data
    assert [sign for row in heat.text for sign in row if sign] == ["×"]  # noqa: RUF001 (the sign is meant)
    assert [trace.name.split()[-1] for trace in legend] == ["Complete", "Flagged", "Short", "Missing"]
    assert any("48 not fetched yet" in message for row in heat.customdata for message in row)


def test_the_pages_together_contain_all_rows_in_order(warehouse: Filled) -> None:
    wanted = Filter(**{**vars(WANTED), "sorted_by": "generation_mw"})
    total = count_rows(wanted)
    paged = pl.concat([explorer_rows(wanted, COLUMNS, 100, offset) for offset in range(0, total, 100)])
    truth = warehouse.truth.filter(pl.col("start_time_utc") < WANTED.window.end_utc)
    assert paged["generation_mw"].to_list() == truth["mw"].sort(descending=True).to_list()
    assert paged.select("start_time_utc", "psr_type").is_unique().all()


@pytest.mark.usefixtures("warehouse")
def test_bounds_are_bound_parameters_and_unknown_columns_are_refused() -> None:
    bounded = explorer_rows(Filter(**{**vars(WANTED), "low_mw": 1_000.0, "high_mw": 2_000.0}), COLUMNS, 10_000, 0)
    assert bounded["generation_mw"].is_between(1_000, 2_000).all()
    assert bounded.height > 10
    with pytest.raises(ValueError, match="Unknown column"):
        explorer_rows(WANTED, ["1; DROP TABLE fetch_log"], 1, 0)


def test_the_history_of_a_half_hour_has_every_publication(warehouse: Filled) -> None:
    twice = warehouse.publications.group_by("start_time_utc", "psr_type").len().filter(pl.col("len") > 1).row(0)
    history = publication_history("wind_and_solar", twice[0], twice[1])
    truth = warehouse.publications.filter(start_time_utc=twice[0], psr_type=twice[1]).sort("publish_time_utc")
    assert history["generation_mw"].to_list() == truth["mw"].to_list()
    assert history["is_current"].to_list() == [False] * (len(truth) - 1) + [True]
    assert history["change_mw"].to_list()[1] == pytest.approx(truth["mw"][1] - truth["mw"][0])


@pytest.mark.usefixtures("warehouse")
def test_quarantined_rows_and_the_fetch_log_can_be_read() -> None:
    assert coverage.quarantined_rows(10)["reason"].str.contains("hard limits").any()
    assert coverage.fetch_log(1_000)["status"].is_in(["landed", "empty", "failed"]).all()
    assert coverage.fetch_log(10, only_failed=True).filter(pl.col("status") != "failed").is_empty()
    assert "wind_and_solar_publications" in coverage.table_overview()["name"].to_list()
