"""Tests that an undeclared series lands under its own name, is marked and listed, and is in no total. Scenario 34."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets import datasets
from elexon_assets.checks import rows_stored_equal_rows_fetched, series_are_declared
from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, INSTALLED_CAPACITY, OBSERVED, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.quarantine import retry
from elexon_assets.simulator.server import Simulator
from renewables.api import UnknownSeriesWarning, fetch
from renewables.queries import analysis, overview
from renewables.queries.unknown_series import unknown_series
from tests.elexon_assets.ingesting import fetch_days, published
from warehouse.connection import reading, writing

pytestmark = pytest.mark.slow

DAY = date(2024, 1, 8)
NOW = datetime(2024, 1, 9, tzinfo=UTC)
UNKNOWN = {WIND_AND_SOLAR.name: "Wind Floating", GENERATION_BY_FUEL.name: "HYDROGEN"}
both_datasets = pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)


def series_of(dataset: Dataset) -> set[str]:
    return set(published(f"SELECT DISTINCT {dataset.category} AS series FROM {dataset.name}")["series"])


@both_datasets
def test_an_undeclared_series_lands_under_its_own_name_and_is_listed(simulator: Simulator, dataset: Dataset) -> None:
    simulator.faults = "unknown-psr@2024-01-08T05:30Z"
    report = fetch_days(DAY, dataset=dataset)
    assert report.total("rows_quarantined") == 0
    name = UNKNOWN[dataset.name]
    assert name in series_of(dataset)
    listed = published("SELECT dataset, series, publications FROM unknown_series").rows()
    assert listed == [(dataset.name, name, 1)]
    assert [(row.dataset, row.series, row.publications) for row in unknown_series()] == listed
    update_flags()
    flagged = published("SELECT reason, category FROM open_flags WHERE reason = 'unknown_series'").rows()
    assert flagged == [("unknown_series", name)]


@both_datasets
def test_the_check_turns_yellow_and_names_an_undeclared_series(simulator: Simulator, dataset: Dataset) -> None:
    for faults, passes in (("", True), ("unknown-psr@2024-01-08T05:30Z", False)):
        simulator.faults = faults
        fetch_days(DAY, dataset=dataset)
        with reading() as con:
            passed, metadata = series_are_declared(con, dataset, NOW)
        assert passed == passes
    assert metadata["unknown series"].value == UNKNOWN[dataset.name]


def test_an_undeclared_series_is_in_no_total_and_changes_no_total(simulator: Simulator) -> None:
    fetch_days(DAY)
    undisturbed = analysis.summary(DAY, DAY)
    newest = overview.wind_and_solar_overview()
    simulator.faults = "unknown-psr"
    fetch_days(DAY)
    assert "Wind Floating" in series_of(WIND_AND_SOLAR)
    assert_frame_equal(analysis.summary(DAY, DAY), undisturbed)  # sums of decimals depend on their order
    again = overview.wind_and_solar_overview()
    assert newest is not None
    assert again is not None
    assert again.sparks == newest.sparks
    assert published("FROM wind_and_solar_outside_soft_limits").is_empty()


def test_a_new_type_of_installed_capacity_is_listed_too(simulator: Simulator) -> None:
    simulator.faults = "unknown-psr"
    with ElexonClient() as client:
        ingest(INSTALLED_CAPACITY, INSTALLED_CAPACITY.full_history_window(NOW), client=client, run_id="test")
    assert published("SELECT dataset, series FROM unknown_series").rows() == [("installed_capacity", "Energy storage")]
    with reading() as con:
        assert not series_are_declared(con, INSTALLED_CAPACITY, NOW)[0]


def test_a_code_that_elexon_used_by_mistake_is_not_listed_as_new(simulator: Simulator) -> None:
    fetch_days(DAY, dataset=GENERATION_BY_FUEL)
    with writing() as con:
        con.execute("UPDATE generation_by_fuel_publications SET fuel_type = 'INTELE' WHERE fuel_type = 'INTELEC'")
        assert series_are_declared(con, GENERATION_BY_FUEL, NOW)[0]
    assert simulator.requests


def test_a_series_becomes_known_when_it_is_declared_and_no_row_is_fetched_again(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.faults = "unknown-psr"
    fetch_days(DAY, dataset=GENERATION_BY_FUEL)
    assert update_flags().open == {"unknown_series": 48}
    column = GENERATION_BY_FUEL.columns["fuel_type"]
    declared = replace(
        GENERATION_BY_FUEL,
        columns={**GENERATION_BY_FUEL.columns, "fuel_type": replace(column, values=(*column.values, "HYDROGEN"))},
    )
    asked = len(simulator.requests)
    update(monkeypatch, declared)
    assert update_flags().open == {}
    assert published("FROM unknown_series").is_empty()
    energy = published("SELECT half_hours FROM generation_by_fuel_daily WHERE fuel_type = 'HYDROGEN'")
    assert energy["half_hours"].sum() == 48
    assert len(simulator.requests) == asked


def update(monkeypatch: pytest.MonkeyPatch, declared: Dataset) -> None:
    """Replace the declaration wherever it was imported, as a new version of the program would."""
    import sys

    [old] = [dataset for dataset in datasets.DATASETS if dataset.name == declared.name]
    for name, module in list(sys.modules.items()):
        if name.startswith("elexon_assets."):
            for attribute, value in list(vars(module).items()):
                if value is old:
                    monkeypatch.setattr(module, attribute, declared)
                elif type(value) is tuple and any(item is old for item in value):
                    monkeypatch.setattr(module, attribute, tuple(declared if i is old else i for i in value))


def test_quarantined_rows_land_if_a_new_limit_accepts_them_and_the_others_stay(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.faults = "absurd@2024-01-08T05:30Z,null@2024-01-08T06:00Z"
    fetch_days(DAY)
    assert [(done.rows, done.rows_landed) for done in retry()] == [(2, 0), *[(0, 0)] * (len(datasets.DATASETS) - 1)]
    monkeypatch.setenv("LIMITS_MW", '{"Wind Onshore": {"hard_high": 100000}}')
    asked = len(simulator.requests)
    done = retry()[0]
    assert (done.rows_landed, done.rows_repeated, done.rows_kept) == (1, 0, 1)
    assert len(simulator.requests) == asked
    landed = published("SELECT start_time_utc, source FROM wind_and_solar WHERE generation_mw = 99999").rows()
    assert landed == [(datetime(2024, 1, 8, 5, 30, tzinfo=UTC), "synthetic")]
    assert published("SELECT reason FROM quarantine")["reason"].to_list() == [
        "generation_mw is missing or cannot be read"
    ]
    with reading() as con:
        assert rows_stored_equal_rows_fetched(con, WIND_AND_SOLAR, NOW)[0]
    assert retry()[0].rows_landed == 0


def test_a_quarantined_row_that_landed_later_leaves_the_quarantine(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.faults = "negative@2024-01-08T05:30Z"
    fetch_days(DAY)
    monkeypatch.setenv("LIMITS_MW", '{"Wind Onshore": {"hard_low": -1000}}')
    fetch_days(DAY)
    done = retry()[0]
    assert (done.rows, done.rows_landed, done.rows_repeated) == (1, 0, 1)
    assert published("FROM quarantine").is_empty()


def test_a_fetch_without_a_warehouse_warns_of_an_undeclared_series_and_keeps_its_rows(simulator: Simulator) -> None:
    simulator.faults = "unknown-psr@2024-01-08T05:30Z"
    with pytest.warns(UnknownSeriesWarning, match="HYDROGEN"):
        frame = fetch(DAY, DAY, dataset=GENERATION_BY_FUEL.name)
    assert frame.filter(pl.col("fuel_type") == "HYDROGEN").height == 1
