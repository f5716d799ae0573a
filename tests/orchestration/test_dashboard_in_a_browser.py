"""Tests of the dashboard of `renewables up` in a real browser.

An import is followed to its end, every page is opened at three widths and in both themes with the outside network cut
off, an address is copied, and the page is reloaded during an import.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS, GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.missing_days import last_closed_day
from tests.browsing import Tab, tab
from tests.dashboards.conftest import ADDRESSES, PAGES
from tests.orchestration.conftest import Server
from tests.page_looks import PHONE, assert_page_is_sound, assert_page_stands_still
from warehouse import snapshots

A_RUN_MS = 150_000
"The longest wait for a run: ten seconds on a quiet machine; most of it is a process that starts."


def choose_datasets(dashboard: Tab, *chosen: Dataset) -> None:
    """Take the other datasets, which are all chosen at first, out of the next import."""
    for dataset in DATASETS:
        if dataset not in chosen:
            dashboard.page.get_by_role("button", name=dataset.title, exact=True).click()


@pytest.mark.timeout(300)
def test_seven_days_are_imported_and_the_chart_shows_them(dashboard: Tab, server: Server) -> None:
    folder = snapshots.folder_of(server.settings.warehouse_file)
    before = snapshots.newest_snapshot(folder)
    dashboard.open("data_management")
    choose_datasets(dashboard, WIND_AND_SOLAR, GENERATION_BY_FUEL)  # fewer requests to wait for
    dashboard.settled()
    dashboard.page.get_by_role("button", name="Import 7 days").dblclick()
    expect(dashboard.page.get_by_text("Done: 3 requests")).to_be_visible(timeout=A_RUN_MS)
    asked = server.orchestrator.ask(RUNS)["runsOrError"]["results"]
    assert len(asked) == 1, "a double click is one import"
    after = snapshots.newest_snapshot(folder)
    assert after
    assert before is None or after.version > before.version
    dashboard.page.get_by_role("link", name="Overview").click()
    newest = last_closed_day(WIND_AND_SOLAR, datetime.now(UTC))
    expect(dashboard.page.get_by_text(re.compile(f"{newest.day} {newest:%b %Y}")).first).to_be_visible()
    expect(dashboard.page.get_by_test_id("stPlotlyChart").locator(".scatterlayer .trace").first).to_be_visible()
    expect(dashboard.page.get_by_text("SYNTHETIC data")).to_be_visible()


@pytest.fixture(scope="module")
def visitor(browser: Browser, server: Server) -> Iterator[Tab]:
    """Open one tab for all pages, so that shared files stay in its cache."""
    with tab(browser, f"http://127.0.0.1:{server.dashboard_port}") as opened:
        yield opened


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_fits_every_width_and_is_accessible(page: str, visitor: Tab) -> None:
    assert_page_is_sound(visitor, f"{page.removeprefix('overview')}?{urlencode(ADDRESSES.get(page, {}))}")


@pytest.mark.parametrize("page", ["analysis", "explorer"])
def test_nothing_moves_while_a_page_loads_on_a_phone(page: str, visitor: Tab) -> None:
    assert_page_stands_still(visitor, page, PHONE)


def test_a_copied_address_restores_the_choices(dashboard: Tab, browser: Browser) -> None:
    dashboard.open("analysis")
    for choice, option in (("View", "Duration"), ("Days", "7 days")):
        dashboard.page.get_by_role("combobox", name=choice).click()
        dashboard.page.get_by_role("option", name=option).click()
        dashboard.settled()
    dashboard.page.wait_for_url(re.compile("view=Duration"))
    dashboard.settled()
    copied = dashboard.page.url
    with tab(browser, dashboard.address) as other:
        other.page.goto(copied)
        other.settled()
        expect(other.page.get_by_text("reached or exceeded")).to_be_visible()
        assert other.page.url == copied


def test_an_invalid_date_disables_the_import_of_the_range(dashboard: Tab) -> None:
    dashboard.open("data_management")
    button = dashboard.page.get_by_role("button", name=re.compile(r"^Import .* · \d+ days$"))
    expect(button).to_be_enabled()
    dashboard.page.get_by_role("spinbutton", name=re.compile("^year.*end date")).click()
    dashboard.page.keyboard.type("2099")
    expect(button).to_have_count(0)
    expect(dashboard.page.get_by_role("button", name="Correct the dates first")).to_be_disabled()


@pytest.mark.timeout(300)
def test_a_reload_finds_the_import_again_and_cancels_it(dashboard: Tab, server: Server) -> None:
    server.simulator.faults = "slow=5@2021-01-01/2022-01-01"
    dashboard.open("data_management")
    choose_datasets(dashboard, WIND_AND_SOLAR)
    dashboard.page.get_by_role("combobox", name="Year").click()
    dashboard.page.get_by_role("option", name="2021").click()
    dashboard.page.get_by_role("button", name="Import 2021").click()
    line = dashboard.page.get_by_text("1 Jan–31 Dec 2021").last  # noqa: RUF001 (a dash is meant)
    expect(line).to_be_visible()
    dashboard.page.reload()
    expect(line).to_be_visible()
    dashboard.page.get_by_role("button", name="Cancel").first.click()
    expect(dashboard.page.get_by_text("Cancelled; data imported before stays")).to_be_visible(timeout=A_RUN_MS)


RUNS = """{ runsOrError(filter: {tags: [{key: "renewables/requested_by", value: "dashboard"}]}) {
  ... on Runs { results { runId } } } }"""
