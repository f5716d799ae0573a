"""Tests of the pipeline in a real browser, as its users work.

An added record appears at once and lands while they watch, two people edit one project, an archived project is
restored, and an exported file changes nothing when it is imported.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline_assets.ledger import reader
from tests.browsing import Tab, tab
from tests.orchestration.conftest import Server, landing_changes

A_LANDING_MS = 150_000
"""The longest wait for a landing: six seconds on a quiet machine, because Dagster's daemon looks every five seconds;
fifteen if the landing needs a run, which is a process that starts.
"""
PROJECT, NAME = "pr-larkspur-down", "Larkspur Down Solar"
PENDING = "not in charts yet"


def fill(page: Page, label: str, text: str, nth: int = 0) -> None:
    page.get_by_label(label, exact=True).nth(nth).fill(text)


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    box.press_sequentially(option)  # a long list draws only what fits on the page
    page.get_by_role("option", name=option, exact=True).click()


def pick(page: Page, label: str, option: str) -> None:
    """Choose an option that is in view."""
    page.get_by_role("radiogroup", name=label).get_by_text(option, exact=True).click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def go(opened: Tab, name: str) -> None:
    """Open a page by its link in the sidebar."""
    opened.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(opened.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    opened.settled()


def find(opened: Tab, words: str) -> None:
    body = opened.page.get_by_test_id("stMain")
    box = body.get_by_role("searchbox").or_(body.get_by_role("textbox")).first
    box.fill(words)
    box.press("Enter")


def switch_archived(opened: Tab) -> None:
    """Switch a list between its live and its archived records."""
    press(opened.page, "Options")
    opened.page.get_by_test_id("stPopoverBody").get_by_text("Archived", exact=True).click()
    opened.settled()
    opened.page.keyboard.press("Escape")


def made_since(ledger: sa.Engine, position: int) -> Counter[tuple[str, str]]:
    """Return the number of changes of each kind and action."""
    return Counter((change.action, change.kind) for change in reader.changes_since(ledger, position))


@pytest.mark.timeout(300)
def test_a_new_project_appears_at_once_and_lands_while_the_page_is_open(
    dashboard: Tab, browser: Browser, server: Server, portfolio: sa.Engine
) -> None:
    page, before = dashboard.page, reader.newest_position(portfolio)
    dashboard.open("pipeline_dashboard")
    projects = page.get_by_test_id("stMetric").filter(has_text="Projects").get_by_test_id("stMetricValue")
    count = int(projects.inner_text())

    go(dashboard, "Counterparties")
    press(page, "New counterparty")
    fill(page, "Name *", "Teasel Partners")
    fill(page, "Your name *", "Anna")
    page.get_by_role("button", name="Create counterparty").dblclick()
    expect(page.get_by_role("heading", name="Teasel Partners")).to_be_visible()
    assert made_since(portfolio, before) == {("create", "counterparties"): 1}, "a double click is one change"

    go(dashboard, "Projects")
    press(page, "New project")
    fill(page, "Name *", "Teasel Down")
    pick(page, "Stage", "Design")
    fill(page, "Name *", "Teasel Down Solar", 1)
    pick(page, "Technology *", "Solar")
    fill(page, "Capacity (MWp) *", "12.5")
    choose(page, "Counterparty", "Teasel Partners")
    expect(page.get_by_label("Your name *", exact=True)).to_have_count(0)  # it is requested once
    expect(page.get_by_text("as Anna")).to_be_visible()
    page.get_by_role("button", name="Create project").dblclick()
    expect(page.get_by_role("heading", name="Teasel Down", exact=True)).to_be_visible()
    expect(page.get_by_text(PENDING).first).to_be_visible()
    expect(page.get_by_text("12.5 MWp").first).to_be_visible()
    made = made_since(portfolio, before)
    assert made[("create", "pipelines")] == made[("create", "facilities")] == 1
    assert made.total() == 5, "a double click is one batch: project, facility, and who and what belongs to it"
    deep_link = page.url

    go(dashboard, "Projects")
    find(dashboard, "teasel")
    expect(table(page, f"1 projects, 1 of them {PENDING}")).to_be_visible()
    go(dashboard, "Pipeline")
    expect(page.get_by_text("5 recent edits are not in these charts yet")).to_be_visible()
    expect(projects).to_have_text(str(count))
    page.evaluate("window.isTheSame = true")

    with landing_changes(server), tab(browser, dashboard.address) as fresh:
        fresh.page.goto(deep_link)
        expect(fresh.page.get_by_role("heading", name="Teasel Down", exact=True)).to_be_visible()
        box = fresh.page.get_by_test_id("stSidebar").get_by_role("searchbox")
        box.fill("teasel down")
        box.press("Enter")
        fresh.page.get_by_test_id("stMain").get_by_role("link", name="Teasel Down").first.click()
        expect(fresh.page.get_by_role("link", name="Teasel Partners")).to_be_visible()
        assert fresh.page.url == deep_link
        expect(projects).to_have_text(str(count + 1), timeout=A_LANDING_MS)
        expect(page.get_by_text("not in these charts yet")).to_have_count(0)
        assert page.evaluate("window.isTheSame"), "nobody reloaded it"
        expect(fresh.page.get_by_text(PENDING)).to_have_count(0)
        assert fresh.problems == []


@pytest.mark.timeout(300)
def test_two_people_edit_a_project_and_an_archived_project_is_restored(
    dashboard: Tab, browser: Browser, portfolio: sa.Engine, tmp_path: Path
) -> None:
    anna, opened_as = dashboard.page, reader.find_record(portfolio, "pipelines", PROJECT)
    assert opened_as
    with tab(browser, dashboard.address) as other:
        ben = other.page
        for name, someone in (("Anna", dashboard), ("Ben", other)):
            someone.open(f"project?id={PROJECT}")
            someone.page.get_by_role(
                "button", name="Edit", exact=True
            ).first.click()  # the first is the project's, the others are its parts'
            expect(someone.page.get_by_label("Notes", exact=True)).to_be_visible()
            someone.settled()
            fill(someone.page, "Notes", f"{name}'s notes")
            fill(someone.page, "Your name *", name)
        choose(ben, "Market", "Ireland")
        press(ben, "Save")
        expect(ben.get_by_text("Saved.")).to_be_visible()
        assert other.problems == []
    press(anna, "Save")
    newer = opened_as.version + 1
    expect(anna.get_by_text("Ben saved changes while you were editing")).to_be_visible()
    for seen in ("Ben's notes", "Anna's notes", "Ireland"):
        expect(table(anna, "Theirs and yours").locator("[role=gridcell]", has_text=seen)).to_be_attached()
    press(anna, "Apply mine over theirs")
    expect(anna.get_by_text("Saved.")).to_be_visible()
    now = reader.find_record(portfolio, "pipelines", PROJECT)
    assert now
    assert (now.version, now.fields["notes"], now.fields["market"]) == (newer + 1, "Anna's notes", "Ireland")

    press(anna, "Archive")
    fill(anna, "Reason", "sold")
    anna.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Archive").click()
    expect(anna.get_by_text("Archived by Anna")).to_be_visible()
    go(dashboard, "Projects")
    find(dashboard, NAME)
    expect(anna.get_by_text(re.compile("^0 of "))).to_be_visible()
    switch_archived(dashboard)
    expect(anna.get_by_text("1 of 1 projects")).to_be_visible()
    archived = table(anna, f"1 projects, 1 of them {PENDING}")
    expect(archived.locator("[role=gridcell]", has_text=NAME).first).to_be_attached()
    dashboard.settled()
    archived.click(position={"x": 60, "y": 52})  # the name in the first row
    press(anna, "Restore")
    anna.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Restore").click()
    expect(anna.get_by_role("button", name="Edit", exact=True).first).to_be_visible()
    go(dashboard, "Projects")
    switch_archived(dashboard)  # the list is as the user left it
    expect(anna.get_by_text(re.compile(r"^1 of \d\d"))).to_be_visible()

    go(dashboard, "Import")
    with anna.expect_download() as download:
        press(anna, "All projects")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert {row["id"] for row in rows} == {record.id for record in reader.records_of_kind(portfolio, "pipelines")}
    position = reader.newest_position(portfolio)
    anna.locator("input[type=file]").set_input_files(file)
    expect(anna.get_by_text("Nothing to import")).to_be_visible()
    assert reader.newest_position(portfolio) == position
