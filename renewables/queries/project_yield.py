"""What the pipeline would generate and earn: each facility in each year on record, and expectations over the years.

Belongs here: energy and merchant revenue of facilities, projects and COD years, and their caveats. Not here: the
capacity factors and prices (`yearly_factors.py`), how they are drawn (`charts/project_yield.py`).

The energy of a year is capacity x the capacity factor of Great Britain in that year x the hours of the year. Expected
is the mean of the years; P50 is exceeded in half of them, P90 in nine of ten (so it is the low one), P10 in one of ten,
interpolated linearly between years. Nothing is expected from fewer than `LEAST_YEARS`. Sums are those of the years that
all of their facilities have, since the same weather hits them all.
"""

from dataclasses import dataclass

import polars as pl

from elexon_assets.datasets import MARKET_INDEX_PRICE, WIND_AND_SOLAR
from pipeline_assets.vocabulary import Market, MilestoneName, Technology
from renewables.queries.caveats import CAPACITY_IS_PLANNED, WIND_ERRS_LOW
from renewables.queries.pipeline import Filter, query_chosen
from renewables.queries.snapshot import Connection, snapshot_connection
from renewables.queries.value import CAPTURES_ARE_NATIONAL
from renewables.queries.yearly_factors import (
    LEAST_COVERAGE,
    LEAST_COVERAGE_OF_A_MONTH,
    PSR_TYPES,
    YearlyFactors,
    yearly_factors,
)

LEAST_YEARS = 3
PERCENTILES = {"p90_mwh": 0.1, "p50_mwh": 0.5, "p10_mwh": 0.9}
"The quantile of the yearly energies for each percentile of exceedance."
STORES, ELSEWHERE = "BESS stores energy and generates none", "it is not in Great Britain"

_FACILITY = ("pipeline_id", "facility_id")
_SUMS = ("capacity_mwp", "expected_mwh", "weighted_mwh", "revenue_gbp", "weighted_revenue_gbp")


@dataclass(frozen=True)
class PipelineYield:
    """Energy and value of some facilities.

    `facilities`: pipeline_id, project, facility_id, facility, technology, market, stage, weight (of the stage, 0-1),
    weight_is_default, capacity_mwp, cod_date (actual, else forecast, else planned), cod_year, years (n), expected_mwh,
    p90_mwh, p50_mwh, p10_mwh (per year), weighted_mwh (expected x weight), capture_price_gbp_per_mwh, revenue_gbp and
    weighted_revenue_gbp (per year, of the expected energy), none_because ("" if there is a figure).

    `facility_years`: pipeline_id, facility_id, year, energy_mwh, weighted_mwh.

    `cod_years`: cod_year (null without a COD date), facilities, capacity_mwp, years (n), the other figures of
    `facilities`; only facilities with figures count. `total` is the same in one row, or none.
    """

    factors: YearlyFactors
    facilities: pl.DataFrame
    facility_years: pl.DataFrame
    cod_years: pl.DataFrame
    total: pl.DataFrame


def pipeline_yield(
    wanted: Filter,
    *,
    price: str = MARKET_INDEX_PRICE.name,
    price_year: int | None = None,
    project: str | None = None,
    con: Connection | None = None,
) -> PipelineYield:
    """Return what the facilities that match a filter would generate and earn.

    Args:
        wanted: The filter of projects and technologies.
        price: market_index_price (a within-day index) or system_price.
        price_year: The calendar year of the capture prices; the newest complete one by default.
        project: The id of the only project.
        con: A connection to a snapshot; the newest one by default.

    Raises:
        UnusableInput: The price is unknown, or the year has too few prices.
        WarehouseMissing: Nothing is published yet.
    """
    with snapshot_connection(con) as snapshot:
        return compute_yield(landed_facilities(wanted, project, snapshot), yearly_factors(price, price_year, snapshot))


