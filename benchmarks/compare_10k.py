"""Two states of a ledger of 10,000 projects with 100,000 changes compared, against one pass over its audit.

`compare_10k` is the comparison on an open snapshot: bridge, lines, moved dates, RAG and risk moves. The other side
finds the newest value of each field of each record, which is the least that a replay has to do. The target is at most
2 s for the comparison.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import sqlalchemy as sa

from benchmarks import portfolio
from benchmarks.harness import in_turn, report, seconds, temporary_home
from pipeline_assets.access import Actor
from pipeline_assets.comparison import compare_portfolio
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from warehouse.connection import reading

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
NEWEST_VALUES = "SELECT kind, id, field, max(position) FROM audit GROUP BY ALL"


def fill(engine: sa.Engine, projects: int, changes: int) -> tuple[int, int]:
    """Fill the ledger up to that many changes, one per second, and return the positions before the edits and after.

    The edits resize facilities, the first ones first and again when all have been resized.
    """
    portfolio.fill(engine, projects)
    created = reader.newest_position(engine)
    for start in range(0, max(changes - created, 0), portfolio.CHANGES_PER_BATCH):
        edits = range(start, min(start + portfolio.CHANGES_PER_BATCH, changes - created))
        for version in sorted({1 + n // projects for n in edits}):
            batch = [_resized(n % projects, version) for n in edits if 1 + n // projects == version]
            submit(engine, batch, actor=Actor.typed("benchmark"), token=new_id(), source="seed")
    newest = reader.newest_position(engine)
    beginning = int(BEGINNING.timestamp()) * 1_000_000
    with engine.begin() as con:
        con.execute(sa.update(schema.changes).values(submitted_at_us=beginning + schema.changes.c.position * 1_000_000))
    return created, newest


def _resized(n: int, version: int) -> Change:
    return Change.edit("facilities", f"f{n}", {"capacity_mwp": 5.0 + n % 400 + version}, base_version=version)


def one_pass(con: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds of finding the newest value of each field."""
    return seconds(lambda: con.sql(NEWEST_VALUES).fetchall())


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, default=10_000, help="projects (default: %(default)d)")
    parser.add_argument("--changes", type=int, default=100_000, help="changes (default: %(default)d)")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each side (default: %(default)d)")
    chosen = parser.parse_args(given)
    with temporary_home(), ledger_for_task() as engine:
        created, newest = fill(engine, chosen.projects, chosen.changes)
        land_changes(engine)
        before, after = (BEGINNING + timedelta(seconds=n) for n in (created - created // 10, newest))
        with reading() as con:
            a, b = in_turn(
                lambda: seconds(lambda: compare_portfolio(con, before, after)),
                lambda: one_pass(con),
                chosen.repeat,
            )
        report("compare_10k", a, b, about=f"{chosen.projects} projects, {newest} changes")


if __name__ == "__main__":
    main()
