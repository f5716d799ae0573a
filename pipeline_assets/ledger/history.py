"""Replays changes into the resulting state. The result does not depend on how changes are batched.

Belongs here: replay, and who changed which field. Not here: where changes come from.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline_assets.ledger.changes import ARCHIVED, Record, Recorded
from pipeline_assets.upgrades import complete_fields

State = dict[tuple[str, str], Record]
"The records by kind and id."


def fold_changes(changes: Iterable[Recorded], onto: Mapping[tuple[str, str], Record] | None = None) -> State:
    """Return the state after the changes, which must be in the order of positions; `onto` is not modified."""
    state = dict(onto or {})
    newest: dict[tuple[str, str], Recorded] = {}
    values: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        key = (change.kind, change.id)
        if key not in values:
            before = state.get(key)
            values[key] = {**before.fields, ARCHIVED: before.archived} if before else {ARCHIVED: False}
        values[key].update(change.after)
        newest[key] = change
    for key, change in newest.items():
        archived = values[key].pop(ARCHIVED)
        state[key] = Record(
            *(change.kind, change.id, change.version, change.position),
            *(archived, complete_fields(change.kind, values[key]), change.who, change.submitted_at_utc),
        )
    return state


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (before, after) of the fields that differ."""
    names = [name for name in after if name not in before or before[name] != after[name]]
    return {name: before.get(name) for name in names if name in before}, {name: after[name] for name in names}


def fields_changed(changes: Iterable[Recorded]) -> Iterator[tuple[Recorded, str, Any, Any]]:
    """Yield (change, field, before, after) for each field of each change: the audit."""
    for change in changes:
        for name, value in change.after.items():
            yield change, name, change.before.get(name), value