def landed_facilities(wanted: Filter, project: str | None = None, con: Connection | None = None) -> pl.DataFrame:
    """Return the facilities of live projects that match, with the COD date of the project: by COD date and name."""
    with snapshot_connection(con) as snapshot:
        return query_chosen(
            snapshot,
            wanted,
            "SELECT parts.pipeline_id, chosen.name AS project, facility_id, facility.name AS facility, "
            "parts.technology, chosen.market, parts.stage, weight, weight_is_default, parts.capacity_mwp, cod_date, "
            "year(cod_date)::INTEGER AS cod_year FROM parts JOIN chosen ON chosen.id = parts.pipeline_id "
            "JOIN facilities AS facility ON facility.id = facility_id LEFT JOIN ("
            "SELECT pipeline_id, coalesce(actual_date, forecast_date, planned_date) AS cod_date "
            "FROM project_milestones WHERE milestone = $cod) AS cod ON cod.pipeline_id = parts.pipeline_id "
            "WHERE $project IS NULL OR parts.pipeline_id = $project "
            "ORDER BY cod_date NULLS LAST, lower(project), lower(facility.name), facility_id",
            cod=str(MilestoneName.COD),
            project=project,
        )


def compute_yield(facilities: pl.DataFrame, factors: YearlyFactors) -> PipelineYield:
    """Return energy and value of the facilities of `landed_facilities` from the factors."""
    generates = (pl.col("market") == str(Market.GREAT_BRITAIN)) & pl.col("technology").is_in(list(PSR_TYPES))
    counted = factors.years.filter(left_out="").select("technology", "year", "hours", "capacity_factor")
    per_year = (
        facilities.filter(generates)
        .join(counted, on="technology")
        .with_columns(energy_mwh=pl.col("capacity_mwp") * pl.col("capacity_factor") * pl.col("hours"))
        .with_columns(weighted_mwh=pl.col("energy_mwh") * pl.col("weight"))
    )
    by_facility = per_year.group_by(_FACILITY).agg(
        years=pl.len().cast(pl.Int64), expected_mwh=pl.col("energy_mwh").mean(), **_quantiles("energy_mwh")
    )
    has_enough = pl.col("years") >= LEAST_YEARS
    figures = ("expected_mwh", *PERCENTILES)
    rows = (
        facilities.join(by_facility, on=_FACILITY, how="left", maintain_order="left")
        .with_columns(pl.col("years").fill_null(0))
        .with_columns(pl.when(has_enough).then(name).alias(name) for name in figures)
        .join(factors.captures, on="technology", how="left", maintain_order="left")
        .with_columns(
            weighted_mwh=pl.col("expected_mwh") * pl.col("weight"),
            revenue_gbp=pl.col("expected_mwh") * pl.col("capture_price_gbp_per_mwh"),
        )
        .with_columns(weighted_revenue_gbp=pl.col("revenue_gbp") * pl.col("weight"), none_because=_none_because())
    )
    order = [*facilities.columns, "years", *figures, "weighted_mwh", "capture_price_gbp_per_mwh", "revenue_gbp"]
    return PipelineYield(
        factors,
        rows.select(*order, "weighted_revenue_gbp", "none_because"),
        per_year.select(*_FACILITY, "year", "energy_mwh", "weighted_mwh").sort(*_FACILITY, "year"),
        _summed(rows, per_year, ["cod_year"]).sort("cod_year", nulls_last=True),
        _summed(rows, per_year, []),
    )


def _none_because() -> pl.Expr:
    return (
        pl.when(pl.col("technology") == str(Technology.BESS))
        .then(pl.lit(STORES))
        .when(pl.col("market") != str(Market.GREAT_BRITAIN))
        .then(pl.lit(ELSEWHERE))
        .when(pl.col("years") < LEAST_YEARS)
        .then(pl.format("{} complete years on record, fewer than {}", pl.col("years"), pl.lit(LEAST_YEARS)))
        .otherwise(pl.lit(""))
    )


def _quantiles(column: str) -> dict[str, pl.Expr]:
    return {name: pl.col(column).quantile(share, "linear") for name, share in PERCENTILES.items()}


