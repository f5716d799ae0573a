"""Tests that a warehouse contains rows published by Elexon or rows of a stand-in, never both."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from elexon_assets.client import Answer, Decode, ElexonClient
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from tests.elexon_assets.ingesting import content, fetch_days, published
from warehouse.errors import MixedSources

pytestmark = pytest.mark.usefixtures("simulator")

DAY = date(2024, 6, 1)


class LabellingClient(ElexonClient):
    """A client that labels the simulator's rows as those of another source."""

    label = "elexon"

    def get(self, path: str, parameters: Mapping[str, str], decode: Decode | None = None) -> Answer:
        return replace(super().get(path, parameters, decode), source=self.label)


def fetch_from(source: str, day: date) -> None:
    with LabellingClient() as client:
        client.label = source
        ingest(WIND_AND_SOLAR, window_of_days(day, day), client=client, run_id="test")


def fetch_from_elexon(day: date) -> None:
    fetch_from("elexon", day)


def test_synthetic_rows_are_refused_by_a_warehouse_with_rows_of_elexon() -> None:
    fetch_from_elexon(DAY)
    before = content()
    with pytest.raises(MixedSources, match=r"filled from elexon.*stand-in.*RENEWABLES_HOME.*Nothing was landed"):
        fetch_days(date(2024, 6, 2))
    with pytest.raises(MixedSources):
        fetch_days(DAY, dataset=GENERATION_BY_FUEL)
    assert content().equals(before)
    assert content(GENERATION_BY_FUEL).is_empty()
    assert set(before["source"]) == {"elexon"}


def test_rows_of_elexon_are_refused_by_a_warehouse_with_synthetic_rows() -> None:
    fetch_days(DAY)
    with pytest.raises(MixedSources, match=r"filled from stand-in.*come from elexon.*ELEXON_BASE_URL"):
        fetch_from_elexon(date(2024, 6, 2))
    assert set(content()["source"]) == {"synthetic"}
    assert published("SELECT status FROM fetch_log").rows() == [("landed",)]


def test_rows_of_an_unknown_host_are_refused_by_a_warehouse_with_rows_of_elexon() -> None:
    fetch_from_elexon(DAY)
    with pytest.raises(MixedSources, match=r"come from cache\.example.*ELEXON_MIRRORS"):
        fetch_from("cache.example", date(2024, 6, 2))
    assert set(content()["source"]) == {"elexon"}


def test_an_empty_answer_does_not_determine_the_source_of_the_warehouse(simulator: Simulator) -> None:
    simulator.faults = f"hole@{DAY}"
    fetch_days(DAY)
    fetch_from_elexon(date(2024, 6, 2))
    assert set(content()["source"]) == {"elexon"}
