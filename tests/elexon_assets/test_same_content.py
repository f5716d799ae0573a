"""Tests that any range, run twice, in any order, overlapping, in any zone, has the same content. Scenarios 2 and 6."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED, WIND_AND_SOLAR
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import content, fetch_days, published
from tests.processes import elsewhere

pytestmark = pytest.mark.slow

SPRING, AUTUMN = date(2024, 3, 31), date(2024, 10, 27)
FAULTS = "republished%0.05,duplicate%0.05,late%0.05,hole%0.02,wrong-label%0.05"

both_datasets = pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)

Range = tuple[int, int]
"The first and last day, counted from the clock change."

SEQUENCES: dict[str, Sequence[Range]] = {
    "once": [(-6, 6)],
    "twice": [(-6, 6), (-6, 6)],
    "backwards": [(2, 6), (1, 1), (0, 0), (-6, -1)],
    "overlapping": [(-1, 6), (-6, 1)],
}


@pytest.fixture
def _faulty(simulator: Simulator) -> None:
    simulator.faults = FAULTS


@pytest.mark.parametrize(
    ("dataset", "names"), [(WIND_AND_SOLAR, list(SEQUENCES)), (GENERATION_BY_FUEL, ["once", "overlapping"])]
)
@pytest.mark.usefixtures("_faulty")
def test_ranges_in_any_order_and_with_overlaps_make_the_same_content(
    dataset: Dataset, names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    contents = {}
    for name in names:
        monkeypatch.setenv("RENEWABLES_HOME", f"{tmp_path}/{name}")
        for first, last in SEQUENCES[name]:
            report = fetch_days(AUTUMN + timedelta(days=first), AUTUMN + timedelta(days=last), dataset=dataset)
            assert not report.failed
        contents[name] = content(dataset)
    assert len(contents["once"]) > 13 * 48 * 3
    assert [name for name, result in contents.items() if not result.equals(contents["once"])] == []


def fetch_around(change: date) -> dict[str, list[tuple[object, ...]]]:
    """Return the contents of the three days around a clock change, and of the views on them."""
    by_key = {}
    for dataset in OBSERVED:
        fetch_days(change - timedelta(days=1), change + timedelta(days=1), dataset=dataset)
        by_key[dataset.name] = content(dataset).rows()
        days = (
            f"SELECT settlement_date, half_hours, round(2 * energy_mwh, 3) AS mw FROM {dataset.name}_daily ORDER BY ALL"
        )
        by_key[f"{dataset.name}_daily"] = published(days).rows()
        coverage = f"SELECT day_utc, half_hours, half_hours_expected FROM {dataset.name}_coverage ORDER BY ALL"
        by_key[f"{dataset.name}_coverage"] = published(coverage).rows()
    return by_key


@pytest.mark.usefixtures("_faulty")
def test_the_time_zone_of_the_machine_makes_no_difference(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    here = fetch_around(AUTUMN)
    for zone in ("UTC", "Europe/London", "America/New_York"):
        if zone == time.tzname[0]:
            continue  # the time zone of this machine
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("RENEWABLES_HOME", f"{tmp_path}/{zone}")
        assert elsewhere(fetch_around, AUTUMN) == here
    assert {hours for _, hours, _ in here["wind_and_solar_coverage"]} <= {46, 47, 48}


@both_datasets
@pytest.mark.parametrize(("change", "half_hours"), [(SPRING, 46), (AUTUMN, 50)])
@pytest.mark.usefixtures("simulator")
def test_a_clock_change_day_has_46_or_50_half_hours_that_each_land_once(
    dataset: Dataset, change: date, half_hours: int
) -> None:
    fetch_days(change - timedelta(days=1), change + timedelta(days=1), dataset=dataset)
    days = published(
        f"SELECT settlement_date, half_hours, half_hours_expected, coverage FROM {dataset.name}_daily "
        "WHERE settlement_date = $day",
        day=change,
    )
    assert set(days.rows()) == {(change, half_hours, half_hours, 1.0)}
    periods = published(
        f"SELECT settlement_period, count(DISTINCT start_time_utc) AS starts FROM {dataset.name} "
        "WHERE settlement_date = $day GROUP BY ALL ORDER BY ALL",
        day=change,
    )
    assert periods.rows() == [(period, 1) for period in range(1, half_hours + 1)]


@both_datasets
@pytest.mark.usefixtures("simulator")
def test_requested_days_are_complete_and_the_half_hour_between_two_windows_lands_once(dataset: Dataset) -> None:
    first, last = date(2024, 6, 1), date(2024, 6, 8)  # two windows of either dataset
    report = fetch_days(first, last, dataset=dataset)
    assert len(report.windows) == 2
    table = published(f"SELECT start_time_utc, count(*) AS rows FROM {dataset.table} GROUP BY ALL ORDER BY ALL")
    midnight = datetime(2024, 6, 1, tzinfo=UTC)
    assert table["start_time_utc"].to_list() == [midnight + n * timedelta(minutes=30) for n in range(8 * 48)]
    assert table["rows"].unique().to_list() == [3 if dataset is WIND_AND_SOLAR else 20]


def test_requesting_a_day_again_leaves_its_neighbours_unchanged(simulator: Simulator) -> None:
    def landed() -> pl.DataFrame:
        return published("SELECT *, CAST(start_time_utc AS DATE) AS day FROM wind_and_solar_publications ORDER BY ALL")

    fetch_days(date(2024, 6, 1), date(2024, 6, 3))
    before = landed()
    simulator.faults = "republished"
    assert fetch_days(date(2024, 6, 2)).total("rows_landed") == 144
    after = landed()
    middle = pl.col("day") == date(2024, 6, 2)
    assert after.filter(~middle).equals(before.filter(~middle))  # also the time of their ingest
    assert len(after.filter(middle)) == 2 * 144


@pytest.mark.usefixtures("simulator")
def test_one_dataset_does_not_affect_the_other() -> None:
    fetch_days(date(2024, 6, 1))
    wind_and_solar = content()
    fetch_days(date(2024, 6, 1), dataset=GENERATION_BY_FUEL)
    assert content().equals(wind_and_solar)