def _summed(rows: pl.DataFrame, per_year: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the sums of the facilities with figures, by a column or all together; quantiles are of the sums by year.

    A revenue is null if one of its facilities has none.
    """
    group = [*map(pl.col, by), pl.lit("").alias("all")]
    counted = rows.filter(none_because="")
    sums = counted.group_by(group).agg(
        pl.len().cast(pl.Int64).alias("facilities"),
        *(pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in _SUMS),
    )
    energies = (
        per_year.join(counted.select(_FACILITY), on=_FACILITY, how="semi")
        .group_by(*group, pl.col("year"))
        .agg(pl.col("energy_mwh").sum(), present=pl.len().cast(pl.Int64))
        .join(sums.select(*by, "all", "facilities"), on=[*by, "all"], nulls_equal=True)
        .filter(pl.col("present") == pl.col("facilities"))
    )
    quantiles = energies.group_by(*by, "all").agg(years=pl.len().cast(pl.Int64), **_quantiles("energy_mwh"))
    return (
        sums.join(quantiles, on=[*by, "all"], how="left", nulls_equal=True)
        .with_columns(pl.col("years").fill_null(0))
        .with_columns(pl.when(pl.col("years") >= LEAST_YEARS).then(name).alias(name) for name in PERCENTILES)
        .filter(pl.col("facilities") > 0)  # Polars has one group for a constant, even without rows
        .select(*by, "facilities", "capacity_mwp", "years", "expected_mwh", *PERCENTILES, *_SUMS[2:])
    )


METHOD = (
    "The energy of a year is MWp x the capacity factor of Great Britain in that year x its hours. The factor is that "
    f"of the half-hours that are present and not flagged; a year counts if these are at least {LEAST_COVERAGE:.0%} of "
    f"it, and {LEAST_COVERAGE_OF_A_MONTH:.0%} of each month. P90 is exceeded in nine of ten years, P10 in one of ten."
)
NOT_THIS_SITE = "The factors are averages of Great Britain's plants, and not of this site, its turbines or its layout."
AC_AND_DC = (
    "MWp of solar is DC. Elexon does not say whether its installed solar capacity is AC or DC, so the energy of solar "
    "may be off by their ratio. Limits of the export capacity are not applied."
)
MIXED_WIND = 'A facility of "Wind" has the factor and the price of onshore and offshore wind together.'


def caveats_of_yield(result: PipelineYield) -> list[str]:
    """Return the sentences that every face shows beside the figures."""
    technologies = set(result.facilities["technology"])
    caveats = [METHOD, NOT_THIS_SITE]
    if str(Technology.SOLAR) in technologies:
        caveats.append(AC_AND_DC)
    caveats.append(CAPACITY_IS_PLANNED)
    if any("wind" in technology.casefold() for technology in technologies):
        caveats.append(WIND_ERRS_LOW)
    if str(Technology.WIND) in technologies:
        caveats.append(MIXED_WIND)
    if result.factors.price_year is not None:
        caveats.append(
            f"Revenue is indicative and merchant: expected energy x the capture price of {result.factors.price_year}, "
            f"{result.factors.price.title}."
        )
        caveats += [result.factors.price.caveat, CAPTURES_ARE_NATIONAL]
    return caveats


def missing_data(result: PipelineYield) -> list[str]:
    """Return what to fetch for figures that are not there, each as a sentence."""
    factors, sentences = result.factors, []
    wanted = set(result.facilities.filter(pl.col("market") == str(Market.GREAT_BRITAIN))["technology"])
    years = factors.years.filter(pl.col("technology").is_in(wanted & PSR_TYPES.keys()))
    per_technology = {name: years.filter(technology=name, left_out="").height for name in PSR_TYPES if name in wanted}
    few = [name for name, count in per_technology.items() if count < LEAST_YEARS]
    if few:
        sentences.append(
            f"Expected energy of {', '.join(few)} needs {LEAST_YEARS} complete years of {WIND_AND_SOLAR.name} with "
            "installed_capacity: fetch each with `renewables fetch-year`, such as `renewables fetch-year 2023`."
        )
    if per_technology and factors.price_year is None:
        sentences.append(
            f"Revenue needs a complete year of {factors.price.dataset}: fetch one with `renewables fetch-year`."
        )
    return sentences


def years_left_out(result: PipelineYield) -> list[str]:
    """Return each year that does not count, with the technologies and the reason."""
    technologies = set(result.facilities["technology"])
    rows = result.factors.years.filter(pl.col("technology").is_in(technologies), pl.col("left_out") != "")
    grouped = rows.group_by("year", "left_out", maintain_order=True).agg("technology").sort("year")
    return [f"{year} ({', '.join(names)}): {reason}" for year, reason, names in grouped.iter_rows()]
