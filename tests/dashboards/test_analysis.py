"""Figures equal what Polars makes of the simulator's own rows."""

from datetime import date

import polars as pl
import pytest

from dashboards.queries.analysis import PERCENTILES, daily, summary
from tests.dashboards.conftest import AUTUMN, SPRING, Filled, at


def energy_mwh(half_hours: pl.DataFrame) -> float:
    return float(half_hours["mw"].sum()) * 0.5


@pytest.mark.parametrize(
    ("day", "half_hours"),
    [(date(2024, 3, 30), 48), (date(2024, 3, 31), 46), (date(2024, 10, 27), 50)],
)
def test_energy_of_a_settlement_day_counts_each_half_hour_once(warehouse: Filled, day: date, half_hours: int) -> None:
    found = daily(day, day)
    assert found["half_hours_expected"].to_list() == [half_hours] * 3
    for row in found.to_dicts():
        truth = warehouse.truth.filter(settlement_date=day, psr_type=row["psr_type"])
        assert row["half_hours"] == len(truth)
        assert row["coverage"] == pytest.approx(len(truth) / half_hours)
        assert row["energy_mwh"] == pytest.approx(energy_mwh(truth))
    assert found["half_hours"].min() < half_hours  # type: ignore[operator]  # a number


@pytest.mark.usefixtures("warehouse")
def test_a_day_without_data_has_no_energy_rather_than_none_generated() -> None:
    found = daily(date(2024, 7, 1), date(2024, 7, 1))
    assert found["energy_mwh"].to_list() == [None] * 3
    assert found["coverage"].to_list() == [0.0] * 3


def test_the_summary_of_a_span(warehouse: Filled) -> None:
    rows = {row["psr_type"]: row for row in summary(*AUTUMN).to_dicts()}
    truth = warehouse.truth.filter(pl.col("start_time_utc") >= at("2024-10-01T00:00Z"))
    assert list(rows) == ["Wind Onshore", "Wind Offshore", "Solar", "Total"]
    for name in ("Wind Onshore", "Wind Offshore", "Solar"):
        values = truth.filter(psr_type=name)
        row = rows[name]
        assert (row["half_hours"], row["half_hours_expected"]) == (len(values), 5 * 48)
        assert row["coverage"] == pytest.approx(len(values) / 240)
        assert row["energy_mwh"] == pytest.approx(energy_mwh(values))
        assert row["mean_mw"] == pytest.approx(values["mw"].mean())
        peak = values.sort("mw", "start_time_utc", descending=[True, False]).row(0, named=True)
        assert (row["peak_mw"], row["peak_start_time_utc"]) == (peak["mw"], peak["start_time_utc"])
        for percentile in PERCENTILES:
            expected = values["mw"].quantile(percentile / 100, interpolation="linear")
            assert row[f"p{percentile}_mw"] == pytest.approx(expected)


def test_the_total_counts_a_half_hour_only_where_all_are_there(warehouse: Filled) -> None:
    total = summary(*SPRING).filter(psr_type="Total").to_dicts()[0]
    together = (
        warehouse.truth.filter(pl.col("start_time_utc") < at("2024-06-01T00:00Z"))
        .group_by("start_time_utc")
        .agg(pl.col("mw").sum(), pl.len())
        .filter(pl.col("len") == 3)
    )
    assert total["half_hours"] == len(together)
    assert total["energy_mwh"] == pytest.approx(energy_mwh(together))
    assert total["half_hours"] < summary(*SPRING).filter(psr_type="Solar")["half_hours"][0]


@pytest.mark.usefixtures("warehouse")
def test_values_outside_the_soft_limits_are_counted_and_stay() -> None:
    onshore = summary(*SPRING, categories=["Wind Onshore"]).to_dicts()
    assert [row["half_hours_outside_soft_limits"] for row in onshore] == [1]


@pytest.mark.usefixtures("warehouse")
def test_flows_that_are_not_always_there_have_no_total() -> None:
    found = summary(*SPRING, dataset="generation_by_fuel")
    assert len(found) == 20
    assert "Total" not in found["fuel_type"]


@pytest.mark.usefixtures("hollow")
def test_an_empty_warehouse_has_no_figures() -> None:
    assert summary(*SPRING)["half_hours"].sum() == 0
    assert daily(*SPRING).is_empty()
