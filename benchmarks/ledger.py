"""The ledger of changes: how fast it takes them, how fast they are read, folded and landed.

`ledger_submissions`: submissions a second, each of one new record in a transaction of its own: from 8 processes at
once, against those of one. On SQLite, as a home has it.
`ledger_fold`: folding all changes, against reading them. Target: at most 5.
`ledger_landing`: one more change landed onto all of them, without Dagster, against all of them landed into an empty
warehouse. Target: the one more at most 3 s at 100,000 changes.
`ledger_import`: planning an import of `--rows` new counterparties, against validating the same rows by the model alone:
what finding records, the rules between them and the plan add. While a plan is made or confirmed, others wait.
`submit_to_landed`: seconds from a submission to the snapshot that has it, with webserver and daemon running: idle, and
during a backfill of `--years`. Target: p95 at most 20 s each. `--no-daemon` leaves it out.
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
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.schema import ledger_for_task, open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import Counterparty, new_id
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.vocabulary import STAGES_IN_ORDER

EDITS = 16
"Of each project, after its four records are made: a fold that is mostly edits, as a life is."


def submissions(start_at: float, count: int) -> tuple[float, float]:
    """When it began and ended, on the clock that all processes share; the ledger is open before `start_at`."""
    engine = open_ledger()
    time.sleep(max(0.0, start_at - time.time()))
    began = time.time()
    for n in range(count):
        submit(engine, [Change.create("contacts", {"name": f"Person {n}"})], who="benchmark", token=new_id())
    engine.dispose()
    return began, time.time()


def submissions_a_second(processes: int, count: int) -> float:
    """Of all together, from the first one's begin to the last one's end."""
    with temporary_home(), ProcessPoolExecutor(processes, mp_context=FRESH) as pool:
        open_ledger().dispose()
        start_at = time.time() + 1 + processes * 0.5  # a new interpreter takes half a second of a core
        spans = list(pool.map(submissions, [start_at] * processes, [count // processes] * processes))
    return (count // processes) * processes / (max(end for _, end in spans) - min(began for began, _ in spans))


def batches(changes: int) -> Iterator[list[Change]]:
    """A portfolio of a twentieth as many projects, each with its facility and a risk, and then edited and edited."""
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
    """In large submissions, which is not what is measured."""
    some: list[Change] = []
    for batch in batches(changes):
        some += batch
        if len(some) >= 2_000:
            submit(engine, some, who="benchmark", token=new_id())
            some = []
    if some:
        submit(engine, some, who="benchmark", token=new_id())


def fold_and_read(engine: sa.Engine, repeat: int) -> tuple[float, float]:
    """Medians, ms, in turn."""
    folding, reading_them = [], []
    for _ in range(repeat):
        started = perf_counter()
        changes = reader.changes_since(engine)
        reading_them.append(perf_counter() - started)
        folding.append(seconds(partial(fold_changes, changes)))
    return 1000 * median(folding), 1000 * median(reading_them)


def land_one_more_and_all(engine: sa.Engine, repeat: int) -> tuple[float, float]:
    """The one more is the median of several."""
    whole = seconds(lambda: landing.land_changes(engine))
    more = []
    for _ in range(repeat):
        submit(engine, [Change.create("contacts", {"name": "One more"})], who="benchmark", token=new_id())
        more.append(seconds(lambda: landing.land_changes(engine)))
    return median(more), whole


def plan_and_validate(rows: int, repeat: int) -> tuple[float, float]:
    """Seconds of each."""
    header = ("id", "name", "website", "notes")
    cells = [(f"c{n}", f"Company {n}", f"https://c{n}.example", f"Met in May {n}") for n in range(rows)]
    content = "\n".join(map(",".join, [header, *cells])).encode()

    def validated() -> None:
        for _, *values in cells:
            Counterparty.model_validate(dict(zip(header[1:], values, strict=True))).fields()

    with temporary_home(), ledger_for_task() as engine:
        planned = partial(plan_import, engine, "counterparties", content, "counterparties.csv")
        return in_turn(partial(seconds, planned), partial(seconds, validated), repeat)


def main(given: Sequence[str] | None = None) -> None:
    """`given`: arguments, else those of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=100_000, help="in the ledger (default: %(default)d)")
    parser.add_argument("--rows", type=int, default=10_000, help="of the import (default: %(default)d)")
    parser.add_argument("--submissions", type=int, default=2_000, help="that are timed (default: %(default)d)")
    parser.add_argument("--processes", type=int, default=8, help="that submit at once (default: %(default)d)")
    parser.add_argument("--years", type=float, default=10.0, help="of the backfill meanwhile (default: %(default)g)")
    parser.add_argument("--repeat", type=int, default=5, help="of each side (default: %(default)d)")
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
