"""What a MW of each technology generated in Great Britain in each calendar year, and what its energy was worth.

Belongs here: capacity factors by complete year, and the capture prices of one year. Not here: the pipeline
(`project_yield.py`), factors and prices of any span (`analysis.py`, `value.py`).

A factor is the energy over what the installed capacity makes in the same half-hours: those that are present and not
flagged. A year counts if the data reaches its end, if at least `LEAST_COVERAGE` of its half-hours are such ones, and
`LEAST_COVERAGE_OF_A_MONTH` of those of each month, so that no season is missing. Years are those of settlement dates,
which begin at the same instant as UTC years.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from elexon_assets.datasets import INSTALLED_CAPACITY, MARKET_INDEX_PRICE, WIND_AND_SOLAR
from elexon_assets.errors import UnusableInput
from elexon_assets.settlement import first_start_utc
from pipeline_assets.vocabulary import Technology
from renewables.formatting import percent
from renewables.queries.analysis import monthly
from renewables.queries.snapshot import Connection, query_frame, snapshot_connection, span_of
from renewables.queries.value import capture_prices
from renewables.queries.value_prices import PriceSeries, read_price

LEAST_COVERAGE = 0.9
LEAST_COVERAGE_OF_A_MONTH = 0.5
PSR_TYPES = {
    str(Technology.SOLAR): ("Solar",),
    str(Technology.WIND_ONSHORE): ("Wind Onshore",),
    str(Technology.WIND_OFFSHORE): ("Wind Offshore",),
    str(Technology.WIND): ("Wind Onshore", "Wind Offshore"),
}
"The PSR types whose energy and capacity together give the factor of each technology that generates."

YEARS = {
    **{"technology": pl.String, "year": pl.Int32, "hours": pl.Int64, "half_hours": pl.Int64},
    **{"half_hours_flagged": pl.Int64, "coverage": pl.Float64, "least_coverage_of_a_month": pl.Float64},
    **{"capacity_factor": pl.Float64, "left_out": pl.String},
}


@dataclass(frozen=True)
class YearPrices:
    """Capture prices of one year.

    `captures`: technology, capture_price_gbp_per_mwh; empty without a price year.
    """

    price: PriceSeries
    price_years: tuple[int, ...]
    "The complete years with enough prices."
    price_year: int | None
    captures: pl.DataFrame


@dataclass(frozen=True)
class YearlyFactors(YearPrices):
    """Capacity factors by technology and year, and capture prices of one year.

    `years`: technology, year, hours, half_hours (present and not flagged), half_hours_flagged, coverage (of the year's
    half-hours) and least_coverage_of_a_month (0-1; of "Wind", those of the worse of its two types), capacity_factor
    (0-1, or null), left_out (why the year does not count, or "").
    """

    years: pl.DataFrame


def yearly_factors(
    price: str = MARKET_INDEX_PRICE.name, price_year: int | None = None, con: Connection | None = None
) -> YearlyFactors:
    """Return the factors of all years on record, and the capture prices of a year, the newest complete one by default.

    Raises:
        UnusableInput: The price is unknown, or the year has too few prices.
        WarehouseMissing: Nothing is published yet.
    """
    with snapshot_connection(con) as snapshot:
        return with_prices(factors_by_year(snapshot), prices_of_year(price, price_year, snapshot))


def with_prices(years: pl.DataFrame, prices: YearPrices) -> YearlyFactors:
    """Return the factors of `factors_by_year` with the prices of `prices_of_year`."""
    return YearlyFactors(prices.price, prices.price_years, prices.price_year, prices.captures, years)


def prices_of_year(
    price: str = MARKET_INDEX_PRICE.name, price_year: int | None = None, con: Connection | None = None
) -> YearPrices:
    """Return the capture prices of a year, the newest complete one by default; raises as `yearly_factors`."""
    series = read_price(price)
    with snapshot_connection(con) as snapshot:
        known = _price_years(series, snapshot)
        if price_year is not None and price_year not in known:
            names = ", ".join(map(str, known)) or "none yet"
            raise UnusableInput(
                f"{price_year} is no complete year of {series.dataset}: complete years are {names}. "
                f"`renewables fetch-year {price_year}` fetches a year."
            )
        year = price_year if price_year is not None else max(known, default=None)
        return YearPrices(series, known, year, _captures(series, year, snapshot))


def factors_by_year(con: Connection | None = None) -> pl.DataFrame:
    """Return the years of `YearlyFactors`. Raises WarehouseMissing."""
    with snapshot_connection(con) as snapshot:
        span = span_of(WIND_AND_SOLAR.name, snapshot)
        if span is None:
            return pl.DataFrame(schema=YEARS)
        months = monthly(span.start_utc.date(), span.end_utc.date(), exclude_flagged=True, con=snapshot)
    months = months.with_columns(
        year=pl.col("month").dt.year(),
        coverage=pl.col("half_hours") / (48 * pl.col("month").dt.days_in_month().cast(pl.Int64)),
        # Summed over months and types, the means of capacity weigh by the half-hours with data.
        capable_mwh=pl.col("capacity_mw") * pl.col("half_hours") * 0.5,
    )
    rows = []
    for technology, psr_types in PSR_TYPES.items():
        of_types = months.filter(pl.col("psr_type").is_in(psr_types))
        for year in of_types["year"].unique().sort().to_list():
            row = _year(year, of_types.filter(year=year), len(psr_types))
            is_over = span.end_utc >= first_start_utc(date(row["year"] + 1, 1, 1))
            rows.append({"technology": technology, **row, "left_out": _why_left_out(row, is_over=is_over)})
    return pl.DataFrame(rows, schema=YEARS)


def _year(year: int, months: pl.DataFrame, psr_types: int) -> dict[str, Any]:
    """Return the figures of one year and technology, from its months of each PSR type."""
    hours = (date(year + 1, 1, 1) - date(year, 1, 1)).days * 24
    by_type = months.group_by("psr_type").agg(pl.col("half_hours").sum(), pl.col("coverage").min(), months=pl.len())
    is_there = len(by_type) == psr_types
    capable = float(months["capable_mwh"].sum())
    least = by_type.select(pl.when(pl.col("months") == 12).then("coverage").otherwise(0.0).min()).item()
    return {
        **{"year": year, "hours": hours, "half_hours": int(months["half_hours"].sum())},
        "half_hours_flagged": int(months["half_hours_flagged"].sum()),
        "coverage": by_type.select(pl.col("half_hours").min()).item() / (2 * hours) if is_there else 0.0,
        "least_coverage_of_a_month": least if is_there else 0.0,
        "capacity_factor": float(months["energy_mwh"].sum()) / capable if capable > 0 else None,
    }


def _why_left_out(row: dict[str, Any], *, is_over: bool) -> str:
    if not is_over:
        return "the data does not reach the end of the year"
    coverage, least = row["coverage"], row["least_coverage_of_a_month"]
    if coverage < LEAST_COVERAGE:
        return f"{percent(coverage)} of its half-hours are present and not flagged, less than {LEAST_COVERAGE:.0%}"
    if least < LEAST_COVERAGE_OF_A_MONTH:
        return f"in one of its months only {percent(least)} of the half-hours are present and not flagged"
    if row["capacity_factor"] is None:
        command = f"renewables fetch-year {row['year']} --dataset {INSTALLED_CAPACITY.name}"
        return f"no installed capacity is known: `{command}`"
    return ""


def _price_years(price: PriceSeries, con: Connection) -> tuple[int, ...]:
    """Return the years with a price in enough of their half-hours, up to the end of each."""
    span = span_of(price.dataset, con)
    if span is None:
        return ()
    frame = query_frame(
        con,
        "SELECT year(start_time_utc AT TIME ZONE 'UTC') AS year, count(price) AS half_hours "
        f"FROM ({price.sql}) GROUP BY 1 ORDER BY 1",
        {"start": span.start_utc, "end": span.end_utc},
    )
    return tuple(
        year
        for year, half_hours in frame.iter_rows()
        if half_hours >= LEAST_COVERAGE * 48 * (date(year + 1, 1, 1) - date(year, 1, 1)).days
        and span.end_utc >= first_start_utc(date(year + 1, 1, 1))
    )


def _captures(price: PriceSeries, year: int | None, con: Connection) -> pl.DataFrame:
    """Return the capture price of each technology; null unless enough half-hours of the year count."""
    schema = {"technology": pl.String, "capture_price_gbp_per_mwh": pl.Float64}
    if year is None:
        return pl.DataFrame(schema=schema)
    frame = capture_prices(date(year, 1, 1), date(year, 12, 31), price=price.dataset, con=con)
    enough = LEAST_COVERAGE * 48 * (date(year + 1, 1, 1) - date(year, 1, 1)).days
    rows = []
    for technology, psr_types in PSR_TYPES.items():
        part = frame.filter(pl.col("technology").is_in(psr_types), pl.col("half_hours") >= enough)
        worth = float((part["capture_price_gbp_per_mwh"] * part["energy_mwh"]).sum())
        energy = float(part["energy_mwh"].sum())
        rows.append((technology, worth / energy if len(part) == len(psr_types) and energy > 0 else None))
    return pl.DataFrame(rows, schema=schema, orient="row")
