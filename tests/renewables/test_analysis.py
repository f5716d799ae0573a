"""Figures equal those that Polars computes from the simulator's own rows."""

from datetime import date

import polars as pl
import pytest

from renewables.queries.analysis import PERCENTILES, daily, summary
from tests.filled_homes import AUTUMN, SPRING, Filled, at

pytestmark = pytest.mark.slow


def energy_mwh(half_hours: pl.DataFrame) -> float:
    return float(half_hours["mw"].sum()) * 0.5


@pytest.mark.parametrize(
    ("day", "half_hours"),
    [(date(2024, 3, 30), 48), (date(2024, 3, 31), 46), (date(2024, 10, 27), 50)],
)
def test_energy_of_a_settlement_day_counts_each_half_hour_once(warehouse: Filled, day: date, half_hours: int) -> None:
    rows = daily(day, day)
    assert rows["half_hours_expected"].to_list() == [half_hours] * 3
    for row in rows.to_dicts():
        truth = warehouse.truth.filter(settlement_date=day, psr_type=row["psr_type"])
        assert row["half_hours"] == len(truth)
        assert row["coverage"] == pytest.approx(len(truth) / half_hours)
        assert row["energy_mwh"] == pytest.approx(energy_mwh(truth))
    assert rows["half_hours"].min() < half_hours  # type: ignore[operator]  # a number


@pytest.mark.usefixtures("warehouse")
def test_the_energy_of_a_day_without_data_is_null_and_not_zero() -> None:
    rows = daily(date(2024, 7, 1), date(2024, 7, 1))
    assert rows["energy_mwh"].to_list() == [None] * 3
    assert rows["coverage"].to_list() == [0.0] * 3


def test_the_summary_of_a_span_equals_figures_computed_with_polars(warehouse: Filled) -> None:
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


def test_the_total_counts_a_half_hour_only_if_all_categories_are_present(warehouse: Filled) -> None:
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
def test_values_outside_the_soft_limits_are_counted_and_kept() -> None:
    onshore = summary(*SPRING, categories=["Wind Onshore"]).to_dicts()
    assert [row["half_hours_outside_soft_limits"] for row in onshore] == [1]


@pytest.mark.usefixtures("warehouse")
def test_categories_that_are_not_always_published_have_no_total() -> None:
    rows = summary(*SPRING, dataset="generation_by_fuel")
    assert len(rows) == 20
    assert "Total" not in rows["fuel_type"]


CAPACITY_STARTS = {
    "Wind Onshore": {2024: 15_500, 2025: 16_200},
    "Wind Offshore": {2024: 14_700, 2025: 16_100},
    "Solar": {2024: 17_600, 2025: 19_400},
}
"The MW at the starts of the years, as the simulator finally publishes them."


def expected_factor(half_hours: pl.DataFrame) -> float:
    return float(half_hours["mw"].sum()) / float(half_hours["capacity_mw"].sum())


def with_capacity(half_hours: pl.DataFrame) -> pl.DataFrame:
    """Add capacity_mw, linear in 2024."""
    share = (pl.col("start_time_utc") - at("2024-01-01T00:00Z")).dt.total_seconds() / (366 * 86_400)
    starts = pl.DataFrame([{"psr_type": name, "low": y[2024], "high": y[2025]} for name, y in CAPACITY_STARTS.items()])
    return half_hours.join(starts, on="psr_type").with_columns(
        capacity_mw=pl.col("low") + (pl.col("high") - pl.col("low")) * share
    )


def test_capacity_factors_of_a_span_count_only_the_half_hours_present(warehouse: Filled) -> None:
    truth = with_capacity(warehouse.truth.filter(pl.col("start_time_utc") >= at("2024-10-01T00:00Z")))
    by_key = {row["psr_type"]: row for row in summary(*AUTUMN).to_dicts()}
    for name in CAPACITY_STARTS:
        values = truth.filter(psr_type=name)
        assert by_key[name]["capacity_mw"] == pytest.approx(values["capacity_mw"].mean())
        made_mwh = float(values["capacity_mw"].sum()) * 0.5
        assert by_key[name]["capacity_factor"] == pytest.approx(energy_mwh(values) / made_mwh)
    whole = truth.group_by("start_time_utc").agg(pl.col("mw", "capacity_mw").sum(), pl.len()).filter(len=3)
    assert by_key["Total"]["capacity_mw"] == pytest.approx(whole["capacity_mw"].mean())
    assert by_key["Total"]["capacity_factor"] == pytest.approx(expected_factor(whole))


def test_a_settlement_day_has_capacity_factors(warehouse: Filled) -> None:
    day = date(2024, 10, 27)
    for row in daily(day, day).to_dicts():
        values = with_capacity(warehouse.truth.filter(settlement_date=day, psr_type=row["psr_type"]))
        assert row["capacity_mw"] == pytest.approx(values["capacity_mw"].mean())
        assert row["capacity_factor"] == pytest.approx(expected_factor(values))


@pytest.mark.usefixtures("warehouse")
def test_with_as_of_capacity_is_what_had_been_published_by_then() -> None:
    """On 1 April 2024 the year's first revision was out, 4 % below the last; nothing was out of 2025."""
    then = summary(*SPRING, as_of=at("2024-04-01T00:00Z"), categories=["Solar"]).to_dicts()[0]
    assert then["capacity_mw"] == pytest.approx(17_600 * 0.96)
    assert then["capacity_factor"] == pytest.approx(then["mean_mw"] / (17_600 * 0.96))


@pytest.mark.usefixtures("warehouse")
def test_fuels_have_no_installed_capacity() -> None:
    """IGCA names other types than FUELHH, and includes embedded plant, which FUELHH does not meter."""
    assert summary(*SPRING, dataset="generation_by_fuel")["capacity_factor"].null_count() == 20
    assert daily(*SPRING, dataset="generation_by_fuel")["capacity_mw"].is_null().all()


@pytest.mark.usefixtures("empty_home")
def test_the_figures_of_an_empty_warehouse_are_empty() -> None:
    assert summary(*SPRING)["half_hours"].sum() == 0
    assert daily(*SPRING).is_empty()
