"""A batch of many changes runs few queries, because others wait for its lock."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
import sqlalchemy as sa

from pipeline_assets.errors import Refused, StaleVersion
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.lookups import KEYS_PER_QUERY
from tests.pipeline_assets.ledger.sample_portfolio import submit_batch

EACH = range(KEYS_PER_QUERY + 1)
"One more than the keys of a query."


@contextmanager
def few_questions(engine: sa.Engine) -> Iterator[None]:
    asked: list[str] = []

    def listen(*event: object) -> None:
        asked.append(str(event[2]))

    sa.event.listen(engine, "before_cursor_execute", listen)
    yield
    sa.event.remove(engine, "before_cursor_execute", listen)
    assert len(asked) <= 60, asked  # 2 per kind of lookup and kind of record; one per record would be 501


def creations(kind: str, **fields: object) -> list[Change]:
    """Return creations; braces in a text are replaced by the number."""
    numbered = [{name: v.format(n) if isinstance(v, str) else v for name, v in fields.items()} for n in EACH]
    return [Change.create(kind, values, id=f"{kind}{n}") for n, values in enumerate(numbered)]


def edits(kind: str, version: int, **fields: object) -> list[Change]:
    return [Change.edit(kind, f"{kind}{n}", fields, base_version=version) for n in EACH]


def test_a_batch_runs_few_queries_however_many_changes_it_has(engine: sa.Engine) -> None:
    companies = creations("counterparties", name="Company {}")
    same_names = [Change.create("counterparties", company.fields) for company in companies]
    projects = [
        *creations("pipeline_facilities", pipeline_id="pipelines{}", facility_id="facilities{}"),
        *creations("pipeline_counterparties", pipeline_id="pipelines{}", counterparty_id="counterparties{}"),
        *creations("pipelines", name="Project {}"),
        *creations("facilities", name="Field {}", technology="Solar", capacity_mwp=0),
    ]
    in_design = edits("pipelines", 1, stage="Design")
    steps: list[tuple[list[Change], str]] = [
        ([*companies, *projects], ""),
        (same_names, "already exists"),
        (in_design, "has no capacity yet"),
        (edits("facilities", 1, capacity_mwp=5), ""),
        (in_design, ""),
        (edits("facilities", 2, capacity_mwp=0), "0 MWp is allowed only before Design"),
        (edits("pipelines", 1, stage="Procurement"), "changed pipelines pipelines0 since"),
        ([Change.archive("counterparties", company.id, base_version=1) for company in companies], "is still used by"),
        ([Change.archive("pipelines", f"pipelines{n}", base_version=2) for n in EACH], ""),
        ([Change.restore("pipelines", f"pipelines{n}", base_version=3) for n in EACH], ""),
    ]
    for changes, why_not in steps:
        refusal = pytest.raises((Refused, StaleVersion), match=why_not) if why_not else nullcontext()
        with few_questions(engine), refusal:
            submit_batch(engine, *changes)
