"""Tests that restoring moves files aside, never deletes them, and does not touch a file that another process holds."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import backups, snapshots
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseBusy, WarehouseDamaged, WarehouseMissing
from warehouse.file import FileWarehouse
from warehouse.settings import Settings


@pytest.fixture
def published(home: Path) -> Path:  # noqa: ARG001 (sets the home first)
    """Publish two snapshots and return the warehouse: the first with n = 1, the second with n = 1 and 2."""
    for n in (1, 2):
        with writing() as con:
            con.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")
            con.execute("INSERT INTO numbers VALUES (?)", [n])
            snapshots.publish_snapshot(con)
    return Settings().warehouse_file


def numbers(path: Path) -> list[int]:
    with writing(path) as con:
        return [n for (n,) in con.execute("SELECT n FROM numbers ORDER BY n").fetchall()]


def test_restoring_puts_the_newest_snapshot_in_place_and_keeps_the_old_file(published: Path) -> None:
    published.write_bytes(b"garbage")
    restored = backups.restore()
    assert numbers(published) == [1, 2]
    assert [path.read_bytes() for path in restored.aside] == [b"garbage"]


def test_restoring_puts_a_requested_earlier_version_in_place(published: Path) -> None:
    assert backups.restore(1).snapshot.version == 1
    assert numbers(published) == [1]


def test_version_numbers_continue_after_an_earlier_version_was_restored(published: Path) -> None:
    backups.restore(1)
    with writing() as con:
        assert snapshots.publish_snapshot(con).version == 3
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1,)]
    assert published.exists()


def test_restoring_moves_the_write_ahead_log_aside_with_its_file(published: Path) -> None:
    log = published.with_name("warehouse.duckdb.wal")
    log.write_bytes(b"not a log")
    restored = backups.restore()
    assert not log.exists()
    assert {path.name.split("-")[1] for path in restored.aside} == {"aside"}
    assert sorted(path.suffix for path in restored.aside) == [".duckdb", ".wal"]
    assert numbers(published) == [1, 2]


def test_the_copy_that_a_killed_restore_left_behind_is_removed_by_the_next_one(published: Path) -> None:
    (published.parent / "warehouse.duckdb.restoring-20260101T000000000000Z").write_bytes(b"half of a copy")
    backups.restore()
    assert list(published.parent.glob("*restoring*")) == []


def test_restoring_replaces_a_lost_warehouse_file(published: Path) -> None:
    published.unlink()
    assert backups.restore().aside == ()
    assert numbers(published) == [1, 2]


def test_restoring_from_a_damaged_snapshot_is_refused_and_moves_nothing(published: Path) -> None:
    newest = snapshots.newest_snapshot(snapshots.folder_of(published))
    assert newest
    newest.path.write_bytes(b"garbage")
    with pytest.raises(WarehouseDamaged):
        backups.restore()
    assert numbers(published) == [1, 2]
    assert backups.restore(1).snapshot.version == 1


def test_restoring_an_unknown_version_lists_the_versions_that_are_kept(published: Path) -> None:
    with pytest.raises(WarehouseMissing, match=r"No snapshot 9 can be restored .* kept: 1 \(.*, 2 \("):
        backups.restore(9)
    assert numbers(published) == [1, 2]


@pytest.fixture
def holder(published: Path) -> Iterator[Path]:
    """Hold the warehouse open for writing in another process and return its path."""
    program = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        yield published
        assert process.stdin
        process.stdin.close()


def test_restoring_leaves_a_file_alone_that_another_process_holds(holder: Path) -> None:
    with pytest.raises(WarehouseBusy, match="nothing was changed"):
        backups.restore()
    assert not list(holder.parent.glob("*aside*"))
    assert not list(holder.parent.glob("*restoring*"))


def test_a_file_that_another_process_holds_is_not_reported_as_damaged(holder: Path) -> None:
    assert FileWarehouse(holder).condition().is_sound


def test_corruption_of_a_damaged_file_is_described(published: Path) -> None:
    assert FileWarehouse(published).condition().is_sound
    published.write_bytes(b"garbage" * 1000)
    condition = FileWarehouse(published).condition()
    assert not condition.is_sound
    assert str(published) in condition.sentence
    assert "renewables restore" in condition.fix
