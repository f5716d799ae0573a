"""A lost warehouse is not a new one: refused with the command that restores it. Scenario 44."""

from pathlib import Path

import duckdb
import pytest

from warehouse import backups, snapshots
from warehouse.connection import reading, writing
from warehouse.errors import WarehouseLost
from warehouse.settings import Settings


@pytest.fixture
def published(home: Path) -> Path:
    """The file of a warehouse of some rows, published once."""
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


def test_readers_go_on_with_the_snapshots_of_a_lost_warehouse(published: Path) -> None:
    published.unlink()
    with reading() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_an_empty_database_that_somebody_made_in_its_place_is_refused_too(published: Path) -> None:
    published.unlink()
    with duckdb.connect() as con:  # in the format of both lines of DuckDB
        con.execute(f"ATTACH '{published}' AS made (STORAGE_VERSION 'v1.5.0')")
    with pytest.raises(WarehouseLost, match=r"holds nothing of ours.*renewables restore"), writing():
        pass
    backups.restore()
    with writing() as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1000,)]


def test_a_fresh_start_is_made_by_moving_the_snapshots_away_as_the_refusal_says(published: Path, home: Path) -> None:
    published.unlink()
    with pytest.raises(WarehouseLost, match="For a fresh start, move that folder away first"), writing():
        pass
    (home / "snapshots").rename(home / "snapshots-before")
    with writing() as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'numbers'").fetchall() == [(0,)]


def test_a_log_without_its_file_is_no_new_warehouse(home: Path) -> None:
    log = home / "warehouse.duckdb.wal"
    log.write_bytes(b"what was not yet in the file")
    with pytest.raises(WarehouseLost, match=r"its log .*warehouse\.duckdb\.wal is still there"), writing():
        pass
    assert list(home.iterdir()) == [log]


def test_a_link_to_a_disk_that_is_not_there_makes_no_new_warehouse(home: Path) -> None:
    elsewhere = home / "disk" / "warehouse.duckdb"
    Settings().warehouse.symlink_to(elsewhere)
    with pytest.raises(WarehouseLost, match="there is no such file"), writing():
        pass
    assert not elsewhere.parent.exists()
