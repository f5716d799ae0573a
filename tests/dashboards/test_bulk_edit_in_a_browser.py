"""Tests of bulk edit in a real browser: pasted text means the same as that text in an import (scenario 28)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from tests.browsing import Tab, launched, tab
from tests.dashboard_servers import running_dashboard

NAMES = ("Ash Down", "Birch Fen", "Cedar Moor", "Dogwood Hill", "Elder Marsh")
COLUMNS = ("Record", "Name", "Market", "Stage", "RTB", "RAG", "Status date", "RAG comment", "Notes")
"The columns of the table of projects, from the left."
LAST = "the last field"
ROW_PIXELS = 35


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    home = tmp_path_factory.mktemp("home")
    engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    projects = [
        Change.create("pipelines", {"name": name, "rtb_date": "2028-06-30", "status_date": "2026-01-05"}, id=name[:3])
        for name in NAMES
    ]
    submit(engine, projects, actor=Actor.typed("tester"), token="projects")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def address(ledger: sa.Engine) -> Iterator[str]:
    """Run the dashboard in its own process on that ledger."""
    home = Path(str(ledger.url.database)).parent
    with running_dashboard(home) as running:
        yield running


@pytest.fixture
def dashboard(address: str) -> Iterator[Tab]:
    with launched() as browser, tab(browser, address) as bulk_edit:
        bulk_edit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        bulk_edit.open("bulk_edit")
        bulk_edit.drawn()
        yield bulk_edit
        assert bulk_edit.problems == []


def paste(page: Page, text: str, *, row: int = 0, column: str = "RTB") -> None:
    """Put the text on the clipboard and paste it with the keyboard, beginning at that cell."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    table = page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 40, "y": ROW_PIXELS * (row + 1) + ROW_PIXELS // 2})
    page.keyboard.press("Control+ArrowRight" if column == LAST else "Control+ArrowLeft")
    for _ in range(0 if column == LAST else COLUMNS.index(column)):
        page.keyboard.press("ArrowRight")
    if column == LAST:  # the table ends with a column that is not a field
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+v")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def enter_name(page: Page) -> None:
    """Fill in the author after the last run of the script is drawn: until then the field may exist twice."""
    field = page.get_by_label("Your name *", exact=True)
    expect(field).to_have_count(1)
    field.fill("Anna")


def save(page: Page) -> Locator:
    return page.get_by_test_id("stFormSubmitButton").get_by_role("button")


def fields(ledger: sa.Engine) -> dict[str, dict[str, object]]:
    return {record.fields["name"]: dict(record.fields) for record in reader.records_of_kind(ledger, "pipelines")}


def test_pasted_dates_are_read_as_in_an_import_and_none_is_dropped(dashboard: Tab, ledger: sa.Engine) -> None:
    page, before = dashboard.page, reader.newest_position(ledger)
    paste(page, "03/04/2027\n13/04/2027\nQ3 2027\n46477\n2027-05-06\nbelow the last")
    expect(page.get_by_text("2 cells cannot be read")).to_be_visible()
    for seen in ("Cedar Moor", "Q3 2027", "Dogwood Hill", "46477"):
        expect(
            region(page, "Cells that cannot be read").locator("[role=gridcell]", has_text=seen).first
        ).to_be_attached()
    expect(page.get_by_text("03/04/2027 is read with the day first: 2027-04-03")).to_be_visible()
    expect(page.get_by_text("1 cell below the last record: below the last")).to_be_visible()
    expect(save(page)).to_be_disabled()

    paste(page, "30 Sep 2027\n31/03/2027", row=2)
    paste(page, " ", row=5)
    expect(page.get_by_text("cannot be read")).to_have_count(0)
    expect(page.get_by_text("below the last record")).to_have_count(0)
    enter_name(page)
    expect(save(page)).to_be_enabled()
    save(page).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert [fields(ledger)[name]["rtb_date"] for name in NAMES] == [
        *("2027-04-03", "2027-04-13", "2027-09-30", "2027-03-31", "2027-05-06"),
    ]
    assert len({change.batch for change in reader.changes_since(ledger, before)}) == 1


def test_pasted_words_numbers_and_names_are_read_or_refused_at_their_row(dashboard: Tab, ledger: sa.Engine) -> None:
    page, before = dashboard.page, reader.newest_position(ledger)
    paste(page, "amber\t\tGrid offer is late\nPurple\t\t#N/A", column="RAG")
    expect(page.get_by_text("2 cells cannot be read")).to_be_visible()
    for seen in ("Purple", "#N/A"):
        expect(
            region(page, "Cells that cannot be read").locator("[role=gridcell]", has_text=seen).first
        ).to_be_attached()
    changes = region(page, "2 cells that would change")
    for seen in ("Amber", "Grid offer is late"):
        expect(changes.locator("[role=gridcell]", has_text=seen).first).to_be_attached()
    expect(save(page)).to_be_disabled()
    assert reader.newest_position(ledger) == before


def test_a_pasted_name_with_a_line_break_is_refused_before_it_is_saved(dashboard: Tab, ledger: sa.Engine) -> None:
    page, before = dashboard.page, reader.newest_position(ledger)
    paste(page, '"Two\nLines"', column="Name")
    expect(page.get_by_text("These changes cannot be saved")).to_be_visible()
    expect(page.get_by_text("Name: has a line break")).to_be_visible()
    expect(save(page)).to_be_disabled()
    assert reader.newest_position(ledger) == before


def test_cells_pasted_right_of_the_last_column_are_named_and_nothing_is_saved(
    dashboard: Tab, ledger: sa.Engine
) -> None:
    page, before = dashboard.page, reader.newest_position(ledger)
    paste(page, "kept\tfirst beyond\tsecond beyond\nalso kept", column=LAST)
    expect(page.get_by_text("1 cell right of the last column: first beyond")).to_be_visible()
    expect(page.get_by_text("cells further right were not used")).to_be_visible()
    expect(save(page)).to_be_disabled()
    assert reader.newest_position(ledger) == before


def test_a_block_that_is_too_wide_is_reported_even_if_its_first_extra_cell_is_blank(dashboard: Tab) -> None:
    page = dashboard.page
    paste(page, "kept\t\tsecond beyond", column=LAST)
    expect(page.get_by_text("The pasted block is wider than the table")).to_be_visible()


def test_cells_pasted_over_the_names_of_the_records_are_named_unless_they_are_the_same(dashboard: Tab) -> None:
    page = dashboard.page
    paste(page, "Ash Down\tAsh Down\nBirch Fen\tBirch Fen\n2027-05-06", column="Record")
    expect(page.get_by_text("1 cell in the column Record: 2027-05-06")).to_be_visible()
    expect(save(page)).to_have_count(0)


def test_an_emptied_cell_clears_its_field_only_after_the_box_is_ticked(dashboard: Tab, ledger: sa.Engine) -> None:
    page = dashboard.page
    paste(page, "(clear)")
    expect(page.get_by_text("Fields to be emptied:")).to_be_visible()
    expect(save(page)).to_be_disabled()
    page.get_by_text("Empty 1 field").click()
    enter_name(page)
    expect(save(page)).to_be_enabled()
    save(page).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert fields(ledger)["Ash Down"]["rtb_date"] is None
