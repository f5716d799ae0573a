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
from pipeline_assets.ledger.changes import Change
from tests.pipeline_assets.ledger.drawn_sequences import EARLIER, Step, batches, on_one_ledger, submit_sequence
from tests.pipeline_assets.ledger.sample_portfolio import all_records, submit_batch
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow

RTB = Change.create("milestones", {"name": "RTB", "pipeline_id": "fen", "planned_date": "2027-03-01"}, id="fen-rtb")


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

    def land_or_wait() -> None:
        """Land if it is the turn; the first time, record a milestone that changes together with its project."""
        if ("milestones", RTB.id) not in all_records(engine):
            submit_batch(engine, RTB)
        if next(turns):
            landing.land_changes(engine, lambda: writing(warehouse))

    submit_sequence(engine, sequence, after_batch=land_or_wait)
    landing.land_changes(engine, lambda: writing(warehouse))
    incremental = tables_and_metrics(warehouse)

    landing.rebuild_tables(lambda: writing(warehouse))

    rebuilt = tables_and_metrics(warehouse)
    assert [name for name in rebuilt if not tables.same_rows(incremental[name], rebuilt[name])] == []
