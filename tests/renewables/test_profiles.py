"""Profiles of a span equal those computed differently from the simulator's own values."""

from datetime import date

import polars as pl
import pytest

from elexon_assets.settlement import LONDON
from renewables.charts import profiles as figures
from renewables.queries import profiles
from renewables.queries.selection import Selection
from tests.filled_homes import AUTUMN, SPRING, Filled

SPAN = (date(2024, 3, 30), date(2024, 4, 1))
"Settlement days; the middle one has 46 half-hours."
ALL, SOLAR = Selection.read(), Selection.read(categories="Solar")
WINDOW = profiles.window_of_days(*SPAN)


def of_span(warehouse: Filled) -> pl.DataFrame:
    return warehouse.truth.filter(pl.col("settlement_date").is_between(*SPAN))


def test_daily_shapes_use_settlement_days(warehouse: Filled) -> None:
    drawn = profiles.by_settlement_day(SOLAR, *SPAN, grain="day")
    truth = of_span(warehouse).filter(psr_type="Solar").group_by("settlement_date", maintain_order=True)
    assert drawn.frame["generation_mw"].to_list() == pytest.approx(truth.agg(pl.col("mw").mean())["mw"].to_list())
    assert drawn.frame["half_hours_expected"].to_list() == [48, 46, 48]
    starts = drawn.frame["start_time_utc"].dt.convert_time_zone(LONDON.key)
    assert starts.dt.hour().to_list() == [0, 0, 0], "a day begins at London midnight"


@pytest.mark.usefixtures("warehouse")
def test_a_month_without_data_is_a_gap_and_not_zero() -> None:
    drawn = profiles.by_settlement_day(SOLAR, date(2024, 3, 1), date(2024, 10, 31), grain="month")
    mw = drawn.frame["generation_mw"].to_list()
    assert len(mw) == 8
    assert mw[0] is not None
    assert mw[2:7] == [None] * 5


@pytest.mark.parametrize("across", ["weekday", "month"])
def test_hours_are_in_london_time_and_count_only_if_all_categories_are_present(warehouse: Filled, across: str) -> None:
    frame = profiles.by_hour(ALL, WINDOW, across=across)
    local = pl.col("start_time_utc").dt.convert_time_zone(LONDON.key).dt
    truth = (
        of_span(warehouse)
        .group_by("start_time_utc")
        .agg(pl.col("mw").sum(), there=pl.len())
        .filter(there=3)
        .group_by(place=local.weekday() if across == "weekday" else local.month(), hour=local.hour())
        .agg(pl.col("mw").mean(), half_hours=pl.len())
        .sort("place", "hour")
    )
    assert frame["mean_mw"].to_list() == pytest.approx(truth["mw"].to_list())
    assert frame["half_hours"].to_list() == truth["half_hours"].to_list()


def test_a_distribution_counts_every_half_hour_once(warehouse: Filled) -> None:
    frame = profiles.distribution(ALL, WINDOW)
    truth = of_span(warehouse).group_by("psr_type").len()
    for name, half_hours in truth.iter_rows():
        part = frame.filter(psr_type=name)
        assert part["half_hours"].sum() == half_hours
        assert part["share"].sum() == pytest.approx(1)
    assert (frame["to_mw"] - frame["from_mw"]).n_unique() == 1


def test_a_duration_curve_falls_from_the_maximum_to_the_minimum(warehouse: Filled) -> None:
    curve = profiles.duration(Selection.read(categories="Wind Offshore"), WINDOW)["exceeded_mw"]
    truth = of_span(warehouse).filter(psr_type="Wind Offshore")["mw"]
    assert (curve[0], curve[-1]) == (truth.max(), truth.min())
    assert curve.is_sorted(descending=True)


def test_the_correlation_is_pearsons_r(warehouse: Filled) -> None:
    frame = profiles.correlation(ALL, WINDOW)
    wide = (
        of_span(warehouse).pivot("psr_type", index="start_time_utc", values="mw").drop_nulls(["Wind Onshore", "Solar"])
    )
    (r,) = frame.filter(category="Wind Onshore", other="Solar")["r"]
    assert r == pytest.approx(wide.select(pl.corr("Wind Onshore", "Solar")).item())
    assert frame.filter(pl.col("category") == pl.col("other"))["r"].to_list() == pytest.approx([1, 1, 1])


def test_the_comparison_of_years_has_the_energy_of_each_month(warehouse: Filled) -> None:
    frame = profiles.by_year(SOLAR)
    truth = float(warehouse.truth.filter(psr_type="Solar")["mw"].sum()) * 0.5
    assert frame["energy_mwh"].sum() == pytest.approx(truth)
    assert set(frame["year"]) == {2024}
    whole_months = {3: 31 * 48 - 2, 4: 30 * 48, 10: 31 * 48 + 2}
    assert dict(frame.select("month", "half_hours_expected").rows()) == whole_months
    assert frame.filter(pl.col("coverage") >= 0.2).is_empty(), "a month of which a few days were asked for is short"


def test_a_monthly_capacity_factor_is_energy_divided_by_potential_energy(warehouse: Filled) -> None:
    frame = profiles.monthly_capacity_factors(SOLAR, *SPRING)
    row = frame.filter(pl.col("month") == date(2024, 4, 1)).row(0, named=True)
    made = row["mean_capacity_mw"] * row["half_hours"] * 0.5
    assert row["capacity_factor"] == pytest.approx(row["energy_mwh"] / made)
    assert warehouse.truth.height


@pytest.mark.usefixtures("empty_home")
def test_an_empty_warehouse_gives_profiles_without_rows() -> None:
    for question in (profiles.distribution, profiles.duration, profiles.correlation):
        assert question(ALL, WINDOW).is_empty()
    assert profiles.by_hour(ALL, WINDOW, across="month").is_empty()
    assert profiles.by_year(ALL).is_empty()


@pytest.mark.usefixtures("warehouse")
def test_profile_figures_show_their_units_and_stay_small() -> None:
    window = profiles.window_of_days(*AUTUMN)
    drawn = [
        figures.distribution(profiles.distribution(ALL, window), "psr_type"),
        figures.duration(profiles.duration(ALL, window), "psr_type"),
        figures.by_year(profiles.by_year(ALL)),
    ]
    for figure in drawn:
        titles = f"{figure.layout.xaxis.title.text} {figure.layout.yaxis.title.text}"
        assert any(unit in titles for unit in ("MW", "GWh", "TWh", "%"))
        assert sum(len(trace.x) for trace in figure.data) < 5_000
    heat = figures.by_hour(profiles.by_hour(ALL, window, across="weekday"), across="weekday").data[0]
    assert (len(heat.y), len(heat.x)) == (24, 7)
