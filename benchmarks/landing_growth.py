"""Landing one more change onto a large ledger against one more onto a small one, without Dagster.

`landing_growth` is the processor time of one landing on `--changes` changes by that on `--few`, as the median of
alternating landings. The target is at most 1.5. `ledger.py` fills both ledgers. It is not wall time, because half of
that is waiting for the disk.
"""

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from benchmarks import ledger
from benchmarks.harness import Side, in_turn, report, temporary_home
from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from warehouse.connection import writing


def processor_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    return sum(os.times()[:4])


def one_more(engine: sa.Engine, warehouse: Path) -> float:
    """Submit an edit of a project, and return the processor time of landing it."""
    project = reader.find_record(engine, "pipelines", "p0")
    assert project
    edit = Change.edit("pipelines", "p0", {"notes": f"After {project.version}"}, base_version=project.version)
    submit(engine, [edit], actor=Actor.typed("benchmark"), token=new_id())
    started = processor_seconds()
    land_changes(engine, partial(writing, warehouse))
    return processor_seconds() - started


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=100_000, help="of the large side (default: %(default)d)")
    parser.add_argument("--few", type=int, default=1_000, help="changes of the small side (default: %(default)d)")
    parser.add_argument("--repeat", type=int, default=15, help="landings of each side (default: %(default)d)")
    chosen = parser.parse_args(given)
    with temporary_home() as home:
        engines: list[sa.Engine] = []
        sides: list[Side] = []
        for name, changes in (("many", chosen.changes), ("few", chosen.few)):
            engine, warehouse = open_ledger(f"sqlite:///{home / name}.sqlite"), home / name / "warehouse.duckdb"
            ledger.fill(engine, changes)
            land_changes(engine, partial(writing, warehouse))
            engines.append(engine)
            sides.append(partial(one_more, engine, warehouse))
        about = f"{chosen.changes} changes by {chosen.few}"
        report("landing_growth", *in_turn(sides[0], sides[1], chosen.repeat), about=about)
        for engine in engines:
            engine.dispose()


if __name__ == "__main__":
    main()
