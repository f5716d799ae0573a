"""Tests of recorded forecasts, demand and prices: served as they were published, and labelled."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from elexon_assets.simulator.market_recordings import read_market_recordings
from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.simulator.conftest import Elexon

INFERRED = "recorded; publish-time=inferred"


@pytest.fixture(scope="module")
def replay(recordings: Path) -> Iterator[Elexon]:
    later = datetime(2026, 11, 1, tzinfo=UTC)
    with (
        running_simulator(recordings=recordings, now=lambda: later) as simulator,
        httpx.Client(base_url=simulator.base_url) as client,
    ):
        yield Elexon(client)


def recorded_rows(recordings: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((recordings / name).read_text())["data"]
    return rows


def same(ours: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> bool:
    """Return whether the recorded rows came back, whatever else ours say and in whichever order."""
    names = set(recorded[0]) & set(ours[0])
    keep = [sorted(str({name: row[name] for name in sorted(names)}) for row in rows) for rows in (ours, recorded)]
    return keep[0] == keep[1]


def test_all_issues_of_recorded_days_are_served(replay: Elexon, recordings: Path) -> None:
    response = replay.get(
        "/datasets/WINDFOR", publishDateTimeFrom="2026-09-07T00:00Z", publishDateTimeTo="2026-09-09T00:00Z"
    )
    assert response.headers["X-Simulator-Rows"] == "recorded"
    assert same(response.json()["data"], recorded_rows(recordings, "windfor_issues_2026-09-07_2026-09-08.json"))


def test_a_day_without_recorded_issues_is_synthetic(replay: Elexon) -> None:
    response = replay.get(
        "/datasets/WINDFOR", publishDateTimeFrom="2026-09-08T00:00Z", publishDateTimeTo="2026-09-10T00:00Z"
    )
    assert response.headers["X-Simulator-Rows"] == "synthetic"


def test_the_recorded_day_ahead_forecast_is_served_by_start_and_by_publish_time(
    replay: Elexon, recordings: Path
) -> None:
    recorded = recorded_rows(recordings, "dgws_day_ahead_2026-09-08.json")
    by_start = replay.get(
        "/forecast/generation/wind-and-solar/day-ahead",
        **{"from": "2026-09-07T23:00Z", "to": "2026-09-08T22:30Z", "processType": "day ahead"},
    )
    assert by_start.headers["X-Simulator-Rows"] == "recorded"
    assert same(by_start.json()["data"], recorded)
    published = replay.get(
        "/datasets/DGWS", publishDateTimeFrom="2026-09-07T00:00Z", publishDateTimeTo="2026-09-08T00:00Z"
    )
    assert same(published.json()["data"], [row for row in recorded if row["publishTime"] >= "2026-09-07"])


@pytest.mark.parametrize(
    ("path", "params", "name", "day", "provenance"),
    [
        (
            "/demand/outturn",
            {"settlementDateFrom": "2024-10-27", "settlementDateTo": "2024-10-27"},
            "demand_outturn_days_of_2024.json",
            "2024-10-27",
            INFERRED,
        ),
        (
            "/balancing/pricing/market-index",
            {"from": "2024-10-12T23:00Z", "to": "2024-10-13T22:30Z"},
            "mid_market_index_days_of_2024.json",
            "2024-10-13",
            "recorded",
        ),
        (
            "/balancing/settlement/system-prices/2024-03-31",
            {},
            "system_prices_days_of_2024.json",
            "2024-03-31",
            INFERRED,
        ),
        (
            "/balancing/settlement/system-prices/2026-04-20",
            {},
            "system_prices_days_of_2026.json",
            "2026-04-20",
            INFERRED,
        ),
    ],
)
def test_a_recorded_settlement_day_is_served_as_recorded(
    replay: Elexon, recordings: Path, path: str, params: dict[str, str], name: str, day: str, provenance: str
) -> None:
    response = replay.get(path, **params)
    assert response.headers["X-Simulator-Rows"] == provenance
    recorded = [row for row in recorded_rows(recordings, name) if row["settlementDate"] == day]
    assert same(response.json()["data"], recorded)


def test_the_tables_of_whole_years_are_served_too(replay: Elexon) -> None:
    prices = replay.get("/datasets/MID", **{"from": "2024-10-13T08:00Z", "to": "2024-10-14T18:00Z"})
    assert prices.headers["X-Simulator-Rows"] == "recorded"
    apx = [row for row in prices.json()["data"] if row["dataProvider"] == "APXMIDP"]
    assert len(apx) == 69
    assert sum(row["price"] == row["volume"] == 0 for row in apx) > 60  # 34 hours without a price
    demand = replay.get("/demand/outturn", settlementDateFrom="2024-08-01", settlementDateTo="2024-08-28")
    assert demand.headers["X-Simulator-Rows"] == INFERRED
    assert len(demand.json()["data"]) == 28 * 48


def test_a_day_of_which_only_some_rows_are_recorded_is_synthetic(replay: Elexon) -> None:
    response = replay.get("/balancing/settlement/system-prices/2026-09-20")
    assert response.headers["X-Simulator-Rows"] == "synthetic"
    assert len(response.json()["data"]) == 48


def test_faults_of_recorded_rows_are_labelled(replay: Elexon) -> None:
    window = {"from": "2024-10-12T23:00Z", "to": "2024-10-13T22:30Z"}
    response = replay.get("/balancing/pricing/market-index", "duplicate", **window)
    assert response.headers["X-Simulator-Rows"] == "recorded; faulty"


def test_a_recording_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"data": [{"dataProvider": "APXMIDP", "price": 1, "startTime": "soon"}]}')
    with pytest.raises(ValueError, match=r"broken\.json"):
        read_market_recordings(tmp_path)
