"""Tests of many changes at once: bulk edit with its difference, import with its dry run, export, revert (16, 20)."""

import polars as pl
import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.submission import revert
from pipeline_assets.spreadsheets.exporter import export_csv
from renewables.queries.record_history import recent_batches
from tests.dashboards.conftest import Open, page_text
from tests.pipeline_assets.workbooks import Sheet, text_cells, workbook

SEEDED = 483
HEADER = "id,name,stage,rag,rag_comment\n"


def with_cells(monkeypatch: pytest.MonkeyPatch, cells: dict[tuple[int, str], str | None]) -> None:
    """Set the table as a user would leave it, which AppTest cannot do."""

    def typed_into(frame: pl.DataFrame, **_: object) -> pl.DataFrame:
        rows = frame.to_dicts()
        for (row, column), value in cells.items():
            rows[row][column] = value
        return pl.DataFrame(rows, schema=frame.schema)

    monkeypatch.setattr(st, "data_editor", typed_into)


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def name_me(app: AppTest) -> None:
    (box,) = [box for box in app.text_input if box.label == "Your name *"]
    box.set_value("Anna")


def test_changed_cells_are_shown_and_saved_as_one_batch(
    seeded: sa.Engine, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cells(monkeypatch, {(0, "notes"): "one", (1, "notes"): "two"})
    app = open_page("bulk_edit")
    difference = app.dataframe[0].value
    assert difference["After"].to_list() == ["one", "two"]
    assert reader.newest_position(seeded) == SEEDED
    name_me(app)
    press(app, "Save 2 records")
    made = reader.changes_since(seeded, SEEDED)
    assert [dict(change.after) for change in made] == [{"notes": "one"}, {"notes": "two"}]
    assert len({change.batch for change in made}) == 1


@pytest.mark.usefixtures("seeded")
def test_a_bulk_edit_that_breaks_a_rule_is_reported_before_it_is_saved(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cells(monkeypatch, {(0, "rag"): "Red", (0, "rag_comment"): None})
    app = open_page("bulk_edit")
    assert "a comment is needed where the RAG status is Red" in app.error[0].value


def save_button(app: AppTest) -> Button:
    (button,) = [button for button in app.button if button.label.startswith("Save")]
    return button


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("cells", "said_of_it"),
    [
        ({(0, "rtb_date"): "Q3 2027"}, "1 cell cannot be read"),
        ({(0, "stage"): "Nowhere", (1, "rag"): "Purple"}, "2 cells cannot be read"),
        ({(0, "rag"): "Red", (0, "rag_comment"): ""}, "a comment is needed"),
        ({(0, "name"): "Two\nLines"}, "has a line break"),
    ],
)
def test_a_bulk_edit_that_is_refused_cannot_be_saved(
    cells: dict[tuple[int, str], str | None], said_of_it: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cells(monkeypatch, {**cells, (2, "notes"): "a good one"})
    app = open_page("bulk_edit")
    assert said_of_it in page_text(app)
    assert save_button(app).disabled


def test_an_emptied_cell_is_saved_only_after_the_box_is_ticked(
    seeded: sa.Engine, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cells(monkeypatch, {(0, "rtb_date"): ""})
    app = open_page("bulk_edit")
    assert "Fields to be emptied" in page_text(app)
    assert save_button(app).disabled
    (box,) = [box for box in app.checkbox if box.label == "Empty 1 field"]
    box.check().run()
    name_me(app)
    save_button(app).click().run()
    assert reader.changes_since(seeded, SEEDED)[0].after["rtb_date"] is None


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("kind", ["Projects", "Facilities", "Information points"])
def test_an_untouched_bulk_edit_table_has_no_changes_to_save(kind: str, open_page: Open) -> None:
    assert "No changes yet. Edit cells above" in page_text(open_page("bulk_edit", kind=kind))


def upload(app: AppTest, text: str, name: str = "projects.csv") -> AppTest:
    app.file_uploader[0].set_value([(name, text.encode(), "text/csv")])
    return app.run()


def test_an_import_shows_what_would_change_and_lands_as_one_batch_that_can_be_undone(
    seeded: sa.Engine, open_page: Open
) -> None:
    app = upload(
        open_page("transfer"), HEADER + ",Teasel Down,Discovery,Green,\npr-harrowfen,Harrowfen South,Completed,Green,\n"
    )
    assert "**1** new, **1** changed" in page_text(app)
    assert reader.newest_position(seeded) == SEEDED
    name_me(app)
    press(app, "Import")
    assert not app.exception
    newest = recent_batches(seeded)[0]
    assert (newest.source, newest.changes, newest.who) == ("import", 2, "Anna")
    revert(seeded, newest.batch, actor=Actor.typed("Anna"), token="undo")
    assert [batch.reverted_by for batch in recent_batches(seeded)][1] == recent_batches(seeded)[0].batch


def test_errors_of_an_import_are_listed_by_row_and_column(seeded: sa.Engine, open_page: Open) -> None:
    app = upload(open_page("transfer"), HEADER + ",Teasel Down,Nowhere,Green,\n,Good One,Discovery,Green,\n")
    errors = next(frame.value for frame in app.dataframe if "Problem" in frame.value.columns)
    assert errors[["Row", "Column"]].values.tolist() == [[2, "stage"]]
    assert not [button for button in app.button if button.label == "Import"]
    app.checkbox[0].check().run()
    name_me(app)
    press(app, "Import")
    assert [change.after["name"] for change in reader.changes_since(seeded, SEEDED)] == ["Good One"]


def test_an_import_that_would_empty_a_field_lists_it_separately_and_needs_a_tick(
    seeded: sa.Engine, open_page: Open
) -> None:
    app = upload(open_page("transfer"), "id,rtb_date,notes\npr-harrowfen,(clear),new\n")
    listed = next(frame.value for frame in app.dataframe if "Current value" in frame.value.columns)
    assert listed[["Row", "Column"]].values.tolist() == [[2, "rtb_date"]]
    assert not [button for button in app.button if button.label == "Import"]
    (tick,) = [box for box in app.checkbox if box.label == "Empty 1 field, as listed above"]
    tick.check().run()
    name_me(app)
    press(app, "Import")
    (change,) = reader.changes_since(seeded, SEEDED)
    assert change.after["rtb_date"] is None


@pytest.mark.usefixtures("seeded")
def test_an_import_lists_the_parts_of_a_workbook_that_were_ignored(open_page: Open) -> None:
    rows = {1: text_cells(1, "name", "notes"), 2: text_cells(2, "Teasel Down"), 3: text_cells(3, "Not seen")}
    content = workbook(
        Sheet(rows, row_attributes={3: 'hidden="1"'}), Sheet({1: text_cells(1, "x")}, name="Old", state="hidden")
    )
    app = open_page("transfer")
    app.file_uploader[0].set_value([("projects.xlsx", content, "application/octet-stream")])
    app.run()
    assert "**1** new" in page_text(app)
    assert "1 hidden sheet: ignored" in page_text(app)
    assert "1 row that is hidden or filtered out: ignored" in page_text(app)


@pytest.mark.usefixtures("seeded")
def test_a_zip_bomb_workbook_is_refused_in_one_sentence_and_the_page_keeps_working(open_page: Open) -> None:
    app = open_page("transfer")
    bomb = workbook(Sheet({1: text_cells(1, "name")}, after=" " * 160 * 2**20))
    app.file_uploader[0].set_value([("bomb.xlsx", bomb, "application/octet-stream")])
    app.run()
    assert not app.exception
    assert "unpacks to more than 150 MB" in app.error[0].value


@pytest.mark.usefixtures("seeded")
def test_errors_of_one_kind_are_one_row_with_their_count(open_page: Open) -> None:
    bad = "".join(f",Project {n},Stage {n},Green,\n" for n in range(600))
    app = upload(open_page("transfer"), HEADER + "pr-harrowfen,Harrowfen South,Completed,Green,\n" + bad)
    frames = [frame.value for frame in app.dataframe]
    kinds = next(frame for frame in frames if "Row numbers" in frame.columns)
    assert kinds[["Rows", "Column", "Row numbers"]].values.tolist() == [[600, "stage", "3 to 602"]]
    assert len(next(frame for frame in frames if "Problem" in frame.columns)) == 500
    assert "Showing the first 500 of 600" in page_text(app)
    assert "Outcome" in frames[0].columns, "what changes comes first"


def test_an_export_imported_back_changes_nothing(seeded: sa.Engine, open_page: Open) -> None:
    app = upload(open_page("transfer"), export_csv(seeded, "pipelines"))
    assert "Nothing to import" in app.info[0].value


@pytest.mark.usefixtures("seeded")
def test_a_file_that_is_not_a_table_is_reported_without_a_crash(open_page: Open) -> None:
    app = upload(open_page("transfer"), "\x00\x01", "picture.csv")
    assert not app.exception
    assert app.error


REGISTER = """\
Scheme,Type,Status,MW
Harrow Fen,Solar Photovoltaics,Awaiting Construction,50
Quill Marsh,Battery,Application Submitted,40
Lark Down,Wind Onshore,Planning Permission Expired,30
"""


@pytest.mark.usefixtures("seeded")
def test_a_file_made_from_a_public_register_leads_to_the_page_of_the_registers(open_page: Open) -> None:
    app = upload(open_page("transfer"), REGISTER)
    (warning,) = app.warning
    assert "Renewable Energy Planning Database" in warning.value
    assert "page Registers" in warning.value
    assert (list(app.error), list(app.exception)) == ([], [])
    (link,) = app.main.get("page_link")
    assert (link.proto.page, link.proto.query_string) == ("registers", "register=REPD")


def test_counterparties_named_in_a_file_are_created_when_the_box_is_ticked(seeded: sa.Engine, open_page: Open) -> None:
    app = upload(open_page("transfer"), "name,stage,developer\nTeasel Down,Discovery,Brand New Ltd\n")
    (offer,) = [box for box in app.checkbox if box.label.startswith("Create 1 counterparty")]
    assert "Brand New Ltd" in offer.label
    offer.check().run()
    name_me(app)
    press(app, "Import")
    made = reader.changes_since(seeded, SEEDED)
    assert [change.kind for change in made] == ["counterparties", "pipelines", "pipeline_counterparties"]
    assert len({change.batch for change in made}) == 1


def test_the_files_of_the_older_tracker_are_imported_as_one_batch(seeded: sa.Engine, open_page: Open) -> None:
    app = upload(open_page("transfer"), "ID,ProjectName,CounterpartyID,ProjectStatus\np1,Fen,c1,Design\n")
    places = {place.label.split(" (")[0]: place for place in app.file_uploader}
    companies = b"ID,CounterpartyName\nc1,Hazel\n"
    places["Counterparties"].set_value([("counterparties.csv", companies, "text/csv")])
    audit = b"ID,Created,Data,EntityID\na1,2024-05-01,\"{'ProjectName': 'Fen', 'ProjectStatus': 'Discovery'}\",p1\n"
    places["History of changes"].set_value([("audit.csv", audit, "text/csv")])
    app.run()
    name_me(app)
    press(app, "Import")
    stages = [change.after["stage"] for change in reader.record_history(seeded, "pipelines", "p1")]
    assert stages == ["Discovery", "Design"]
