"""Tests that a clock that goes back loses nothing: later landings are flagged, checked and known. Scenario 37."""

from datetime import UTC, date, datetime

from elexon_assets.quality.flagging import newest_unflagged, update_flags
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse.connection import reading, writing

FIRST, SECOND = date(2024, 1, 8), date(2024, 1, 9)


def an_hour_ahead() -> None:
    """Change all stamps of landings and flags so far as if the clock had been an hour ahead."""
    with writing() as con:
        for table, columns in {
            "wind_and_solar_publications": ["ingested_at_utc"],
            "fetch_log": ["asked_at_utc"],
            "flags": ["found_at_utc", "closed_at_utc"],
        }.items():
            con.execute(f"UPDATE {table} SET {', '.join(f'{c} = {c} + INTERVAL 1 HOUR' for c in columns)}")


def test_rows_that_land_after_the_clock_went_back_are_newer_than_earlier_ones(simulator: Simulator) -> None:
    simulator.faults = "understated@2024-01-08T05:30Z"
    fetch_days(FIRST)
    update_flags()
    an_hour_ahead()
    update_flags()  # the watermark stays that of the clock that was ahead
    simulator.faults = "understated@2024-01-09T05:30Z,stuck@2024-01-09T08:00Z"
    fetch_days(SECOND)
    with reading() as con:
        assert newest_unflagged(con) is not None
    assert update_flags().half_hours > 0
    flagged = published("SELECT DISTINCT start_time_utc FROM open_flags WHERE reason = 'stuck'")
    assert flagged["start_time_utc"].to_list() == [datetime(2024, 1, 9, 8, tzinfo=UTC)]
    stamps = published(
        "SELECT max(ingested_at_utc) FILTER (settlement_date = '2024-01-08') AS first, "
        "min(ingested_at_utc) FILTER (settlement_date = '2024-01-09') AS second FROM wind_and_solar_publications"
    )
    [(first, second)] = stamps.rows()
    assert first < second
    asked = published("SELECT asked_at_utc FROM fetch_log ORDER BY window_start_utc")["asked_at_utc"].to_list()
    assert asked == sorted(asked)


def test_a_flag_closed_after_the_clock_went_back_is_closed_after_it_was_raised(simulator: Simulator) -> None:
    simulator.faults = "understated@2024-01-08T05:30Z"
    fetch_days(FIRST)
    update_flags()
    an_hour_ahead()
    simulator.faults = "late=1@2024-01-08T05:30Z"
    fetch_days(FIRST)
    update_flags()
    rows = published("SELECT DISTINCT found_at_utc < closed_at_utc AS in_order FROM flags").rows()
    assert rows == [(True,)]
