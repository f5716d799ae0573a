"""Half-hours as a frame, without Dagster and without a warehouse."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

import renewables
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import OBSERVED
from elexon_assets.errors import ElexonError, Unavailable
from elexon_assets.ingest import ingest
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from renewables.api import BadRowsWarning, fetch
from renewables.queries.generation import generation
from tests.filled_homes import SPRING


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.name)
def test_a_fetch_returns_the_values_that_the_warehouse_would_have(simulator: Simulator, dataset: Dataset) -> None:
    simulator.faults = "republished%0.1,duplicate%0.1,hole%0.05"
    fetched = fetch(*SPRING, dataset=dataset.name)
    with ElexonClient() as client:
        ingest(dataset, window_of_days(*SPRING), client=client, run_id="one")
    assert_frame_equal(fetched, generation(*SPRING, dataset=dataset.name).drop("ingested_at_utc", "flags"))


@pytest.mark.usefixtures("simulator")
def test_a_fetch_leaves_nothing_behind(home: Path) -> None:
    assert len(fetch(date(2024, 1, 1), date(2024, 1, 20))) == 20 * 48 * 3
    assert not list(home.iterdir())


def test_bad_rows_are_left_out_with_a_warning(simulator: Simulator) -> None:
    simulator.faults = "absurd@2024-01-01T06:00Z"
    with pytest.warns(BadRowsWarning, match="1 of 144 rows were excluded: 1 x outside the hard limits"):
        assert len(fetch(date(2024, 1, 1), date(2024, 1, 1))) == 143


def test_failed_windows_are_named(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_ATTEMPTS", "2")
    simulator.faults = "status=503@2024-01-09"
    with pytest.raises(Unavailable, match=r"1 of 3 windows failed\. 2024-01-08T00:00Z to 2024-01-15T00:00Z"):
        fetch(date(2024, 1, 1), date(2024, 1, 21))


def test_a_missing_field_in_the_response_is_an_error(simulator: Simulator) -> None:
    simulator.faults = "missing-column"
    with pytest.raises(ElexonError, match="windows failed"):
        fetch(date(2024, 1, 1), date(2024, 1, 1))


def test_invalid_arguments_are_refused_before_any_request(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="after the end"):
        fetch(date(2024, 1, 2), date(2024, 1, 1))
    with pytest.raises(ValueError, match="choose one of"):
        fetch(date(2024, 1, 1), date(2024, 1, 1), dataset="wind")
    assert not simulator.requests


def test_days_without_data_give_a_frame_without_rows(simulator: Simulator) -> None:
    simulator.faults = "hole@2024-01-01/2024-01-03"
    assert fetch(date(2024, 1, 1), date(2024, 1, 2)).is_empty()


def test_the_public_api_is_imported_from_the_package_and_costs_nothing_until_it_is_used() -> None:
    program = (
        "import sys, renewables; loaded = {name.partition('.')[0] for name in sys.modules}; "
        "assert not loaded & {'dagster', 'streamlit', 'pandera', 'plotly', 'polars', 'duckdb'}, loaded; "
        "from renewables import daily, fetch, generation, monthly, quality, reading, revisions, summary; "
        "loaded = {name.partition('.')[0] for name in sys.modules}; "
        "assert not loaded & {'dagster', 'streamlit', 'plotly'}, loaded; assert 'summary' in dir(renewables)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(renewables, "nothing")  # noqa: B009 (the attribute itself is unknown to the type checker)
