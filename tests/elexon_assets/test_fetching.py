"""Windows a few at a time: in order, within the bound, and left at once when the run is cancelled."""

from collections.abc import Generator
from datetime import date
from time import monotonic

import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.fetch_windows import Failed, Fetched, fetch
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import cut, of_days

WINDOWS = cut(of_days(date(2024, 1, 1), date(2024, 2, 25)), WIND_AND_SOLAR.longest_window)


def test_outcomes_come_in_the_order_of_the_windows_whichever_answer_comes_first(simulator: Simulator) -> None:
    simulator.faults = "slow=0.2@2024-01-01,status=404@2024-01-20"
    with ElexonClient() as client:
        outcomes = list(fetch(client, WIND_AND_SOLAR, WINDOWS))
    assert [outcome.window for outcome in outcomes] == WINDOWS
    assert [type(outcome) for outcome in outcomes] == [Fetched, Fetched, Failed, *[Fetched] * 5]
    assert [outcome.rows_received for outcome in outcomes if isinstance(outcome, Fetched)] == [1008] * 7
    assert simulator.requests[-1].path == WIND_AND_SOLAR.path


def test_a_run_that_is_cancelled_waits_for_no_answer(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_CONCURRENCY", "2")
    simulator.faults = "hang@2024-01-08/2024-02-26"
    started = monotonic()
    with ElexonClient() as client:
        outcomes = fetch(client, WIND_AND_SOLAR, WINDOWS)
        assert isinstance(outcomes, Generator)
        assert next(outcomes).window == WINDOWS[0]
        outcomes.close()
    assert monotonic() - started < 10  # a time-out takes thirty seconds


@pytest.mark.usefixtures("simulator")
def test_no_windows_have_no_outcomes() -> None:
    with ElexonClient() as client:
        assert list(fetch(client, WIND_AND_SOLAR, [])) == []
