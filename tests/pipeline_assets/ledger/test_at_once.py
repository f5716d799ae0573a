"""Concurrent submissions: from threads of one process and from several processes (scenario 18)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from threading import Barrier, Event

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import StaleVersion
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change, Receipt
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from tests.pipeline_assets.ledger.sample_portfolio import all_records, current_record, submit_batch
from tests.processes import FRESH

pytestmark = pytest.mark.slow

PROCESSES = 8
EACH = 3


class Paused(tuple[Change, ...]):
    """A batch that keeps its transaction open after the first change until it is released."""

    def __init__(self, _: object) -> None:
        self.begun, self.let_go = Event(), Event()

    def __iter__(self) -> Iterator[Change]:
        for change in super().__iter__():
            yield change
            self.begun.set()
            assert self.let_go.wait(30)


def contact(id: str) -> Change:
    return Change.create("contacts", {"name": id}, id=id)


def test_positions_are_in_the_order_of_the_commits_while_one_transaction_is_held_open(engine: sa.Engine) -> None:
    slow = Paused([contact("slow-1"), contact("slow-2")])
    with ThreadPoolExecutor(2) as pool:
        try:
            first = pool.submit(submit, engine, slow, actor=Actor.typed("ana"), token="slow")
            assert slow.begun.wait(30)
            second = pool.submit(submit, engine, [contact("quick")], actor=Actor.typed("bo"), token="quick")
            with pytest.raises(StillWaiting):
                second.result(timeout=0.3)
            assert (reader.newest_position(engine), reader.changes_since(engine)) == (0, [])  # a reader never waits
        finally:
            slow.let_go.set()
        assert [change.position for change in first.result(30).changes] == [1, 2]
        assert second.result(30).position == 3
    assert [change.id for change in reader.changes_since(engine)] == ["slow-1", "slow-2", "quick"]


def test_a_reader_that_follows_positions_gets_every_change_once(engine: sa.Engine) -> None:
    seen: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(_contacts_of, engine, f"w{n}") for n in range(3)]
        while not all(writer.done() for writer in writers) or reader.newest_position(engine) > len(seen):
            seen += [change.position for change in reader.changes_since(engine, seen[-1] if seen else 0)]
        for writer in writers:
            writer.result()
    assert seen == list(range(1, 3 * EACH + 1))


def _contacts_of(engine: sa.Engine, who: str) -> None:
    for n in range(EACH):
        submit_batch(engine, contact(f"{who}-{n}"), who=who)


def test_concurrent_submissions_with_one_token_are_recorded_once(engine: sa.Engine) -> None:
    together = Barrier(6)

    def double_click(_: int) -> Receipt:
        together.wait(30)
        return submit(engine, [contact("ann"), contact("bob")], actor=Actor.typed("ana"), token="t")

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(double_click, range(6)))
    assert Counter(receipt.repeated for receipt in receipts) == {False: 1, True: 5}
    assert all(receipt.changes == tuple(reader.changes_since(engine)) for receipt in receipts)
    assert reader.newest_position(engine) == 2


def test_concurrent_creations_with_one_name_make_one_counterparty(engine: sa.Engine) -> None:
    together = Barrier(6)

    def create(n: int) -> Receipt:
        together.wait(30)
        return submit_batch(engine, Change.create("counterparties", {"name": "Octavia"}, id=f"c{n}"))

    with ThreadPoolExecutor(6) as pool:
        made: list[Future[Receipt]] = [pool.submit(create, n) for n in range(6)]
    refused = [future.exception() for future in made if future.exception()]
    assert len(refused) == 5
    assert all("with this name already exists" in str(error) for error in refused)
    assert len(reader.records_of_kind(engine, "counterparties")) == 1


@pytest.mark.parametrize("_", range(3))
def test_a_ledger_that_many_open_at_once_is_created_once(url: str, _: int) -> None:
    together = Barrier(8)

    def first_open(n: int) -> None:
        together.wait(30)
        engine = open_ledger(url)
        submit_batch(engine, contact(f"c{n}"))
        engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first_open, range(8)))
    engine = open_ledger(url)
    assert reader.newest_position(engine) == 8
    engine.dispose()


def in_a_process(url: str, who: str) -> None:
    """Submit separate contacts, and as many edits of one text that all processes share.

    The first process creates both the ledger and the record with the text.
    """
    engine, steps = open_ledger(url), 0
    shared = {"name": "Shared", "impact": 1, "likelihood": 1}
    submit(engine, [Change.create("information_points", shared, id="shared")], actor=Actor.typed(who), token="shared")
    while steps < EACH:
        point = current_record(engine, "information_points", "shared")
        line = {"description": f"{point.fields['description']}\n{who}-{steps}"}
        edit = Change.edit("information_points", "shared", line, base_version=point.version)
        try:
            submit_batch(engine, edit, contact(f"{who}-{steps}"), who=who)
        except StaleVersion:
            continue
        steps += 1
    engine.dispose()


def test_eight_concurrent_processes_lose_and_duplicate_nothing(url: str) -> None:
    with ProcessPoolExecutor(PROCESSES, mp_context=FRESH) as pool:
        list(pool.map(in_a_process, [url] * PROCESSES, [f"p{n}" for n in range(PROCESSES)]))

    engine = open_ledger(url)
    changes = reader.changes_since(engine)
    made = sorted(f"p{process}-{n}" for process in range(PROCESSES) for n in range(EACH))
    assert [change.position for change in changes] == list(range(1, 2 * len(made) + 2))
    assert sorted(current_record(engine, "information_points", "shared").fields["description"].split("\n")) == made
    assert sorted(record.id for record in reader.records_of_kind(engine, "contacts")) == made
    assert fold_changes(changes) == all_records(engine)
    engine.dispose()
