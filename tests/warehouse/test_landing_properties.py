"""Whatever the batches, their order and their overlap: the same publications make the same table."""

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
    """Distinct or doubled publications, and batches in any order that between them hold every one at least once."""
    wanted = draw(st.lists(publications, min_size=1, max_size=30))
    again = draw(st.lists(st.sampled_from(wanted), max_size=20))
    shuffled = draw(st.permutations(wanted + again))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    edges = [0, *cuts, len(shuffled)]
    return wanted, [shuffled[low:high] for low, high in pairwise(edges)]


@settings(max_examples=40)  # each lands in a DuckDB of its own
@given(batched())
def test_any_batching_order_and_overlap_of_the_same_publications_makes_the_same_table(
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
