"""Writers in processes of their own, as on several machines; each function runs in a child process."""

import multiprocessing
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import BrokenBarrierError
from typing import Protocol

import polars as pl

from warehouse import landing
from warehouse.connection import configured_warehouse, writing
from warehouse.lake import LakeWarehouse

SPAWN = multiprocessing.get_context("spawn")
TOGETHER_SECONDS = 3.0
"The time that a writer waits inside its transaction for another one; one that the lock keeps out never comes."


class Barrier(Protocol):
    """What is used of a barrier between processes."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the other processes."""


class UnlockedLake(LakeWarehouse):
    """A lake whose writers do not wait for each other."""

    def _writer_lock(self, wait_seconds: float) -> AbstractContextManager[None]:  # noqa: ARG002 (no one waits)
        return nullcontext()


def land_beside_another(meeting: Barrier, is_locked: bool) -> None:
    """Append the same ten numbers as the other writer, and commit once both have looked for existing rows."""
    lake = configured_warehouse()
    assert isinstance(lake, LakeWarehouse)
    if not is_locked:
        lake = UnlockedLake(lake.address, lake.data, lake.home)
    frame = pl.DataFrame({"n": range(10)}, schema={"n": pl.Int32}).with_columns(
        day=pl.lit("2026-01-01").str.to_date(), text=pl.lit("")
    )
    with lake.writing() as con, landing.transaction(con):
        landing.append_new(con, "numbers", frame, key=("day", "n"), range_column="day")
        try:
            meeting.wait(TOGETHER_SECONDS)
        except BrokenBarrierError:
            return


def hold_the_lake(ready: Connection) -> None:
    """Hold the warehouse open for writing with an uncommitted row until the process is ended."""
    with writing() as con:
        con.execute("BEGIN")
        con.execute("INSERT INTO numbers VALUES ('2026-01-01', 1000, '')")
        ready.send("held")
        ready.recv()


@contextmanager
def holder_of_the_lake() -> Iterator[SpawnProcess]:
    """Run a process that holds the warehouse open for writing."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=hold_the_lake, args=[theirs])
    process.start()
    try:
        assert ours.poll(60)
        assert ours.recv() == "held"
        yield process
    finally:
        process.kill()
        process.join()


def land_in_two_processes(*, is_locked: bool) -> None:
    """Run two writers that append the same rows at the same time."""
    meeting = SPAWN.Barrier(2)
    writers = [SPAWN.Process(target=land_beside_another, args=[meeting, is_locked]) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
