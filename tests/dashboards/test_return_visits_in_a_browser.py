"""Readers in a real browser: what they see first, what changed since the last visit, and the views that they saved."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from shutil import copytree

import pytest
from playwright.sync_api import Browser, Locator, expect

from dashboards.components.last_visit import COOKIE
from elexon_assets.datasets import WIND_FORECAST
from tests.browsing import Tab, launched, tab
from tests.dashboard_servers import running_dashboard
from tests.market_homes import PERIODS, Market
from tests.renewables.forecast_frames import HOUR, issue, land
from tests.renewables.moved_portfolio import land_moved_portfolio
from warehouse import snapshots
from warehouse.connection import writing

FIRST_SCREEN = {1440: 280, 390: 844}
"The pixels within which a page's chart starts, by the width of the window."
WIDTHS = tuple(FIRST_SCREEN)
GENERATION_PAGES = ("", "analysis", "forecast", "value", "explorer")


@pytest.fixture(scope="module")
def address(_market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the dashboard on four days of data, and a project that was entered two months ago and moved yesterday."""
    home = tmp_path_factory.mktemp("home") / "home"
    copytree(_market.home, home)
    with writing(home / "warehouse.duckdb") as con:
        targets: dict[datetime, float | None] = {PERIODS[0] + n * HOUR: 6_000.0 for n in range(2, 60)}
        land(con, WIND_FORECAST, issue(PERIODS[0] + HOUR, targets))
        snapshots.publish_snapshot(con)
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


def test_the_chart_is_on_the_first_screen_and_its_figures_are_beside_it(reader: Tab) -> None:
    width = reader.page.viewport_size["width"] if reader.page.viewport_size else 0
    late, apart = {}, []
    for path in GENERATION_PAGES:
        reader.open(path)
        reader.drawn()
        main = reader.page.get_by_test_id("stMain")
        chart = main.locator("[data-testid=stPlotlyChart], [data-testid=stDataFrame]").first.bounding_box()
        assert chart, path
        if chart["y"] > FIRST_SCREEN[width]:
            late[path] = chart["y"]
        if path == "explorer" or width < 1100:  # it has no chart, and a phone has the figures below
            continue
        figures = main.locator(".st-key-figures table").bounding_box()
        if not figures or figures["x"] < chart["x"] + chart["width"] or abs(figures["y"] - chart["y"]) > 20:
            apart.append(path)
    assert late == {}
    assert apart == []


