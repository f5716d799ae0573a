"""Tests of recorded rows: served as they were published, never mixed with synthetic ones."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from elexon_assets.simulator.fuels import FUEL_TYPES
from elexon_assets.simulator.recordings import read_recordings
from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.simulator.conftest import NOW, Elexon, start_times

PATH = "/generation/actual/per-type/wind-and-solar"


@pytest.fixture(scope="module")
def replay(recordings: Path) -> Iterator[Elexon]:
    with (
        running_simulator(recordings=recordings, now=lambda: NOW) as simulator,
        httpx.Client(base_url=simulator.base_url) as client,
    ):
        yield Elexon(client)


def _sorted(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: (str(row["startTime"]), str(row["psrType"])))


def values(rows: list[dict[str, object]]) -> dict[tuple[object, object], object]:
    return {
        (row["startTime"], row.get("psrType", row.get("fuelType"))): row.get("quantity", row.get("generation"))
        for row in rows
    }


def test_the_week_of_april_2026_is_served_as_recorded(replay: Elexon, recordings: Path) -> None:
    recorded = json.loads((recordings / "agws_dataset_2026-04-15_2026-04-22.json").read_text())["data"]
    window = {"from": "2026-04-16T00:00Z", "to": "2026-04-21T23:30Z"}
    response = replay.get(PATH, **window)
    rows = response.json()["data"]
    assert response.headers["X-Simulator-Rows"] == "recorded"
    assert len(rows) == 6 * 48 * 3
    expected = [row for row in recorded if "2026-04-16" <= row["startTime"] < "2026-04-22"]
    names = list(rows[0])
    assert _sorted(rows) == _sorted([{name: row[name] for name in names} for row in expected])


def test_recorded_documents_are_served_by_their_own_publish_times(replay: Elexon, recordings: Path) -> None:
    recorded = json.loads((recordings / "agws_dataset_2026-04-15_2026-04-22.json").read_text())["data"]
    response = replay.get(
        "/datasets/AGWS", publishDateTimeFrom="2026-04-21T12:00Z", publishDateTimeTo="2026-04-21T15:00Z"
    )
    rows = response.json()["data"]
    expected = [row for row in recorded if "2026-04-21T12:00" <= row["publishTime"] <= "2026-04-21T15:00"]
    assert response.headers["X-Simulator-Rows"] == "recorded"
    assert "2026-04-21T10:00:00Z" in {row["startTime"] for row in rows}
    assert values(rows) == values(expected)
    assert {row["documentId"] for row in rows} == {row["documentId"] for row in expected}


def test_the_drop_outs_of_january_2024_are_served_with_inferred_publish_times(replay: Elexon) -> None:
    response = replay.get(PATH, **{"from": "2024-01-01T00:00Z", "to": "2024-01-03T23:30Z"})
    rows = response.json()["data"]
    assert response.headers["X-Simulator-Rows"] == "recorded; publish-time=inferred"
    assert len(rows) == 144 * 3
    assert 2813 < float(str(values(rows)["2024-01-01T05:30:00Z", "Wind Onshore"])) < 2815
    assert 233 < float(str(values(rows)["2024-01-01T05:30:00Z", "Wind Offshore"])) < 235
    [solar] = [row for row in rows if row["startTime"] == "2024-01-03T14:00:00Z" and row["psrType"] == "Solar"]
    assert solar["publishTime"] == "2024-01-03T16:28:00Z"
    assert (solar["businessType"], solar["settlementPeriod"]) == ("Solar generation", 29)


def test_the_small_samples_are_served_too(replay: Elexon) -> None:
    [onshore, offshore, solar] = replay.wind_and_solar("2023-07-21T04:30Z", "2023-07-21T04:30Z")
    assert (onshore["quantity"], offshore["quantity"], solar["quantity"]) == (640.283, 77.014, 89)
    assert onshore["publishTime"] == "2023-07-21T06:58:08Z"


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [("2026-04-16", "2026-04-22", 2026), ("2024-01-01", "2024-01-04", 2024), ("2023-07-14", "2023-07-18", 2023)],
)
def test_fuelhh_is_served_as_recorded(replay: Elexon, recordings: Path, start: str, end: str, year: int) -> None:
    response = replay.get("/datasets/FUELHH", settlementDateFrom=start, settlementDateTo=end)
    assert response.headers["X-Simulator-Rows"] == "recorded; publish-time=inferred"
    with (recordings / f"fuelhh_{year}.csv").open() as lines:
        expected = {
            (record["period_start_utc"], fuel_type): int(record[fuel_type])
            for record in csv.DictReader(lines)
            for fuel_type in FUEL_TYPES
            if start <= record["settlement_date"] <= end and record[fuel_type]
        }
    assert expected
    assert values(response.json()["data"]) == expected


def test_a_request_beyond_the_recordings_is_entirely_synthetic(replay: Elexon, elexon: Elexon) -> None:
    for window in (
        {"from": "2024-01-03T00:00Z", "to": "2024-01-04T00:00Z"},
        {"from": "2026-04-15T00:00Z", "to": "2026-04-17T00:00Z"},
    ):
        response = replay.get(PATH, **window)
        assert response.headers["X-Simulator-Rows"] == "synthetic"
        half_hours = len(start_times(elexon.wind_and_solar(window["from"], window["to"])))
        assert len(response.json()["data"]) == 3 * half_hours
    across = replay.get("/datasets/FUELHH", settlementDateFrom="2024-12-30", settlementDateTo="2025-01-02")
    assert across.headers["X-Simulator-Rows"] == "synthetic"


def test_nothing_is_published_after_the_last_recorded_date(recordings: Path) -> None:
    with running_simulator(recordings=recordings) as simulator:
        response = httpx.get(
            f"{simulator.base_url}/datasets/FUELHH?settlementDateFrom=2026-07-18&settlementDateTo=2026-07-22"
        )
    assert response.headers["X-Simulator-Rows"] == "recorded; publish-time=inferred"
    assert start_times(response.json()["data"])[0] == "2026-07-19T22:30:00Z"


def test_faults_affect_recorded_rows_and_the_header_says_so(replay: Elexon) -> None:
    window = {"from": "2026-04-16T00:00Z", "to": "2026-04-16T23:30Z"}
    response = replay.get(PATH, "hole@2026-04-16T05:30Z", **window)
    assert response.headers["X-Simulator-Rows"] == "recorded; faulty"
    assert len(response.json()["data"]) == 47 * 3
    assert replay.get(PATH, "hole@2026-04-18", **window).headers["X-Simulator-Rows"] == "recorded"


def test_a_missing_folder_of_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="no folder of recordings"):
        read_recordings(tmp_path / "absent")


def test_an_unreadable_recording_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"data": [{"psrType": "Solar"}]}')
    with pytest.raises(ValueError, match=r"answer\.json cannot be understood"):
        read_recordings(tmp_path)
