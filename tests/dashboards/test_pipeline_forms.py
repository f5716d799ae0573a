"""Tests of the pipeline's forms: creating, refusing, conflicts, double clicks, archiving (17, 18, 24)."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.queries.record_history import record_changes
from renewables.queries.records import search_records
from tests.dashboards.conftest import Open, page_text

PROJECT = "pr-harrowfen"


def field(app: AppTest, label: str, nth: int = 0) -> object:
    """Return the nth input with that label, of any kind."""
    kinds = (app.text_input, app.text_area, app.number_input, app.selectbox, app.date_input, app.pills)
    matches = [widget for widgets in kinds for widget in widgets if widget.label.removesuffix(" *") == label]
    return matches[nth]


def put(app: AppTest, label: str, value: object, nth: int = 0) -> None:
    field(app, label, nth).set_value(value)  # type: ignore[attr-defined]  # every input has it


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of that label; behind an open dialog the page has its own, which is in no form."""
    buttons = [button for button in app.button if button.label == label]
    (button,) = buttons if len(buttons) == 1 else [button for button in buttons if button.form_id]
    return button.click().run()


def new_project(app: AppTest) -> None:
    put(app, "Name", "Teasel Down")
    put(app, "Stage", "Design")
    put(app, "Name", "Teasel Down Solar", 1)
    put(app, "Technology", "Solar")
    put(app, "Capacity (MWp)", 12.5)
    put(app, "Your name", "Anna")


