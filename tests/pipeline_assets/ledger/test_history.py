"""Replaying changes, without a database."""

from datetime import UTC, datetime
from typing import Any

from pipeline_assets.ledger.changes import Action, Record, Recorded
from pipeline_assets.ledger.history import changed_fields, fields_changed, fold_changes

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def recorded_change(version: int, action: Action, before: dict[str, Any], after: dict[str, Any]) -> Recorded:
    return Recorded(version, "batch", "contacts", "ann", version, action, before, after, "ana", "", AT)


LIFE = [
    recorded_change(1, Action.CREATE, {}, {"name": "Ann", "phone": ""}),
    recorded_change(2, Action.EDIT, {"phone": ""}, {"phone": "1"}),
    recorded_change(3, Action.ARCHIVE, {"archived": False}, {"archived": True}),
    recorded_change(4, Action.RESTORE, {"archived": True}, {"archived": False}),
    recorded_change(5, Action.EDIT, {"name": "Ann"}, {"name": "Anne"}),
]


def test_no_changes_replay_to_an_empty_state() -> None:
    assert fold_changes([]) == {}


def test_replaying_the_changes_of_a_record_gives_its_last_state() -> None:
    key = ("contacts", "ann")
    assert fold_changes(LIFE) == {
        key: Record(*key, 5, 5, False, {"name": "Anne", "email": "", "phone": "1"}, "ana", AT)
    }
    assert fold_changes(LIFE[:3]) == {
        key: Record(*key, 3, 3, True, {"name": "Ann", "email": "", "phone": "1"}, "ana", AT)
    }


def test_replaying_onto_a_state_does_not_modify_it() -> None:
    half = fold_changes(LIFE[:2])
    kept = dict(half)

    assert fold_changes(LIFE[2:], onto=half) == fold_changes(LIFE)
    assert half == kept


def test_a_difference_has_the_values_before_and_after() -> None:
    assert changed_fields({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == ({"b": 2}, {"b": 3, "c": None})
    assert changed_fields({"a": 1}, {"a": 1}) == ({}, {})


def test_the_audit_has_a_row_for_each_field_of_each_change() -> None:
    rows = [(change.version, *row) for change, *row in fields_changed(LIFE)]
    assert rows == [
        (1, "name", None, "Ann"),
        (1, "phone", None, ""),
        (2, "phone", "", "1"),
        (3, "archived", False, True),
        (4, "archived", True, False),
        (5, "name", "Ann", "Anne"),
    ]
