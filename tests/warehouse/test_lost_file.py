"""Tests that a lost warehouse is not replaced by a new one: it is refused with the restoring command. Scenario 44."""

from pathlib import Path

import duckdb
import pytest

from warehouse import backups, snapshots
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseLost
from warehouse.settings import Settings


@pytest.fixture
def published(home: Path) -> Path:
    """Return the file of a warehouse that was published once."""
    with writing() as con:
        con.execute("CREATE TABLE numbers AS SELECT unnest(range(1000)) AS n")
        snapshots.publish_snapshot(con)
    return home / "warehouse.duckdb"


def test_a_missing_file_with_snapshots_is_refused_with_the_command_that_restores_it(published: Path) -> None:
    published.unlink()
    with pytest.raises(WarehouseLost, match=r"is gone.*`renewables restore` puts the newest \(version 1"), writing():
        pass
    assert not published.exists()
    backups.restore()
    with writing() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_readers_continue_with_the_snapshots_of_a_lost_warehouse(published: Path) -> None:
    published.unlink()
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_an_empty_database_in_place_of_the_lost_warehouse_is_refused_too(published: Path) -> None:
    published.unlink()
    with duckdb.connect() as con:  # in the format of both supported versions of DuckDB
        con.execute(f"ATTACH '{published}' AS made (STORAGE_VERSION 'v1.5.0')")
    with pytest.raises(WarehouseLost, match=r"contains no tables of gb-renewables.*renewables restore"), writing():
        pass
    backups.restore()
    with writing() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_moving_the_snapshots_away_allows_a_fresh_start(published: Path, home: Path) -> None:
    published.unlink()
    with pytest.raises(WarehouseLost, match="To start from scratch, move that folder away first"), writing():
        pass
    (home / "snapshots").rename(home / "snapshots-before")
    with writing() as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'numbers'").fetchall() == [(0,)]


def test_a_log_without_its_warehouse_file_is_refused(home: Path) -> None:
    log = home / "warehouse.duckdb.wal"
    log.write_bytes(b"what was not yet in the file")
    with pytest.raises(WarehouseLost, match=r"its log .*warehouse\.duckdb\.wal is still there"), writing():
        pass
    assert list(home.iterdir()) == [log]


def test_a_link_to_a_missing_disk_is_refused_instead_of_creating_a_warehouse(home: Path) -> None:
    elsewhere = home / "disk" / "warehouse.duckdb"
    Settings().warehouse_file.symlink_to(elsewhere)
    with pytest.raises(WarehouseLost, match="that file does not exist"), writing():
        pass
    assert not elsewhere.parent.exists()


def test_a_file_that_a_killed_process_did_not_finish_creating_is_removed_by_the_next_one(home: Path) -> None:
    (home / "warehouse.duckdb.unfinished-1").write_bytes(b"the first blocks")
    with writing() as con:
        assert con.execute("SELECT count(*) FROM warehouse_info").fetchall() == [(1,)]
    assert sorted(path.name for path in home.iterdir()) == ["warehouse.duckdb"]
