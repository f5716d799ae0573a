"""Submissions to the ledger, and their landing in the warehouse, as work that is killed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import duckdb
import polars as pl
import sqlalchemy as sa

from benchmarks.harness import environment
from benchmarks.kills.databases import empty_database, missing_server
from benchmarks.kills.warehouse_checks import leftover_files, snapshot_violations
from benchmarks.kills.work import Acknowledge, Contents, Work
from pipeline_assets import tables
from pipeline_assets.access import Actor
from pipeline_assets.landing import DERIVED_TABLES, HISTORIES, land_changes, landed_changes
from pipeline_assets.ledger import reader, schema
from pipeline_assets.ledger.changes import Change, Recorded
from pipeline_assets.ledger.history import fold_changes
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from warehouse.connection import has_table, reading, writing
from warehouse.landing import refuse_doubled_keys

CHANGES_PER_BATCH = 3
TIMES_AND_BATCHES = ("batch", "submitted_at_utc", "updated_at_utc")
"The columns whose values differ from run to run: names of batches and instants."


def submit_batch(engine: sa.Engine, number: int) -> None:
    """Submit the batch of that number: a project, its facility, and the link between them."""
    project, facility = f"p{number}", f"f{number}"
    changes = [
        Change.create("pipelines", {"name": f"Project {number}", "notes": "x" * 200}, id=project),
        Change.create("facilities", {"name": f"Field {number}", "technology": "Solar", "capacity_mwp": 5}, id=facility),
        Change.create("pipeline_facilities", {"pipeline_id": project, "facility_id": facility}, id=f"l{number}"),
    ]
    assert len(changes) == CHANGES_PER_BATCH
    submit(engine, changes, actor=Actor.typed("kills"), token=f"batch {number}")


def ledger_violations(engine: sa.Engine, acknowledged: Sequence[int]) -> Iterator[str]:
    """Yield what is wrong in the ledger: a lost, halved or doubled batch, and positions or records that disagree."""
    with schema.reading(engine) as con:
        batches = con.execute(sa.select(schema.batches)).all()
        counter = reader.position_in(con)
    changes = reader.changes_since(engine)
    if lost := {f"batch {number}" for number in acknowledged} - {row.token for row in batches}:
        yield f"acknowledged and lost: {sorted(lost)}"
    if (positions := [change.position for change in changes]) != [*range(1, counter + 1)]:
        yield f"the counter is at {counter} and the positions are {positions[:3]} ... {positions[-3:]}"
    for row in batches:
        size = sum(change.batch == row.batch for change in changes)
        if (size, row.last_position - row.first_position + 1) != (CHANGES_PER_BATCH, CHANGES_PER_BATCH):
            yield f"{row.token} has {size} changes"
    if len(changes) != CHANGES_PER_BATCH * len(batches):
        yield f"{len(changes)} changes belong to {len(batches)} batches"
    if len({(change.kind, change.id, change.version) for change in changes}) != len(changes):
        yield "a version of a record exists twice"
    yield from _records_that_differ(engine, changes)


def _records_that_differ(engine: sa.Engine, changes: Sequence[Recorded]) -> Iterator[str]:
    folded = fold_changes(changes)
    kinds = ("pipelines", "facilities", "pipeline_facilities")
    records = {(r.kind, r.id): r for kind in kinds for r in reader.records_of_kind(engine, kind, archived=None)}
    if records != folded:
        yield f"{len(records)} current records differ from the {len(folded)} of all changes"


def ledger_contents(engine: sa.Engine) -> Contents:
    """Return the changes without names of batches and times."""
    rows = [
        (c.position, c.kind, c.id, c.version, c.action.value, repr(c.before), repr(c.after))
        for c in reader.changes_since(engine)
    ]
    names = ["position", "kind", "id", "version", "action", "before", "after"]
    return {"changes": pl.DataFrame(rows, schema=names, orient="row")}


@dataclass(frozen=True)
class Submissions(Work):
    """People who save one batch after the other; the ledger is in SQLite, or in PostgreSQL."""

    batches: int
    on_postgresql: bool = False
    modules: ClassVar[Sequence[str]] = [f"pipeline_assets.ledger.{name}" for name in ("submission", "outbox", "schema")]

    def reason_not_to_run(self) -> str | None:
        """Return that PostgreSQL is missing, if it is needed."""
        return missing_server() if self.on_postgresql else None

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """Set LEDGER_URL to an empty database of PostgreSQL; SQLite's file is in the home."""
        if not self.on_postgresql:
            yield
            return
        with empty_database() as address, environment(LEDGER_URL=address.geturl()):
            yield

    def run(self, acknowledge: Acknowledge) -> None:
        """Submit all batches, each of them once more right away, as a form does after a lost connection."""
        with ledger_for_task() as engine:
            for number in range(self.batches):
                submit_batch(engine, number)
                acknowledge(number)
                submit_batch(engine, number)

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong in the ledger."""
        with ledger_for_task() as engine:
            yield from ledger_violations(engine, acknowledged)
            if engine.dialect.name == "sqlite":
                with schema.reading(engine) as con:
                    if (state := con.exec_driver_sql("PRAGMA integrity_check").scalar()) != "ok":
                        yield f"SQLite finds the file damaged: {state}"

    def contents(self) -> Contents:
        """Return the changes."""
        with ledger_for_task() as engine:
            return ledger_contents(engine)


def _halved_tables(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield a sentence for each table that is not as of the landed position; whoever publishes next would show it."""
    if not has_table(con, tables.SUBMITTED_CHANGES):
        return
    position, changes = tables.landed_position(con), landed_changes(con)
    if len(changes) != position:
        yield f"{len(changes)} changes have landed, and the tables are as of change {position}"
    rebuilt = tables.table_frames(changes.filter(pl.col("position") <= position))
    for name in DERIVED_TABLES:
        rows = con.sql(f"FROM {name}").pl() if has_table(con, name) else rebuilt[name].clear()
        if position and not has_table(con, name):
            yield f"{name} is missing"
        elif not tables.same_rows(rows, rebuilt[name]):
            yield f"{name} differs from a complete rebuild of the changes up to {position}"


