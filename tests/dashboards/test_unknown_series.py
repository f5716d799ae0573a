"""Tests that an undeclared series is named on the pages that users open first. Scenario 34."""

from datetime import date
from pathlib import Path

import pytest

from elexon_assets.simulator.server import Simulator
from tests.dashboards.conftest import Open, page_text
from tests.elexon_assets.ingesting import landed_in

DAY = date(2024, 1, 8)


@pytest.mark.parametrize("page", ["overview", "health"])
def test_an_unknown_series_is_named_on_the_page_and_breaks_nothing(
    home: Path, simulator: Simulator, open_page: Open, page: str
) -> None:
    simulator.faults = "unknown-psr@2024-01-08T05:30Z"
    landed_in(home, simulator.base_url, (DAY, DAY))
    shown = open_page(page)
    assert not shown.exception
    assert "Wind Floating in wind and solar" in page_text(shown)
    assert "in no total" in page_text(shown)