def test_a_project_its_facility_and_a_counterparty_are_one_batch(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Counterparty", "cp-tarnfell")
    put(app, "Reason", "signed today")
    press(app, "Create project")
    assert not app.exception
    assert app.title[0].value == "Teasel Down"
    assert "12.5 MWp" in page_text(app)
    assert "not in charts yet" in page_text(app)
    made = reader.changes_since(seeded, 483)
    assert {change.batch for change in made} == {made[0].batch}
    assert [change.kind for change in made] == [
        *("pipelines", "facilities", "pipeline_facilities", "pipeline_counterparties")
    ]
    assert {(change.who, change.why) for change in made} == {("Anna", "signed today")}


def test_a_new_counterparty_comes_with_its_project(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Name", "Teasel Partners", 2)
    press(app, "Create project")
    assert [company.fields["name"] for company in reader.records_of_kind(engine, "counterparties")] == [
        "Teasel Partners"
    ]
    assert len(reader.records_of_kind(engine, "pipeline_counterparties")) == 1


def test_a_refused_value_is_reported_at_its_field_and_the_input_is_kept(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    put(app, "Name", "   ")
    put(app, "RAG status", "Red")
    put(app, "Notes", "kept")
    put(app, "Coordinates", "52.45, 500")
    put(app, "Your name", "")
    press(app, "Create project")
    words = page_text(app)
    assert "Please correct" in app.error[0].value
    for problem in ("Must not be empty", "less than or equal to 180", "Enter your name"):
        assert problem in words
    assert field(app, "Notes").value == "kept"  # type: ignore[attr-defined]  # an input
    assert field(app, "Capacity (MWp)").value == 12.5  # type: ignore[attr-defined]  # an input
    assert field(app, "RAG status").value == "Red"  # type: ignore[attr-defined]  # an input
    assert reader.newest_position(engine) == 0


def test_the_name_of_the_author_is_required_and_remembered(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id=PROJECT, edit="record")
    put(app, "Notes", "new notes")
    press(app, "Save")
    assert "Enter your name" in page_text(app)
    put(app, "Your name", "Anna")
    press(app, "Save")
    assert reader.changes_since(seeded, 483)[0].who == "Anna"
    assert {box.value for box in app.text_input if box.label == "Your name *"} == {"Anna"}


def test_the_ledger_saves_only_what_was_changed_and_dates_a_new_status(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id="pr-quillmarsh", edit="record")
    put(app, "RAG status", "Amber")
    put(app, "RAG comment", "Track is washed out.")
    put(app, "Your name", "Anna")
    press(app, "Save")
    (made,) = reader.changes_since(seeded, 483)
    assert set(made.after) <= {"rag", "rag_comment", "status_date"}
    assert "▲ Amber" in page_text(app)


def somebody_else_saves(engine: sa.Engine, id: str, **fields: object) -> None:
    record = reader.find_record(engine, "pipelines", id)
    assert record
    change = Change.edit("pipelines", id, fields, base_version=record.version)
    submit(engine, [change], actor=Actor.typed("Ben"), token=f"Ben {record.version}")


def test_a_conflicting_edit_is_shown_side_by_side_and_can_be_applied_over_theirs(
    seeded: sa.Engine, open_page: Open
) -> None:
    app = open_page("project", id=PROJECT, edit="record")
    somebody_else_saves(seeded, PROJECT, notes="Ben's notes", name="Harrowfen South")
    put(app, "Notes", "my notes")
    put(app, "Your name", "Anna")
    press(app, "Save")
    assert "Your changes are not saved yet" in page_text(app)
    difference = app.dataframe[0].value.set_index("Field")
    assert list(difference.loc["Notes"])[1:] == ["Ben's notes", "my notes"]
    press(app, "Apply mine over theirs")
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    assert (record.fields["notes"], record.fields["name"], record.version) == ("my notes", "Harrowfen South", 9)


def test_keeping_theirs_reopens_the_form_with_their_values(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id=PROJECT, edit="record")
    somebody_else_saves(seeded, PROJECT, notes="Ben's notes")
    put(app, "Notes", "my notes")
    put(app, "Your name", "Anna")
    press(app, "Save")
    press(app, "Keep theirs")
    assert field(app, "Notes").value == "Ben's notes"  # type: ignore[attr-defined]  # an input
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    assert record.version == 8


def test_two_clicks_on_one_form_are_one_change(engine: sa.Engine, open_page: Open) -> None:
    app = open_page("projects", edit="new")
    new_project(app)
    state = app.session_state["form create a project"]
    press(app, "Create project")
    position = reader.newest_position(engine)
    app.session_state["form create a project"] = state  # as if the first click had not arrived yet
    app.query_params.clear()
    app.switch_page("app_pages/projects.py")
    app.query_params["edit"] = "new"
    app.run()
    new_project(app)
    press(app, "Create project")
    assert reader.newest_position(engine) == position


def test_a_project_is_archived_and_restored(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id=PROJECT, edit="archive")
    put(app, "Your name", "Anna")
    put(app, "Reason", "sold")
    press(app, "Archive")
    assert "Archived by Anna" in page_text(app)
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    assert record.archived
    press(app, "Restore")
    put(app, "Your name", "Anna")
    press(app, "Restore")
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    assert not record.archived


def test_a_counterparty_in_use_is_not_archived_and_its_projects_are_named(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("counterparty", id="cp-tarnfell", edit="archive")
    put(app, "Your name", "Anna")
    press(app, "Archive")
    assert "is still used by" in " ".join(error.value for error in app.error)
    assert reader.newest_position(seeded) == 483


@pytest.mark.usefixtures("seeded")
def test_a_new_comment_appears_at_once(open_page: Open) -> None:
    app = open_page("project", id=PROJECT)
    put(app, "Comment", "Well done.")
    put(app, "Your name", "Anna")
    press(app, "Add comment")
    assert "Well done." in [text.value for text in app.text]
    assert field(app, "Comment").value == ""  # type: ignore[attr-defined]  # an input


def test_a_comment_can_be_edited_and_removed_and_stays_in_the_history(seeded: sa.Engine, open_page: Open) -> None:
    said_first = Change.create("comments", {"text": "Wel done.", "pipeline_id": PROJECT}, id="co-1")
    submit(seeded, [said_first], actor=Actor.typed("Ben"), token="comment")
    app = open_page("project", id=PROJECT, edit="comment co-1")
    put(app, "Comment", "  ", -1)
    put(app, "Your name", "Anna")
    press(app, "Save")
    assert "Must not be empty" in page_text(app)
    change = Change.edit("comments", "co-1", {"text": "Theirs."}, base_version=1)
    submit(seeded, [change], actor=Actor.typed("Ben"), token="meanwhile")
    put(app, "Comment", "Well done.", -1)
    press(app, "Save")
    assert "Your changes are not saved yet" in page_text(app)
    press(app, "Apply mine over theirs")
    assert "Well done." in [text.value for text in app.text]
    assert "edited by **Anna**" in page_text(app)

    app = open_page("project", id=PROJECT, edit="remove co-1")
    put(app, "Your name", "Anna")
    put(app, "Reason", "said twice")
    next(button for button in app.button if button.label == "Remove" and button.form_id).click().run()
    assert not app.exception
    assert "Well done." not in [text.value for text in app.text]
    record = reader.find_record(seeded, "comments", "co-1")
    assert record
    assert (record.archived, record.version, record.who) == (True, 4, "Anna")
    frame = record_changes(seeded, read_portfolio(seeded), "pipelines", PROJECT)
    assert "said twice" in frame["why"].to_list()


@pytest.mark.parametrize(
    ("page", "page_id", "kind", "field_name", "id", "page_kind"),
    [
        ("project", PROJECT, "facilities", "facility_id", "fa-harrowfen", "pipelines"),
        ("counterparty", "cp-brackenholt", "contacts", "contact_id", "ct-maren-oakfield", "counterparties"),
    ],
)
def test_comments_on_facilities_and_contacts_appear_in_search_and_history(
    seeded: sa.Engine, open_page: Open, page: str, page_id: str, kind: str, field_name: str, id: str, page_kind: str
) -> None:
    comment = Change.create("comments", {"text": "Zebra crossing.", field_name: id}, id="co-part")
    submit(seeded, [comment], actor=Actor.typed("Ben"), token="comment")
    app = open_page(page, id=page_id, edit="comment co-part")
    put(app, "Comment", "Zebra crossings.", -1)
    put(app, "Your name", "Anna")
    press(app, "Save")
    assert "Zebra crossings." in record_changes(seeded, read_portfolio(seeded), page_kind, page_id)["after"].to_list()
    (hit,) = search_records(read_portfolio(seeded), "zebra")["comments"]
    assert (hit.page_kind, hit.page_id) == (page_kind, page_id)
    assert reader.find_record(seeded, kind, id)
    app = open_page(page, id=page_id)
    assert [box.label for box in app.expander if box.label.startswith("Comments on") and "(1)" in box.label]


def test_the_usual_milestones_are_added_from_the_page_of_the_project(seeded: sa.Engine, open_page: Open) -> None:
    app = open_page("project", id="pr-tangmoss")
    press(app, "Add the usual milestones")
    put(app, "Your name", "Anna")
    press(app, "Add milestones")
    assert not app.exception
    milestones = {each.fields["name"]: each for each in reader.records_of_kind(seeded, "milestones")}
    assert milestones["RTB"].fields["forecast_date"] == "2027-04-30"
    assert "Add the usual milestones" not in [button.label for button in app.button]
