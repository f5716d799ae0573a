"""Tests of killed work: ten of the 200 kills of `python -m benchmarks.kills`, and that its checks find each fault."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from benchmarks.kills.elexon_work import FAULTS, FetchRange, Ingest
from benchmarks.kills.kinds import SHARES, kind_named, split_kills
from benchmarks.kills.ledger_work import Landings, Submissions
from benchmarks.kills.publication_work import Publications
from benchmarks.kills.trials import Ending, judge_ending, judge_home, kill_repeatedly
from benchmarks.kills.work import Work
from elexon_assets.simulator.server import Simulator
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.schema import ledger_for_task
from tests.benchmarks.broken_work import LandingsWithoutTransaction, PublicationsPointedToFirst
from warehouse.connection import writing

SMALL: dict[Work, int] = {
    FetchRange("fetch_range", date(2024, 3, 1), date(2024, 3, 2)): 1,
    Ingest("ingest", date(2024, 3, 1), date(2024, 3, 21)): 2,
    Submissions("ledger_sqlite", 20): 2,
    Submissions("ledger_postgresql", 20, on_postgresql=True): 1,
    Landings("landing", 2): 2,
    Publications("publication", 3): 2,
}
"The ten kills of the suite; those of a lake are in `tests/lake/test_killed_writers.py`."


@pytest.mark.timeout(300)
@pytest.mark.parametrize("work", SMALL, ids=lambda work: work.name)
def test_killed_work_loses_doubles_and_halves_nothing_and_converges(work: Work, simulator: Simulator) -> None:
    simulator.faults = FAULTS
    if reason := work.reason_not_to_run():
        pytest.skip(reason)

    tally = kill_repeatedly(work, SMALL[work], seed=1)

    assert tally.violations == []
    assert tally.killed == SMALL[work]


def finish_work(work: Work) -> list[int]:
    """Do the work in this process and in the home of the test, and return what it acknowledged."""
    acknowledged: list[int] = []
    work.prepare()
    work.run(acknowledged.append)
    return acknowledged


def point_to_nothing(home: Path) -> None:
    (home / "snapshots" / "current.json").write_text(json.dumps({"file": "warehouse-000000009-2026-01-01.duckdb"}))


def halve_the_newest_snapshot(home: Path) -> None:
    newest = max((home / "snapshots").glob("warehouse-*.duckdb"))
    newest.write_bytes(newest.read_bytes()[: newest.stat().st_size // 2])


def change_warehouse(statement: str) -> Callable[[Path], None]:
    def change(_: Path) -> None:
        with writing() as con:
            con.execute(statement)

    return change


def change_ledger(statement: str) -> Callable[[Path], None]:
    def change(_: Path) -> None:
        with ledger_for_task() as engine, schema.writing(engine) as con:
            con.exec_driver_sql(statement)

    return change


PUBLICATIONS, SUBMISSIONS, LANDINGS = Publications("p", 2, rows=100), Submissions("s", 3), Landings("l", 2)
INGEST = Ingest("i", date(2024, 3, 1), date(2024, 3, 14))
TABLE = "wind_and_solar_publications"


@pytest.mark.parametrize(
    ("work", "damage", "sentence"),
    [
        (PUBLICATIONS, point_to_nothing, "names warehouse-000000009-2026-01-01.duckdb, which does not exist"),
        (PUBLICATIONS, halve_the_newest_snapshot, "cannot be"),
        (PUBLICATIONS, change_warehouse("UPDATE numbers SET n = 1"), "the warehouse has 1, and 2 was acknowledged"),
        (PUBLICATIONS, change_warehouse("UPDATE numbers SET n = 1 WHERE position < 9"), "half a landing"),
        (SUBMISSIONS, change_ledger("DELETE FROM batches WHERE token = 'batch 1'"), "acknowledged and lost"),
        (SUBMISSIONS, change_ledger("DELETE FROM changes WHERE position = 5"), "batch 1 has 2 changes"),
        (SUBMISSIONS, change_ledger("UPDATE ledger_info SET value = 8 WHERE key = 'position'"), "the counter is at 8"),
        (SUBMISSIONS, change_ledger("DELETE FROM records WHERE id = 'p1'"), "8 current records differ"),
        (LANDINGS, change_warehouse("INSERT INTO submitted_changes FROM submitted_changes"), "would not be unique"),
        (LANDINGS, change_warehouse("INSERT INTO pipelines FROM pipelines"), "would not be unique"),
        (INGEST, change_warehouse(f"INSERT INTO {TABLE} FROM {TABLE} LIMIT 1"), "would not be unique"),
        (INGEST, change_warehouse("DELETE FROM fetch_log"), "landed without their window"),
        (INGEST, change_warehouse(f"DELETE FROM {TABLE}"), "without a row"),
    ],
)
def test_a_broken_promise_is_named(
    work: Work, damage: Callable[[Path], None], sentence: str, home: Path, simulator: Simulator
) -> None:
    simulator.faults = FAULTS
    acknowledged = finish_work(work)

    damage(home)

    assert sentence in " ".join(judge_home(work, acknowledged, "now"))


@pytest.mark.usefixtures("home")
def test_rows_that_differ_from_those_of_an_unkilled_run_are_named() -> None:
    acknowledged = finish_work(SUBMISSIONS)
    expected = {"changes": SUBMISSIONS.contents()["changes"].head(8)}

    [sentence] = judge_ending(SUBMISSIONS, Ending(acknowledged, 1.0, 0), expected)

    assert sentence.endswith("changes has 9 rows that differ from 8 of an unkilled run")


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (PublicationsPointedToFirst("reversed", 2, rows=100), "which does not exist"),
        (LandingsWithoutTransaction("in_parts", 2), "differs from a complete rebuild"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_twenty_kills_find_code_that_breaks_a_promise_between_two_steps(work: Work, sentence: str) -> None:
    tally = kill_repeatedly(work, 20, seed=1, until_broken=True)

    assert sentence in " ".join(tally.violations)


def test_all_kills_are_shared_among_the_kinds_that_can_run() -> None:
    assert sum(split_kills(200, [*SHARES]).values()) == 200
    assert [*split_kills(7, [kind_named("landing"), kind_named("publication")]).values()] == [4, 3]
