"""The data dictionary covers everything that a snapshot has, and what is made from it is fresh."""

from pathlib import Path

import duckdb
import pytest

from elexon_assets.schema.warehouse_schema import ensure_schema
from pipeline_assets.registers.register_views import ensure_register_schema
from renewables.queries.dictionary import data_dictionary, matching_entries, unit_of, zone_of
from tests.filled_homes import Renewables
from tests.renewables.landed_portfolio import land_portfolio
from tests.renewables.test_json_output import check_document
from tools import data_dictionary as page
from warehouse.connection import reading, writing


@pytest.fixture
def complete_snapshot(home: Path) -> Path:
    """Publish a snapshot with the tables of both code locations."""
    with writing() as con:
        ensure_schema(con)
        ensure_register_schema(con)
    land_portfolio(home).dispose()
    return home


def _columns_by_relation(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal GROUP BY 1"
    ).fetchall()
    return dict(rows)


@pytest.mark.usefixtures("complete_snapshot")
def test_every_table_and_column_of_a_snapshot_is_in_the_dictionary() -> None:
    with reading() as con:
        columns = _columns_by_relation(con)
        macros = con.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
        ).fetchall()
    documented = {entry.name: [column.name for column in entry.columns] for entry in data_dictionary()}
    assert {name: names for name, names in documented.items() if name in columns} == columns
    assert set(documented) == set(columns) | {name for (name,) in macros}


@pytest.mark.usefixtures("complete_snapshot")
def test_the_types_of_the_dictionary_are_those_of_a_snapshot() -> None:
    with reading() as con:
        stored = con.execute(
            "SELECT table_name, column_name, replace(data_type, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ') "
            "FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    documented = {(e.name, c.name, c.type) for e in data_dictionary() for c in e.columns if e.kind != "macro"}
    assert documented == set(stored)


def test_every_table_and_column_has_a_meaning_and_a_source() -> None:
    lacking = [entry.name for entry in data_dictionary() if not entry.meaning or not entry.source]
    lacking += [f"{e.name}.{c.name}" for e in data_dictionary() for c in e.columns if not c.meaning]
    assert lacking == []


def test_a_columns_name_carries_its_unit_and_zone() -> None:
    assert [unit_of(name) for name in ("price_gbp_per_mwh", "energy_mwh", "generation_mw", "coverage", "psr_type")] == [
        *("GBP/MWh", "MWh", "MW", "0-1", ""),
    ]
    assert [zone_of(name) for name in ("start_time_utc", "settlement_date", "psr_type")] == ["UTC", "Europe/London", ""]


def test_a_search_finds_tables_by_name_column_and_unit() -> None:
    assert {entry.name for entry in matching_entries("capacity factor")} >= {"wind_and_solar_capacity_daily"}
    assert {entry.name for entry in matching_entries("GBP/MWh")} >= {"market_index_price", "system_price"}
    assert matching_entries("no such thing") == []


@pytest.mark.usefixtures("home")
def test_the_command_prints_the_dictionary_without_a_warehouse(renewables: Renewables) -> None:
    shown = renewables("dictionary", "market_index_price_as_of").out
    assert "market_index_price_as_of(published_by) (macro)" in shown
    assert "price_gbp_per_mwh" in shown
    document = check_document("dictionary", renewables("dictionary", "--json").out)
    assert [entry["name"] for entry in document] == [entry.name for entry in data_dictionary()]


@pytest.mark.usefixtures("home")
def test_a_word_that_is_nowhere_in_the_dictionary_is_refused_with_the_tables(renewables: Renewables) -> None:
    outcome = renewables("dictionary", "no such thing")
    assert outcome.code == 1
    assert "No table or column contains 'no such thing'" in outcome.err
    assert "wind_and_solar_daily" in outcome.err


def test_the_documented_dictionary_is_that_of_the_declarations() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.dictionary_page(), "run: python -m tools.data_dictionary"