@dataclass(frozen=True)
class Landings(Work):
    """Changes that land in the warehouse one batch after the other; a batch is acknowledged when readers see it."""

    batches: int
    modules: ClassVar[Sequence[str]] = ("pipeline_assets.landing", "warehouse.landing")

    def run(self, acknowledge: Acknowledge) -> None:
        """Submit and land each batch."""
        with ledger_for_task() as engine:
            for number in range(self.batches):
                submit_batch(engine, number)
                land_changes(engine)
                acknowledge(number)

    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Yield what is wrong in the ledger, in the warehouse and in what readers see."""
        with ledger_for_task() as engine:
            yield from ledger_violations(engine, acknowledged)
        with writing() as con:
            keys = {tables.SUBMITTED_CHANGES: ("position",), **HISTORIES}
            keys |= {kind: ("id",) for kind in DERIVED_TABLES if kind not in HISTORIES}
            for table, key in keys.items():
                if has_table(con, table):
                    refuse_doubled_keys(con, table, key)
            yield from _halved_tables(con)
        expected = CHANGES_PER_BATCH * (max(acknowledged) + 1) if acknowledged else 0
        yield from snapshot_violations(1 if acknowledged else 0)
        if not acknowledged:
            return
        with reading() as con:
            position = tables.landed_position(con)
            if position < expected:
                yield f"readers see position {position}, and {expected} was acknowledged"
            yield from _halved_tables(con)

    def contents(self) -> Contents:
        """Return the tables of the pipeline as readers see them."""
        with reading() as con:
            frames = {name: con.sql(f"FROM {name}").pl() for name in (tables.SUBMITTED_CHANGES, *DERIVED_TABLES)}
        plain = {name: frame.drop(TIMES_AND_BATCHES, strict=False) for name, frame in frames.items()}
        return {name: frame.sort(frame.columns) for name, frame in plain.items()}

    def leftovers(self) -> Iterator[str]:
        """Yield the unfinished files."""
        yield from leftover_files()
