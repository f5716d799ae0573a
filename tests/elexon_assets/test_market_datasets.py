"""Tests that forecasts, demand and prices land with every version and read as their declarations say."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elexon_assets.contract import split_valid
from elexon_assets.dataset_model import Dataset, Role
from elexon_assets.datasets import (
    BY_DAY,
    DATASETS,
    DEMAND,
    MARKET_INDEX_PRICE,
    SYSTEM_PRICE,
    WIND_AND_SOLAR_FORECAST,
    WIND_FORECAST,
)
from elexon_assets.errors import ShapeChanged
from elexon_assets.ingest_report import Report, WindowRecord
from elexon_assets.parsing import ROW_INDEX, parse_rows
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.settlement import LONDON
from elexon_assets.windows import Window, window_of_days
from warehouse import landing

Connection = duckdb.DuckDBPyConnection
INGESTED = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def con() -> Iterator[Connection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        ensure_schema(opened)
        yield opened


def land_rows(
    con: Connection, dataset: Dataset, rows: list[dict[str, Any]], span: Window, *, at: datetime = INGESTED
) -> tuple[int, list[str]]:
    """Land raw rows as an ingest does, and return the number landed and the reasons of those in quarantine."""
    good, bad = split_valid(dataset, parse_rows(dataset, rows, span).frame)
    stamped = good.drop(ROW_INDEX).with_columns(
        ingested_at_utc=pl.lit(at).dt.cast_time_unit("us"), source=pl.lit("synthetic")
    )
    landed = landing.append_new(con, dataset.table, stamped, key=dataset.key, range_column=dataset.range_column)
    return landed, sorted(bad["reason"])


def recorded_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / name).read_text())["data"]
    return rows


def test_all_recorded_issues_of_the_wind_forecast_land_and_the_newest_one_is_current(
    con: Connection, recordings: Path
) -> None:
    rows = recorded_rows(recordings, "windfor_issues_2026-09-07_2026-09-08.json")
    span = window_of_days(date(2026, 9, 7), date(2026, 9, 8))
    assert land_rows(con, WIND_FORECAST, rows, span) == (384, [])
    assert land_rows(con, WIND_FORECAST, rows, span) == (0, [])
    newest = max(rows, key=lambda row: (row["startTime"] == "2026-09-08T12:00:00Z", row["publishTime"]))
    current = con.sql(
        "SELECT generation_mw, settlement_date, settlement_period, series FROM wind_forecast "
        "WHERE start_time_utc = TIMESTAMPTZ '2026-09-08 12:00:00+00'"
    ).fetchall()
    assert current == [(newest["generation"], date(2026, 9, 8), 27, "WINDFOR")]
    noon = max(
        (row for row in rows if row["startTime"] == "2026-09-08T12:00:00Z" and row["publishTime"] < "2026-09-07T12"),
        key=lambda row: row["publishTime"],
    )
    known = con.sql(
        "SELECT generation_mw FROM wind_forecast_as_of(TIMESTAMPTZ '2026-09-07 12:00:00+00') "
        "WHERE start_time_utc = TIMESTAMPTZ '2026-09-08 12:00:00+00'"
    ).fetchall()
    assert known == [(noon["generation"],)]


def test_a_target_between_two_hours_and_a_target_without_a_value_go_to_quarantine(con: Connection) -> None:
    row = {"publishTime": "2026-09-07T03:30:00Z", "startTime": "2026-09-07T05:00:00Z", "generation": 1000}
    span = window_of_days(date(2026, 9, 7), date(2026, 9, 7))
    odd = [row | {"startTime": "2026-09-07T05:30:00Z"}, row | {"generation": None}]
    landed, reasons = land_rows(con, WIND_FORECAST, [row, *odd], span)
    assert landed == 1
    assert reasons == ["generation_mw is missing or cannot be read", "startTime is not on an hour"]


def test_a_forecast_belongs_to_the_day_of_its_publication_whatever_its_target(con: Connection) -> None:
    row = {"publishTime": "2026-09-07T23:30:00Z", "startTime": "2026-09-09T20:00:00Z", "generation": 1000}
    assert land_rows(con, WIND_FORECAST, [row], window_of_days(date(2026, 9, 7), date(2026, 9, 7))) == (1, [])


def test_the_day_ahead_forecast_has_one_series_for_each_type_and_process(con: Connection, recordings: Path) -> None:
    rows = recorded_rows(recordings, "dgws_day_ahead_2026-09-08.json")
    span = window_of_days(date(2026, 9, 6), date(2026, 9, 7))
    assert land_rows(con, WIND_AND_SOLAR_FORECAST, rows, span) == (144, [])
    series = con.sql("SELECT DISTINCT series FROM wind_and_solar_forecast ORDER BY series").fetchall()
    assert series == [("Solar | Day ahead",), ("Wind Offshore | Day ahead",), ("Wind Onshore | Day ahead",)]
    published = con.sql(
        "SELECT publish_time_utc::DATE, count(DISTINCT start_time_utc) FROM wind_and_solar_forecast GROUP BY 1"
    ).fetchall()
    assert sorted(published) == [(date(2026, 9, 6), 2), (date(2026, 9, 7), 46)]


def test_demand_without_a_publish_time_is_known_from_the_end_of_its_half_hour(
    con: Connection, recordings: Path
) -> None:
    rows = recorded_rows(recordings, "demand_outturn_days_of_2024.json")
    rows = [row for row in rows if row["settlementDate"] == "2024-01-01"]
    span = window_of_days(date(2024, 1, 1), date(2024, 1, 1))
    assert land_rows(con, DEMAND, rows, span) == (48, [])
    first = con.sql("SELECT indo_mw, itsdo_mw, publish_time_utc FROM demand ORDER BY start_time_utc LIMIT 1").fetchall()
    assert first == [(21681, 23366, datetime(2024, 1, 1, 0, 30, tzinfo=UTC))]
    known = con.sql("SELECT count(*) FROM demand_as_of(TIMESTAMPTZ '2024-01-01 06:00:00+00')").fetchall()
    assert known == [(12,)]


def test_a_change_of_the_second_value_alone_is_a_new_publication(con: Connection) -> None:
    row = {
        "publishTime": "2024-01-01T00:30:00Z",
        "startTime": "2024-01-01T00:00:00Z",
        "initialDemandOutturn": 21681,
        "initialTransmissionSystemDemandOutturn": 23366,
    }
    span = window_of_days(date(2024, 1, 1), date(2024, 1, 1))
    land_rows(con, DEMAND, [row], span)
    changed = row | {"initialTransmissionSystemDemandOutturn": 23000}
    assert land_rows(con, DEMAND, [changed], span, at=INGESTED + timedelta(hours=1)) == (1, [])
    assert con.sql("SELECT itsdo_mw FROM demand").fetchall() == [(23000.0,)]


def test_a_publish_time_that_cannot_be_read_is_not_assumed(con: Connection) -> None:
    row = {
        "publishTime": "soon",
        "startTime": "2024-01-01T00:00:00Z",
        "initialDemandOutturn": 21681,
        "initialTransmissionSystemDemandOutturn": 23366,
    }
    landed, reasons = land_rows(con, DEMAND, [row], window_of_days(date(2024, 1, 1), date(2024, 1, 1)))
    assert (landed, reasons) == (0, ["publish_time_utc is missing or cannot be read"])


def test_a_price_of_zero_without_volume_is_no_price_and_with_volume_it_is_one(
    con: Connection, recordings: Path
) -> None:
    rows = recorded_rows(recordings, "mid_market_index_days_of_2024.json")
    rows = [row for row in rows if row["settlementDate"] == "2024-10-13"]
    span = window_of_days(date(2024, 10, 12), date(2024, 10, 13))
    assert land_rows(con, MARKET_INDEX_PRICE, rows, span) == (96, [])
    without = sum(row["dataProvider"] == "APXMIDP" and row["price"] == row["volume"] == 0 for row in rows)
    assert without == 31
    counted = con.sql(
        "SELECT data_provider, count(*), count(price_gbp_per_mwh) FROM market_index_price GROUP BY ALL ORDER BY 1"
    ).fetchall()
    assert counted == [("APXMIDP", 48, 48 - without), ("N2EXMIDP", 48, 0)]
    free = rows[0] | {"startTime": "2024-10-13T10:00:00Z", "dataProvider": "APXMIDP", "price": 0, "volume": 700}
    land_rows(con, MARKET_INDEX_PRICE, [free], span, at=INGESTED + timedelta(hours=1))
    price = con.sql(
        "SELECT price_gbp_per_mwh FROM market_index_price WHERE data_provider = 'APXMIDP' "
        "AND start_time_utc = TIMESTAMPTZ '2024-10-13 10:00:00+00'"
    ).fetchall()
    assert price == [(0.0,)]


def test_every_calculation_of_a_system_price_is_kept_and_the_newest_is_current(
    con: Connection, recordings: Path
) -> None:
    rows = recorded_rows(recordings, "system_prices_sample_2026-09-20.json")
    span = window_of_days(date(2026, 9, 20), date(2026, 9, 20))
    assert land_rows(con, SYSTEM_PRICE, rows, span) == (8, [])
    later = rows[0] | {"createdDateTime": "2026-10-20T12:00:00Z", "systemSellPrice": -5.0, "systemBuyPrice": -5.0}
    assert land_rows(con, SYSTEM_PRICE, [later], span, at=INGESTED + timedelta(hours=1)) == (1, [])
    first = "SELECT system_sell_price_gbp_per_mwh FROM {} ORDER BY start_time_utc LIMIT 1"
    assert con.sql(first.format("system_price")).fetchall() == [(-5.0,)]
    as_of = "system_price_as_of(TIMESTAMPTZ '2026-09-22 00:00:00+00')"
    assert con.sql(first.format(as_of)).fetchall() == [(-4.52,)]
    assert con.sql("SELECT count(*) FROM system_price_publications").fetchall() == [(9,)]


def test_a_system_price_without_its_volume_lands_and_an_answer_without_prices_is_refused(con: Connection) -> None:
    row = {
        "startTime": "2026-09-20T11:30:00Z",
        "createdDateTime": "2026-09-21T12:14:29Z",
        "systemSellPrice": 10.0,
        "systemBuyPrice": 10.0,
    }
    span = window_of_days(date(2026, 9, 20), date(2026, 9, 20))
    assert land_rows(con, SYSTEM_PRICE, [row], span) == (1, [])
    del row["systemSellPrice"]
    with pytest.raises(ShapeChanged, match="systemSellPrice"):
        parse_rows(SYSTEM_PRICE, [row], span)


@given(first=st.dates(date(2016, 3, 1), date(2030, 12, 31)), more=st.integers(0, 40))
def test_a_span_of_system_prices_is_one_request_for_each_settlement_date_that_it_touches(
    first: date, more: int
) -> None:
    span = window_of_days(first, first + timedelta(days=more))
    windows = SYSTEM_PRICE.windows(span)
    assert (windows[0].start_utc, windows[-1].end_utc) == (span.start_utc, span.end_utc)
    assert all(before.end_utc == after.start_utc for before, after in pairwise(windows))
    requests = [SYSTEM_PRICE.request(window) for window in windows]
    assert len(set(map(str, requests))) == len(requests)
    for window, (path, parameters) in zip(windows, requests, strict=True):
        last = window.end_utc - SYSTEM_PRICE.resolution
        dates = {instant.astimezone(LONDON).date() for instant in (window.start_utc, last)}
        assert dates == {date.fromisoformat(path.removeprefix("/balancing/settlement/system-prices/"))}
        assert not parameters


def test_a_day_whose_second_settlement_date_failed_has_not_landed() -> None:
    span = window_of_days(date(2024, 7, 1), date(2024, 7, 2))
    windows = SYSTEM_PRICE.windows(span)
    status = ["landed", "failed", "landed"]
    records = [WindowRecord(window, word) for window, word in zip(windows, status, strict=True)]
    assert Report(SYSTEM_PRICE, span, windows, records).landed_days == []
    records = [WindowRecord(window, word) for window, word in zip(windows, ["landed", "landed", "failed"], strict=True)]
    assert Report(SYSTEM_PRICE, span, windows, records).landed_days == [date(2024, 7, 1)]


def test_the_trailing_day_takes_few_requests_and_the_trailing_week_too() -> None:
    summer = datetime(2024, 7, 8, 12, 30, tzinfo=UTC)
    assert sum(len(dataset.windows(Window(summer - timedelta(days=1), summer))) for dataset in BY_DAY) == 8
    week = window_of_days(date(2024, 7, 1), date(2024, 7, 7))
    assert sum(len(dataset.windows(week)) for dataset in BY_DAY) == 15


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.code)
def test_every_dataset_but_forecasts_and_reference_data_has_coverage_and_gaps(
    con: Connection, dataset: Dataset
) -> None:
    views = {name for (name,) in con.sql("SELECT view_name FROM duckdb_views()").fetchall()}
    is_expected = dataset.role not in (Role.FORECAST, Role.REFERENCE)
    assert ({f"{dataset.name}_coverage", f"{dataset.name}_gaps"} <= views) == is_expected
