"""Tests of publishing: complete publications and growing versions, even after a killed run or a restore."""

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.processes import FRESH, elsewhere
from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.errors import SnapshotNotWritten, WarehouseBusy
from warehouse.snapshots import Snapshot

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("home")]

PUBLICATIONS = 50


def publish(value: int) -> Snapshot:
    with writing() as con:
        con.execute("CREATE OR REPLACE TABLE numbers AS SELECT ? AS n", [value])
        return snapshots.publish_snapshot(con)


def seen_by_readers() -> int:
    with reading() as con:
        return int(con.execute("SELECT n FROM numbers").fetchall()[0][0])


def test_readers_see_published_data_and_no_unpublished_data() -> None:
    publish(1)
    with writing() as con:
        con.execute("UPDATE numbers SET n = 2")
        assert seen_by_readers() == 1
    assert seen_by_readers() == 1
    with writing() as con:
        snapshots.publish_snapshot(con)
    assert seen_by_readers() == 2


def test_a_reader_keeps_its_open_snapshot_while_others_are_published() -> None:
    publish(0)
    with reading() as con:
        for value in range(1, 10):
            publish(value)
        assert con.execute("SELECT n FROM numbers").fetchall() == [(0,)]
    assert seen_by_readers() == 9


def test_versions_count_up_by_one_and_the_pointer_names_the_newest(home: Path) -> None:
    published = [publish(n) for n in range(3)]
    assert [snapshot.version for snapshot in published] == [1, 2, 3]
    assert snapshots.newest_snapshot(home / "snapshots") == published[-1]
    assert snapshots.kept_snapshots(home / "snapshots") == published


def test_the_link_for_other_tools_points_to_the_newest_snapshot(home: Path) -> None:
    for value in (1, 2):
        publish(value)
        with duckdb.connect(str(home / "snapshots" / "current.duckdb"), read_only=True) as con:
            assert con.execute("SELECT n FROM numbers").fetchall() == [(value,)]


def test_views_and_macros_work_in_a_snapshot_without_the_warehouse(home: Path) -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT unnest(range(10)) AS n")
        con.execute("CREATE VIEW doubled AS SELECT 2 * n AS n FROM numbers")
        con.execute("CREATE MACRO below(high) AS TABLE SELECT n FROM doubled WHERE n < high ORDER BY n")
        snapshots.publish_snapshot(con)
    (home / "warehouse.duckdb").unlink()
    with reading() as con:
        assert con.execute("FROM below(5)").fetchall() == [(0,), (2,), (4,)]


def test_restoring_an_older_warehouse_does_not_lower_the_version(home: Path) -> None:
    oldest = publish(1)
    publish(2)
    publish(3)
    shutil.copy(oldest.path, home / "warehouse.duckdb")
    with writing() as con:
        assert con.execute("SELECT n FROM numbers").fetchall() == [(1,)]
        assert snapshots.publish_snapshot(con).version == 4
    assert seen_by_readers() == 1


def test_versions_continue_after_all_snapshots_were_removed(home: Path) -> None:
    publish(1)
    publish(2)
    shutil.rmtree(home / "snapshots")
    assert publish(3).version == 3


def test_files_left_by_a_killed_publication_do_not_harm_the_next_one(home: Path) -> None:
    first = publish(1)
    folder = home / "snapshots"
    whole = first.path.read_bytes()
    (folder / "unfinished.duckdb").write_bytes(b"half of a snapshot")
    (folder / "unfinished.duckdb.wal").write_bytes(b"half of its log")
    for name in ("current.new", "current.json.new", "current.duckdb.new"):
        (folder / name).symlink_to(first.path.name)
    (folder / "current.json.new").unlink()
    (folder / "current.json.new").write_text("half of a pointer")
    publish(2)
    assert seen_by_readers() == 2
    assert first.path.read_bytes() == whole
    assert not list(folder.glob("unfinished*"))
    with reading(version=1) as con:
        assert con.execute("SELECT n FROM numbers").fetchall() == [(1,)]


def test_a_snapshot_that_the_pointer_never_named_is_skipped_by_the_next_version(home: Path) -> None:
    first, second = publish(1), publish(2)
    (home / "snapshots" / snapshots.POINTER).write_text(f'{{"file": "{first.path.name}", "version": 1}}')
    assert seen_by_readers() == 1  # killed between the file and the pointer
    assert publish(3).version == second.version + 1