def test_a_filter_that_its_chip_cleared_does_not_come_back_with_the_next_click(reader: Tab) -> None:
    page = reader.page
    reader.open("explorer?low=5000")
    page.get_by_role("button", name="Options").click()
    expect(page.get_by_label("Min (MW)")).to_have_value("5000.00")
    page.get_by_test_id("stPopoverBody").get_by_text("Flagged only").click()
    page.wait_for_url(re.compile("flagged=true"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Flagged only ×").first.click()  # noqa: RUF001 (a cross is meant)
    page.wait_for_url(re.compile(r"explorer\?low=5000$"))
    page.get_by_role("combobox", name="Days").click()
    page.get_by_role("option", name="28 days").click()
    page.wait_for_url(re.compile("days=28"))
    reader.settled()
    expect(page.get_by_role("button", name="From 5,000 MW ×").first).to_be_visible()  # noqa: RUF001 (as above)
    assert "flagged" not in page.url
    expect(page.get_by_role("button", name="Flagged only ×")).to_have_count(0)  # noqa: RUF001 (as above)


def visits(reader: Tab) -> list[int]:
    """Return the two moments in the cookie: the end of the visit before, and the newest load."""
    reader.page.wait_for_function(f"() => document.cookie.includes('{COOKIE}=')")
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
    expect(reader.page.get_by_text(re.compile(r"To do on \d+ \w+ \d{4}: "))).to_be_visible()
    reader.page.get_by_role("link", name="Open To do").click()
    expect(reader.page.get_by_role("heading", name="To do", exact=True)).to_be_visible()


@pytest.fixture
def manager(browser: Browser, address: str) -> Iterator[Tab]:
    """Open the page Pipeline on a desk."""
    with tab(browser, address) as opened:
        opened.open("pipeline_dashboard")
        yield opened
        assert opened.problems == []


def test_what_changed_this_week_is_one_click_away(manager: Tab) -> None:
    manager.page.get_by_role("link", name="This week's changes").click()
    expect(manager.page.get_by_role("heading", name="Changes", exact=True)).to_be_visible()
    expect(manager.page.get_by_role("radio", name="This week")).to_be_checked()


def test_a_comparison_with_a_month_ago_is_one_click_away(manager: Tab) -> None:
    expect(manager.page.get_by_role("heading", name="1 project, 45 MW")).to_contain_text("1 advanced and 1 slipped")
    manager.page.get_by_role("link", name="Compare with a month ago").click()
    expect(manager.page.get_by_text("Advanced: Fen.")).to_be_visible()


def test_the_summary_for_the_board_is_one_click_away(manager: Tab) -> None:
    with manager.page.expect_download() as download:
        manager.page.get_by_role("button", name="Export for the board").click()
    page = download.value.path().read_text(encoding="utf-8")
    assert "What changed in the portfolio" in page
    assert "Advanced: Fen." in page


def test_on_paper_a_page_has_its_title_and_whole_tables_and_no_controls(manager: Tab) -> None:
    page = manager.page
    manager.open("changes?period=A+quarter")
    expect(page.get_by_text("gb-renewables · Changes · printed")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("gb-renewables · Changes · printed")).to_be_visible()
    expect(page.get_by_role("heading", name="Changes", exact=True)).to_be_visible()
    expect(page.locator(".on-paper td", has_text="Fen PV").first).to_be_visible()
    for control in ("stSidebar", "stButtonGroup", "stPopover", "stDownloadButton", "stDataFrame"):
        expect(page.get_by_test_id(control).filter(visible=True)).to_have_count(0)
    assert page.get_by_test_id("stMain").evaluate("e => getComputedStyle(e).overflow") == "visible"


def open_menu(reader: Tab) -> Locator:
    """Open the menu of views and return it."""
    reader.settled()
    menu = reader.page.get_by_test_id("stPopoverBody")
    if not menu.is_visible():
        reader.page.get_by_role("button", name=re.compile(r"Views$|Views ")).click()
    expect(menu).to_be_visible()
    return menu


def open_changing(reader: Tab) -> Locator:
    """Open the part of the menu that changes a view, which stays open after a change."""
    menu = open_menu(reader)
    if not menu.get_by_role("button", name="Delete").is_visible():
        menu.get_by_text("Change a view").click()
    return menu


def expect_note(reader: Tab, note: str) -> None:
    """Expect that the menu closes, so that a phone too shows the note and its undo."""
    expect(reader.page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(reader.page.get_by_text(note)).to_be_visible()


def test_a_view_is_saved_opened_renamed_deleted_and_brought_back(reader: Tab) -> None:
    width = reader.page.viewport_size["width"] if reader.page.viewport_size else 0
    name, renamed = f"Design {width}", f"Procured {width}"
    reader.open("projects?stage=Procurement")
    menu = open_menu(reader)
    menu.get_by_label("Save the present filters as").fill(name)
    menu.get_by_role("textbox", name="Your name *").fill("Anna")
    menu.get_by_role("button", name="Save view").click()
    expect_note(reader, f"Saved the view {name}.")
    assert reader.overflow_pixels() <= 0

    reader.open("projects?q=nothing")
    open_menu(reader).get_by_role("button", name=name).click()
    reader.page.wait_for_url(re.compile(r"projects\?stage=Procurement$"))
    reader.settled()
    expect(reader.page.get_by_text("1 of 1 projects")).to_be_visible()

    menu = open_changing(reader)
    shared = menu.get_by_test_id("stCode").inner_text().strip()
    menu.get_by_label("Name", exact=True).fill(renamed)
    menu.get_by_role("button", name="Save", exact=True).click()
    expect_note(reader, f"Saved the view {renamed}.")

    menu = open_changing(reader)
    menu.get_by_role("button", name="Delete").click()
    expect_note(reader, f"Deleted the view {renamed}.")
    reader.page.get_by_role("button", name="Undo").click()
    expect(reader.page.get_by_text(f"The view {renamed} is back.")).to_be_visible()

    reader.page.goto(shared)
    reader.page.wait_for_url(re.compile(r"projects\?stage=Procurement$"))
    reader.settled()
    expect(open_menu(reader).get_by_role("button", name=renamed)).to_be_visible()


def test_a_list_is_a_table_on_a_desk_and_cards_on_a_phone_and_a_click_opens_the_record(reader: Tab) -> None:
    page, width = reader.page, reader.page.viewport_size["width"] if reader.page.viewport_size else 0
    reader.open("projects")
    table, cards = page.get_by_test_id("stDataFrame"), page.locator(".st-key-list-cards")
    if width == min(WIDTHS):
        expect(table).to_be_hidden()
        cards.get_by_role("link", name="Fen").click()
    else:
        expect(cards).to_be_hidden()
        reader.drawn()
        table.click(position={"x": 400, "y": 60})  # not on the name
    expect(page.get_by_role("heading", name="Fen", exact=True)).to_be_visible()
    assert page.url.endswith("project?id=fen")
