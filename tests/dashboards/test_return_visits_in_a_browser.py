"""Readers who come back, in a real browser, and see what changed since their last visit."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from dashboards.components.last_visit import COOKIE
from tests.browsing import Tab, launched, tab
from tests.dashboard_servers import running_dashboard
from tests.renewables.moved_portfolio import land_moved_portfolio

WIDTHS = (1440, 390)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the dashboard on a project that was entered two months ago and moved yesterday."""
    home = tmp_path_factory.mktemp("home")
    today = datetime.now(UTC).date()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWABLES_HOME", str(home))
        land_moved_portfolio(today - timedelta(days=60), today - timedelta(days=1))
    with running_dashboard(home) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture(params=WIDTHS)
def reader(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Tab]:
    """Open a tab of a browser that was never here, on a desk and on a phone."""
    with tab(browser, address, width=request.param) as opened:
        yield opened
        assert opened.problems == []
        assert opened.page.get_by_test_id("stException").count() == 0


def visits(reader: Tab) -> list[int]:
    """Return the two moments in the cookie: the end of the visit before, and the newest load."""
    (value,) = [cookie["value"] for cookie in reader.page.context.cookies() if cookie["name"] == COOKIE]
    return [int(part) for part in value.split(".")]


def let_days_pass(reader: Tab, days: int) -> None:
    """Move the visits in the cookie into the past, as if the browser came back later."""
    moved = [moment and moment - days * 86_400 for moment in visits(reader)]
    value = ".".join(map(str, moved))
    reader.page.context.add_cookies([{"name": COOKIE, "value": value, "url": reader.address}])


def test_a_browser_that_comes_back_sees_what_changed_since_its_last_visit(reader: Tab) -> None:
    since = "changes?period=Since+my+last+visit"
    reader.open(since)
    expect(reader.page.get_by_text("This browser has no earlier visit of this page")).to_be_visible()
    let_days_pass(reader, 3)
    last = visits(reader)[1]

    reader.open(since)
    expect(reader.page.get_by_text("Advanced: Fen.")).to_be_visible()
    assert reader.overflow_pixels() <= 0
    assert visits(reader)[0] == last

    reader.open(since)
    expect(reader.page.get_by_text("Advanced: Fen.")).to_be_visible()
    assert visits(reader)[0] == last, "a reload is the same visit"
    expect(reader.page.get_by_text(re.compile(r"To do on \d\d/\d\d/\d{4}: "))).to_be_visible()
    reader.page.get_by_role("link", name="Open To do").click()
    expect(reader.page.get_by_role("heading", name="To do", exact=True)).to_be_visible()
