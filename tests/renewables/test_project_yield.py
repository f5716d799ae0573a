"""Tests of yield and value against a Polars computation from the stored values, and of `renewables yield`."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from elexon_assets.errors import UnusableInput
from pipeline_assets.metrics import DEFAULT_WEIGHTS
from pipeline_assets.vocabulary import Stage
from renewables.queries.pipeline import Filter
from renewables.queries.project_yield import PipelineYield, pipeline_yield
from renewables.queries.snapshot import query_frame
from renewables.queries.value import capture_prices
from tests.filled_homes import Renewables
from tests.yield_homes import YEARS, land_changes
from warehouse.connection import reading

TYPES = {
    "sun": ["Solar"],
    "sea": ["Wind Offshore"],
    "hill": ["Wind Onshore"],
    "gale": ["Wind Onshore", "Wind Offshore"],
}
WANTED = Filter(datetime.now(UTC).date())


@pytest.fixture
def result(years_on_record: Path) -> PipelineYield:  # noqa: ARG001 (makes the home)
    return pipeline_yield(WANTED, price_year=2022)


def stored(sql: str) -> pl.DataFrame:
    with reading() as con:
        return query_frame(con, sql)


def yearly_energies(types: list[str], mwp: float) -> dict[int, float]:
    """Return the energy of each year of some MWp, computed with Polars from the published values and capacities."""
    flags = stored("SELECT start_time_utc, category AS psr_type FROM flags")
    values = stored("SELECT start_time_utc, psr_type, generation_mw FROM wind_and_solar_publications")
    steps = stored("SELECT year, psr_type, capacity_mw FROM installed_capacity_publications").with_columns(
        start_time_utc=pl.datetime("year", 1, 1, time_zone="UTC").cast(pl.Datetime("us", "UTC"))
    )
    energies: dict[int, float] = {}
    values = values.join(flags, on=["start_time_utc", "psr_type"], how="anti").filter(pl.col("psr_type").is_in(types))
    sums = []
    for name in types:
        known = steps.filter(psr_type=name).sort("year")
        x = values.filter(psr_type=name).with_columns(at=pl.col("start_time_utc").dt.epoch("us"))
        seconds = known["start_time_utc"].dt.epoch("us")
        grid = pl.concat([x["at"], seconds]).unique().sort().to_frame("at")
        line = grid.join(pl.DataFrame({"at": seconds, "mw": known["capacity_mw"]}), on="at", how="left")
        line = line.with_columns(pl.col("mw").interpolate_by("at").forward_fill())
        sums.append(
            x.join(line, on="at").select(pl.col("start_time_utc").dt.year().alias("year"), "generation_mw", "mw")
        )
    for (year,), part in pl.concat(sums).group_by("year"):
        hours = 8784 if year in (2020, 2024) else 8760
        energies[int(str(year))] = mwp * hours * float(part["generation_mw"].sum()) / float(part["mw"].sum())
    return energies


@pytest.mark.parametrize(
    ("id", "years"), [("sun", (2020, 2022, 2023)), ("sea", YEARS), ("hill", YEARS), ("gale", YEARS)]
)
def test_energy_and_percentiles_equal_an_independent_computation(
    result: PipelineYield, id: str, years: tuple[int, ...]
) -> None:
    row = result.facilities.row(by_predicate=pl.col("facility_id") == id, named=True)
    truth = yearly_energies(TYPES[id], row["capacity_mwp"])
    energies = [truth[year] for year in years]
    shown = result.facility_years.filter(facility_id=id)
    assert shown["year"].to_list() == list(years)
    assert shown["energy_mwh"].to_list() == pytest.approx(energies)
    assert row["years"] == len(years)
    assert row["expected_mwh"] == pytest.approx(sum(energies) / len(energies))
    ordered = sorted(energies)
    for name, share in {"p90_mwh": 0.1, "p50_mwh": 0.5, "p10_mwh": 0.9}.items():
        position = share * (len(ordered) - 1)
        low = int(position)
        part = ordered[low] + (position - low) * (ordered[low + 1] - ordered[low])
        assert row[name] == pytest.approx(part)


def test_revenue_is_expected_energy_times_the_capture_price_and_the_weight_of_the_stage(result: PipelineYield) -> None:
    captures = capture_prices(date(2022, 1, 1), date(2022, 12, 31))
    for id in ("sun", "sea", "hill", "gale"):
        row = result.facilities.row(by_predicate=pl.col("facility_id") == id, named=True)
        part = captures.filter(pl.col("technology").is_in(TYPES[id]))
        worth = pl.col("capture_price_gbp_per_mwh") * pl.col("energy_mwh")
        price = part.select(worth.sum() / pl.col("energy_mwh").sum()).item()
        weight = DEFAULT_WEIGHTS[Stage(row["stage"])]
        assert row["revenue_gbp"] == pytest.approx(row["expected_mwh"] * price)
        assert row["weighted_mwh"] == pytest.approx(row["expected_mwh"] * weight)
        assert row["weighted_revenue_gbp"] == pytest.approx(row["revenue_gbp"] * weight)


def test_sums_by_cod_year_have_the_percentiles_of_the_years_that_all_facilities_have(result: PipelineYield) -> None:
    assert result.cod_years.select("cod_year", "facilities", "years").rows() == [(2029, 2, 3), (None, 2, 4)]
    fen = result.facility_years.filter(pipeline_id="fen").filter(pl.col("year") != 2021)
    sums = fen.group_by("year").agg(pl.col("energy_mwh").sum())["energy_mwh"]
    assert result.cod_years["p50_mwh"][0] == pytest.approx(sums.median())
    assert result.total["expected_mwh"].item() == pytest.approx(result.facilities["expected_mwh"].sum())
    assert result.total["weighted_revenue_gbp"].item() == pytest.approx(result.facilities["weighted_revenue_gbp"].sum())


def test_storage_and_other_countries_have_no_yield_and_say_why(result: PipelineYield) -> None:
    none = result.facilities.filter(pl.col("expected_mwh").is_null())
    assert dict(none.select("facility_id", "none_because").iter_rows()) == {
        "battery": "BESS stores energy and generates none",
        "playa": "it is not in Great Britain",
    }
    assert none["revenue_gbp"].null_count() == len(none)


def test_a_year_with_an_empty_month_and_an_unfinished_year_are_left_out_by_name(result: PipelineYield) -> None:
    left_out = result.factors.years.filter(pl.col("left_out") != "").select("technology", "year", "left_out")
    solar = left_out.filter(technology="Solar")
    assert solar["year"].to_list() == [2021, 2024]
    assert "in one of its months only" in solar["left_out"][0]
    assert "does not reach the end" in solar["left_out"][1]


def test_a_filter_of_technologies_and_a_project_select_facilities(result: PipelineYield) -> None:
    solar = pipeline_yield(Filter(WANTED.today, technologies=("Solar",)), price_year=2022, project="fen")
    assert_frame_equal(solar.facilities, result.facilities.filter(facility_id="sun"))


@pytest.mark.usefixtures("years_on_record")
def test_a_price_year_without_enough_prices_names_the_complete_ones() -> None:
    with pytest.raises(UnusableInput, match="complete years are 2020, 2021, 2022, 2023"):
        pipeline_yield(WANTED, price_year=2024)


@pytest.mark.usefixtures("years_on_record")
def test_the_command_shows_the_figures_with_their_caveats(renewables: Renewables) -> None:
    outcome = renewables("yield", "--project", "fen farm", "--price-year", "2022")
    assert outcome.code == 0, outcome.err
    figures = pipeline_yield(WANTED, price_year=2022, project="fen")
    for name in ("expected_mwh", "p90_mwh", "p50_mwh", "p10_mwh"):
        for value in figures.facilities[name]:
            assert f"{value:,.0f}" in outcome.out
    for caveat in (
        "not of this site",
        "MWp of solar is DC",
        "within-day index",
        "capture price of 2022",
        "2021 (Solar)",
    ):
        assert caveat in " ".join(outcome.err.split())
    document = json.loads(renewables("yield", "--json").out)
    assert (document["price_year"], document["price_years"]) == (2023, list(YEARS))


@pytest.mark.usefixtures("years_on_record")
def test_an_unknown_project_leads_to_the_list(renewables: Renewables) -> None:
    outcome = renewables("yield", "--project", "Nowhere")
    assert (outcome.code, "renewables pipelines list" in outcome.err) == (1, True)


def test_a_home_without_elexons_data_explains_what_to_fetch(home: Path, renewables: Renewables) -> None:
    outcome = renewables("yield")
    assert outcome.code == 1
    land_changes(home)
    shown = renewables("yield")
    assert shown.code == 0, shown.err
    assert "renewables fetch-year 2023" in shown.err
    document = json.loads(renewables("yield", "--json").out)
    assert (document["total"], document["price_year"], len(document["missing"])) == (None, None, 2)
