"""Tests that energy is the sum of MW times half an hour, never the sum of MW, with its coverage. Scenario 11."""

from datetime import date, timedelta

import httpx
import polars as pl
import pytest

from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, OBSERVED
from elexon_assets.simulator.server import Simulator
from tests.elexon_assets.ingesting import fetch_days, published

pytestmark = pytest.mark.slow

HOLES = "hole%0.2"
WHOLE_DAY = date(2024, 6, 15)


def expected(simulator: Simulator, day: date, fields: tuple[str, str, str], path: str, **asked: str) -> pl.DataFrame:
    """Return MWh and half-hours of the settlement date, from Elexon's own JSON and labels."""
    kind, mw, where = fields
    rows = httpx.get(simulator.base_url + path, params=asked).json()["data"]
    frame = pl.DataFrame(rows).filter(pl.col("settlementDate") == day.isoformat()).unique()
    return (
        frame.group_by(pl.col(kind).alias(where))
        .agg(energy_mwh=(pl.col(mw) * 0.5).sum(), half_hours=pl.len().cast(pl.Int64), peak_mw=pl.col(mw).max())
        .sort(where)
    )


@pytest.mark.parametrize(
    ("day", "periods", "faults"),
    [
        (date(2024, 3, 31), 46, HOLES),
        (WHOLE_DAY, 48, HOLES),
        (date(2024, 10, 27), 50, HOLES),
        (date(2024, 10, 27), 50, ""),
    ],
)
def test_energy_of_wind_and_solar_is_half_the_sum_of_megawatts_on_days_of_any_length(
    simulator: Simulator, day: date, periods: int, faults: str
) -> None:
    simulator.faults = faults
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    fetch_days(before, after)
    sent = expected(
        simulator,
        day,
        ("psrType", "quantity", "psr_type"),
        "/generation/actual/per-type/wind-and-solar",
        **{"from": f"{before}T00:00Z", "to": f"{after}T23:30Z"},
    )
    result = published("FROM wind_and_solar_daily WHERE settlement_date = $day ORDER BY psr_type", day=day)
    assert result["psr_type"].to_list() == sent["psr_type"].to_list() == ["Solar", "Wind Offshore", "Wind Onshore"]
    assert result["energy_mwh"].to_list() == pytest.approx(sent["energy_mwh"].to_list())
    assert result["peak_mw"].to_list() == pytest.approx(sent["peak_mw"].to_list())
    assert result["half_hours"].to_list() == sent["half_hours"].to_list()
    assert result["half_hours_expected"].to_list() == [periods] * 3
    assert result["coverage"].to_list() == pytest.approx([n / periods for n in sent["half_hours"]])
    assert (sent["half_hours"].max() == periods) == (faults == "")
    assert result["mean_mw"].to_list() == pytest.approx(
        [mwh / (n * 0.5) for mwh, n in sent.select("energy_mwh", "half_hours").rows()]
    )


def test_energy_by_fuel_is_half_the_sum_of_megawatts(simulator: Simulator) -> None:
    day = date(2024, 10, 27)
    simulator.faults = HOLES
    fetch_days(day - timedelta(days=1), day + timedelta(days=1), dataset=GENERATION_BY_FUEL)
    sent = expected(
        simulator,
        day,
        ("fuelType", "generation", "fuel_type"),
        "/datasets/FUELHH",
        settlementDateFrom=day.isoformat(),
        settlementDateTo=day.isoformat(),
    )
    result = published("FROM generation_by_fuel_daily WHERE settlement_date = $day ORDER BY fuel_type", day=day)
    assert result["fuel_type"].to_list() == sent["fuel_type"].to_list()
    assert result["energy_mwh"].to_list() == pytest.approx(sent["energy_mwh"].to_list())
    assert result["half_hours"].to_list() == sent["half_hours"].to_list()
    assert set(result["half_hours_expected"]) == {50}


def test_a_day_without_data_is_listed_with_no_energy_and_zero_coverage(simulator: Simulator) -> None:
    simulator.faults = "hole@2024-06-14T23:00Z/2024-06-15T23:00Z"
    fetch_days(WHOLE_DAY - timedelta(days=1), WHOLE_DAY + timedelta(days=1))
    result = published(
        "SELECT energy_mwh, half_hours, half_hours_expected, coverage FROM wind_and_solar_daily "
        "WHERE settlement_date = $day",
        day=WHOLE_DAY,
    )
    assert result.rows() == [(None, 0, 48, 0.0)] * 3


def test_a_value_that_was_published_twice_counts_once_at_its_newest(simulator: Simulator) -> None:
    fetch_days(WHOLE_DAY)
    question = "SELECT sum(energy_mwh) AS mwh, sum(half_hours)::BIGINT AS half_hours FROM wind_and_solar_daily"
    [(once, half_hours)] = published(question).rows()
    simulator.faults = "republished"
    fetch_days(WHOLE_DAY)
    [(twice, same)] = published(question).rows()
    assert same == half_hours == 144
    [(above_zero,)] = published("SELECT count(*) FROM wind_and_solar WHERE generation_mw > 0").rows()
    assert twice == pytest.approx(once * 1.02 + 0.5 * above_zero, rel=1e-5)  # rounded to the kilowatt


@pytest.mark.parametrize("dataset", OBSERVED, ids=lambda dataset: dataset.code)
def test_a_month_is_the_sum_of_its_days_with_its_own_coverage(simulator: Simulator, dataset: Dataset) -> None:
    simulator.faults = f"{HOLES},hole@2024-03-30"
    fetch_days(date(2024, 3, 28), date(2024, 4, 2), dataset=dataset)
    months = published(f"FROM {dataset.name}_monthly ORDER BY month, {dataset.category}")
    values = published(f"SELECT settlement_date, {dataset.category}, generation_mw FROM {dataset.name}")
    expected = (
        values.group_by(pl.col("settlement_date").dt.truncate("1mo").alias("month"), dataset.category)
        .agg(energy_mwh=(pl.col("generation_mw") * 0.5).sum(), half_hours=pl.len().cast(pl.Int64))
        .sort("month", dataset.category)
    )
    assert months["energy_mwh"].to_list() == pytest.approx(expected["energy_mwh"].to_list())
    assert months["half_hours"].to_list() == expected["half_hours"].to_list()
    days = {
        date(2024, 3, 1): 3 * 48 + 46,
        date(2024, 4, 1): 3 * 48,
    }  # the 31st is a short day; of 3 April one hour is requested
    # An interconnector is not expected on a day without any publication of it: it may not exist yet.
    always = months.filter(pl.col(dataset.category).is_in(dataset.always_published))
    assert len(always) == 2 * len(dataset.always_published)
    for month, here, asked, coverage in always.select(
        "month", "half_hours", "half_hours_expected", "coverage"
    ).iter_rows():
        assert asked == days[month]
        assert coverage == pytest.approx(here / asked)
