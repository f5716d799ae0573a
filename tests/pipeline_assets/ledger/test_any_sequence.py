"""Any sequence of batches: replaying the changes gives the stored records, step by step.

Sequences are drawn as numbers and interpreted against the records that exist at their turn, so that most of them are
valid; a batch that the ledger refuses must leave no trace, which is checked too.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_assets.errors import PipelineError, Refused
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import ARCHIVED, Action, Change, Recorded
from pipeline_assets.ledger.history import State, fields_changed, fold_changes
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import ENTITIES, new_id
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, all_records, submit_batch

pytestmark = pytest.mark.slow

SPOKEN = st.sampled_from(["a", "b", "=1+1", "🌬️"])
NAMES = st.sampled_from(["Octavia", "OCTAVIA ", "Borealis", "Nova", "Zephyr"])
STATUS = st.sampled_from(
    [{"rag": "Green"}, {"stage": "Design"}, {"stage": "On hold"}, {"rag": "Red"}, {"rag_comment": ""}]
) | st.builds(lambda comment: {"rag": "Red", "rag_comment": comment}, SPOKEN)
FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "counterparties": st.fixed_dictionaries({"notes": SPOKEN}, optional={"name": NAMES}),
    "pipelines": STATUS | st.fixed_dictionaries({"notes": SPOKEN, "rtb_date": st.none() | st.dates()}),
    "facilities": st.fixed_dictionaries({"capacity_mwp": st.sampled_from([0, 0.1, 50])}),
    "pipeline_facilities": st.just({}),
    "pipeline_counterparties": st.fixed_dictionaries({"role": st.sampled_from(["Developer", "Owner", "Lender"])}),
}
"The fields that an edit sets."
NEEDED = {"facilities": {"technology": "Solar", "capacity_mwp": 5}}
"The fields that a creation needs in addition to a name."


class Step(NamedTuple):
    """One step; `pick` selects one of the records that exist at that time."""

    action: Action
    kind: str
    pick: int
    fields: dict[str, object]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from(list(FIELDS)))
    action = draw(st.sampled_from([*Action, Action.EDIT, Action.EDIT]))
    return Step(action, kind, draw(st.integers(0, 7)), draw(FIELDS[kind]))


def batches(*others: st.SearchStrategy[int]) -> st.SearchStrategy[list[list[Step] | int]]:
    one_step = st.lists(steps(), min_size=1, max_size=1)
    return st.lists(
        st.one_of(one_step, one_step, st.lists(steps(), min_size=2, max_size=3), *others), min_size=4, max_size=10
    )


EARLIER = st.integers(0, 7)
"The number of an earlier batch to revert."


def change_of(step: Step, state: State, versions: dict[tuple[str, str], int]) -> Change:
    def pick(kind: str) -> str:
        ids = sorted(id for item, id in state if item == kind)
        return ids[step.pick % len(ids)]

    fields = dict(step.fields)
    if step.action is Action.CREATE:
        if step.kind in ("counterparties", "pipelines", "facilities"):
            fields = {"name": f"New {len(state)}"} | NEEDED.get(step.kind, {}) | fields
        else:
            fields |= {name: pick(kind) for name, kind in ENTITIES[step.kind].references.items()}
        return Change.create(step.kind, fields)
    id = pick(step.kind)
    base = versions[step.kind, id]
    versions[step.kind, id] = base + 1
    return Change(step.kind, id, step.action, fields if step.action is Action.EDIT else {}, base)


def submit_sequence(engine: sa.Engine, sequence: list[list[Step] | int]) -> list[str]:
    """Submit the sequence onto a small portfolio; return the recorded batches."""
    _empty_ledger(engine)
    made = [submit_batch(engine, *PORTFOLIO).batch]
    kept = all_records(engine)
    for batch in sequence:
        before = kept
        try:
            if isinstance(batch, int):
                receipt = revert(engine, made[batch % len(made)], who="bo", token=new_id())
            else:
                versions = {key: record.version for key, record in before.items()}
                receipt = submit_batch(engine, *(change_of(step, before, versions) for step in batch))
        except PipelineError:
            assert all_records(engine) == before
            continue
        if receipt.changes:
            made.append(receipt.batch)
        kept = all_records(engine)
        assert kept == fold_changes(receipt.changes, onto=before)
    return made


def _empty_ledger(engine: sa.Engine) -> None:
    """Empty the ledger, because each example starts without records."""
    with schema.writing(engine) as con:
        for table in (schema.changes, schema.records, schema.mentions, schema.batches, schema.outbox):
            con.execute(table.delete())
        con.execute(schema.ledger_info.update().where(schema.ledger_info.c.key == "position").values(value=0))


on_one_ledger = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
            revert(engine, batch, who="bo", token=new_id())
        except Refused as refused:
            # If a later batch took a name that this one freed, the later record is archived by now, and keeps the name.
            if all("already exists" in problem.message for problem in refused.problems):
                return
            raise
        assert live_fields(all_records(engine)) == live_fields(reader.state_at(engine, position=ends[earlier]))


def live_fields(state: State) -> dict[tuple[str, str], dict[str, object]]:
    return {key: dict(record.fields) for key, record in state.items() if not record.archived}
