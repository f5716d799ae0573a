"""Tests of opening: the writer always releases the file, waits are bounded and name the holder, readers use snapshots.

Scenario 14.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.processes import elsewhere, held_by_another_process
from warehouse import snapshots
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseBusy, WarehouseMissing

pytestmark = pytest.mark.usefixtures("home")


def publish_one_row(value: int = 1) -> None:
    with writing() as con:
        con.execute("CREATE OR REPLACE TABLE numbers AS SELECT ? AS n", [value])
        snapshots.publish_snapshot(con)


def write_at_once() -> int:
    with writing(wait_seconds=0) as con:
        return len(con.execute("FROM numbers").fetchall())


def raise_while_writing() -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT 1 AS n")
        con.execute("BEGIN")
        con.execute("INSERT INTO numbers VALUES (2)")
        raise RuntimeError("the asset failed")


def test_writing_creates_the_file_and_its_missing_folders(home: Path) -> None:
    path = home / "a new" / "folder's" / "warehouse.duckdb"
    with writing(path) as con:
        con.execute("CREATE TABLE numbers AS SELECT 1 AS n")
    with writing(path) as con:
        assert con.execute("FROM numbers").fetchall() == [(1,)]


def test_writers_and_readers_use_utc_whatever_the_time_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    publish_one_row()
    assert elsewhere(zones_of_a_writer_and_a_reader) == ["UTC", "UTC"]


def zones_of_a_writer_and_a_reader() -> list[str]:
    assert datetime.now().astimezone().utcoffset() == datetime.now(ZoneInfo("America/New_York")).utcoffset()
    question = "SELECT current_setting('TimeZone')"
    with writing() as con:
        zones = con.execute(question).fetchall()
    with reading() as con:
        return [zone for (zone,) in zones + con.execute(question).fetchall()]


def test_an_exception_while_writing_releases_the_file_to_another_process_at_once() -> None:
    with pytest.raises(RuntimeError, match="the asset failed"):
        raise_while_writing()
    assert elsewhere(write_at_once) == 1  # the uncommitted row is gone


def test_an_exception_while_writing_releases_the_file_to_the_same_process_at_once() -> None:
    with pytest.raises(RuntimeError, match="the asset failed"):
        raise_while_writing()
    assert write_at_once() == 1


def test_waiting_for_another_process_ends_with_an_error_that_names_the_holder(home: Path) -> None:
    publish_one_row()
    with held_by_another_process(home / "warehouse.duckdb") as holder:
        started = monotonic()
        with (
            pytest.raises(WarehouseBusy, match=rf"in use by process {holder.pid} \(.*python.*\)"),
            writing(wait_seconds=0.3),
        ):
            pass
        assert 0.3 <= monotonic() - started < 5


def test_writing_continues_as_soon_as_another_process_releases_the_file(home: Path) -> None:
    publish_one_row()
    with held_by_another_process(home / "warehouse.duckdb") as holder, ThreadPoolExecutor(1) as pool:

        def patiently() -> list[tuple[int]]:
            with writing(wait_seconds=60) as con:
                return con.execute("FROM numbers").fetchall()

        answer = pool.submit(patiently)
        holder.kill()
        assert answer.result() == [(1,)]


def test_reading_works_while_another_process_holds_the_warehouse(home: Path) -> None:
    publish_one_row(7)
    with held_by_another_process(home / "warehouse.duckdb"), reading() as con:
        assert con.execute("FROM numbers").fetchall() == [(7,)]


def test_threads_of_one_process_write_one_after_the_other() -> None:
    publish_one_row(0)

    def add_one(_: int) -> None:
        with writing() as con:
            rows = con.execute("FROM numbers").fetchall()[0][0]
            con.execute("UPDATE numbers SET n = ?", [rows + 1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(20)))
    with writing() as con:
        assert con.execute("FROM numbers").fetchall() == [(20,)]


def test_waiting_too_long_for_another_thread_raises_an_error_that_says_so() -> None:
    holds, may_leave = threading.Event(), threading.Event()

    def hold() -> None:
        with writing():
            holds.set()
            may_leave.wait()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        holds.wait()
        with pytest.raises(WarehouseBusy, match="thread of this process"), writing(wait_seconds=0.05):
            pass
        may_leave.set()
        holding.result()


def test_readers_share_a_snapshot_and_cannot_write_to_it() -> None:
    publish_one_row()
    with reading() as item, reading() as other:
        assert item.execute("FROM numbers").fetchall() == other.execute("FROM numbers").fetchall()
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            item.execute("INSERT INTO numbers VALUES (2)")


def test_reading_before_the_first_publication_explains_how_to_begin(home: Path) -> None:
    with writing() as con:
        con.execute("CREATE TABLE numbers (n INTEGER)")
    with pytest.raises(WarehouseMissing, match="renewables fetch-range"), reading():
        pass
    with pytest.raises(WarehouseMissing, match="Nothing is published"), reading(home / "nowhere" / "w.duckdb"):
        pass
    assert not (home / "nowhere").exists()


def test_a_version_that_is_still_kept_can_be_read() -> None:
    publish_one_row(1)
    publish_one_row(2)
    with reading(version=1) as con:
        assert con.execute("FROM numbers").fetchall() == [(1,)]
    with pytest.raises(WarehouseMissing), reading(version=9):
        pass
