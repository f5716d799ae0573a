"""Tests of the page Forecast, and of the newest forecast on the Overview."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.components.plain_text import plain
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.warehouse_schema import ensure_schema
from tests.dashboards.conftest import Open, page_text
from tests.renewables.forecast_frames import FIRST, HALF_HOUR, actual, land, random_wind
from warehouse import snapshots
from warehouse.connection import writing


@pytest.fixture
def home_with_forecasts(home: Path) -> Path:
    with writing() as con:
        ensure_schema(con)
        random_wind(con)
        values = [
            actual(FIRST + n * HALF_HOUR, 4_000.0, psr_type=name, business_type="Wind generation")
            for name in WIND_AND_SOLAR.categories
            for n in range(10 * 48)
        ]
        land(con, WIND_AND_SOLAR, values)
        snapshots.publish_snapshot(con)
    return home


def traces(app: Any) -> list[list[str]]:
    """Return the names of the traces of each chart."""
    return [[trace.get("name", "") for trace in json.loads(c.proto.spec)["data"]] for c in app.get("plotly_chart")]


@pytest.mark.usefixtures("home_with_forecasts")
def test_the_page_shows_scores_errors_by_lead_time_months_and_a_day(open_page: Open) -> None:
    app = open_page("forecast")
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["Mean absolute error", "Bias", "RMSE", "Skill"]
    errors, day = traces(app)
    assert errors == ["Forecast", "Persistence", "Same time yesterday"]
    assert {"Each issue", "Last before gate closure", "Actual"} <= set(day)
    text = page_text(app)
    assert "Curtailed half-hours are not forecast errors alone" in text
    assert "flagged and" in text
    assert "By month" in text


@pytest.mark.usefixtures("home_with_forecasts")
def test_the_address_chooses_the_truth_the_grouping_and_the_day(open_page: Open) -> None:
    app = open_page("forecast", truth="First published", by="Hour of the day", day="2024-10-27")
    assert not app.exception
    assert "the first published values" in page_text(app)
    assert "27 Oct 2024: the actual values" in page_text(app)
    assert app.segmented_control(key="by").value == "hour"


@pytest.mark.usefixtures("home_with_forecasts")
def test_a_forecast_that_has_not_landed_links_to_the_import(open_page: Open) -> None:
    app = open_page("forecast", forecast="Wind and solar forecast")
    assert not app.exception
    assert "No wind and solar forecast data yet" in page_text(app)
    assert [link.value for link in app.page_link] == ["Import data"]


@pytest.mark.usefixtures("home_with_forecasts")
def test_the_overview_draws_the_newest_forecast_dashed_with_its_issue_time(open_page: Open) -> None:
    app = open_page("overview")
    assert not app.exception
    assert plain("Dashed: the newest wind forecast") in page_text(app).replace("(WINDFOR)", "")
    [figure] = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    line = next(trace for trace in figure["data"] if trace["name"].startswith("Wind forecast, issued Sun 3 Nov 23:30"))
    assert line["line"]["dash"] == "dash"
    assert line["x"][0].startswith("2024-11-04")
    assert figure["layout"]["xaxis"]["range"][1] > line["x"][-1]
