"""Restoring moves files aside, never deletes them, and leaves alone what somebody holds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import backups, snapshots
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseBusy, WarehouseDamaged, WarehouseMissing
from warehouse.settings import Settings


@pytest.fixture
def published(home: Path) -> Path:  # noqa: ARG001 (the settings point there)
    """A warehouse with two snapshots: of n = 1, then of n = 1 and 2."""
    for n in (1, 2):
        with writing() as con:
            con.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")
            con.execute("INSERT INTO numbers VALUES (?)", [n])
            snapshots.publish_snapshot(con)
    return Settings().warehouse


def numbers(path: Path) -> list[int]:
    with writing(path) as con:
        return [n for (n,) in con.execute("SELECT n FROM numbers ORDER BY n").fetchall()]


def test_the_newest_snapshot_takes_the_place_and_the_old_file_stays(published: Path) -> None:
    published.write_bytes(b"garbage")
    restored = backups.restore()
    assert numbers(published) == [1, 2]
    assert [path.read_bytes() for path in restored.aside] == [b"garbage"]


def test_an_earlier_version_can_be_chosen(published: Path) -> None:
    assert backups.restore(1).snapshot.version == 1
    assert numbers(published) == [1]


def test_versions_go_on_counting_after_an_earlier_one_was_restored(published: Path) -> None:
    backups.restore(1)
    with writing() as con:
        assert snapshots.publish_snapshot(con).version == 3
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1,)]
    assert published.exists()


def test_the_log_beside_the_file_goes_with_it(published: Path) -> None:
    log = published.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"not a log")
    restored = backups.restore()
    assert not log.exists()
    assert {path.name.split("-")[1] for path in restored.aside} == {"aside"}
    assert sorted(path.suffix for path in restored.aside) == [".duckdb", ".wal"]
    assert numbers(published) == [1, 2]


def test_a_file_that_was_lost_is_put_back(published: Path) -> None:
    published.unlink()
    assert backups.restore().aside == ()
    assert numbers(published) == [1, 2]


def test_a_damaged_snapshot_is_refused_and_nothing_is_moved(published: Path) -> None:
    newest = snapshots.newest_snapshot(snapshots.folder_of(published))
    assert newest
    newest.path.write_bytes(b"garbage")
    with pytest.raises(WarehouseDamaged):
        backups.restore()
    assert numbers(published) == [1, 2]
    assert backups.restore(1).snapshot.version == 1


def test_without_such_a_snapshot_those_that_are_kept_are_named(published: Path) -> None:
    with pytest.raises(WarehouseMissing, match=r"no snapshot 9 to restore .* kept are: 1 \(.*, 2 \("):
        backups.restore(9)
    assert numbers(published) == [1, 2]


@pytest.fixture
def holder(published: Path) -> Iterator[Path]:
    """Another process has the file open for writing."""
    program = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield published
        assert process.stdin
        process.stdin.close()


def test_a_file_that_a_process_holds_is_left_alone(holder: Path) -> None:
    with pytest.raises(WarehouseBusy, match="nothing was changed"):
        backups.restore()
    assert not list(holder.parent.glob("*aside*"))
    assert not list(holder.parent.glob("*restoring*"))


def test_a_file_that_is_held_is_not_called_damaged(holder: Path) -> None:
    assert backups.corruption_of(holder) is None


def test_what_is_wrong_with_a_damaged_file_is_said(published: Path) -> None:
    assert backups.corruption_of(published) is None
    published.write_bytes(b"garbage" * 1000)
    assert backups.corruption_of(published)
