"""The contents of the warehouse, as the read layer reports them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from renewables.queries.status import warehouse_status
from tests.filled_homes import Filled, at
from warehouse.errors import WarehouseMissing


def test_the_status_counts_what_landed(warehouse: Filled) -> None:
    status = warehouse_status()
    wind_and_solar = status.datasets[0]
    # A value may be republished with only another publish time; that counts as another publication.
    assert wind_and_solar.publications == len(warehouse.publications.unique())
    assert wind_and_solar.first_start_time_utc == warehouse.truth["start_time_utc"].min()
    assert wind_and_solar.newest_start_time_utc == warehouse.truth["start_time_utc"].max()
    assert wind_and_solar.rows_quarantined == 1
    assert wind_and_solar.sources == ("synthetic",)
    assert (status.version, status.size_bytes > 0) == (5, True)


def test_gaps_are_counted_by_utc_day_up_to_the_newest_half_hour(warehouse: Filled) -> None:
    wind_and_solar = warehouse_status().datasets[0]
    whole = warehouse.truth.group_by("start_time_utc").len().filter(len=3)
    days = (date(2024, 10, 29) - date(2024, 3, 29)).days + 1
    newest = wind_and_solar.newest_start_time_utc
    assert newest
    assert wind_and_solar.half_hours == len(whole)
    assert wind_and_solar.half_hours_expected == days * 48 - (at("2024-10-29T23:30Z") - newest) // timedelta(minutes=30)
    assert wind_and_solar.days_with_gaps > days - 10
    assert wind_and_solar.first_days_with_gaps[0] >= date(2024, 3, 29)
    assert len(wind_and_solar.first_days_with_gaps) == 5


@pytest.mark.usefixtures("warehouse")
def test_freshness_depends_on_the_newest_half_hour() -> None:
    available = warehouse_status().datasets[0]
    assert available.newest_start_time_utc
    soon = available.newest_start_time_utc + WIND_AND_SOLAR.fresh_within
    late = soon + timedelta(minutes=1)
    assert (available.is_fresh(soon), available.is_fresh(late)) == (True, False)
    assert available.age(soon) == WIND_AND_SOLAR.fresh_within - timedelta(minutes=30)


@pytest.mark.usefixtures("warehouse")
def test_the_last_runs_come_from_the_fetch_log_newest_first() -> None:
    runs = warehouse_status().runs
    assert [(run.run_id, run.dataset) for run in runs] == [
        ("capacity", "installed_capacity"),
        ("October", "generation_by_fuel"),
        ("October", "wind_and_solar"),
        ("March", "generation_by_fuel"),
        ("March", "wind_and_solar"),
    ]
    assert [(run.windows, run.windows_failed) for run in runs] == [(2, 0), *[(1, 0)] * 4]
    assert all(run.rows_landed > 0 for run in runs)


@pytest.mark.usefixtures("warehouse")
def test_the_status_shows_which_years_have_an_installed_capacity() -> None:
    result = warehouse_status().capacity
    assert result
    assert (result.first_year, result.last_year) == (2022, 2025)
    assert result.newest_publish_time_utc == at("2025-10-13T13:25:52Z")
    assert (result.publications, result.rows_quarantined, result.sources) == (121, 0, ("synthetic",))


@pytest.mark.usefixtures("empty_home")
def test_an_empty_warehouse_has_a_status() -> None:
    status = warehouse_status()
    assert [
        (dataset.half_hours, dataset.coverage, dataset.age(at("2024-10-30T01:00Z"))) for dataset in status.datasets
    ] == [(0, None, None)] * 2
    assert status.capacity is None
    assert status.runs == ()


def test_without_a_snapshot_there_is_no_status(home: Path) -> None:
    with pytest.raises(WarehouseMissing, match=str(home)):
        warehouse_status()
