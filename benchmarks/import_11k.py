"""An import of 11,000 projects, each with its plant, against validating the same rows with the model alone.

- `import_11k` reads the file, finds the records, runs the ledger dry and confirms the import as one batch, into an
  empty ledger.
- `import_11k_again` plans and confirms the same file with ten changed dates on a ledger that has all of it.

Both are compared with validating every row with the two models that it fills, which is the least that an import can do.
"""

import argparse
import csv
import io
from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from benchmarks.harness import in_turn, report, seconds, temporary_home
from benchmarks.portfolio import HEADER, rows
from pipeline_assets.access import Actor
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.models import Facility, Project
from pipeline_assets.spreadsheets.import_plan import confirm_import, plan_import

EDITED = 10


def as_csv(count: int, *, edited: int = 0) -> bytes:
    """Return a CSV file of that many projects."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER, *rows(count, edited=edited)])
    return buffer.getvalue().encode()


def validate(count: int) -> None:
    """Validate the rows with their models and do nothing else."""
    for name, stage, rag, rag_comment, rtb_date, technology, capacity in rows(count):
        status = {"stage": stage, "rag": rag, "rag_comment": rag_comment, "rtb_date": rtb_date}
        Project.model_validate({"name": name, "status_date": "2026-01-01", **status}).fields()
        Facility.model_validate({"name": name, "technology": technology, "capacity_mwp": float(capacity)}).fields()


def import_file(engine: sa.Engine, content: bytes) -> int:
    """Plan and confirm the import; return the number of changes."""
    return len(
        confirm_import(
            engine, plan_import(engine, "pipelines", content, "projects.csv"), actor=Actor.typed("benchmark")
        ).changes
    )


def into_an_empty_ledger(content: bytes) -> float:
    """Return the seconds of one import into an empty ledger."""
    with temporary_home(), ledger_for_task() as engine:
        return seconds(lambda: import_file(engine, content))


def onto_the_same(content: bytes, changed: bytes) -> float:
    """Return the seconds of an import into a ledger that already has all but ten dates."""
    with temporary_home(), ledger_for_task() as engine:
        import_file(engine, content)
        return seconds(lambda: import_file(engine, changed))


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=11_000, help="of the file (default: %(default)d)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of each side (default: %(default)d)")
    chosen = parser.parse_args(given)
    content, changed = as_csv(chosen.rows), as_csv(chosen.rows, edited=EDITED)
    validated = partial(seconds, partial(validate, chosen.rows))
    about = f"{chosen.rows} rows"
    report("import_11k", *in_turn(partial(into_an_empty_ledger, content), validated, chosen.repeat), about=about)
    again = partial(onto_the_same, content, changed)
    report("import_11k_again", *in_turn(again, validated, chosen.repeat), about=f"{about}, {EDITED} of them changed")


if __name__ == "__main__":
    main()
