"""Tests that a dataset with several dimensions, or with none, loses nothing between Elexon's rows and a reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import duckdb
import polars as pl
import pytest

from elexon_assets.checks import OF_COVERED, OF_OBSERVED, checks_for
from elexon_assets.contract import split_valid
from elexon_assets.dataset_model import Column, Dataset, Role
from elexon_assets.datasets import DATASETS, WIND_AND_SOLAR
from elexon_assets.parsing import ROW_INDEX, parse_rows
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.windows import window_of_days
from warehouse import landing

DAY = date(2024, 1, 8)
PROCESS_TYPES, PSR_TYPES = ("Day ahead", "Intraday total"), ("Wind Onshore", "Solar")
SERIES = [f"{process} | {psr}" for process, psr in product(PROCESS_TYPES, PSR_TYPES)]
HALF_HOURS = [datetime(2024, 1, 8, tzinfo=UTC) + n * timedelta(minutes=30) for n in range(48)]

TWO_DIMENSIONS = replace(
    WIND_AND_SOLAR,
    name="toy",
    code="TOY",
    dimensions=("process_type", "psr_type"),
    columns={
        **{name: WIND_AND_SOLAR.columns[name] for name in ("start_time_utc", "generation_mw", "publish_time_utc")},
        "process_type": Column("processType", pl.String(), "Process of the forecast.", PROCESS_TYPES),
        "psr_type": Column("psrType", pl.String(), "Power system resource type.", PSR_TYPES),
    },
    always_published=tuple(SERIES),
    limits={},
    total_soft_high=None,
)
NO_DIMENSION = replace(
    TWO_DIMENSIONS,
    dimensions=(),
    columns={name: TWO_DIMENSIONS.columns[name] for name in ("start_time_utc", "generation_mw", "publish_time_utc")},
    always_published=("TOY",),
)

Connection = duckdb.DuckDBPyConnection


@pytest.fixture
def con() -> Iterator[Connection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def raw_rows(*, mw: float = 100.0, publish_time: str = "2024-01-09T03:00:00Z") -> list[dict[str, Any]]:
    """Return one row per half-hour and series, all with the same value and the same publish time."""
    return [
        {
            "startTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "processType": process,
            "psrType": psr,
            "quantity": mw,
            "publishTime": publish_time,
        }
        for start, process, psr in product(HALF_HOURS, PROCESS_TYPES, PSR_TYPES)
    ]


def land_rows(con: Connection, dataset: Dataset, rows: list[dict[str, Any]]) -> int:
    """Land rows as an ingest does, and return the number landed."""
    ensure_schema(con, (*DATASETS, dataset))
    good, bad = split_valid(dataset, parse_rows(dataset, rows, window_of_days(DAY, DAY)).frame)
    assert bad.is_empty()
    stamped = good.drop(ROW_INDEX).with_columns(
        ingested_at_utc=pl.lit(datetime(2024, 1, 9, 4, tzinfo=UTC)).dt.cast_time_unit("us"), source=pl.lit("synthetic")
    )
    return landing.append_new(con, dataset.table, stamped, key=dataset.key, range_column=dataset.range_column)


def test_equal_values_of_two_process_types_land_twice_and_a_repetition_does_not_land(con: Connection) -> None:
    assert land_rows(con, TWO_DIMENSIONS, raw_rows()) == 48 * 4
    assert land_rows(con, TWO_DIMENSIONS, raw_rows()) == 0


def test_the_current_view_has_the_newest_value_of_every_combination(con: Connection) -> None:
    land_rows(con, TWO_DIMENSIONS, raw_rows())
    newer = [row for row in raw_rows(mw=200, publish_time="2024-01-09T05:00:00Z") if row["processType"] == "Day ahead"]
    land_rows(con, TWO_DIMENSIONS, newer)
    rows = con.execute(
        "SELECT process_type, psr_type, series, count(*), min(generation_mw), max(generation_mw) FROM toy "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    mw = {"Day ahead": 200.0, "Intraday total": 100.0}
    assert rows == sorted(
        (process, psr, f"{process} | {psr}", 48, mw[process], mw[process])
        for process, psr in product(PROCESS_TYPES, PSR_TYPES)
    )


def test_the_values_by_day_are_grouped_by_every_dimension(con: Connection) -> None:
    land_rows(con, TWO_DIMENSIONS, raw_rows())
    rows = con.execute(
        "SELECT process_type, psr_type, energy_mwh, half_hours, coverage FROM toy_daily ORDER BY ALL"
    ).fetchall()
    assert rows == sorted((process, psr, 2400.0, 48, 1.0) for process, psr in product(PROCESS_TYPES, PSR_TYPES))


def test_a_half_hour_without_one_of_the_combinations_is_a_gap(con: Connection) -> None:
    lacking = {"startTime": "2024-01-08T06:00:00Z", "processType": "Day ahead", "psrType": "Solar"}
    land_rows(con, TWO_DIMENSIONS, [row for row in raw_rows() if not lacking.items() <= row.items()])
    gaps = con.execute("SELECT start_time_utc FROM toy_gaps WHERE start_time_utc::DATE = '2024-01-08'").pl()
    assert gaps["start_time_utc"].to_list() == [datetime(2024, 1, 8, 6, tzinfo=UTC)]


def test_a_flag_belongs_to_one_combination(con: Connection) -> None:
    land_rows(con, TWO_DIMENSIONS, raw_rows())
    con.execute(
        "INSERT INTO flags VALUES ('toy', '2024-01-08 06:00:00Z', 'Day ahead | Solar', 'stuck', '', now(), NULL)"
    )
    rows = con.execute("SELECT process_type, psr_type, half_hours_flagged FROM toy_daily ORDER BY ALL").fetchall()
    assert [row for row in rows if row[2]] == [("Day ahead", "Solar", 1)]


def test_an_undeclared_combination_lands_and_is_listed(con: Connection) -> None:
    land_rows(con, TWO_DIMENSIONS, [row | {"processType": "Intraday process"} for row in raw_rows()])
    rows = con.execute("SELECT series, publications FROM unknown_series ORDER BY series").fetchall()
    assert rows == [(f"Intraday process | {psr}", 48) for psr in sorted(PSR_TYPES)]


def test_a_row_without_one_of_the_dimensions_is_quarantined() -> None:
    rows = raw_rows()
    rows[0]["processType"] = None
    split = split_valid(TWO_DIMENSIONS, parse_rows(TWO_DIMENSIONS, rows, window_of_days(DAY, DAY)).frame)
    assert split.bad["reason"].to_list() == ["process_type is missing or cannot be read"]


def test_a_dataset_without_a_dimension_is_one_series(con: Connection) -> None:
    assert land_rows(con, NO_DIMENSION, raw_rows()) == 48
    assert con.execute("SELECT series, energy_mwh, coverage FROM toy_daily").fetchall() == [("TOY", 2400.0, 1.0)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OBSERVED])
def test_a_half_hourly_dataset_without_expected_series_has_no_coverage_and_no_gaps(con: Connection, role: Role) -> None:
    dataset = replace(TWO_DIMENSIONS, role=role, always_published=())
    assert land_rows(con, dataset, raw_rows()) == 48 * 4
    names = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views()").fetchall()}
    assert {"toy"} == {name for name in names if name.startswith("toy")}
    assert not {*OF_OBSERVED, *OF_COVERED} & set(checks_for(dataset))
