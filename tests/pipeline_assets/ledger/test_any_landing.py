"""Any sequence of batches, landed in any portions: the tables and the metrics are those of a complete rebuild."""

from pathlib import Path
from tempfile import mkdtemp

import polars as pl
import polars.selectors as cs
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_assets import landing, metrics, tables
from tests.pipeline_assets.ledger.drawn_sequences import EARLIER, Step, batches, on_one_ledger, submit_sequence
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow


def tables_and_metrics(warehouse: Path) -> dict[str, pl.DataFrame]:
    """Return every table and view as readers see it; sums are rounded, because rows are added in any order."""
    with reading(warehouse) as con:
        frames = {name: con.sql(f"FROM {name}").pl() for name in (*landing.DERIVED_TABLES, *metrics.VIEWS)}
    return {name: frame.with_columns(cs.float().round(6)) for name, frame in frames.items()}


@settings(on_one_ledger, max_examples=8)
@given(batches(EARLIER), st.lists(st.booleans(), min_size=11, max_size=11))
def test_any_sequence_landed_in_any_portions_gives_the_tables_of_a_complete_rebuild(
    engine: sa.Engine, tmp_path: Path, sequence: list[list[Step] | int], lands: list[bool]
) -> None:
    warehouse = Path(mkdtemp(dir=tmp_path)) / "warehouse.duckdb"
    turns = iter(lands)
    submit_sequence(
        engine,
        sequence,
        after_batch=lambda: landing.land_changes(engine, lambda: writing(warehouse)) if next(turns) else None,
    )
    landing.land_changes(engine, lambda: writing(warehouse))
    incremental = tables_and_metrics(warehouse)

    landing.rebuild_tables(lambda: writing(warehouse))

    rebuilt = tables_and_metrics(warehouse)
    assert [name for name in rebuilt if not tables.same_rows(incremental[name], rebuilt[name])] == []
