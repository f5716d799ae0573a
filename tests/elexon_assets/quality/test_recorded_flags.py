"""Tests of the flags of Elexon's recorded answers: exactly their known faults. Scenario 12.

They need the folder that RECORDINGS names, and are skipped without it.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.server import running_simulator
from elexon_assets.windows import Window
from tests.elexon_assets.ingesting import fetch_days, published

pytestmark = pytest.mark.slow

BOTH_WINDS = ["Wind Offshore", "Wind Onshore"]


@pytest.fixture(scope="module")
def replay(recordings: Path) -> Iterator[str]:
    """Serve the recorded answers and yield the address."""
    with running_simulator(recordings=recordings) as simulator:
        yield simulator.base_url


@pytest.fixture(autouse=True)
def _replayed(replay: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    monkeypatch.setenv("ELEXON_BASE_URL", replay)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def flags() -> list[tuple[object, ...]]:
    """Return reason, start and categories of the flags of wind and solar, one row per half-hour."""
    update_flags()
    return published(
        "SELECT reason, start_time_utc, list(category ORDER BY category) AS categories FROM open_flags "
        "WHERE dataset = 'wind_and_solar' GROUP BY ALL ORDER BY reason, start_time_utc"
    ).rows()


def test_the_new_year_of_2024_has_exactly_its_two_drop_outs_and_no_value_is_changed() -> None:
    for dataset in OBSERVED:
        fetch_days(date(2024, 1, 1), date(2024, 1, 3), dataset=dataset)
    before = published("FROM wind_and_solar_publications ORDER BY ALL")
    assert flags() == [
        ("wind_understated", at("2024-01-01T05:30Z"), BOTH_WINDS),
        ("wind_understated", at("2024-01-03T14:00Z"), BOTH_WINDS),
    ]
    assert published("FROM wind_and_solar_publications ORDER BY ALL").equals(before)
    estimates = published("FROM understated_wind ORDER BY start_time_utc").rows()
    assert [(round(agws), fuelhh, round(mwh)) for _, agws, fuelhh, mwh in estimates] == [
        (3048, 12011, 4481),
        (1773, 5928, 2077),
    ]


def test_the_same_drop_outs_are_flagged_without_the_fuels() -> None:
    fetch_days(date(2024, 1, 1), date(2024, 1, 3))
    assert [start for reason, start, _ in flags() if reason == "wind_understated"] == [
        at("2024-01-01T05:30Z"),
        at("2024-01-03T14:00Z"),
    ]
    assert published("SELECT estimated_missing_mwh FROM understated_wind").rows() == [(None,), (None,)]


def test_elexons_own_example_of_july_2023_is_flagged_as_understated() -> None:
    start = at("2023-07-21T04:30Z")
    with ElexonClient() as client:
        ingest(WIND_AND_SOLAR, Window(start, start + timedelta(minutes=30)), client=client, run_id="test")
    assert published("SELECT DISTINCT source FROM wind_and_solar").rows() == [("recorded",)]
    assert flags() == []  # without the fuels it looks like a calm half-hour
    fetch_days(date(2023, 7, 21), dataset=GENERATION_BY_FUEL)
    assert flags() == [("wind_understated", start, BOTH_WINDS)]


def test_the_healthy_week_of_april_2026_has_three_stuck_pairs_and_one_late_document() -> None:
    for dataset in OBSERVED:
        fetch_days(date(2026, 4, 16), date(2026, 4, 21), dataset=dataset)
    assert flags() == [
        ("published_late", at("2026-04-21T10:00Z"), ["Solar", *BOTH_WINDS]),
        ("stuck", at("2026-04-18T07:30Z"), BOTH_WINDS),
        ("stuck", at("2026-04-18T17:30Z"), BOTH_WINDS),
        ("stuck", at("2026-04-21T10:30Z"), BOTH_WINDS),
    ]
    assert published("FROM open_flags WHERE dataset = 'generation_by_fuel'").is_empty()
    assert published("FROM understated_wind").is_empty()
    doubted = published("SELECT sum(half_hours_flagged)::BIGINT AS n FROM wind_and_solar_daily")
    assert doubted["n"].to_list() == [6]  # the values of a late document are not in doubt


def test_the_lowest_gas_and_the_darkest_days_on_record_are_not_flagged() -> None:
    """The values are 303 MW of gas on 2024-06-04, and solar in the first days of January."""
    fetch_days(date(2024, 6, 4), dataset=GENERATION_BY_FUEL)
    fetch_days(date(2024, 1, 1), date(2024, 1, 3))
    assert {reason for reason, _, _ in flags()} == {"wind_understated"}
    assert published("FROM open_flags WHERE dataset = 'generation_by_fuel'").is_empty()


def test_a_half_hour_that_elexon_never_published_becomes_a_known_gap_after_a_second_request() -> None:
    for expected in ("not_published", "known_gap"):
        fetch_days(date(2023, 7, 17), dataset=GENERATION_BY_FUEL)
        missing = published("SELECT start_time_utc, state FROM generation_by_fuel_gaps WHERE state <> 'not_asked'")
        assert missing.filter(pl.col("state") != "too_recent").rows() == [(at("2023-07-17T21:00Z"), expected)]


def test_interconnector_flows_beyond_a_cables_capacity_beside_a_fail_over_are_outside_the_soft_limits() -> None:
    fetch_days(date(2024, 1, 23), dataset=GENERATION_BY_FUEL)
    update_flags()
    outside = published(
        "SELECT start_time_utc, category, detail FROM open_flags WHERE reason = 'outside_soft_limits' ORDER BY 1"
    )
    assert outside.rows() == [
        (at(f"2024-01-23T{time}Z"), "INTFR", f"{mw}.0 MW, outside -2200 to 2200 MW")
        for time, mw in (("11:00", 2630), ("11:30", 2582), ("12:00", 2290))
    ]


def test_every_recorded_fail_over_of_june_2023_is_flagged_and_no_other_half_hour(recordings: Path) -> None:
    june = "2023-06"
    with (recordings / "fuelhh_2023.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["period_start_utc"].startswith(june)]
    zero = {
        at(row["period_start_utc"])
        for row in rows
        if all(float(row[fuel]) == 0 for fuel in GENERATION_BY_FUEL.always_published)
    }
    fetch_days(date(2023, 6, 1), date(2023, 6, 30), dataset=GENERATION_BY_FUEL)
    update_flags()
    result = published("SELECT start_time_utc, reason, count(*) AS fuels FROM open_flags GROUP BY ALL").rows()
    assert {start for start, _, _ in result} == zero
    assert len(zero) == 7
    assert {(reason, fuels) for _, reason, fuels in result} == {("all_zero", 10)}
