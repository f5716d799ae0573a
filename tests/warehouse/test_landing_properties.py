"""Tests that the same publications make the same table, whatever their batches, order and overlap."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.landing import append_new, refuse_doubled_keys, transaction

Publication = tuple[datetime, str, datetime, float]

KEY = ("start_time_utc", "psr_type", "publish_time_utc", "generation_mw")
BEGIN = datetime(2024, 3, 30, 22, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType] = {
    "start_time_utc": pl.Datetime("us", "UTC"),
    "psr_type": pl.String(),
    "publish_time_utc": pl.Datetime("us", "UTC"),
    "generation_mw": pl.Float64(),
}

half_hours = st.integers(0, 8).map(lambda n: BEGIN + n * timedelta(minutes=30))
publications = st.tuples(
    half_hours,
    st.sampled_from(["Solar", "Wind Onshore"]),
    half_hours,
    st.sampled_from([0.0, -0.0, 640.283, 640.2830000000001, 1e-300, 24_000.0]),
)


@st.composite
def batched(draw: st.DrawFn) -> tuple[list[Publication], list[list[Publication]]]:
    """Draw publications, some repeated, and batches in any order that together contain each at least once."""
    wanted = draw(st.lists(publications, min_size=1, max_size=30))
    again = draw(st.lists(st.sampled_from(wanted), max_size=20))
    shuffled = draw(st.permutations(wanted + again))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    edges = [0, *cuts, len(shuffled)]
    return wanted, [shuffled[low:high] for low, high in pairwise(edges)]


@settings(max_examples=40)  # each lands in its own DuckDB
@given(batched())
def test_the_same_publications_make_the_same_table_in_any_batching_and_order(
    case: tuple[list[Publication], list[list[Publication]]],
) -> None:
    wanted, batches = case
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            "CREATE TABLE winds (start_time_utc TIMESTAMPTZ, psr_type VARCHAR, publish_time_utc TIMESTAMPTZ, "
            "generation_mw DOUBLE)"
        )
        new = 0
        for batch in batches:
            frame = pl.DataFrame(batch, schema=SCHEMA, orient="row")
            with transaction(con):
                new += append_new(con, "winds", frame, key=KEY, range_column="start_time_utc")
        refuse_doubled_keys(con, "winds", KEY)
        result = con.sql("FROM winds").pl().rows()
    assert new == len(result)
    assert sorted(result) == sorted(set(wanted))
