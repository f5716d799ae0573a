"""Tests of editing in a real browser: pasted text means the same as in an import (scenario 28), and forms.

Forms take few clicks, keep what was typed, and what was saved can be undone at once.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

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
COMPANY = "Saltmere Offshore"
MOST_CLICKS = {"counterparty": 6, "hybrid": 9}
COUNT_CLICKS = "window.clicks = 0; addEventListener('pointerdown', () => window.clicks++, true)"
ROW_PIXELS = 35


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    home = tmp_path_factory.mktemp("home")
    engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    projects = [
        Change.create("pipelines", {"name": name, "rtb_date": "2028-06-30", "status_date": "2026-01-05"}, id=name[:3])
        for name in NAMES
    ]
    company = Change.create("counterparties", {"name": COMPANY}, id="company")
    submit(engine, [company, *projects], actor=Actor.typed("tester"), token="projects")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def address(ledger: sa.Engine) -> Iterator[str]:
    """Run the dashboard in its own process on that ledger."""
    home = Path(str(ledger.url.database)).parent
    with running_dashboard(home) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def dashboard(address: str, browser: Browser) -> Iterator[Tab]:
    with tab(browser, address) as bulk_edit:
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


@pytest.fixture
def editor(address: str, browser: Browser) -> Iterator[Tab]:
    """Open the first page with a fresh profile, which counts the clicks."""
    with tab(browser, address) as opened:
        opened.page.add_init_script(COUNT_CLICKS)
        opened.open("")
        yield opened
        assert opened.problems == []


def go(page: Page, name: str, new: str) -> None:
    """Open a list by its link and the form of a new record: two clicks."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name=new).click()
    expect(page.get_by_role("textbox", name="Your name *")).to_be_visible()


def pick(page: Page, label: str, option: str, nth: int = 0) -> None:
    page.get_by_role("radiogroup", name=label).nth(nth).get_by_text(option, exact=True).click()


def test_a_counterparty_with_two_contacts_takes_six_clicks(editor: Tab, ledger: sa.Engine) -> None:
    page = editor.page
    go(page, "Counterparties", "New counterparty")
    page.get_by_label("Name *", exact=True).fill("Teasel Partners")
    page.get_by_label("Name", exact=True).fill("Ana Bell")
    page.get_by_label("E-mail", exact=True).fill("ana@teasel.example")
    pick(page, "Role", "CEO")
    page.get_by_role("button", name="Add another contact").click()
    expect(page.get_by_label("Name", exact=True)).to_have_count(2)
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Ana Bell")
    page.get_by_label("Name", exact=True).nth(1).fill("Ben Cole")
    pick(page, "Role", "Grid lead", 1)
    page.get_by_role("textbox", name="Your name *").fill("Dana Whitlock")
    page.get_by_role("button", name="Create counterparty").click()
    expect(page.get_by_role("heading", name="Teasel Partners")).to_be_visible()
    expect(page.get_by_role("link", name="ana@teasel.example")).to_have_attribute("href", "mailto:ana@teasel.example")
    assert "\u2060" not in page.get_by_test_id("stMain").inner_text(), "a copied address has no invisible characters"
    assert page.evaluate("window.clicks") <= MOST_CLICKS["counterparty"]
    people = {person.fields["name"] for person in reader.records_of_kind(ledger, "contacts")}
    assert people == {"Ana Bell", "Ben Cole"}


def test_a_hybrid_project_with_its_counterparty_takes_nine_clicks(editor: Tab, ledger: sa.Engine) -> None:
    page = editor.page
    go(page, "Projects", "New project")
    page.get_by_label("Name *", exact=True).first.fill("Teasel Down")
    pick(page, "Stage", "Design")
    for number, (technology, place) in enumerate((("Solar", "52.45, -0.25"), ("BESS", "52.46, -0.25"))):
        if number:
            page.get_by_role("button", name="Add another facility").click()
            expect(page.get_by_label("Coordinates", exact=True)).to_have_count(2)
        page.get_by_label("Name *", exact=True).nth(number + 1).fill(f"Teasel Down {technology}")
        pick(page, "Technology *", technology, number)
        page.get_by_label("Capacity (MWp) *", exact=True).nth(number).fill("12.5")
        page.get_by_label("Coordinates", exact=True).nth(number).fill(place)
    page.get_by_role("combobox", name="Counterparty", exact=True).click()
    page.get_by_role("option", name=COMPANY, exact=True).click()
    page.get_by_role("textbox", name="Your name *").fill("Dana Whitlock")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Teasel Down", exact=True)).to_be_visible()
    assert page.evaluate("window.clicks") <= MOST_CLICKS["hybrid"]
    plants = reader.records_of_kind(ledger, "facilities")
    assert {(plant.fields["technology"], plant.fields["latitude"]) for plant in plants} == {
        *(("Solar", 52.45), ("BESS", 52.46)),
    }


def test_typed_text_stays_in_a_dialog_that_is_refused_and_that_loses_its_connection(
    editor: Tab, ledger: sa.Engine
) -> None:
    page, sockets = editor.page, list[WebSocketRoute]()

    def connect(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("_stcore/stream"), connect)
    editor.open("project?id=Bir&edit=record")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Notes", exact=True).fill("typed before")
    pick(page, "RAG status", "Red")
    dialog.get_by_role("textbox", name="Your name *").fill("Dana Whitlock")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A comment is needed where the RAG status is Red")).to_be_visible()
    expect(dialog.get_by_label("Notes", exact=True)).to_have_value("typed before")
    dialog.get_by_label("RAG comment", exact=True).fill("typed afterwards")
    page.mouse.click(5, 5)  # beside the dialog

    sockets[-1].close()
    while len(sockets) < 2:
        page.wait_for_timeout(100)
    editor.settled()
    editor.problems.clear()  # the page reports that it was cut off
    expect(dialog.get_by_label("RAG comment", exact=True)).to_have_value("typed afterwards")
    expect(dialog.get_by_label("Notes", exact=True)).to_have_value("typed before")
    dialog.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(dialog).to_have_count(0)
    saved = fields(ledger)["Birch Fen"]
    assert (saved["notes"], saved["rag_comment"]) == ("typed before", "typed afterwards")

    expect(page.get_by_text("Dana Whitlock changed RAG from Green to Red")).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert fields(ledger)["Birch Fen"]["notes"] == ""
    editor.open("project?id=Ced&edit=record")
    expect(page.get_by_text("as Dana Whitlock")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your name *")).to_have_count(0)
