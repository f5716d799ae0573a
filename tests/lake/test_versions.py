"""Tests that readers of a lake see published versions, each complete and unchanged for as long as it is kept."""

import threading
from pathlib import Path

import duckdb
import psycopg
import pytest
import streamlit as st

from dashboards.components.snapshot_cache import cached_query
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.tables import landed_position
from tests.lake.numbers import land, numbers_of, publish_now
from tests.pipeline_assets.ledger.sample_portfolio import PORTFOLIO, set_fields, submit_batch
from warehouse import landing
from warehouse.connection import reading, writing
from warehouse.errors import SnapshotPruned, WarehouseMissing
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import WRITTEN
from warehouse.lake_tables import metadata_table


def test_nothing_can_be_read_before_the_first_publication(lake: LakeWarehouse) -> None:
    assert lake.newest() is None
    assert lake.kept() == []
    assert lake.size_bytes() is None
    with pytest.raises(WarehouseMissing, match="renewables fetch-range"):
        numbers_of()


@pytest.mark.usefixtures("lake")
def test_a_landing_is_visible_once_it_is_published() -> None:
    land(1, 2)
    with pytest.raises(WarehouseMissing):
        numbers_of()
    publish_now()
    land(3)
    assert numbers_of() == [1, 2]
    publish_now()
    assert numbers_of() == [1, 2, 3]


def test_an_earlier_version_stays_as_it_was(lake: LakeWarehouse) -> None:
    land(1)
    first = publish_now()
    land(2)
    second = publish_now()
    assert second.version > first.version
    assert second.published_at_utc > first.published_at_utc
    assert first.identity != second.identity
    assert [kept.version for kept in lake.kept()] == [first.version, second.version]
    assert numbers_of(first.version) == [1]
    assert first.is_kept


@pytest.mark.usefixtures("lake")
def test_a_reader_keeps_its_version_while_others_publish() -> None:
    land(1)
    publish_now()
    with reading() as con:
        for number in (2, 3, 4, 5, 6, 7):
            land(number)
            publish_now()
            assert numbers_of()[-1] == number
        assert con.execute("SELECT count(*) FROM numbers").fetchall() == [(1,)]


def _count_of_numbers(con: duckdb.DuckDBPyConnection) -> int:
    return int(con.execute("SELECT count(*) FROM numbers").fetchall()[0][0])


def test_a_version_that_pages_keep_open_holds_no_transaction_open_at_its_catalogue(
    postgres_lake: LakeWarehouse,
) -> None:
    land(1)
    publish_now()
    assert cached_query(_count_of_numbers) == 1
    with psycopg.connect(postgres_lake.address.connection) as con:
        rows = con.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in trans%'"
        ).fetchall()
    assert rows == []
    st.cache_resource.clear()


@pytest.mark.usefixtures("lake")
def test_a_reader_cannot_write() -> None:
    land(1)
    publish_now()
    with reading() as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute("DELETE FROM numbers")


def test_a_version_that_was_never_published_is_refused_with_those_that_are_kept(lake: LakeWarehouse) -> None:
    land(1)
    version = publish_now().version
    with pytest.raises(SnapshotPruned, match=rf"Version 999 of .* \(kept: {version} to {version}\)"):
        numbers_of(999)
    assert lake.of_version(999) is None


@pytest.mark.usefixtures("lake")
def test_threads_of_one_process_read_their_own_versions() -> None:
    versions = []
    for number in range(4):
        land(number)
        versions.append(publish_now().version)
    outcomes: dict[int, list[int]] = {}

    def read_often(version: int) -> None:
        for _ in range(5):
            outcomes[version] = numbers_of(version)

    threads = [threading.Thread(target=read_often, args=[version]) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {version: list(range(index + 1)) for index, version in enumerate(versions)}


@pytest.mark.usefixtures("lake")
def test_half_hourly_landings_leave_no_file_each(home: Path) -> None:
    land(0)
    for number in range(1, 11):
        assert land(number) == 1
        publish_now()
    assert list((home / "lake").rglob("*.parquet")) == []
    assert numbers_of() == list(range(11))


@pytest.mark.usefixtures("lake")
def test_the_limit_for_inlined_rows_outlasts_the_connection_that_set_it() -> None:
    land(1)
    with writing() as con:
        options = dict(con.execute("SELECT option_name, value FROM warehouse.options()").fetchall())
    assert options["data_inlining_row_limit"] == "1000"


def test_a_landing_that_fails_changes_nothing_and_the_next_one_works(lake: LakeWarehouse) -> None:
    land(1)
    with pytest.raises(duckdb.ConversionException), writing() as con, landing.transaction(con):
        con.execute("INSERT INTO numbers VALUES ('2026-01-01', 2, ''), ('2026-01-01', 'three', '')")
    assert land(3) == 1
    publish_now()
    assert numbers_of() == [1, 3]
    assert lake.condition().is_sound


def newest_schema() -> tuple[int, int]:
    """Return the number of the newest schema, and the position of the ledger that has landed."""
    with writing() as con:
        schema = con.execute(f"SELECT max(schema_version) FROM {metadata_table(WRITTEN, 'snapshot')}").fetchall()
        return schema[0][0], landed_position(con)


@pytest.mark.usefixtures("sqlite_lake")
def test_a_further_landing_of_the_ledger_leaves_the_schema_as_it_is() -> None:
    """A new schema would take its own tables in the catalogue, and readers would load all views again."""
    with ledger_for_task() as ledger:
        submit_batch(ledger, *PORTFOLIO)
        land_changes(ledger)
        schema, position = newest_schema()
        set_fields(ledger, "pipelines", "fen", notes="later")
        land_changes(ledger)
    assert newest_schema() == (schema, position + 1)
