"""Readers see the complete schema, whatever has landed."""

import duckdb

from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.schema.warehouse_schema import ensure_schema
from renewables.queries.health import tables_health
from renewables.queries.snapshot import snapshot_connection


def test_a_dataset_that_an_update_declares_is_empty_until_it_lands() -> None:
    with duckdb.connect() as written_before:
        ensure_schema(written_before)
        written_before.execute(f"DROP TABLE {INSTALLED_CAPACITY.table}")
        with snapshot_connection(written_before) as con:
            assert con.execute(f"SELECT count(*) FROM {INSTALLED_CAPACITY.name}").fetchall() == [(0,)]
        assert {row.table: row.rows for row in tables_health(written_before)}[INSTALLED_CAPACITY.table] == 0
