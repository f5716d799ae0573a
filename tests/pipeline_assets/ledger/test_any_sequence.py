"""Any sequence of batches: replaying the changes gives the stored records, step by step."""

from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.access import Actor
from pipeline_assets.errors import Refused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import ARCHIVED, Recorded
from pipeline_assets.ledger.history import State, fields_changed, fold_changes
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import new_id
from tests.pipeline_assets.ledger.drawn_sequences import EARLIER, Step, batches, on_one_ledger, submit_sequence
from tests.pipeline_assets.ledger.sample_portfolio import all_records

pytestmark = pytest.mark.slow


def replay_audit(changes: list[Recorded]) -> dict[tuple[str, str], dict[str, object]]:
    """Return the fields of each record from the rows of the audit alone, and check each `before`."""
    state: dict[tuple[str, str], dict[str, object]] = {}
    for change, name, before, after in fields_changed(changes):
        record = state.setdefault((change.kind, change.id), {ARCHIVED: False})
        assert record.get(name) == before
        record[name] = after
    return state


@on_one_ledger
@given(batches(EARLIER), st.lists(st.integers(0, 40), max_size=4))
def test_any_sequence_replays_to_the_stored_records_however_it_is_batched(
    engine: sa.Engine, sequence: list[list[Step] | int], cuts: list[int]
) -> None:
    submit_sequence(engine, sequence)
    changes, kept = reader.changes_since(engine), all_records(engine)

    assert [change.position for change in changes] == list(range(1, len(changes) + 1))
    folded: State = {}
    for low, high in pairwise([0, *sorted(cuts), len(changes)]):
        folded = fold_changes(changes[low : max(low, high)], onto=folded)
    assert folded == fold_changes(changes) == kept == reader.state_at(engine)


@on_one_ledger
@given(batches(EARLIER))
def test_every_state_replays_from_the_audit(engine: sa.Engine, sequence: list[list[Step] | int]) -> None:
    submit_sequence(engine, sequence)
    changes = reader.changes_since(engine)

    for position in range(len(changes) + 1):
        state = reader.state_at(engine, position=position)
        fields = {key: {**record.fields, ARCHIVED: record.archived} for key, record in state.items()}
        assert replay_audit(changes[:position]) == fields
    for key, record in all_records(engine).items():
        history = reader.record_history(engine, *key)
        assert [change.version for change in history] == list(range(1, record.version + 1))
        assert history == [change for change in changes if (change.kind, change.id) == key]


@on_one_ledger
@given(batches())
def test_reverting_all_batches_from_the_last_to_the_first_restores_every_earlier_state(
    engine: sa.Engine, sequence: list[list[Step] | int]
) -> None:
    made = submit_sequence(engine, sequence)
    ends = {change.batch: change.position for change in reader.changes_since(engine)}
    for earlier, batch in reversed(list(pairwise(made))):
        try:
            revert(engine, batch, actor=Actor.typed("bo"), token=new_id())
        except Refused as refused:
            # If a later batch took a name that this one freed, the later record is archived by now, and keeps the name.
            if all("already exists" in problem.message for problem in refused.problems):
                return
            raise
        assert live_fields(all_records(engine)) == live_fields(reader.state_at(engine, position=ends[earlier]))


def live_fields(state: State) -> dict[tuple[str, str], dict[str, object]]:
    return {key: dict(record.fields) for key, record in state.items() if not record.archived}
