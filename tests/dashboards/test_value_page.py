"""Tests that values and shares on the pages are those of the API, and that the address restores the choices."""

import pytest

from renewables import capture_prices, price_summary, share_records
from renewables.queries.shares import latest_share
from renewables.queries.value_prices import PRICES
from tests.dashboards.conftest import Open, page_text
from tests.market_homes import SPAN


@pytest.mark.parametrize("price", PRICES)
@pytest.mark.usefixtures("market")
def test_the_cards_show_the_baseload_and_capture_prices_of_the_address(price: str, open_page: Open) -> None:
    app = open_page("value", price=PRICES[price].title, days="All")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    baseload = price_summary(*SPAN, price=price)["baseload_price_gbp_per_mwh"].item()
    captures = capture_prices(*SPAN, price=price).select("technology", "capture_price_gbp_per_mwh").rows()
    assert shown == {name: f"£{value:,.2f}" for name, value in [("Baseload price", baseload), *captures]}
    assert len(app.get("plotly_chart")) == 3


@pytest.mark.parametrize(
    ("price", "caveat"),
    [("market_index_price", "not the day-ahead auction"), ("system_price", "Later settlement runs revise it")],
)
@pytest.mark.usefixtures("market")
def test_the_page_explains_what_its_price_is_not(price: str, caveat: str, open_page: Open) -> None:
    assert caveat in page_text(open_page("value", price=PRICES[price].title))


@pytest.mark.usefixtures("market")
def test_the_summary_of_value_counts_what_was_left_out(open_page: Open) -> None:
    table = open_page("value", days="All").dataframe[0].value
    assert list(table["half_hours_without_price"]) == [4, 4, 4, 4]
    assert list(table["half_hours_flagged"]) == [2, 2, 0, 0]


@pytest.mark.usefixtures("warehouse")
def test_a_value_page_without_prices_links_to_the_import(open_page: Open) -> None:
    app = open_page("value")
    assert "No market index price data yet" in page_text(app)
    assert [link.value for link in app.page_link] == ["Import data"]


@pytest.mark.usefixtures("market")
def test_the_overview_shows_the_share_of_demand_of_its_half_hour(open_page: Open) -> None:
    latest = latest_share()
    assert latest is not None
    text = page_text(open_page("overview"))
    assert f"**{100 * latest.share_of_demand:.0f} % of demand**" in text
    assert "Tue 2 Apr 2024 23:30–00:00" in text  # noqa: RUF001 (a dash is meant)


@pytest.mark.usefixtures("market")
def test_the_figures_beside_the_chart_have_the_capture_price_of_each_technology(open_page: Open) -> None:
    captures = capture_prices(*SPAN).filter(technology="Solar")["capture_price_gbp_per_mwh"].item()
    (row,) = [line for line in page_text(open_page("analysis", days="All")).splitlines() if "Solar |" in line]
    assert row.split("|")[-2].strip() == f"£{captures:,.2f}"


@pytest.mark.parametrize("by", ["Auto", "day", "month"])
@pytest.mark.usefixtures("market")
def test_the_view_of_shares_shows_the_records_of_the_api(by: str, open_page: Open) -> None:
    app = open_page("analysis", view="Share of demand", days="All", by=by)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    records = share_records()["value"].to_list()
    table = app.dataframe[0].value
    assert [*table["share"].dropna(), *(table["residual_demand_gw"].dropna() * 1000)] == pytest.approx(records)
    assert "7 lack a part and 2 are flagged" in page_text(app)


@pytest.mark.usefixtures("warehouse")
def test_a_view_of_shares_without_demand_explains_what_to_import(open_page: Open) -> None:
    assert "Import them for these days" in page_text(open_page("analysis", view="Share of demand", days="All"))
