"""The page Registers in a real browser: every view fits and is accessible, and a record leads back to its list."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from renewables.cli.up import dashboard_command
from tests.accessibility import violations, violations_in_dark
from tests.browsing import Tab, launched, tab
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nowhere = "http://127.0.0.1:9"
    settings = {"RENEWABLES_HOME": str(_register_home.home), "DAGSTER_URL": nowhere, "ELEXON_BASE_URL": nowhere}
    process = subprocess.Popen(dashboard_command(port), env={**os.environ, **settings}, cwd=_register_home.home)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9)) as client:
            client.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=60).raise_for_status()
        with launched() as browser, tab(browser, f"http://127.0.0.1:{port}") as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("view", PATHS)
def test_each_view_fits_every_width_and_is_accessible(view: str, visitor: Tab) -> None:
    visitor.problems.clear()
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.open(PATHS[view])
    visitor.drawn()
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert violations(visitor.page) == []
    assert violations_in_dark(visitor.page) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.fit_window()
        assert visitor.overflow_pixels() <= 0, f"wider than {width} pixels"
        assert visitor.cut_off() == [], f"at {width} pixels"
    assert visitor.problems == []
    assert visitor.outside == [], "the dashboard works without the network"


def test_a_click_on_a_name_opens_the_record_and_a_link_leads_back_to_the_same_list(visitor: Tab) -> None:
    visitor.page.set_viewport_size({"width": 1440, "height": 1000})
    visitor.open("registers?technology=Solar&q=solar")
    visitor.drawn()
    table = visitor.page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 40, "y": 35 + 18})
    visitor.page.wait_for_url(re.compile(r"record=repd%3A\d+|record=repd:\d+"))
    visitor.settled()
    expect(visitor.page.get_by_text("In each issue")).to_be_visible()
    visitor.page.get_by_role("button", name="All records").click()
    visitor.page.wait_for_url(re.compile("technology=Solar"))
    visitor.settled()
    expect(visitor.page.get_by_role("searchbox", name="Search").last).to_have_value("solar")
