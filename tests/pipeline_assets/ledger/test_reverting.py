"""A batch is reverted by a new one; nothing is ever deleted."""

from datetime import date

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused, StaleVersion
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Action, Change, Receipt
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import new_id
from tests.pipeline_assets.ledger.sample_portfolio import (
    PORTFOLIO,
    all_records,
    archive_record,
    current_record,
    restore_record,
    set_fields,
    submit_batch,
)


def revert_batch(engine: sa.Engine, receipt: Receipt) -> Receipt:
    return revert(engine, receipt.batch, actor=Actor.typed("bo"), token=new_id())


def live_contents(engine: sa.Engine) -> dict[tuple[str, str], dict[str, object]]:
    """Return the fields of all live records."""
    return {key: dict(record.fields) for key, record in all_records(engine).items() if not record.archived}


def test_reverting_a_creation_archives_the_record_and_reverting_again_restores_it(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    whole = live_contents(engine)

    back = revert_batch(engine, made)
    assert live_contents(engine) == {}
    assert [change.action for change in back.changes] == [Action.ARCHIVE] * len(PORTFOLIO)
    assert [change.id for change in back.changes] == [change.id for change in reversed(PORTFOLIO)]
    assert {change.why for change in back.changes} == {f"undoes {made.batch}"}

    forth = revert_batch(engine, back)
    assert live_contents(engine) == whole
    revert_batch(engine, forth)
    assert live_contents(engine) == {}
    assert reader.newest_position(engine) == 4 * len(PORTFOLIO)


def test_reverting_an_edit_restores_the_earlier_values_and_the_status_date(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    before = live_contents(engine)
    red = {"rag": "Red", "rag_comment": "Late", "stage": "Design", "notes": "a"}
    edited = submit_batch(
        engine,
        Change.edit("pipelines", "fen", red, base_version=1),
        Change.edit("pipelines", "fen", {"notes": "b", "rag": "Green", "rag_comment": ""}, base_version=2),
        today=date(2026, 1, 5),  # the date of the earlier status: the edit does not change status_date
    )
    revert_batch(engine, edited)
    assert live_contents(engine) == before


def test_reverting_to_red_requires_no_new_comment(engine: sa.Engine) -> None:
    red = {"name": "Fen", "rag": "Red", "rag_comment": "Late"}
    submit_batch(engine, Change.create("pipelines", red, id="fen"))
    back = revert_batch(engine, set_fields(engine, "pipelines", "fen", rag="Green"))
    assert back.changes[0].after["rag"] == "Red"


def test_archiving_and_restoring_can_be_reverted(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    revert_batch(engine, archive_record(engine, "pipelines", "fen"))
    assert not current_record(engine, "pipelines", "fen").archived

    archive_record(engine, "pipelines", "fen")
    revert_batch(engine, restore_record(engine, "pipelines", "fen"))
    assert current_record(engine, "pipelines", "fen").archived


def test_a_batch_with_every_kind_of_change_is_reverted_completely(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    before = live_contents(engine)
    batch = submit_batch(
        engine,
        Change.create("facilities", {"name": "Store", "technology": "BESS", "capacity_mwp": 20}, id="store"),
        Change.create("pipeline_facilities", {"pipeline_id": "fen", "facility_id": "store"}, id="fen-store"),
        Change.edit("facilities", "store", {"capacity_mwp": 25}, base_version=1),
        Change.archive("information_points", "grid-date", base_version=1),
        Change.edit("pipelines", "fen", {"stage": "Design"}, base_version=1),
        Change.archive("pipelines", "fen", base_version=2),
    )
    revert_batch(engine, batch)
    assert live_contents(engine) == before


def test_reverting_a_restoration_archives_the_project_with_its_edited_parts(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    archive_record(engine, "pipelines", "fen")
    back = submit_batch(
        engine,
        Change.restore("pipelines", "fen", base_version=2),
        Change.edit("information_points", "grid-date", {"impact": 1}, base_version=1),
    )
    revert_batch(engine, back)
    assert current_record(engine, "pipelines", "fen").archived
    assert current_record(engine, "information_points", "grid-date").fields["impact"] == 80


def test_a_batch_whose_records_changed_since_cannot_be_reverted(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    edited = set_fields(engine, "pipelines", "fen", notes="a")
    set_fields(engine, "pipelines", "fen", name="Fen Solar II")
    for batch in (edited, made):
        with pytest.raises(StaleVersion) as stale:
            revert_batch(engine, batch)
        assert [(c.id, c.version) for c in stale.value.conflicts] == [("fen", 3)]
    assert current_record(engine, "pipelines", "fen").fields["notes"] == "a"


def test_a_batch_whose_records_changed_and_changed_back_can_be_reverted(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    edited = set_fields(engine, "pipelines", "fen", notes="a")
    revert_batch(engine, edited)
    revert_batch(engine, archive_record(engine, "pipeline_facilities", "fen-fen"))
    revert_batch(engine, made)
    assert live_contents(engine) == {}


def test_a_creation_that_others_refer_to_since_cannot_be_reverted(engine: sa.Engine) -> None:
    made = submit_batch(engine, Change.create("counterparties", {"name": "Borealis"}, id="borealis"))
    submit_batch(engine, *PORTFOLIO)
    submit_batch(
        engine, Change.create("pipeline_counterparties", {"pipeline_id": "fen", "counterparty_id": "borealis"})
    )
    with pytest.raises(Refused, match="the counterparty Borealis is still used by Fen Solar"):
        revert_batch(engine, made)


def test_parts_that_others_added_since_are_archived_and_restored_with_their_record(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    risk = {"name": "Newts", "pipeline_id": "fen", "impact": 5, "likelihood": 5}
    submit_batch(engine, Change.create("information_points", risk, id="newts"))

    back = revert_batch(engine, made)
    with pytest.raises(Refused, match="the project Fen Solar is archived"):
        set_fields(engine, "information_points", "newts", impact=6)
    revert_batch(engine, back)
    set_fields(engine, "information_points", "newts", impact=6)


def test_the_same_revert_twice_is_recorded_once(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    first = revert(engine, made.batch, actor=Actor.typed("bo"), token="undo")
    again = revert(engine, made.batch, actor=Actor.typed("bo"), token="undo")
    assert (again.repeated, again.changes) == (True, first.changes)


def test_a_reverting_batch_names_the_batch_that_it_reverts(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    back = revert_batch(engine, made)
    columns = schema.batches.c
    with schema.reading(engine) as con:
        rows = con.execute(sa.select(columns.batch, columns.source, columns.reverts, columns.first_position)).all()
    assert set(rows) == {(made.batch, "form", None, 1), (back.batch, "revert", made.batch, len(PORTFOLIO) + 1)}


def test_a_dry_run_of_a_revert_saves_nothing(engine: sa.Engine) -> None:
    made = submit_batch(engine, *PORTFOLIO)
    assert len(revert(engine, made.batch, actor=Actor.typed("bo"), token="t", dry_run=True).changes) == len(PORTFOLIO)
    assert reader.newest_position(engine) == len(PORTFOLIO)


def test_reverting_an_unknown_batch_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(Refused, match="no such batch exists"):
        revert(engine, "nothing", actor=Actor.typed("bo"), token="t")
