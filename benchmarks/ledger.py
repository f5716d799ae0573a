"""The ledger of changes: how fast changes are submitted, read, folded and landed.

- `ledger_submissions` is the number of submissions per second, each one new record in its own transaction, from 8
  processes at once against one, on the SQLite database of a home.
- `ledger_fold` is folding all changes against reading them. The target is at most 5.
- `ledger_landing` is landing one more change on top of all others, without Dagster, against landing all of them into an
  empty warehouse. The target is at most 3 s for the one more at 100,000 changes.
- `ledger_import` is planning an import of `--rows` new counterparties against validating the same rows with the model
  alone: the cost of finding records, of the rules between them and of the plan. While a plan is made or confirmed,
  other writers wait.
- `submit_to_landed` is the seconds from a submission to the snapshot that contains it, with webserver and daemon
  running, both idle and during a backfill of `--years`. The target is a p95 of at most 8 s idle and
  20 s during a backfill. `--no-daemon` leaves this figure out.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median
from time import perf_counter

import sqlalchemy as sa

from benchmarks import submit_to_landed
from benchmarks.harness import FRESH, in_turn, report, seconds, simulator, temporary_home
from pipeline_assets import landing
from pipeline_assets.access import Actor
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.schema import ledger_for_task, open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import Counterparty, new_id
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.vocabulary import STAGES_IN_ORDER

BENCHMARK = Actor.typed("benchmark")

EDITS = 16
"The edits of each project after its four records are created: the fold is mostly edits, as in practice."


def submissions(start_at: float, count: int) -> tuple[float, float]:
    """Return when the submissions began and ended, on the clock that all processes share.

    The ledger is opened before `start_at`.
    """
    engine = open_ledger()
    time.sleep(max(0.0, start_at - time.time()))
    began = time.time()
    for n in range(count):
        submit(engine, [Change.create("contacts", {"name": f"Person {n}"})], actor=BENCHMARK, token=new_id())
    engine.dispose()
    return began, time.time()


def submissions_a_second(processes: int, count: int) -> float:
    """Return the submissions per second of all processes, from the first one's start to the last one's end."""
    with temporary_home(), ProcessPoolExecutor(processes, mp_context=FRESH) as pool:
        open_ledger().dispose()
        start_at = time.time() + 1 + processes * 0.5  # a new interpreter takes half a second of a core
        spans = list(pool.map(submissions, [start_at] * processes, [count // processes] * processes))
    return (count // processes) * processes / (max(end for _, end in spans) - min(began for began, _ in spans))


def batches(changes: int) -> Iterator[list[Change]]:
    """Yield a portfolio of a twentieth as many projects, each with its facility and a risk, followed by edits."""
    projects = range(max(1, changes // (4 + EDITS)))
    for n in projects:
        yield [
            Change.create("pipelines", {"name": f"Project {n}"}, id=f"p{n}"),
            Change.create("facilities", {"name": f"Field {n}", "technology": "Solar", "capacity_mwp": 50}, id=f"f{n}"),
            Change.create("pipeline_facilities", {"pipeline_id": f"p{n}", "facility_id": f"f{n}"}, id=f"l{n}"),
            Change.create(
                "information_points", {"name": "Grid", "pipeline_id": f"p{n}", "impact": 9, "likelihood": 9}, id=f"i{n}"
            ),
        ]
    for edit in range(EDITS):
        status = {"stage": STAGES_IN_ORDER[edit % len(STAGES_IN_ORDER)], "notes": f"Round {edit}"}
        yield [Change.edit("pipelines", f"p{n}", status, base_version=1 + edit) for n in projects]


def fill(engine: sa.Engine, changes: int) -> None:
    """Submit the changes in large batches; this is not measured."""
    some: list[Change] = []
    for batch in batches(changes):
        some += batch
        if len(some) >= 2_000:
            submit(engine, some, actor=BENCHMARK, token=new_id())
            some = []
    if some:
        submit(engine, some, actor=BENCHMARK, token=new_id())


def fold_and_read(engine: sa.Engine, repeat: int) -> tuple[float, float]:
    """Return the medians of folding and of reading in milliseconds, measured in turn."""
    folding, reading_them = [], []
    for _ in range(repeat):
        started = perf_counter()
        changes = reader.changes_since(engine)
        reading_them.append(perf_counter() - started)
        folding.append(seconds(partial(fold_changes, changes)))
    return 1000 * median(folding), 1000 * median(reading_them)


def land_one_more_and_all(engine: sa.Engine, repeat: int) -> tuple[float, float]:
    """Return the median seconds of landing one more change, and the seconds of landing all."""
    whole = seconds(lambda: landing.land_changes(engine))
    more = []
    for _ in range(repeat):
        submit(engine, [Change.create("contacts", {"name": "One more"})], actor=BENCHMARK, token=new_id())
        more.append(seconds(lambda: landing.land_changes(engine)))
    return median(more), whole


def plan_and_validate(rows: int, repeat: int) -> tuple[float, float]:
    """Return the seconds of planning and of validating."""
    header = ("id", "name", "website", "notes")
    cells = [(f"c{n}", f"Company {n}", f"https://c{n}.example", f"Met in May {n}") for n in range(rows)]
    content = "\n".join(map(",".join, [header, *cells])).encode()

    def validated() -> None:
        """Validate the rows with the model alone."""
        for _, *values in cells:
            Counterparty.model_validate(dict(zip(header[1:], values, strict=True))).fields()

    with temporary_home(), ledger_for_task() as engine:
        planned = partial(plan_import, engine, "counterparties", content, "counterparties.csv")
        return in_turn(partial(seconds, planned), partial(seconds, validated), repeat)


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=100_000, help="in the ledger (default: %(default)d)")
    parser.add_argument("--rows", type=int, default=10_000, help="of the import (default: %(default)d)")
    parser.add_argument("--submissions", type=int, default=2_000, help="that are timed (default: %(default)d)")
    parser.add_argument(
        "--processes", type=int, default=8, help="number of processes that submit at once (default: %(default)d)"
    )
    parser.add_argument(
        "--years", type=float, default=10.0, help="years of the backfill that runs meanwhile (default: %(default)g)"
    )
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each side (default: %(default)d)")
    parser.add_argument("--no-daemon", action="store_true")
    chosen = parser.parse_args(given)
    rates = [submissions_a_second(processes, chosen.submissions) for processes in (chosen.processes, 1)]
    report("ledger_submissions", *rates, unit="/s", about=f"from {chosen.processes} processes and from 1")
    report("ledger_import", *plan_and_validate(chosen.rows, chosen.repeat), about=f"{chosen.rows} rows")
    with temporary_home():
        engine = open_ledger()
        fill(engine, chosen.changes)
        about = f"{reader.newest_position(engine)} changes"
        report("ledger_fold", *fold_and_read(engine, chosen.repeat), unit="ms", about=about)
        report("ledger_landing", *land_one_more_and_all(engine, chosen.repeat), about=about)
        engine.dispose()
    if not chosen.no_daemon:
        with simulator():
            submit_to_landed.figures(chosen.years)


if __name__ == "__main__":
    main()
