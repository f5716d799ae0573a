"""Tests of installed capacity: the newest revision, linear within a year, with independently computed factors."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.contract import split_valid
from elexon_assets.datasets import INSTALLED_CAPACITY
from elexon_assets.errors import ShapeChanged, StrangerRows
from elexon_assets.ingest import ingest
from elexon_assets.ingest_report import Report
from elexon_assets.parsing import parse_rows
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import split_window, window_of_days
from renewables.api import fetch
from tests.elexon_assets.ingesting import content, fetch_days, published

pytestmark = pytest.mark.slow

ALL_OF_2024 = window_of_days(date(2023, 12, 1), date(2024, 12, 31))
HALF_A_DAY = timedelta(hours=12)


def row(**other: Any) -> dict[str, Any]:
    """Return a row as Elexon publishes it, with the given fields changed."""
    return {
        "dataset": "IGCA",
        "documentId": "NGET-EMFIP-IGCA-00687002",
        "documentRevisionNumber": 1,
        "publishTime": "2024-04-21T13:25:52Z",
        "businessType": "Installed generation",
        "psrType": "Hydro Pumped Storage",
        "year": 2024,
        "quantity": 1928,
    } | other


def fetch_capacity(first: date, last: date) -> Report:
    return fetch_days(first, last, dataset=INSTALLED_CAPACITY)


def test_the_full_history_takes_as_few_requests_as_the_cap_allows() -> None:
    windows = split_window(
        INSTALLED_CAPACITY.full_history_window(datetime(2026, 5, 1, 12, tzinfo=UTC)), INSTALLED_CAPACITY.longest_window
    )
    assert len(windows) == 6
    for window in windows:
        asked = [datetime.fromisoformat(instant) for instant in INSTALLED_CAPACITY.parameters(window).values()]
        assert asked == [window.start_utc, window.end_utc]
        assert asked[1] - asked[0] <= timedelta(days=731)
    assert windows[-1].end_utc == datetime(2026, 5, 2, tzinfo=UTC)


def test_a_row_gets_our_names_and_types() -> None:
    assert parse_rows(INSTALLED_CAPACITY, [row()], ALL_OF_2024).frame.to_dicts() == [
        {
            "raw_row": 0,
            "year": 2024,
            "psr_type": "Hydro Pumped Storage",
            "capacity_mw": 1928.0,
            "publish_time_utc": datetime(2024, 4, 21, 13, 25, 52, tzinfo=UTC),
            "document_revision": 1,
        }
    ]


def test_a_row_at_the_very_end_belongs_to_the_next_window_and_one_beyond_it_was_not_requested() -> None:
    parsed = parse_rows(INSTALLED_CAPACITY, [row(), row(publishTime="2025-01-01T00:00:00Z")], ALL_OF_2024)
    assert (len(parsed.frame), parsed.neighbours, parsed.labels_disagreeing) == (1, 1, 0)
    with pytest.raises(StrangerRows):
        parse_rows(INSTALLED_CAPACITY, [row(publishTime="2022-04-21T13:25:52Z")], ALL_OF_2024)


def test_a_missing_field_is_named() -> None:
    without = row()
    del without["year"]
    with pytest.raises(ShapeChanged, match="'year'"):
        parse_rows(INSTALLED_CAPACITY, [without], ALL_OF_2024)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"quantity": None}, "capacity_mw is missing or cannot be read"),
        ({"quantity": -1}, "quantity is not between 0 and 200000"),
        ({"year": 24}, "year is not between 2000 and 2100"),
        ({"year": "soon"}, "year is missing or cannot be read"),
        ({"psrType": None}, "psr_type is missing or cannot be read"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_reason(change: dict[str, Any], reason: str) -> None:
    judged = split_valid(INSTALLED_CAPACITY, parse_rows(INSTALLED_CAPACITY, [row(), row(**change)], ALL_OF_2024).frame)
    assert len(judged.good) == 1
    assert judged.bad["reason"].to_list() == [reason]


def test_an_unknown_type_lands() -> None:
    frame = parse_rows(INSTALLED_CAPACITY, [row(psrType="Marine")], ALL_OF_2024).frame
    assert split_valid(INSTALLED_CAPACITY, frame).good["psr_type"].to_list() == ["Marine"]


@pytest.mark.usefixtures("simulator")
def test_every_publication_lands_once_and_the_newest_revision_is_current() -> None:
    report = fetch_capacity(date(2023, 12, 1), date(2024, 12, 1))
    assert report.total("rows_landed") == report.total("rows_received") == 33
    assert fetch_capacity(date(2023, 12, 1), date(2024, 12, 1)).total("rows_landed") == 0
    assert len(content(INSTALLED_CAPACITY)) == 33
    current = published("SELECT year, document_revision, capacity_mw FROM installed_capacity WHERE psr_type = 'Solar'")
    assert current.rows() == [(2024, 3, 17_600)]
    then = published(
        "SELECT document_revision FROM installed_capacity_as_of($t) WHERE psr_type = 'Solar'",
        t=datetime(2024, 3, 1, tzinfo=UTC),
    )
    assert then.rows() == [(1,)]


def test_a_failed_window_is_reported_and_the_others_land(simulator: Simulator) -> None:
    simulator.faults = "status=404@2019-01-01"
    with ElexonClient() as client:
        report = ingest(
            INSTALLED_CAPACITY, window_of_days(date(2014, 12, 1), date(2025, 12, 1)), client=client, run_id="test"
        )
    assert [record.status for record in report.records] == ["landed", "landed", "failed", "landed", "landed", "landed"]


@pytest.mark.usefixtures("simulator")
def test_capacity_is_linear_between_the_starts_of_two_years_and_constant_beyond_them() -> None:
    fetch_capacity(date(2022, 6, 1), date(2025, 11, 1))
    yearly = dict(published("SELECT year, capacity_mw FROM installed_capacity WHERE psr_type = 'Wind Offshore'").rows())
    assert yearly == {2022: 11_300, 2023: 13_900, 2024: 14_700, 2025: 16_100}

    def at(instant: datetime) -> float:
        result = published("FROM installed_capacity_at($instant)", instant=instant)
        assert len(result) == 11
        value: float = result.filter(psr_type="Wind Offshore")["capacity_mw"].item()
        return value

    assert at(datetime(2024, 1, 1, tzinfo=UTC)) == 14_700
    assert at(datetime(2024, 7, 2, tzinfo=UTC)) == pytest.approx((14_700 + 16_100) / 2)  # 183 of 366 days
    assert at(datetime(2023, 12, 31, 23, 30, tzinfo=UTC)) == pytest.approx(14_700 - 800 / (365 * 48))
    assert at(datetime(2016, 3, 1, tzinfo=UTC)) == 11_300
    assert at(datetime(2031, 3, 1, tzinfo=UTC)) == 16_100


def capacity_by_numpy(half_hours: pl.DataFrame, psr_type: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the same interpolation by independent code, from the newest publication of each year."""
    table = content(INSTALLED_CAPACITY).filter(psr_type=psr_type).sort("publish_time_utc")
    yearly = table.group_by("year").agg(pl.col("capacity_mw").last()).sort("year")
    starts = [datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in yearly["year"]]
    seconds = half_hours["start_time_utc"].dt.epoch("s").to_numpy()
    result: np.ndarray[Any, np.dtype[np.float64]] = np.interp(seconds, starts, yearly["capacity_mw"].to_numpy())
    return result


