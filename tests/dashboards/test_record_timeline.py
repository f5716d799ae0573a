"""Tests of the history of a record on its page: sentences with an undo at each entry (17)."""

import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit
from tests.dashboards.conftest import Open, page_text
from tests.dashboards.test_pipeline_forms import PROJECT, press, put


def test_undoing_hundreds_of_changes_says_what_it_does_and_needs_a_tick(seeded: sa.Engine, open_page: Open) -> None:
    batch = reader.changes_since(seeded)[0].batch
    app = open_page("project", id=PROJECT, edit=f"undo {batch}")
    assert "- Altnarra Wind Farm: archived\\.\n" in page_text(app)
    (undo,) = [button for button in app.button if button.label == "Undo 483 changes"]
    assert undo.disabled
    (confirm,) = [box for box in app.checkbox if "undo all 483 changes" in box.label]
    confirm.check().run()
    (undo,) = [button for button in app.button if button.label == "Undo 483 changes"]
    assert not undo.disabled
    assert reader.newest_position(seeded) == 483


def test_a_change_is_undone_from_the_timeline_of_its_record(seeded: sa.Engine, open_page: Open) -> None:
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    change = Change.edit("pipelines", PROJECT, {"rtb_date": "2031-03-31"}, base_version=record.version)
    submit(seeded, [change], actor=Actor.typed("Dana Whitlock"), why="grid offer late", token="moved")
    app = open_page("project", id=PROJECT)
    assert "**Dana Whitlock** moved RTB from 16 Jun 2025 to 31 Mar 2031, “grid offer late”" in page_text(app)
    press_first(app, "Undo")
    assert "Harrowfen Solar: RTB back to 16 Jun 2025" in page_text(app)
    put(app, "Your name", "Anna")
    press(app, "Undo 1 change")
    assert "Saved." in [message.value for message in app.success]
    record = reader.find_record(seeded, "pipelines", PROJECT)
    assert record
    assert record.fields["rtb_date"] == "2025-06-16"
    assert "undone" in page_text(app)


def press_first(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()
