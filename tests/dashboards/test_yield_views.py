"""Tests of the yield section of a project's page, and of the yield view of the pipeline's dashboard."""

from pathlib import Path

import pytest

from renewables.queries.project_yield import pipeline_yield
from tests.dashboards.conftest import Open, page_text
from tests.renewables.test_project_yield import WANTED
from tests.yield_homes import land_changes


@pytest.mark.usefixtures("years_on_record")
def test_a_project_shows_its_energy_and_revenue_with_the_caveats_beside_them(open_page: Open) -> None:
    app = open_page("project", id="fen")
    assert not app.exception
    row = pipeline_yield(WANTED, project="fen").total.row(0, named=True)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Expected a year"] == f"{row['expected_mwh'] / 1000:,.0f} GWh"
    assert shown["Revenue a year"] == f"£{row['revenue_gbp'] / 1e6:,.2f} m"
    text = page_text(app).replace("\\", "")
    for caveat in (
        "not of this site",
        "MWp of solar is DC",
        "within-day index",
        "capture prices of 2023",
        "2021 (Solar)",
    ):
        assert caveat in text


@pytest.mark.usefixtures("years_on_record")
def test_a_project_of_storage_alone_has_no_figures_and_says_why(open_page: Open) -> None:
    app = open_page("project", id="store")
    assert not app.exception
    assert "BESS stores energy and generates none" in page_text(app)
    assert not app.metric


@pytest.mark.usefixtures("years_on_record")
def test_the_view_shows_the_yield_of_the_projects_that_match_the_filter(open_page: Open) -> None:
    app = open_page("pipeline_dashboard", view="Yield", stage="Construction")
    assert not app.exception
    assert not app.error
    row = pipeline_yield(WANTED, project="moor").total.row(0, named=True)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Weighted a year"] == f"{row['weighted_mwh'] / 1000:,.0f} GWh"
    assert len(app.get("plotly_chart")) == 1


def test_a_project_without_elexons_data_explains_what_to_fetch(home: Path, open_page: Open) -> None:
    land_changes(home)
    app = open_page("project", id="fen")
    assert not app.exception
    assert "renewables fetch-year 2023" in page_text(app)
