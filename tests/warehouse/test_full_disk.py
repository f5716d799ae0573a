"""Tests of a full disk: the run fails, existing data stays, and the next run succeeds. Scenario 15."""

import resource
import shutil
import signal
from pathlib import Path

import polars as pl
import pytest

from tests.processes import elsewhere
from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.errors import DiskNearlyFull
from warehouse.landing import append_new, transaction

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("home")]


def land(first: int, rows: int) -> None:
    """Land distinct values, so that they cannot be compressed away."""
    frame = pl.DataFrame({"n": range(first, first + rows)}).with_columns(value=pl.col("n").hash(seed=1) % 10**15)
    with writing() as con:
        con.execute("CREATE TABLE IF NOT EXISTS numbers (n BIGINT, value BIGINT)")
        with transaction(con):
            append_new(con, "numbers", frame, key=("n",), range_column="n")
        snapshots.publish_snapshot(con)


def land_on_a_full_disk(room: int) -> None:
    """Land rows while a file may grow only to `room` bytes; further writes fail as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    land(1_000_000, 100_000)


def counted() -> tuple[int, int]:
    """Return the number of rows in the warehouse and in the newest snapshot."""
    question = "SELECT count(*) FROM numbers"
    with writing() as con:
        in_warehouse = con.execute(question).fetchall()[0][0]
    with reading() as con:
        return in_warehouse, con.execute(question).fetchall()[0][0]


@pytest.mark.parametrize("more", [4_096, 400_000])
def test_landing_on_a_full_disk_fails_and_keeps_the_existing_rows(home: Path, more: int) -> None:
    land(0, 50_000)
    pointer = (home / "snapshots" / snapshots.POINTER).read_text()
    with pytest.raises(DiskNearlyFull, match=r"disk is full.*Free some space.*File too large"):
        elsewhere(land_on_a_full_disk, (home / "warehouse.duckdb").stat().st_size + more)
    assert (home / "snapshots" / snapshots.POINTER).read_text() == pointer
    assert counted() == (50_000, 50_000)
    assert not list((home / "snapshots").glob("unfinished*"))
    land(50_000, 10)
    assert counted() == (50_010, 50_010)


def publish_on_a_full_disk(room: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with writing() as con:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        snapshots.publish_snapshot(con)


def test_publishing_on_a_full_disk_fails_and_readers_keep_the_previous_snapshot(home: Path) -> None:
    land(0, 50_000)
    with pytest.raises(DiskNearlyFull, match="File too large"):
        elsewhere(publish_on_a_full_disk, 400_000)
    assert counted() == (50_000, 50_000)
    assert not list((home / "snapshots").glob("unfinished*"))
    land(50_000, 10)
    assert counted() == (50_010, 50_010)


def test_writing_is_refused_before_it_begins_when_disk_space_is_short(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(0, 10)
    usage = type(shutil.disk_usage(home))(100 * 10**9, 99 * 10**9, 10**6)
    with monkeypatch.context() as nearly_full:
        nearly_full.setattr(shutil, "disk_usage", lambda _: usage)
        with pytest.raises(DiskNearlyFull, match=r"1 MB free.*Free some space"), writing():
            pass
        with reading() as con:
            assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(10,)]
    assert counted() == (10, 10)
