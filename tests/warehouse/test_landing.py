"""Tests of landing: columns by name, duplicates dropped, unique keys or no rows at all."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import polars as pl
import pytest

from warehouse.errors import LandingRefused
from warehouse.landing import append_new, bulk_options, merge_rows, refuse_doubled_keys, replace_rows, transaction

KEY = ("start_time_utc", "psr_type")
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
ONE_O_CLOCK = datetime(2024, 1, 1, 13, tzinfo=UTC)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("CREATE TABLE winds (start_time_utc TIMESTAMPTZ, psr_type VARCHAR, generation_mw DOUBLE)")
        yield con


def frame(*rows: tuple[datetime | None, str | None, float | None]) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {
        "start_time_utc": pl.Datetime("us", "UTC"),
        "psr_type": pl.String(),
        "generation_mw": pl.Float64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def append(con: duckdb.DuckDBPyConnection, new: pl.DataFrame) -> int:
    with transaction(con):
        return append_new(con, "winds", new, key=KEY, range_column="start_time_utc")


def landed(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.sql("FROM winds ORDER BY ALL").pl().rows()


def test_rows_whose_key_exists_are_not_landed_again(con: duckdb.DuckDBPyConnection) -> None:
    assert append(con, frame((NOON, "Solar", 1.0), (NOON, "Wind", 2.0))) == 2
    assert append(con, frame((NOON, "Solar", 9.0), (ONE_O_CLOCK, "Solar", 3.0))) == 1
    assert landed(con) == [(NOON, "Solar", 1.0), (NOON, "Wind", 2.0), (ONE_O_CLOCK, "Solar", 3.0)]


def test_columns_land_by_name_in_any_order(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0)).select("generation_mw", "psr_type", "start_time_utc"))
    assert landed(con) == [(NOON, "Solar", 1.0)]


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        (frame((NOON, "Solar", 1.0)).with_columns(surprise=1), r"not in the table \['surprise'\]"),
        (frame((NOON, "Solar", 1.0)).drop("generation_mw"), r"not in the frame \['generation_mw'\]"),
        (frame((NOON, "Solar", 1.0)).rename({"generation_mw": "mw"}), r"not in the table \['mw'\], not in the frame"),
    ],
)
def test_an_unknown_or_missing_column_is_refused_by_name(
    con: duckdb.DuckDBPyConnection, other: pl.DataFrame, complaint: str
) -> None:
    with pytest.raises(LandingRefused, match=complaint):
        append(con, other)
    assert landed(con) == []


def test_duplicates_within_the_frame_land_once_and_the_last_one_wins(con: duckdb.DuckDBPyConnection) -> None:
    assert append(con, frame((NOON, "Solar", 1.0), (NOON, "Solar", 1.0), (NOON, "Solar", 5.0))) == 1
    assert landed(con) == [(NOON, "Solar", 5.0)]


@pytest.mark.parametrize("bad", [(None, "Solar", 1.0), (NOON, None, 1.0), (None, None, None)])
def test_a_null_in_the_key_is_refused_and_no_row_of_the_frame_lands(
    con: duckdb.DuckDBPyConnection, bad: tuple[datetime | None, str | None, float | None]
) -> None:
    with pytest.raises(LandingRefused, match="has nulls in"):
        append(con, frame((NOON, "Wind", 2.0), bad))
    assert landed(con) == []


def test_a_null_outside_the_key_lands(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", None)))
    assert landed(con) == [(NOON, "Solar", None)]


def test_a_value_that_does_not_fit_its_column_is_refused_and_no_row_lands(con: duckdb.DuckDBPyConnection) -> None:
    words = frame((NOON, "Solar", 1.0)).with_columns(generation_mw=pl.lit("a lot"))
    with pytest.raises(LandingRefused, match="a lot"):
        append(con, words)
    assert append(con, frame((NOON, "Solar", 1.0))) == 1


def test_an_empty_frame_lands_no_rows(con: duckdb.DuckDBPyConnection) -> None:
    assert append(con, frame()) == 0
    assert landed(con) == []


def test_any_exception_rolls_back_the_complete_transaction(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0)))

    def fail_halfway() -> None:
        with transaction(con):
            append_new(con, "winds", frame((NOON, "Wind", 2.0)), key=KEY, range_column="start_time_utc")
            con.execute("DELETE FROM winds WHERE psr_type = 'Solar'")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_halfway()
    assert landed(con) == [(NOON, "Solar", 1.0)]


def test_merging_updates_existing_rows_and_adds_new_ones(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0), (NOON, "Wind", 2.0)))
    with transaction(con):
        new = frame((NOON, "Solar", 7.0), (ONE_O_CLOCK, "Wind", 3.0))
        assert merge_rows(con, "winds", new, key=KEY, range_column="start_time_utc") == 2
    assert landed(con) == [(NOON, "Solar", 7.0), (NOON, "Wind", 2.0), (ONE_O_CLOCK, "Wind", 3.0)]


def test_merging_rows_that_consist_of_key_columns_adds_only_new_ones(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE roles (project VARCHAR, role VARCHAR)")
    pairs = pl.DataFrame({"project": ["A", "B"], "role": ["offtaker", "lender"]})
    for landed_now in (2, 0):
        with transaction(con):
            assert merge_rows(con, "roles", pairs, key=("project", "role"), range_column="project") == landed_now
    assert con.execute("FROM roles ORDER BY ALL").fetchall() == [("A", "offtaker"), ("B", "lender")]


def test_a_duplicate_or_null_key_anywhere_in_the_table_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0)))
    refuse_doubled_keys(con, "winds", KEY)
    con.execute("INSERT INTO winds SELECT start_time_utc, psr_type, 4 FROM winds")
    with pytest.raises(LandingRefused, match=r"would not be unique.*Solar"):
        refuse_doubled_keys(con, "winds", KEY)
    con.execute("DELETE FROM winds")
    con.execute("INSERT INTO winds VALUES (NULL, 'Wind', 1)")
    with pytest.raises(LandingRefused, match="Wind"):
        refuse_doubled_keys(con, "winds", KEY)


def test_landing_is_refused_when_the_table_already_contains_a_duplicate_key(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0)))
    con.execute("INSERT INTO winds FROM winds")
    with pytest.raises(LandingRefused, match="would not be unique"):
        append(con, frame((NOON, "Wind", 1.0)))
    assert len(landed(con)) == 2


def test_a_replaced_table_has_exactly_the_columns_and_rows_of_the_frame(con: duckdb.DuckDBPyConnection) -> None:
    append(con, frame((NOON, "Solar", 1.0)))
    other = pl.DataFrame({"day": [NOON.date(), None], "note": ["a", None]})
    with transaction(con):
        assert replace_rows(con, "winds", other) == 2
    assert con.execute("DESCRIBE winds").fetchall()[0][:2] == ("day", "DATE")
    assert con.execute("FROM winds").fetchall() == other.rows()
    with transaction(con):
        replace_rows(con, "winds", other.clear())
    assert con.execute("FROM winds").fetchall() == []


def test_the_options_of_a_bulk_landing_end_with_it_also_after_an_error(con: duckdb.DuckDBPyConnection) -> None:
    query = (
        "SELECT name, value FROM duckdb_settings() WHERE name IN ('wal_autocheckpoint', 'max_vacuum_tasks', 'threads')"
    )
    before = con.execute(query).fetchall()
    with bulk_options(con):
        assert con.execute(query).fetchall() != before
    assert con.execute(query).fetchall() == before
    with pytest.raises(LandingRefused), bulk_options(con):
        append(con, frame((None, "Solar", 1.0)))
    assert con.execute(query).fetchall() == before