def poll(last: int) -> tuple[int, list[str]]:
    """Poll until the last publication; return the number seen and everything that was wrong with any of them."""
    wrong, before, seen = [], 0, set()
    while before < last:
        with reading() as con:
            [(held_rows,)] = con.execute("SELECT n FROM numbers").fetchall()
            [(other, rows)] = con.execute("SELECT any_value(n), count(*) FROM more").fetchall()
        if held_rows != other or rows != 1000:
            wrong.append(f"half a publication: {held_rows}, {other}, {rows} rows")
        if held_rows < before:
            wrong.append(f"{held_rows} after {before}")
        before = held_rows
        seen.add(held_rows)
    return len(seen), wrong


def test_a_reader_that_polls_while_a_writer_publishes_sees_no_error_and_no_older_version() -> None:
    def write(value: int) -> None:
        with writing() as con:
            con.execute("CREATE OR REPLACE TABLE numbers AS SELECT ? AS n", [value])
            con.execute("CREATE OR REPLACE TABLE more AS SELECT ? AS n FROM range(1000)", [value])
            snapshots.publish_snapshot(con)

    write(0)
    with FRESH.Pool(1) as pool:
        reader = pool.apply_async(poll, (PUBLICATIONS,))
        for value in range(1, PUBLICATIONS + 1):
            write(value)
        seen, wrong = reader.get(timeout=60)
    assert wrong == []
    assert seen >= 1


def locked_elsewhere() -> bool:
    """Whether another process is refused the file for writing."""
    try:
        with writing(wait_seconds=0.1):
            return False
    except WarehouseBusy:
        return True


def move_to_yesterday(snapshot: Snapshot) -> None:
    """Give a snapshot the day before in its name, so that the next one is the first of its day."""
    yesterday = snapshot.day - timedelta(days=1)
    snapshot.path.rename(snapshot.path.with_name(snapshot.path.name.replace(f"{snapshot.day}", f"{yesterday}")))


def test_the_writer_still_holds_its_file_after_each_way_of_publishing() -> None:
    with writing() as con:
        for value in (1, 2, 3):
            con.execute("CREATE OR REPLACE TABLE numbers AS SELECT ? AS n", [value])
            published = snapshots.publish_snapshot(con)
            assert elsewhere(locked_elsewhere)
            con.execute("UPDATE numbers SET n = 7")
            if value == 1:
                move_to_yesterday(published)
    assert seen_by_readers() == 3


def test_the_first_snapshot_of_a_later_day_is_compact_and_complete() -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT range AS n, hash(range) AS noise FROM range(1_000_000)")
        move_to_yesterday(snapshots.publish_snapshot(con))
        con.execute("DELETE FROM numbers WHERE n >= 1_000")
        con.execute("CHECKPOINT warehouse")
        backup = snapshots.publish_snapshot(con)
        copied = snapshots.publish_snapshot(con)
    assert backup.size_bytes < copied.size_bytes / 2
    with reading(version=backup.version) as con:
        assert con.execute("SELECT count(*), sum(n) FROM numbers").fetchall() == [(1_000, 499_500)]


def test_a_copied_snapshot_has_the_rows_of_a_written_one_and_no_log(home: Path) -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(100_000)")
        move_to_yesterday(snapshots.publish_snapshot(con))
        written = snapshots.publish_snapshot(con)
        con.execute("DELETE FROM numbers WHERE n % 2 = 0")
        con.execute("INSERT INTO numbers SELECT range FROM range(0, 100_000, 2)")
        copied = snapshots.publish_snapshot(con)
    assert not list((home / "snapshots").glob("*.wal"))
    rows = []
    for snapshot in (written, copied):
        with reading(version=snapshot.version) as con:
            rows.append(con.execute("SELECT count(*), sum(n), sum(hash(n)) FROM numbers").fetchall())
    assert rows[0] == rows[1]


def test_a_failed_copy_is_reported_and_readers_keep_the_previous_version(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(1)
    broken = tmp_path / "cp"
    broken.write_text("#!/bin/sh\necho 'cp: error reading: Input/output error' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SnapshotNotWritten, match=r"Input/output error\. Readers keep the previous version"):
        publish(2)
    assert seen_by_readers() == 1
    assert not list((home / "snapshots").glob("unfinished*"))
