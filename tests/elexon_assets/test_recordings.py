"""Tests of Elexon's recorded answers up to the views: every value as published. Scenario 12, its first part.

They need the folder that RECORDINGS names, and are skipped without it.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from elexon_assets.datasets import GENERATION_BY_FUEL
from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.ingesting import content, fetch_days, published

pytestmark = pytest.mark.slow

WEEK = "agws_dataset_2026-04-15_2026-04-22.json"
NEW_YEAR = "agpt_per_type_2024-01-01_2024-01-03.json"
FUELS = [
    *("BIOMASS", "CCGT", "COAL", "NPSHYD", "NUCLEAR", "OCGT", "OIL", "OTHER", "PS", "WIND"),
    *("INTELEC", "INTEW", "INTFR", "INTGRNL", "INTIFA2", "INTIRL", "INTNED", "INTNEM", "INTNSL", "INTVKL"),
]


@pytest.fixture(scope="module")
def replay(recordings: Path) -> Iterator[str]:
    """Serve the recorded answers and yield the address."""
    with running_simulator(recordings=recordings) as simulator:
        yield simulator.base_url


@pytest.fixture(autouse=True)
def _replayed(replay: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    monkeypatch.setenv("ELEXON_BASE_URL", replay)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_the_recorded_week_of_april_2026_lands_value_by_value(recordings: Path) -> None:
    answer = read(recordings, WEEK)
    rows = answer["data"] if isinstance(answer, dict) else answer
    days = sorted({row["startTime"][:10] for row in rows})
    whole = [day for day in days if sum(row["startTime"].startswith(day) for row in rows) == 144]
    report = fetch_days(date.fromisoformat(whole[0]), date.fromisoformat(whole[-1]))
    sent = {
        (
            instant(row["startTime"]),
            row["psrType"],
            row["businessType"],
            float(row["quantity"]),
            instant(row["publishTime"]),
            date.fromisoformat(row["settlementDate"]),
            row["settlementPeriod"],
        )
        for row in rows
        if whole[0] <= row["startTime"][:10] <= whole[-1]
    }
    columns = (
        "start_time_utc, psr_type, business_type, generation_mw, publish_time_utc, settlement_date, settlement_period"
    )
    landed = published(f"SELECT {columns} FROM wind_and_solar").rows()
    assert len(landed) == len(sent) == len(whole) * 144
    assert set(landed) == sent
    assert set(content()["source"]) == {"recorded"}
    assert (report.coverage, report.total("rows_quarantined"), report.total("labels_disagreeing")) == (1.0, 0, 0)
    assert published("FROM wind_and_solar_outside_soft_limits").is_empty()


def test_the_recorded_new_year_of_2024_lands_value_by_value_with_both_drop_outs(recordings: Path) -> None:
    sent = {
        (instant(half_hour["startTime"]), row["psrType"], float(row["quantity"]))
        for half_hour in read(recordings, NEW_YEAR)["data"]
        for row in half_hour["data"]
        if row["psrType"] in ("Wind Onshore", "Wind Offshore", "Solar")
    }
    fetch_days(date(2024, 1, 1), date(2024, 1, 3))
    landed = published("SELECT start_time_utc, psr_type, generation_mw FROM wind_and_solar").rows()
    assert len(landed) == len(sent) == 3 * 144
    assert set(landed) == sent
    assert set(content()["source"]) == {"recorded-inferred"}
    offshore = {start: mw for start, kind, mw in landed if kind == "Wind Offshore"}
    assert round(offshore[instant("2024-01-01T05:30:00Z")]) == 234
    assert round(offshore[instant("2024-01-03T14:00:00Z")]) == 219


@pytest.mark.parametrize(
    ("name", "first", "last", "half_hours"),
    [
        ("fuelhh_2024.csv", date(2024, 3, 30), date(2024, 4, 1), 142),
        ("fuelhh_2024.csv", date(2024, 10, 26), date(2024, 10, 28), 146),
        ("fuelhh_2026.csv", date(2026, 5, 5), date(2026, 5, 7), 144),
    ],
)
def test_recorded_fuels_land_value_by_value_also_around_clock_changes(
    recordings: Path, name: str, first: date, last: date, half_hours: int
) -> None:
    with (recordings / name).open(newline="") as lines:
        sent = {
            (instant(row["period_start_utc"]), date.fromisoformat(row["settlement_date"]), fuel, float(row[fuel]))
            for row in csv.DictReader(lines)
            if first.isoformat() <= row["settlement_date"] <= last.isoformat()
            for fuel in FUELS
            if row[fuel]
        }
    fetch_days(
        date.fromordinal(first.toordinal() - 1), date.fromordinal(last.toordinal() + 1), dataset=GENERATION_BY_FUEL
    )
    landed = published(
        "SELECT start_time_utc, settlement_date, fuel_type, generation_mw FROM generation_by_fuel "
        "WHERE settlement_date BETWEEN $first AND $last",
        first=first,
        last=last,
    ).rows()
    assert len({row[0] for row in landed}) == half_hours
    assert len(landed) == len(sent)
    assert set(landed) == sent
    assert set(content(GENERATION_BY_FUEL)["source"]) == {"recorded-inferred"}


def test_the_drop_out_of_july_2023_is_visible_beside_the_fuels(recordings: Path) -> None:
    [onshore, offshore] = [
        row for row in read(recordings, "agws_elexon_doc_sample_2023-07-21.json")["data"] if "Wind" in row["psrType"]
    ]
    assert onshore["startTime"] == offshore["startTime"] == "2023-07-21T04:30:00Z"
    fetch_days(date(2023, 7, 21), dataset=GENERATION_BY_FUEL)
    wind = published(
        "SELECT generation_mw FROM generation_by_fuel WHERE fuel_type = 'WIND' AND start_time_utc = $start",
        start=instant("2023-07-21T04:30:00Z"),
    )
    assert wind["generation_mw"].to_list() == [3007.0]
    assert onshore["quantity"] + offshore["quantity"] < 0.75 * 3007
