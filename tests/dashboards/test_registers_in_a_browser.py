"""The page Registers in a real browser: every view fits and is accessible, and a record leads back to its list."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browsing import Tab, launched, tab
from tests.dashboard_servers import running_dashboard
from tests.page_looks import assert_page_is_sound
from tests.register_homes import RegisterHome

WIDTHS = (1920, 1440, 820, 390)
PATHS = {
    "records": "registers?technology=Solar",
    "map": "registers?picture=Map",
    "connections": "registers?register=TEC",
    "changes": "registers?view=Changes",
    "slip": "registers?register=TEC&view=Connection+dates",
    "operators": "registers?view=Operators",
    "issues": "registers?view=Issues",
    "neighbours": "pipeline_dashboard?view=Map&neighbours=true&km=50",
}


@pytest.fixture(scope="module")
def visitor(_register_home: RegisterHome) -> Iterator[Tab]:
    """Run the dashboard on the shared home in its own process, and open one tab for all pages."""
    with (
        running_dashboard(_register_home.home) as address,
        launched() as browser,
        tab(browser, address) as opened,
    ):
        yield opened


@pytest.mark.parametrize("view", PATHS)
def test_each_view_fits_every_width_and_is_accessible(view: str, visitor: Tab) -> None:
    assert_page_is_sound(visitor, PATHS[view], WIDTHS, is_new=False)


def test_a_click_on_a_name_opens_the_record_and_a_link_leads_back_to_the_same_list(visitor: Tab) -> None:
    visitor.page.set_viewport_size({"width": 1440, "height": 1000})
    visitor.open("registers?technology=Solar&q=solar")
    visitor.drawn()
    table = visitor.page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 120, "y": 35 + 18})  # right of the button that opens the row
    visitor.page.wait_for_url(re.compile(r"record=repd%3A\d+|record=repd:\d+"))
    visitor.settled()
    expect(visitor.page.get_by_text("In each issue")).to_be_visible()
    visitor.page.get_by_role("button", name="All records").click()
    visitor.page.wait_for_url(re.compile("technology=Solar"))
    visitor.settled()
    expect(visitor.page.get_by_role("searchbox", name="Search").last).to_have_value("solar")


def test_arrow_keys_walk_through_a_table_without_leaving_it_and_enter_opens_the_row(visitor: Tab) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1440, "height": 1000})
    visitor.open("registers?technology=Solar")
    visitor.drawn()
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.focus()
    for key, column, row in (("", 0, 0), ("ArrowRight", 1, 0), ("ArrowDown", 1, 1), ("ArrowDown", 1, 2)):
        if key:
            page.keyboard.press(key)
        current = table.locator(f"#glide-cell-{column}-{row}[aria-selected=true]")
        current.wait_for(state="attached")
    name = current.text_content() or ""
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("record="))
    visitor.settled()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
