"""Tests of the work of every night on a lake, of expired versions, and of a restore from its backup."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.lake.numbers import land, numbers_of, publish_now
from warehouse.connection import configured_warehouse, reading, writing
from warehouse.errors import SnapshotPruned, WarehouseBusy, WarehouseLost
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import forget_engine


def age_versions(lake: LakeWarehouse, days: int) -> None:
    """Make all versions of a lake in PostgreSQL older."""
    with psycopg.connect(lake.address.connection) as con:
        con.execute(f"UPDATE ducklake_snapshot SET snapshot_time = snapshot_time - interval '{days} days'")


def test_the_work_of_the_night_moves_rows_to_one_file_and_keeps_every_version(lake: LakeWarehouse, home: Path) -> None:
    versions = []
    for number in range(5):
        land(number)
        versions.append(publish_now().version)
    done = lake.maintain()
    assert done["rows_moved_to_files"] >= 5
    assert done["versions_expired"] == 0
    assert len(list((home / "lake" / "main" / "numbers").rglob("*.parquet"))) == 1
    assert [numbers_of(version) for version in versions] == [list(range(n + 1)) for n in range(5)]
    assert numbers_of() == list(range(5))
    assert numbers_of(locked_down=True) == list(range(5))
    assert (home / "exports" / "current.duckdb").exists()


def test_versions_expire_after_two_weeks_at_the_earliest_and_the_newest_stays(postgres_lake: LakeWarehouse) -> None:
    land(1)
    first = publish_now()
    age_versions(postgres_lake, 10)
    assert postgres_lake.maintain()["versions_expired"] == 0
    age_versions(postgres_lake, 10)
    land(2)
    postgres_lake.maintain()
    assert not first.is_kept
    with pytest.raises(SnapshotPruned, match="load the page again"):
        numbers_of(first.version)
    assert numbers_of() == [1, 2]


def test_the_work_of_the_night_waits_for_a_writer(lake: LakeWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    land(1)
    monkeypatch.setenv("WAREHOUSE_WAIT_SECONDS", "0.1")
    with writing(), pytest.raises(WarehouseBusy):
        lake.maintain()


def test_a_lake_is_restored_from_the_dump_of_its_catalogue_and_a_copy_of_its_folder(
    postgres_lake: LakeWarehouse, home: Path
) -> None:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    for number in range(1200):
        if number % 600 == 0:
            land(*range(number, number + 600))
    postgres_lake.maintain()
    version = postgres_lake.newest()
    assert version is not None
    connection, dump = postgres_lake.address.connection, home / "catalogue.dump"
    subprocess.run([newest_first[0] / "pg_dump", "--format=custom", f"--file={dump}", connection], check=True)
    shutil.copytree(home / "lake", home / "backup")

    land(5000)
    publish_now()
    forget_engine(postgres_lake.address, postgres_lake.data)
    with psycopg.connect(connection, autocommit=True) as con:
        con.execute("DROP SCHEMA public CASCADE")
        con.execute("CREATE SCHEMA public")
    with pytest.raises(WarehouseLost, match="Put the catalogue back from its dump"), writing():
        pass
    shutil.rmtree(home / "lake")
    shutil.copytree(home / "backup", home / "lake")
    restore: list[str | Path] = [newest_first[0] / "pg_restore", "--no-owner", f"--dbname={connection}", dump]
    subprocess.run(restore, check=True)
    forget_engine(postgres_lake.address, postgres_lake.data)

    assert configured_warehouse().newest() == version
    assert numbers_of() == list(range(1200))
    assert land(5000) == 1


def test_data_that_is_gone_is_named_and_nothing_is_written(sqlite_lake: LakeWarehouse, home: Path) -> None:
    land(*range(1500))
    publish_now()
    os.rename(home / "lake", home / "elsewhere")  # noqa: PTH104 (a folder that another process moves)
    with pytest.raises(WarehouseLost, match="is gone from"), writing():
        pass
    assert not sqlite_lake.condition().is_sound


def test_a_page_query_of_an_expired_version_is_a_named_error(postgres_lake: LakeWarehouse) -> None:
    land(*range(1500))
    first = publish_now()
    with pytest.raises(SnapshotPruned, match="has expired"):
        _read_while_it_expires(postgres_lake, first.version)


def _read_while_it_expires(lake: LakeWarehouse, version: int) -> None:
    with reading(version=version) as con:
        age_versions(lake, 20)
        land(1500)
        lake.maintain()
        con.execute("SELECT count(*) FROM numbers").fetchall()
