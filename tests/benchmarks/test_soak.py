"""Tests that everything at once, with all faults of the simulator, ends without an error that has no name."""

from importlib import import_module

import pytest

from elexon_assets.simulator.faults import KINDS, parse_faults
from tests.browsing import executable


def test_the_soak_shows_every_fault_of_the_simulator() -> None:
    assert {fault.kind for fault in parse_faults(import_module("benchmarks.soak").all_faults())} == set(KINDS)


@pytest.mark.timeout(400)
def test_a_minute_of_everything_at_once_meets_no_unnamed_error_and_no_older_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Memory is not judged: within a minute the processes still load modules and fill their caches.

    `python -m benchmarks.soak` runs for half an hour with all readers, submitters and sessions, and judges it.
    """
    executable()  # skips the test without a browser
    load = ["--readers", "6", "--submitters", "4", "--sessions", "2", "--half-hour-seconds", "10"]
    import_module("benchmarks.soak").main(["--minutes", "0.75", "--no-daemon", "--growth", "1000", *load])
    assert "soak: violations=0" in capsys.readouterr().out
