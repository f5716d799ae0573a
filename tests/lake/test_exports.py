"""Tests that SQL of users reads a file exported from the lake, which other tools open and `restore` uses."""

from pathlib import Path

import duckdb
import pytest

from renewables.queries.adhoc import QueryRefused, run_sql
from tests.lake.numbers import land, numbers_of, publish_now
from warehouse import backups
from warehouse.connection import reading
from warehouse.lake import LakeWarehouse


@pytest.fixture
def version(sqlite_lake: LakeWarehouse) -> int:  # noqa: ARG001 (configures the lake)
    """Publish the numbers 1 and 2 and return the version."""
    land(1, 2)
    return publish_now().version


@pytest.mark.usefixtures("version")
def test_typed_sql_reads_the_exported_file(home: Path) -> None:
    assert run_sql("SELECT n FROM numbers ORDER BY n", row_limit=9, seconds=20).frame["n"].to_list() == [1, 2]
    with duckdb.connect(str(home / "exports" / "current.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(2,)]


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_parquet('{home}/lake/**/*.parquet')",
        "FROM sqlite_scan('{home}/catalogue.sqlite', 'ducklake_snapshot')",
        "FROM __ducklake_metadata_warehouse.ducklake_snapshot",
        "FROM duckdb_secrets()",
    ],
)
def test_typed_sql_reaches_neither_the_files_of_the_lake_nor_its_catalogue(home: Path, sql: str) -> None:
    try:
        answer = run_sql(sql.format(home=home), row_limit=9, seconds=20)
    except QueryRefused:
        return
    assert answer.frame.is_empty()


@pytest.mark.usefixtures("version")
def test_a_locked_down_reader_can_open_no_other_file(home: Path) -> None:
    with reading(locked_down=True) as con:
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(2,)]
        with pytest.raises(duckdb.PermissionException):
            con.execute(f"COPY numbers TO '{home / 'numbers.csv'}'")
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            con.execute("SET enable_external_access = true")


def test_typed_sql_keeps_reading_a_recent_export_and_a_new_one_is_made_on_demand(
    version: int, sqlite_lake: LakeWarehouse
) -> None:
    assert numbers_of(locked_down=True) == [1, 2]
    land(3)
    newer = publish_now()
    recent = sqlite_lake.newest(locked_down=True)
    assert recent is not None
    assert recent.version == version
    assert numbers_of(locked_down=True) == [1, 2]
    assert str(newer.version) in sqlite_lake.export_file().name
    assert numbers_of(locked_down=True) == [1, 2, 3]
    assert numbers_of(version, locked_down=True) == [1, 2]


def test_a_lake_is_restored_from_an_exported_file(version: int, sqlite_lake: LakeWarehouse) -> None:
    sqlite_lake.export_file()
    land(3)
    broken = publish_now()
    restored = backups.restore(version)
    assert restored.snapshot.version == version
    assert restored.is_published
    assert numbers_of() == [1, 2]
    assert numbers_of(broken.version) == [1, 2, 3]  # nothing is lost
    assert land(3) == 1


def test_a_warehouse_in_a_file_moves_to_a_lake(lake: LakeWarehouse, tmp_path: Path) -> None:
    file = tmp_path / "moved.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("CREATE TABLE warehouse_info AS SELECT 'format_version' AS key, '1' AS value")
        con.execute("CREATE TABLE numbers AS SELECT '2026-01-01'::DATE AS day, 7 AS n, '' AS text")
        con.execute("CREATE VIEW all_numbers AS FROM numbers")
        con.execute("CREATE MACRO numbers_above(least) AS TABLE FROM numbers WHERE n > least")
    for _ in range(2):  # a second time replaces the first
        backups.fill_lake(file)
        with reading() as con:
            assert con.execute("SELECT n FROM all_numbers").fetchall() == [(7,)]
            assert con.execute("SELECT n FROM numbers_above(6)").fetchall() == [(7,)]
    assert lake.condition().is_sound