def test_capacity_factors_use_only_the_half_hours_with_data(simulator: Simulator) -> None:
    first, last = date(2023, 12, 30), date(2024, 1, 3)
    simulator.faults = "hole@2024-01-01T06:00Z/2024-01-01T18:00Z"
    fetch_days(first, last)
    simulator.faults = ""
    fetch_capacity(date(2022, 6, 1), date(2025, 11, 1))
    span = window_of_days(first, last)
    result = published(
        "FROM wind_and_solar_capacity_factors($start, $end)", start=span.start_utc, end=span.end_utc - HALF_A_DAY
    )
    assert set(result["psr_type"]) == {"Wind Onshore", "Wind Offshore", "Solar"}
    half_hours = content().filter(pl.col("start_time_utc") < span.end_utc - HALF_A_DAY)
    for figures in result.to_dicts():
        values = half_hours.filter(psr_type=figures["psr_type"])
        capacity = capacity_by_numpy(values, figures["psr_type"])
        assert figures["half_hours"] == len(values) == 5 * 48 - 24 - 24
        assert figures["energy_mwh"] == pytest.approx(float(values["generation_mw"].sum()) * 0.5)
        assert figures["capacity_mw"] == pytest.approx(capacity.mean())
        assert figures["capacity_factor"] == pytest.approx(figures["energy_mwh"] / (capacity * 0.5).sum())


@pytest.mark.usefixtures("simulator")
def test_the_capacity_factor_of_a_day_uses_its_own_half_hours() -> None:
    change = date(2024, 10, 27)
    fetch_days(date(2024, 10, 26), date(2024, 10, 28))
    fetch_capacity(date(2022, 6, 1), date(2025, 11, 1))
    days = published("FROM wind_and_solar_capacity_daily WHERE settlement_date = $day", day=change)
    assert days["half_hours"].to_list() == [50] * 3
    for figures in days.to_dicts():
        values = content().filter(psr_type=figures["psr_type"], settlement_date=change)
        capacity = capacity_by_numpy(values, figures["psr_type"])
        assert figures["capacity_factor"] == pytest.approx(float(values["generation_mw"].sum()) / capacity.sum())


@pytest.mark.usefixtures("simulator")
def test_no_capacity_factor_is_shown_without_a_known_capacity() -> None:
    fetch_days(date(2024, 6, 1))
    result = published("SELECT DISTINCT capacity_mw, capacity_factor FROM wind_and_solar_capacity_daily")
    assert result.rows() == [(None, None)]


@pytest.mark.usefixtures("simulator")
def test_a_simulated_year_has_the_capacity_factors_of_great_britain() -> None:
    fetch_days(date(2023, 1, 1), date(2023, 12, 31))
    fetch_capacity(date(2022, 6, 1), date(2025, 11, 1))
    factors = dict(
        published(
            "SELECT psr_type, capacity_factor FROM wind_and_solar_capacity_factors($start, $end)",
            start=datetime(2023, 1, 1, tzinfo=UTC),
            end=datetime(2024, 1, 1, tzinfo=UTC),
        ).rows()
    )
    assert 0.085 < factors["Solar"] < 0.105
    assert 0.20 < factors["Wind Onshore"] < 0.30
    assert 0.33 < factors["Wind Offshore"] < 0.43


@pytest.mark.usefixtures("simulator")
def test_capacity_can_be_fetched_without_a_warehouse() -> None:
    frame = fetch(date(2022, 6, 1), date(2025, 11, 1), dataset="installed_capacity")
    assert frame.columns == ["year", "psr_type", "capacity_mw", "publish_time_utc", "source"]
    assert frame.filter(psr_type="Solar")["capacity_mw"].to_list() == [14_300, 14_800, 17_600, 19_400]
    assert set(frame.group_by("year").len()["len"]) == {11}
