"""Reading: the changes since a position, one record's history, the state at any time."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from tests.pipeline_assets.ledger.sample_portfolio import (
    PORTFOLIO,
    all_records,
    current_record,
    set_fields,
    submit_batch,
)


@pytest.fixture(autouse=True)
def _portfolio_with_a_history(engine: sa.Engine) -> None:
    submit_batch(engine, *PORTFOLIO)
    set_fields(engine, "pipelines", "fen", stage="Design")
    set_fields(engine, "facilities", "fen-solar", capacity_mwp=52.5)
    set_fields(engine, "pipelines", "fen", notes="Surveyed.")


def test_changes_since_a_position_are_returned_in_order_up_to_the_limit(engine: sa.Engine) -> None:
    changes = reader.changes_since(engine)
    assert [change.position for change in changes] == list(range(1, len(PORTFOLIO) + 4))
    assert reader.changes_since(engine, 9) == changes[9:]
    assert reader.changes_since(engine, 2, limit=3) == changes[2:5]
    assert reader.changes_since(engine, reader.newest_position(engine)) == []


def test_rows_contain_the_changes_with_json_as_text(engine: sa.Engine) -> None:
    changes = reader.changes_since(engine, 5)
    rows = [row._asdict() for row in reader.rows_since(engine, 5)]
    assert [(row["position"], row["kind"], row["id"], row["version"], row["who"]) for row in rows] == [
        (change.position, change.kind, change.id, change.version, change.who) for change in changes
    ]
    assert [(json.loads(row["before"]), json.loads(row["after"])) for row in rows] == [
        (change.before, change.after) for change in changes
    ]
    assert [reader.instant_of(row["submitted_at_us"]) for row in rows] == [
        change.submitted_at_utc for change in changes
    ]


def test_the_history_of_a_record_has_only_its_own_changes(engine: sa.Engine) -> None:
    history = reader.record_history(engine, "pipelines", "fen")
    assert [(change.version, change.after.get("notes")) for change in history] == [(1, ""), (2, None), (3, "Surveyed.")]
    assert reader.record_history(engine, "counterparties", "fen") == []


def test_the_state_at_a_position_equals_the_state_at_its_instant(engine: sa.Engine) -> None:
    for change in reader.changes_since(engine):
        state = reader.state_at(engine, position=change.position)
        assert state[change.kind, change.id].version == change.version
        assert state == reader.state_at(engine, at=change.submitted_at_utc) or change.position < len(PORTFOLIO)


def test_the_state_before_a_change_does_not_contain_it(engine: sa.Engine) -> None:
    *_, capacity, _ = reader.changes_since(engine)
    earlier = reader.state_at(engine, at=capacity.submitted_at_utc - timedelta(microseconds=1))
    assert earlier["facilities", "fen-solar"].fields["capacity_mwp"] == 49.9
    assert reader.state_at(engine, position=0) == {}


def test_replaying_everything_gives_the_stored_records(engine: sa.Engine) -> None:
    assert reader.state_at(engine) == all_records(engine)


def test_a_missing_record_is_none(engine: sa.Engine) -> None:
    assert reader.find_record(engine, "pipelines", "nowhere") is None
    assert reader.records_of_kind(engine, "comments") == []


def test_records_are_ordered_by_id_and_numbers_keep_their_type(engine: sa.Engine) -> None:
    weights = {"Design": 0.1, "Procurement": 1 / 3, "Discovery": 1e-9}
    submit_batch(engine, *(Change.create("stage_weights", {"stage": s, "weight": w}, id=s) for s, w in weights.items()))
    assert [(r.id, r.fields["weight"]) for r in reader.records_of_kind(engine, "stage_weights")] == sorted(
        weights.items()
    )
    assert current_record(engine, "facilities", "fen-solar").fields["longitude"] == 0.1
