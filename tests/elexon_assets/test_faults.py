"""Tests that every fault of an answer has its own outcome: no bad row is current, no good row is lost. Scenario 4."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.ingest_report import Report
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import content, fetch_days, published

pytestmark = pytest.mark.slow

DAY = date(2024, 1, 8)
HALF_HOUR = "2024-01-08T05:30Z"
START = datetime(2024, 1, 8, 5, 30, tzinfo=UTC)
SPOILED = {WIND_AND_SOLAR.name: "Wind Onshore", GENERATION_BY_FUEL.name: "WIND"}
ROWS = {WIND_AND_SOLAR.name: 144, GENERATION_BY_FUEL.name: 912}
"The rows of a day in January 2024: 19 fuel types, because Greenlink (INTGRNL) had not begun."
both_datasets = pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)


def fetch_with(simulator: Simulator, faults: str, dataset: Dataset = WIND_AND_SOLAR, day: date = DAY) -> Report:
    simulator.faults = faults
    return fetch_days(day, dataset=dataset)


def at_the_half_hour(dataset: Dataset, columns: str = "*") -> list[dict[str, Any]]:
    """Return the current rows of the affected series at the affected half-hour."""
    return published(
        f"SELECT {columns} FROM {dataset.name} WHERE start_time_utc = $start AND {dataset.category} = $series",
        start=START,
        series=SPOILED[dataset.name],
    ).to_dicts()


@pytest.mark.parametrize(
    ("dataset", "fault", "value", "reason"),
    [
        (WIND_AND_SOLAR, "null", None, "generation_mw is missing or cannot be read"),
        (WIND_AND_SOLAR, "nan", "NaN", "is not a finite number"),
        (WIND_AND_SOLAR, "negative", -500, "outside the hard limits"),
        (WIND_AND_SOLAR, "absurd", 99_999, "outside the hard limits"),
        (GENERATION_BY_FUEL, "absurd", 99_999, "outside the hard limits"),
    ],
)
def test_a_row_with_a_bad_value_is_quarantined_with_its_raw_json_and_all_others_land(
    simulator: Simulator, dataset: Dataset, fault: str, value: object, reason: str
) -> None:
    report = fetch_with(simulator, f"{fault}@{HALF_HOUR}", dataset)
    assert (report.total("rows_quarantined"), report.total("rows_landed")) == (1, ROWS[dataset.name] - 1)
    [aside] = published("FROM quarantine").to_dicts()
    assert aside["dataset"] == dataset.name
    assert reason in aside["reason"]
    raw = json.loads(aside["raw_json"], parse_constant=str)
    assert raw[dataset.columns["generation_mw"].elexon_field] == value
    assert raw["startTime"] == "2024-01-08T05:30:00Z"
    assert at_the_half_hour(dataset) == []

    fetch_with(simulator, "", dataset)  # only the row that was bad is new
    landed = content(dataset)
    assert len(landed) == ROWS[dataset.name]
    assert len(at_the_half_hour(dataset)) == 1


def test_the_same_bad_row_is_quarantined_once_however_often_it_is_fetched(simulator: Simulator) -> None:
    for _ in range(3):
        assert fetch_with(simulator, f"absurd@{HALF_HOUR}").total("rows_quarantined") == 1
    assert len(published("FROM quarantine")) == 1


@pytest.mark.parametrize(
    ("dataset", "fault", "named"),
    [
        (WIND_AND_SOLAR, "stranger", "StrangerRows"),
        (WIND_AND_SOLAR, "missing-column", "ShapeChanged"),
        (WIND_AND_SOLAR, "truncated", "UnreadableAnswer"),
        (WIND_AND_SOLAR, "html", "UnreadableAnswer"),
        (WIND_AND_SOLAR, "status=404", "UnexpectedStatus"),
        (WIND_AND_SOLAR, "status=503", "Unavailable"),
        (GENERATION_BY_FUEL, "stranger", "StrangerRows"),
        (GENERATION_BY_FUEL, "missing-column", "ShapeChanged"),
    ],
)
def test_an_untrustworthy_window_fails_by_name_and_lands_no_row_while_the_others_land(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, dataset: Dataset, fault: str, named: str
) -> None:
    monkeypatch.setenv("ELEXON_ATTEMPTS", "2")
    simulator.faults = f"{fault}@2024-01-10"
    report = fetch_days(date(2024, 1, 1), date(2024, 1, 13), dataset=dataset)
    [failed] = report.failed
    assert failed.error is not None
    assert failed.error.startswith(f"{named}: ")
    assert date(2024, 1, 10) in failed.window.days
    missing = set(failed.window.days)
    assert set(report.landed_days) == {date(2024, 1, n) for n in range(1, 14)} - missing
    present = published(f"SELECT DISTINCT CAST(start_time_utc AS DATE) AS day FROM {dataset.table}")["day"]
    assert set(present) == set(report.landed_days)
    logged = published("SELECT status, error FROM fetch_log WHERE status = 'failed'").rows()
    assert logged == [("failed", failed.error)]

    simulator.faults = ""
    assert fetch_days(min(missing), max(missing), dataset=dataset).failed == []
    assert len(content(dataset)) == 13 * ROWS[dataset.name]


@both_datasets
def test_exact_duplicates_land_once(simulator: Simulator, dataset: Dataset) -> None:
    report = fetch_with(simulator, "duplicate", dataset)
    assert report.total("rows_received") - report.total("rows_neighbours") == 2 * ROWS[dataset.name]
    assert (report.total("rows_landed"), report.total("rows_repeated")) == (ROWS[dataset.name],) * 2
    duplicated = content(dataset)
    assert fetch_with(simulator, "", dataset).total("rows_landed") == 0
    assert content(dataset).equals(duplicated)


def test_a_hole_is_a_gap_and_never_a_zero(simulator: Simulator) -> None:
    report = fetch_with(simulator, f"hole@{HALF_HOUR}")
    assert (report.total("rows_landed"), report.half_hours) == (141, 47)
    assert report.coverage == 47 / 48
    assert at_the_half_hour(WIND_AND_SOLAR) == []


def test_a_day_without_any_publication_is_logged_as_an_empty_request(simulator: Simulator) -> None:
    report = fetch_with(simulator, f"hole@{DAY}")
    assert [record.status for record in report.records] == ["empty"]
    assert report.landed_days == [DAY]
    assert published("SELECT status, rows_received FROM fetch_log").rows() == [("empty", 0)]
    assert len(content()) == 0


def test_a_republished_half_hour_keeps_both_values_and_the_newer_is_current(simulator: Simulator) -> None:
    fetch_with(simulator, f"republished@{HALF_HOUR}")
    values = published(
        "SELECT generation_mw FROM wind_and_solar_publications WHERE start_time_utc = $start "
        "AND psr_type = 'Wind Onshore' ORDER BY publish_time_utc",
        start=START,
    )["generation_mw"]
    assert len(values) == 2
    assert values[1] == pytest.approx(values[0] * 1.02 + 1, abs=0.001)
    assert [row["generation_mw"] for row in at_the_half_hour(WIND_AND_SOLAR)] == [values[1]]


def test_an_older_publication_that_arrives_late_does_not_replace_the_newer(simulator: Simulator) -> None:
    fetch_with(simulator, f"late=24@{HALF_HOUR},slightly-negative@{HALF_HOUR}")
    newer = at_the_half_hour(WIND_AND_SOLAR, "generation_mw, publish_time_utc")
    assert newer[0]["generation_mw"] == -20
    assert fetch_with(simulator, "").total("rows_landed") == 3  # published a day earlier
    assert at_the_half_hour(WIND_AND_SOLAR, "generation_mw, publish_time_utc") == newer
    assert len(content()) == 144 + 3


def test_the_rows_of_a_late_document_land_and_are_not_quarantined(simulator: Simulator) -> None:
    report = fetch_with(simulator, f"late=5@{HALF_HOUR}")
    assert (report.total("rows_landed"), report.total("rows_quarantined"), report.coverage) == (144, 0, 1.0)


def test_doubtful_values_land_as_they_were_published(simulator: Simulator) -> None:
    simulator.faults = "understated@2024-01-08,stuck@2024-01-09,slightly-negative@2024-01-10"
    report = fetch_days(DAY, date(2024, 1, 10))
    assert (report.total("rows_landed"), report.total("rows_quarantined")) == (3 * 144, 0)
    landed = published("SELECT start_time_utc, psr_type, generation_mw FROM wind_and_solar").rows()
    assert set(landed) == sent_by(simulator)
    assert (START + timedelta(days=2), "Wind Onshore", -20.0) in landed


def sent_by(simulator: Simulator) -> set[tuple[object, ...]]:
    """Return start, type and MW of the current answer to the last request."""
    with ElexonClient() as client:
        last = simulator.requests[-1]
        rows = client.get(last.path, last.params).rows
    return {(datetime.fromisoformat(row["startTime"]), row["psrType"], float(row["quantity"])) for row in rows}


def test_values_outside_the_soft_limits_land_and_are_listed(simulator: Simulator) -> None:
    fetch_with(simulator, f"slightly-negative@{HALF_HOUR}")
    listed = published("SELECT start_time_utc, psr_type, generation_mw FROM wind_and_solar_outside_soft_limits")
    assert listed.rows() == [(START, "Wind Onshore", -20.0)]
    outside = published("SELECT sum(half_hours_outside_soft_limits)::BIGINT AS n FROM wind_and_solar_daily")
    assert outside["n"].to_list() == [1]


def test_fuels_that_are_all_zero_land_as_published(simulator: Simulator) -> None:
    report = fetch_with(simulator, f"zero@{HALF_HOUR}", GENERATION_BY_FUEL)
    assert report.total("rows_landed") == 912
    at = published("SELECT generation_mw FROM generation_by_fuel WHERE start_time_utc = $start", start=START)
    assert at["generation_mw"].to_list() == [0.0] * 19


def test_a_wrong_label_is_counted_and_kept_but_not_used(simulator: Simulator) -> None:
    report = fetch_with(simulator, f"wrong-label@{HALF_HOUR}")
    assert (report.total("rows_landed"), report.total("labels_disagreeing")) == (144, 3)
    labels = published(
        "SELECT DISTINCT settlement_date, settlement_period, elexon_settlement_date, elexon_settlement_period "
        "FROM wind_and_solar WHERE elexon_settlement_date IS NOT NULL"
    )
    assert labels.rows() == [(date(2024, 1, 8), 12, date(2024, 1, 7), 13)]


@both_datasets
def test_every_received_row_is_accounted_for_with_many_faults_at_once(simulator: Simulator, dataset: Dataset) -> None:
    faults = "duplicate%0.1,republished%0.1,null%0.1,unknown-psr%0.1,absurd%0.1,hole%0.1,wrong-label%0.1"
    report = fetch_with(simulator, faults, dataset)
    parts = ("rows_neighbours", "rows_quarantined", "rows_repeated", "rows_landed")
    assert report.total("rows_received") == sum(report.total(part) for part in parts)
    assert all(report.total(part) > 0 for part in parts[1:])
    logged = published(f"SELECT {', '.join(parts)} FROM fetch_log").to_dicts()
    assert logged == [{part: getattr(record, part) for part in parts} for record in report.records]


def test_good_rows_land_and_bad_rows_are_not_current_with_many_faults_at_once(simulator: Simulator) -> None:
    fetch_with(simulator, "")
    undisturbed = content()
    day = pl.col("start_time_utc").dt.date() == DAY
    assert undisturbed.filter(day).height == 144
    fetch_with(simulator, "null%0.2,absurd%0.2,unknown-psr%0.3,duplicate%0.3")
    assert content().filter(pl.col("psr_type") != "Wind Floating").equals(undisturbed)
