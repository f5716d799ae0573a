"""Drawn sequences of batches, for property tests.

Sequences are drawn as numbers and interpreted against the records that exist at their turn, so that most of them are
valid; a batch that the ledger refuses must leave no trace, which is checked too.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Action, Change
from pipeline_assets.ledger.history import State, fold_changes
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import ENTITIES, new_id
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, all_records, submit_batch

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


def submit_sequence(
    engine: sa.Engine, sequence: list[list[Step] | int], after_batch: Callable[[], object] = lambda: None
) -> list[str]:
    """Submit the sequence onto a small portfolio; return the recorded batches.

    `after_batch` is called after the portfolio and after each batch.
    """
    _empty_ledger(engine)
    made = [submit_batch(engine, *PORTFOLIO).batch]
    after_batch()
    kept = all_records(engine)
    for batch in sequence:
        before = kept
        try:
            if isinstance(batch, int):
                receipt = revert(engine, made[batch % len(made)], actor=Actor.typed("bo"), token=new_id())
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
        after_batch()
    return made


def _empty_ledger(engine: sa.Engine) -> None:
    """Empty the ledger, because each example starts without records."""
    with schema.writing(engine) as con:
        for table in (schema.changes, schema.records, schema.mentions, schema.batches, schema.outbox):
            con.execute(table.delete())
        con.execute(schema.ledger_info.update().where(schema.ledger_info.c.key == "position").values(value=0))


on_one_ledger = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
