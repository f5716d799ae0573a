"""The schema is made once, and again when a declaration or a setting has changed."""

import pytest

from elexon_assets.datasets import DATASETS, WIND_AND_SOLAR
from elexon_assets.schema.warehouse_schema import ensure_schema
from tests.elexon_assets.test_dimensions import TWO_DIMENSIONS
from warehouse.connection import has_table, writing

pytestmark = pytest.mark.usefixtures("home")


def highest_onshore() -> float:
    with writing() as con:
        ensure_schema(con)
        rows = con.execute("SELECT high_mw FROM soft_limits WHERE category = 'Wind Onshore'").fetchall()
        return float(rows[0][0])


def test_an_unchanged_schema_is_not_made_again() -> None:
    with writing() as con:
        ensure_schema(con)
        con.execute("DROP VIEW unknown_series")  # by hand, to see whether it is made again
        ensure_schema(con)
        assert not has_table(con, "unknown_series")


def test_a_limit_that_a_setting_moves_is_in_force_at_the_next_write(monkeypatch: pytest.MonkeyPatch) -> None:
    assert highest_onshore() == WIND_AND_SOLAR.limits["Wind Onshore"].soft_high
    monkeypatch.setenv("LIMITS_MW", '{"Wind Onshore": {"soft_high": 12345}}')
    assert highest_onshore() == 12345


def test_a_newly_declared_dataset_gets_its_tables() -> None:
    with writing() as con:
        ensure_schema(con)
        assert not has_table(con, TWO_DIMENSIONS.table)
        ensure_schema(con, (*DATASETS, TWO_DIMENSIONS))
        assert has_table(con, TWO_DIMENSIONS.table)
