"""A permitted batch is recorded once, in order and completely; without a change nothing is recorded."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused, StaleVersion
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Action, Change
from pipeline_assets.ledger.submission import submit
from tests.pipeline_assets.ledger.sample_portfolio import (
    PORTFOLIO,
    all_records,
    archive_record,
    current_record,
    set_fields,
    submit_batch,
)

OCTAVIA = Change.create("counterparties", {"name": " Octavia Energy "}, id="octavia")


def test_a_creation_is_recorded_with_all_its_fields(engine: sa.Engine) -> None:
    before = datetime.now(UTC)
    receipt = submit(engine, [OCTAVIA], actor=Actor.typed(" ana "), why=" new partner ", token="t")

    [change] = receipt.changes
    assert (change.position, change.version, change.action) == (1, 1, Action.CREATE)
    assert (change.before, change.after) == ({}, {"name": "Octavia Energy", "website": "", "notes": ""})
    assert (change.who, change.why, change.batch) == ("ana", "new partner", receipt.batch)
    assert before <= change.submitted_at_utc <= datetime.now(UTC)
    assert receipt.position == reader.newest_position(engine) == 1
    assert reader.record_history(engine, "counterparties", "octavia") == [change]
    record = current_record(engine, "counterparties", "octavia")
    assert (record.version, record.position, record.archived, record.fields) == (1, 1, False, change.after)


def test_an_edit_is_recorded_with_only_the_fields_that_differ(engine: sa.Engine) -> None:
    submit_batch(engine, OCTAVIA)
    wanted = {"name": "Octavia Energy", "notes": "Met in May."}
    [change] = set_fields(engine, "counterparties", "octavia", **wanted).changes

    assert (change.position, change.version, change.action) == (2, 2, Action.EDIT)
    assert (change.before, change.after) == ({"notes": ""}, {"notes": "Met in May."})
    assert current_record(engine, "counterparties", "octavia").fields == wanted | {"website": ""}


def test_saving_without_a_change_records_nothing(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    position, before = reader.newest_position(engine), all_records(engine)
    same = [Change.edit(r.kind, r.id, r.fields, base_version=r.version) for r in before.values()]
    other_forms = Change.edit(
        "pipelines", "fen", {"name": " Fen Solar ", "rtb_date": date(2027, 3, 1), "rag_comment": " "}, base_version=1
    )
    receipt = submit_batch(engine, *same, other_forms)

    assert (receipt.changes, receipt.position) == ((), None)
    assert (reader.newest_position(engine), all_records(engine)) == (position, before)


def test_later_changes_of_a_batch_see_the_earlier_ones(engine: sa.Engine) -> None:
    receipt = submit_batch(
        engine,
        OCTAVIA,
        Change.edit("counterparties", "octavia", {"notes": "one"}, base_version=1),
        Change.edit("counterparties", "octavia", {"notes": "two"}, base_version=2),
        Change.archive("counterparties", "octavia", base_version=3),
    )
    assert [(change.position, change.version) for change in receipt.changes] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert reader.changes_since(engine) == reader.batch_changes(engine, receipt.batch) == list(receipt.changes)
    record = current_record(engine, "counterparties", "octavia")
    assert (record.version, record.archived, record.fields["notes"]) == (4, True, "two")


def test_a_change_may_refer_to_a_record_created_later_in_the_batch(engine: sa.Engine) -> None:
    assert len(submit_batch(engine, *reversed(PORTFOLIO)).changes) == len(PORTFOLIO)


def test_a_batch_is_all_or_nothing(engine: sa.Engine) -> None:
    submit_batch(engine, OCTAVIA)
    good = Change.create("contacts", {"name": "Ann"})
    with pytest.raises(Refused) as refused:
        submit_batch(
            engine,
            good,
            Change.create("contacts", {"name": ""}, id="nobody"),
            Change.create("facilities", {"name": "Fen", "technology": "Solar", "capacity_mwp": -1}, id="fen"),
            Change.edit("pipelines", "nowhere", {"name": "x"}, base_version=1),
        )
    assert [(problem.kind, problem.id, problem.field) for problem in refused.value.problems] == [
        ("contacts", "nobody", "name"),
        ("facilities", "fen", "capacity_mwp"),
        ("pipelines", "nowhere", "id"),
    ]
    stale = Change.edit("counterparties", "octavia", {"notes": "x"}, base_version=7)
    with pytest.raises(StaleVersion):
        submit_batch(engine, good, stale)
    assert reader.newest_position(engine) == 1
    assert list(all_records(engine)) == [("counterparties", "octavia")]


def test_two_people_edit_one_record_and_the_second_is_shown_the_difference(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    submit_batch(engine, Change.edit("pipelines", "fen", {"stage": "Design", "notes": "a"}, base_version=1), who="bo")
    submit_batch(engine, Change.edit("pipelines", "fen", {"notes": ""}, base_version=2), who="cy")
    late = Change.edit("pipelines", "fen", {"name": "Fen Solar II"}, base_version=1)
    with pytest.raises(StaleVersion) as stale:
        submit_batch(engine, late)

    [conflict] = stale.value.conflicts
    assert (conflict.kind, conflict.id, conflict.based_on, conflict.version) == ("pipelines", "fen", 1, 3)
    today = datetime.now(UTC).date().isoformat()
    assert conflict.theirs == {"stage": "Design", "notes": "", "status_date": today}
    assert (conflict.yours, conflict.who) == ({"name": "Fen Solar II"}, "cy")
    assert "cy changed pipelines fen since" in str(stale.value)


def test_the_same_submission_twice_is_recorded_once(engine: sa.Engine) -> None:
    first = submit(engine, PORTFOLIO, actor=Actor.typed("ana"), token="t")
    again = submit(engine, PORTFOLIO, actor=Actor.typed("ana"), token="t")

    assert (first.repeated, again.repeated) == (False, True)
    assert (again.batch, again.changes) == (first.batch, first.changes)
    assert reader.newest_position(engine) == len(PORTFOLIO)


def test_the_token_of_a_refused_batch_can_be_used_again(engine: sa.Engine) -> None:
    with pytest.raises(Refused):
        submit(engine, [Change.create("contacts", {"name": ""})], actor=Actor.typed("ana"), token="t")
    assert (
        submit(engine, [Change.create("contacts", {"name": "Ann"})], actor=Actor.typed("ana"), token="t").position == 1
    )


def test_a_dry_run_checks_everything_and_saves_nothing(engine: sa.Engine) -> None:
    receipt = submit(engine, PORTFOLIO, actor=Actor.typed("ana"), token="t", dry_run=True)
    assert len(receipt.changes) == len(PORTFOLIO)
    assert (reader.newest_position(engine), all_records(engine), reader.changes_since(engine)) == (0, {}, [])
    with pytest.raises(Refused):
        submit(engine, PORTFOLIO[5:], actor=Actor.typed("ana"), token="t", dry_run=True)

    made = submit(engine, PORTFOLIO, actor=Actor.typed("ana"), token="t")
    assert not made.repeated
    assert [change.after for change in made.changes] == [change.after for change in receipt.changes]


def test_a_change_with_a_warning_is_saved_and_the_warning_is_returned(engine: sa.Engine) -> None:
    paris = {"name": "Seine", "technology": "Solar", "capacity_mwp": 5, "longitude": 2.35, "latitude": 48.86}
    receipt = submit_batch(engine, Change.create("facilities", paris))
    assert [warning.field for warning in receipt.warnings] == ["longitude", "latitude"]
    assert receipt.position == 1


@pytest.mark.parametrize(("field", "value"), [("who", " "), ("token", ""), ("who", "a\x00"), ("why", "\x00")])
def test_a_batch_needs_an_author_and_a_token(engine: sa.Engine, field: str, value: str) -> None:
    texts = {"who": "ana", "why": "", "token": "t"} | {field: value}
    with pytest.raises(Refused) as refused:
        submit(engine, [OCTAVIA], actor=Actor.typed(texts["who"]), why=texts["why"], token=texts["token"])
    assert [problem.field for problem in refused.value.problems] == [field]
    assert reader.newest_position(engine) == 0


def test_positions_and_instants_agree_whatever_the_clock_says(engine: sa.Engine) -> None:
    submit_batch(engine, OCTAVIA)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with schema.writing(engine) as con:  # as if written by a machine whose clock is wrong
        con.execute(schema.changes.update().values(submitted_at_us=reader.microseconds_of(ahead)))

    [change] = set_fields(engine, "counterparties", "octavia", notes="x").changes
    assert change.submitted_at_utc == ahead
    assert reader.state_at(engine, at=change.submitted_at_utc) == reader.state_at(engine, position=change.position)


def test_an_archived_record_is_edited_only_once_it_is_restored(engine: sa.Engine) -> None:
    submit_batch(engine, OCTAVIA)
    archive_record(engine, "counterparties", "octavia")
    with pytest.raises(Refused, match="is archived: restore it first"):
        set_fields(engine, "counterparties", "octavia", notes="x")
    with pytest.raises(Refused, match="is already used by an archived record: restore it"):
        submit_batch(engine, OCTAVIA)


@pytest.mark.parametrize("id", ["", " a", "a\n", "a\x00b", "i" * 101])
def test_an_id_is_1_to_100_characters_that_can_be_referred_to(engine: sa.Engine, id: str) -> None:
    with pytest.raises(Refused, match="must be 1-100 characters"):
        submit_batch(engine, Change("contacts", id, Action.CREATE, {"name": "Ann"}))
    submit_batch(engine, Change.create("contacts", {"name": "Ann"}, id="i" * 100))


def test_an_unknown_kind_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(Refused, match="unknown kind 'ponds'"):
        submit_batch(engine, Change.create("ponds", {"name": "x"}))
