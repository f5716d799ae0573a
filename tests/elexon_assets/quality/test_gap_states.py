"""Tests that every missing half-hour has one state, derived from the fetch log and the data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.flag_vocabulary import GAP_STATES
from elexon_assets.ingest import ingest
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import Window
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse import snapshots
from warehouse.connection import writing

pytestmark = pytest.mark.slow

DAY = date(2024, 6, 12)
START = datetime(2024, 6, 12, 10, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _asked_from_the_day_on(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    monkeypatch.setenv("FIRST_DAY", DAY.isoformat())


def states(instant: datetime, dataset: str = "wind_and_solar") -> dict[str, int]:
    """Return the number of half-hours in each state at the instant."""
    rows = published(
        f"SELECT state, count(*) AS n FROM {dataset}_gaps_at($instant) GROUP BY state", instant=instant
    ).rows()
    assert {state for state, _ in rows} <= {state.name for state in GAP_STATES}
    return dict(rows)


def at(instant: datetime, start: datetime = START) -> dict[str, Any]:
    """Return the row of one half-hour."""
    sql = "FROM wind_and_solar_gaps_at($instant) WHERE start_time_utc = $start"
    [row] = published(sql, instant=instant, start=start).to_dicts()
    return row


def asked_again(days_later: float) -> None:
    """Move the log's clock, so that the last answer came that many days after the half-hour."""
    with writing() as con:
        con.execute(
            "UPDATE fetch_log SET asked_at_utc = ? WHERE asked_at_utc = (SELECT max(asked_at_utc) FROM fetch_log)",
            [START + timedelta(days=days_later)],
        )
        snapshots.publish_snapshot(con)


def test_a_missing_half_hour_is_too_recent_within_the_lag_and_not_requested_after_it() -> None:
    fetch_days(DAY)
    end = datetime(2024, 6, 13, tzinfo=UTC)
    assert states(end) == {}
    assert states(end + HALF_HOUR) == {"too_recent": 1}
    assert states(end + WIND_AND_SOLAR.publication_lag + HALF_HOUR) == {"too_recent": 4, "not_asked": 2}
    assert states(end + GENERATION_BY_FUEL.publication_lag, "generation_by_fuel") == {"not_asked": 49}


def test_a_half_hour_missing_from_an_answer_is_not_published_only_if_the_answer_came_after_the_lag(
    simulator: Simulator,
) -> None:
    simulator.faults = "hole@2024-06-12T10:00Z"
    fetch_days(DAY)
    asked_again(0.5)
    later = datetime(2024, 6, 14, tzinfo=UTC)
    row = at(later)
    assert (row["state"], row["asked_at_utc"]) == ("not_published", START + timedelta(days=0.5))
    asked_again(0.1)  # 144 minutes after its start
    assert at(later)["state"] == "not_asked"
    assert at(START + timedelta(hours=2))["state"] == "too_recent"


def test_a_failed_request_is_shown_with_its_last_error_until_an_answer_arrives(simulator: Simulator) -> None:
    simulator.faults = "status=404"
    assert fetch_days(DAY).failed
    later = datetime.now(UTC)
    row = at(later)
    assert row["state"] == "failed"
    assert "404" in row["detail"]
    assert states(later)["failed"] == 48
    simulator.faults = ""
    fetch_days(DAY)
    assert "failed" not in states(later)


def test_a_half_hour_missing_from_two_answers_long_afterwards_is_a_known_gap(simulator: Simulator) -> None:
    simulator.faults = "hole@2024-06-12T10:00Z"
    later = datetime(2024, 7, 1, tzinfo=UTC)
    for days, expected in ((1.0, "not_published"), (8.0, "not_published"), (9.0, "known_gap")):
        fetch_days(DAY)
        asked_again(days)
        assert at(later)["state"] == expected
    assert at(later)["detail"] == "2 answers lack it"
    simulator.faults = ""
    fetch_days(DAY)
    assert START not in published("SELECT start_time_utc FROM wind_and_solar_gaps")["start_time_utc"].to_list()


def test_a_half_hour_with_a_quarantined_row_shows_the_reason_and_is_not_called_unpublished(
    simulator: Simulator,
) -> None:
    simulator.faults = "absurd@2024-06-12T10:00Z,unknown-psr@2024-06-12T12:00Z,hole@2024-06-12T13:00Z"
    fetch_days(DAY)
    later = datetime(2024, 6, 13, tzinfo=UTC)
    row = at(later)
    assert (row["state"], row["detail"]) == ("set_aside", "Wind Onshore: outside the hard limits")
    assert states(later) == {"set_aside": 1, "not_published": 1}


def test_unrequested_half_hours_are_counted_by_day_from_the_first_available_day() -> None:
    with ElexonClient() as client:
        span = Window(START + timedelta(days=2), START + timedelta(days=2, hours=1))
        ingest(WIND_AND_SOLAR, span, client=client, run_id="test")
    days = published("FROM wind_and_solar_gaps_daily ORDER BY day_utc LIMIT 4").rows()
    assert days == [(DAY + timedelta(days=n), "not_asked", 48 if n != 2 else 46) for n in range(4)]
    total = published(
        "SELECT (SELECT sum(half_hours) FROM wind_and_solar_gaps_daily) = (SELECT count(*) FROM wind_and_solar_gaps)"
    )
    assert total.rows() == [(True,)]


def test_a_half_hour_without_a_wind_series_is_missing_but_one_without_an_interconnector_is_not(
    simulator: Simulator,
) -> None:
    simulator.faults = "null@2024-06-12T10:00Z"
    fetch_days(DAY)
    assert at(datetime(2024, 6, 13, tzinfo=UTC))["state"] == "set_aside"
    simulator.faults = ""
    fetch_days(DAY, dataset=GENERATION_BY_FUEL)
    with writing() as con:
        con.execute("DELETE FROM generation_by_fuel_publications WHERE fuel_type = 'INTFR'")
        snapshots.publish_snapshot(con)
    assert states(datetime(2024, 6, 13, tzinfo=UTC), "generation_by_fuel") == {}


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
def test_the_states_do_not_depend_on_the_time_zone_of_the_reader(zone: str) -> None:
    fetch_days(DAY)
    by_day = "FROM wind_and_solar_gaps_daily ORDER BY ALL LIMIT 3"
    assert published(f"SET TimeZone = '{zone}'; {by_day}").equals(published(by_day))
