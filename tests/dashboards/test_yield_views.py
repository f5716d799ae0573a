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


@pytest.mark.usefixtures("years_on_record")
@pytest.mark.parametrize(
    ("title", "price", "year", "caveat"),
    [
        ("Within-day index (MID)", "market_index_price", 2021, "is a within-day index"),
        ("System price", "system_price", 2021, "what imbalances are settled at"),
    ],
)
@pytest.mark.parametrize(("page", "more"), [("project", {"id": "fen"}), ("pipeline_dashboard", {"view": "Yield"})])
def test_the_address_chooses_the_capture_price_and_its_year(
    page: str, more: dict[str, str], title: str, price: str, year: int, caveat: str, open_page: Open
) -> None:
    app = open_page(page, price=title, price_year=str(year), **more)
    assert not app.exception
    figures = pipeline_yield(WANTED, price=price, price_year=year, project=more.get("id"))
    row = figures.total.row(0, named=True)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Revenue a year"] == f"£{row['revenue_gbp'] / 1e6:,.2f} m"
    assert shown["Weighted revenue"] == f"£{row['weighted_revenue_gbp'] / 1e6:,.2f} m"
    text = page_text(app).replace("\\", "")
    assert f"the capture price of {year}, {title}" in text
    assert caveat in text


@pytest.mark.usefixtures("years_on_record")
def test_only_years_with_enough_of_the_chosen_price_are_offered(open_page: Open) -> None:
    app = open_page("project", id="fen", price_year="2022")
    assert list(app.selectbox(key="price-year").options) == ["2023", "2022", "2021", "2020"]
    app.segmented_control(key="price").set_value("system_price").run()
    assert not app.exception
    assert list(app.selectbox(key="price-year").options) == ["2021"]
    row = pipeline_yield(WANTED, price="system_price", project="fen").total.row(0, named=True)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Revenue a year"] == f"£{row['revenue_gbp'] / 1e6:,.2f} m"


@pytest.mark.usefixtures("years_on_record")
def test_a_price_year_of_the_address_without_enough_prices_says_why_it_is_not_offered(open_page: Open) -> None:
    app = open_page("project", id="fen", price_year="2024")
    assert not app.exception
    assert "2024 is not offered" in page_text(app)
    assert "Revenue at capture prices of 2023" in page_text(app).replace("\\", "")
