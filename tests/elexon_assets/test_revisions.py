"""Tests that a newer publication becomes the current value and every earlier one can still be read. Scenario 7."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.simulator.server import running_simulator
from tests.elexon_assets.ingesting import fetch_days, published

pytestmark = pytest.mark.slow

DAY = date(2024, 1, 8)
START = datetime(2024, 1, 8, 5, 30, tzinfo=UTC)
FIRST_PUBLISHED = START + WIND_AND_SOLAR.publication_lag
REPUBLISHED = FIRST_PUBLISHED + timedelta(hours=1)


class Clock:
    """The simulator's clock; its answers contain only what is published by then."""

    now = FIRST_PUBLISHED

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:  # noqa: ARG001 (sets the home first)
    clock = Clock()
    with running_simulator(now=clock, faults="republished@2024-01-08T05:30Z") as simulator:
        monkeypatch.setenv("ELEXON_BASE_URL", simulator.base_url)
        yield clock


def onshore(source: str, **parameters: datetime) -> list[float]:
    """Return the MW of onshore wind at the half-hour."""
    sql = f"SELECT generation_mw FROM {source} WHERE start_time_utc = $start AND psr_type = 'Wind Onshore' ORDER BY ALL"
    return published(sql, start=START, **parameters)["generation_mw"].to_list()


def test_a_newer_publication_is_current_and_the_earlier_one_is_still_available(clock: Clock) -> None:
    fetch_days(DAY)
    [before] = onshore("wind_and_solar")
    fetched_first = datetime.now(UTC)

    clock.now = REPUBLISHED
    assert fetch_days(DAY).total("rows_landed") > 3  # also the rows that were published meanwhile
    after = round(before * 1.02 + 1, 3)
    assert onshore("wind_and_solar") == [after]
    assert onshore("wind_and_solar_publications") == [before, after]

    by = "wind_and_solar_as_of($instant)"
    assert onshore(by, instant=FIRST_PUBLISHED - timedelta(seconds=1)) == []
    assert onshore(by, instant=FIRST_PUBLISHED) == [before]
    assert onshore(by, instant=REPUBLISHED - timedelta(seconds=1)) == [before]
    assert onshore(by, instant=REPUBLISHED) == [after]

    known = "wind_and_solar_known_at($instant)"
    assert onshore(known, instant=FIRST_PUBLISHED) == []  # published, but not yet fetched
    assert onshore(known, instant=fetched_first) == [before]
    assert onshore(known, instant=datetime.now(UTC)) == [after]


def test_past_knowledge_does_not_change_when_older_publications_are_fetched_later(clock: Clock) -> None:
    clock.now = REPUBLISHED
    fetch_days(DAY)
    fetched = datetime.now(UTC)
    known = published("FROM wind_and_solar_known_at($instant) ORDER BY ALL", instant=fetched)
    clock.now = REPUBLISHED + timedelta(days=2)
    fetch_days(DAY - timedelta(days=1), DAY)
    assert published("FROM wind_and_solar_known_at($instant) ORDER BY ALL", instant=fetched).equals(known)
    assert len(published("FROM wind_and_solar")) == 2 * 144


@pytest.mark.usefixtures("clock")
def test_a_publication_lands_once_however_often_it_is_fetched() -> None:
    first = fetch_days(DAY).total("rows_landed")
    assert first == 36  # twelve half-hours are published by then
    assert [fetch_days(DAY).total("rows_landed") for _ in range(2)] == [0, 0]
