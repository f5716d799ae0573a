"""Tests that series that began within the record are expected from then on, and not before. Scenario 33."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from elexon_assets.checks import coverage_is_whole
from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.fuels import FIRST_HALF_HOUR
from elexon_assets.simulator.half_hours import instant_of
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import Window, window_of_days
from renewables.queries import analysis, generation, profiles
from renewables.queries.selection import Selection
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse.connection import reading

pytestmark = pytest.mark.slow

AT = datetime(2016, 11, 30, 10, tzinfo=UTC)
DAY_OF_2016 = date(2016, 11, 30)
BIOMASS_BEGAN = datetime(2017, 11, 1, 20, tzinfo=UTC)
FUELS = GENERATION_BY_FUEL.name


@pytest.mark.usefixtures("simulator")
def test_a_day_of_2016_is_complete_although_biomass_and_six_links_had_not_begun() -> None:
    report = fetch_days(DAY_OF_2016, dataset=GENERATION_BY_FUEL)
    assert (report.half_hours, report.coverage) == (48, 1.0)
    assert "BIOMASS" not in published("SELECT DISTINCT fuel_type FROM generation_by_fuel")["fuel_type"]
    assert published("SELECT half_hours FROM generation_by_fuel_coverage")["half_hours"].to_list() == [48]
    missing = published("SELECT count(*) AS n FROM generation_by_fuel_gaps WHERE start_time_utc::DATE = '2016-11-30'")
    assert missing.item() == 0
    with reading() as con:
        assert coverage_is_whole(con, GENERATION_BY_FUEL, datetime(2016, 12, 1, 12, tzinfo=UTC))[0]


def test_a_fail_over_of_2016_is_flagged_without_the_fuels_that_had_not_begun(simulator: Simulator) -> None:
    simulator.faults = "zero@2016-11-30T10:00Z"
    fetch_days(DAY_OF_2016, dataset=GENERATION_BY_FUEL)
    update_flags()
    flags = published("SELECT category FROM open_flags WHERE reason = 'all_zero' AND start_time_utc = $at", at=AT)
    assert set(flags["category"]) == {*GENERATION_BY_FUEL.always_published} - {"BIOMASS"}


@pytest.mark.usefixtures("simulator")
def test_on_the_day_when_a_fuel_begins_only_its_own_half_hours_are_expected() -> None:
    fetch_days(date(2017, 10, 31), date(2017, 11, 2), dataset=GENERATION_BY_FUEL)
    rows = published(
        "SELECT settlement_date, half_hours, half_hours_expected, coverage FROM generation_by_fuel_daily "
        "WHERE fuel_type = 'BIOMASS' AND settlement_date < '2017-11-03' ORDER BY 1"
    ).rows()
    assert rows == [(date(2017, 11, 1), 8, 8, 1.0), (date(2017, 11, 2), 48, 48, 1.0)]
    month = published(
        "SELECT half_hours, half_hours_expected FROM generation_by_fuel_monthly WHERE fuel_type='BIOMASS'"
    )
    assert month.rows() == [(56, 56)]
    assert analysis.daily(date(2017, 10, 31), date(2017, 11, 2), dataset=FUELS, categories=["BIOMASS"])[
        "half_hours_expected"
    ].to_list() == [8, 48]
    assert set(published("SELECT half_hours FROM generation_by_fuel_coverage")["half_hours"]) == {48}


@pytest.mark.usefixtures("simulator")
def test_totals_and_coverage_of_a_span_account_for_the_begin_of_a_fuel() -> None:
    fetch_days(date(2017, 11, 1), dataset=GENERATION_BY_FUEL)
    span = window_of_days(date(2017, 11, 1), date(2017, 11, 1))
    figures = analysis.summary(
        span.start_utc, span.end_utc, dataset=FUELS, categories=GENERATION_BY_FUEL.always_published
    ).select("fuel_type", "half_hours", "half_hours_expected", "coverage")
    by_fuel = {fuel: tuple(row) for fuel, *row in figures.rows()}
    assert by_fuel["BIOMASS"] == (8, 8, 1.0)
    assert by_fuel["WIND"] == by_fuel["Total"] == (48, 48, 1.0)


@pytest.mark.usefixtures("simulator")
def test_series_and_yearly_and_hourly_profiles_account_for_the_begin_of_a_fuel() -> None:
    fetch_days(date(2017, 11, 1), date(2017, 11, 30), dataset=GENERATION_BY_FUEL)
    both = ["BIOMASS", "WIND"]
    span = Window(datetime(2017, 11, 1, tzinfo=UTC), datetime(2017, 11, 2, tzinfo=UTC))
    by_day = generation.series_by_grain(
        span.start_utc, span.end_utc, dataset=FUELS, categories=both, grain=generation.COARSER[1]
    )
    assert by_day.frame.select("half_hours_expected", "coverage").rows() == [(8, 1.0), (48, 1.0)]
    by_month = profiles.by_settlement_day(
        Selection.read(FUELS, both), date(2017, 11, 1), date(2017, 11, 30), grain="month"
    )
    assert by_month.frame["half_hours_expected"].to_list() == [30 * 48 - 40, 30 * 48]
    year = profiles.by_year(Selection.read(FUELS, "BIOMASS"))
    assert year.select("half_hours", "half_hours_expected").rows() == [(30 * 48 - 40, 30 * 48 - 40)]
    hours = profiles.by_hour(Selection.read(FUELS, both), span, across="month")
    assert hours["half_hours"].sum() == 48


@pytest.mark.usefixtures("simulator")
def test_a_half_hour_without_a_fuel_that_has_begun_is_missing(simulator: Simulator) -> None:
    simulator.faults = "hole@2017-11-01T21:00Z"
    fetch_days(date(2017, 11, 1), dataset=GENERATION_BY_FUEL)
    assert published("SELECT half_hours FROM generation_by_fuel_coverage").item() == 47


def test_the_simulator_publishes_no_row_of_a_series_before_it_began(simulator: Simulator) -> None:
    for fuel, first in FIRST_HALF_HOUR.items():
        day = instant_of(first).date()
        fetch_days(day, dataset=GENERATION_BY_FUEL)
        begins = published(
            "SELECT min(start_time_utc) AS first FROM generation_by_fuel WHERE fuel_type = $fuel", fuel=fuel
        )
        assert begins.item() == instant_of(first)
    assert instant_of(FIRST_HALF_HOUR["BIOMASS"]) == BIOMASS_BEGAN
    assert simulator.requests


def test_the_interconnectors_of_recorded_data_began_as_declared(recordings: Path) -> None:
    frames = [
        pl.read_csv(f"{recordings}/fuelhh_{year}.csv", infer_schema_length=None).select(
            pl.col("period_start_utc"), pl.col("INTVKL", "INTGRNL").cast(pl.Int64, strict=False)
        )
        for year in (2023, 2024, 2026)
    ]
    rows = pl.concat(frames)
    for link in ("INTVKL", "INTGRNL"):
        first = rows.filter(pl.col(link).is_not_null())["period_start_utc"].min()
        declared = GENERATION_BY_FUEL.lifetimes[link].first_utc
        assert declared is not None
        assert first == f"{declared:%Y-%m-%dT%H:%M:%SZ}"
