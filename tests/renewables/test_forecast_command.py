"""Tests of `renewables forecast`."""

import json
from datetime import date
from pathlib import Path

import pytest

from elexon_assets.schema.warehouse_schema import ensure_schema
from tests.filled_homes import Renewables
from tests.renewables.forecast_frames import SPAN, random_wind
from tests.renewables.test_json_output import check_document
from warehouse import snapshots
from warehouse.connection import writing

DAYS = ("--start", f"{SPAN[0]}", "--end", f"{SPAN[1]}")


@pytest.fixture
def home_with_forecasts(home: Path) -> Path:
    with writing() as con:
        ensure_schema(con)
        random_wind(con)
        snapshots.publish_snapshot(con)
    return home


@pytest.mark.parametrize("by", ["all", "band", "lead", "hour", "month"])
@pytest.mark.usefixtures("home_with_forecasts")
def test_the_json_of_a_forecast_fits_its_schema(renewables: Renewables, by: str) -> None:
    document = check_document("forecast", renewables("forecast", *DAYS, "--by", by, "--json").out)
    assert document["by"] == by
    assert document["all"][0]["issues"] > 60
    assert document["negative_price_share"] is None


@pytest.mark.usefixtures("home_with_forecasts")
def test_the_command_equals_the_python_function(renewables: Renewables) -> None:
    from renewables import forecast_skill

    first, last = date(2024, 10, 26), date(2024, 10, 31)
    options = ("--start", f"{first}", "--end", f"{last}", "--by", "month", "--truth", "first-published")
    printed = json.loads(renewables("forecast", *options, "--json").out)
    frame = forecast_skill(first, last, by="month", truth="first published")
    for row, expected in zip(printed["groups"], frame.to_dicts(), strict=True):
        assert row == pytest.approx(expected | {"month": f"{expected['month']}"})
    assert printed["truth"] == "first published"


@pytest.mark.usefixtures("home_with_forecasts")
def test_the_report_shows_bands_and_says_that_curtailment_is_not_a_forecast_error(renewables: Renewables) -> None:
    outcome = renewables("forecast", *DAYS, columns=200)
    assert "Wind forecast against the newest values of generation by fuel" in outcome.out
    for band in ("All", "under 6 h", "6 to 36 h", "36 h and more"):
        assert band in outcome.out
    assert "Curtailed half-hours are not forecast errors alone" in outcome.err


@pytest.mark.usefixtures("home_with_forecasts")
def test_a_forecast_that_has_not_landed_is_refused_with_how_to_fetch_it(renewables: Renewables) -> None:
    outcome = renewables("forecast", "--dataset", "wind_and_solar_forecast")
    assert outcome.code == 1
    assert "`renewables fetch-range 2026-01-01 2026-01-07 --dataset wind_and_solar_forecast`" in outcome.err


@pytest.mark.usefixtures("home_with_forecasts")
def test_an_unknown_grouping_or_truth_is_bad_usage(renewables: Renewables) -> None:
    assert "Unknown grouping 'week'" in renewables("forecast", "--by", "week").err
    assert "Unknown truth 'best'" in renewables("forecast", "--truth", "best").err
