"""Tests of shares and prices on recorded data, landed as Elexon's answers would be.

They need the folder that RECORDINGS names, and are skipped without it. The recordings have solar generation of single
days of 2024 only, so the capture price of solar of the year (63.70 GBP/MWh) cannot be tested here.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from elexon_assets.datasets import DEMAND, GENERATION_BY_FUEL, MARKET_INDEX_PRICE, SYSTEM_PRICE, WIND_AND_SOLAR
from elexon_assets.windows import Window, window_of_days
from renewables import capture_prices, demand_shares, price_summary
from tests.served_rows import land_rows, row_of

pytestmark = pytest.mark.slow

YEAR = ("2024-01-01", "2024-12-31")
WEEK = ("2026-04-15T06:30Z", "2026-04-22T06:30Z")
"The half-hours of which every technology is recorded."
NEW_YEAR = ("2024-01-01", "2024-01-03")


def table_rows(folder: Path, *names: str) -> Iterator[dict[str, str]]:
    for name in names:
        with (folder / name).open(newline="") as lines:
            yield from csv.DictReader(lines)


def fuel_and_demand_rows(folder: Path, year: int, first: str, last: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of WIND and of demand in which Elexon published those of the table."""
    rows: dict[str, list[dict[str, Any]]] = {GENERATION_BY_FUEL.name: [], DEMAND.name: []}
    for row in table_rows(folder, f"fuelhh_{year}.csv"):
        if first <= row["period_start_utc"] < last:
            start = datetime.fromisoformat(row["period_start_utc"])
            published = f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
            wind = int(row["WIND"])
            rows[GENERATION_BY_FUEL.name].append(row_of(start, fuelType="WIND", generation=wind, publishTime=published))
            if row["INDO"] and row["ITSDO"]:
                outturn = {"initialDemandOutturn": int(row["INDO"])}
                outturn["initialTransmissionSystemDemandOutturn"] = int(row["ITSDO"])
                rows[DEMAND.name].append(row_of(start, **outturn))
    return rows


def market_index_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of both data providers of 2024."""
    return [
        row_of(
            datetime.fromisoformat(row["period_start_utc"]),
            dataProvider=provider,
            price=float(row[f"{provider.lower()}_price"]),
            volume=float(row[f"{provider.lower()}_volume"]),
        )
        for row in table_rows(folder, *(f"mid_2024_q{quarter}.csv" for quarter in (1, 2, 3, 4)))
        for provider in ("APXMIDP", "N2EXMIDP")
    ]


@pytest.fixture(scope="module")
def _year(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("year")
    wind = fuel_and_demand_rows(recordings, 2024, "2024-01-01", "2025-01-01")[GENERATION_BY_FUEL.name]
    rows = {GENERATION_BY_FUEL.name: wind, MARKET_INDEX_PRICE.name: market_index_rows(recordings)}
    land_rows(home, rows, window_of_days(date(2024, 1, 1), date(2024, 12, 31)))
    return home


@pytest.fixture
def year(_year: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (sets the home first)
    """Set a home with the market index price and the metered wind of 2024."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_year))
    return _year


@pytest.mark.usefixtures("year")
def test_the_baseload_price_of_2024_is_right_to_the_penny() -> None:
    prices = price_summary(*YEAR).row(0, named=True)
    assert round(prices["baseload_price_gbp_per_mwh"], 2) == 71.12
    assert (prices["half_hours"], prices["half_hours_without_price"]) == (17_471, 97)
    assert (prices["half_hours_negative"], prices["hours_negative"]) == (494, 247)
    assert (prices["lowest_price_gbp_per_mwh"], prices["highest_price_gbp_per_mwh"]) == (-61.09, 369.52)


@pytest.mark.usefixtures("year")
def test_the_capture_price_of_wind_in_2024_is_right_to_the_penny() -> None:
    wind = capture_prices(*YEAR).row(by_predicate=pl.col("technology") == "Metered wind", named=True)
    assert round(wind["capture_price_gbp_per_mwh"], 2) == 64.46
    assert round(wind["capture_rate"], 3) == 0.906
    assert wind["half_hours_negative"] == 494
    assert round(100 * wind["negative_energy_share"], 2) == 4.44


@pytest.mark.parametrize(
    ("month", "baseload", "capture"), [(1, 71.71, 68.24), (4, 49.58, 41.61), (8, 57.58, 47.69), (12, 87.64, 73.53)]
)
@pytest.mark.usefixtures("year")
def test_the_capture_prices_of_the_months_of_2024_are_right_to_the_penny(
    month: int, baseload: float, capture: float
) -> None:
    frame = capture_prices("2023-12-31T23:00Z", "2025-01-01T00:00Z", by="month").filter(technology="Metered wind")
    row = frame.row(by_predicate=pl.col("month") == date(2024, month, 1), named=True)
    assert round(row["baseload_price_gbp_per_mwh"], 2) == baseload
    assert round(row["capture_price_gbp_per_mwh"], 2) == capture
    if month == 8:
        assert row["half_hours_negative"] == 141
        assert round(100 * row["negative_energy_share"], 1) == 15.0


@pytest.fixture
def week(recordings: Path, home: Path) -> pl.DataFrame:
    """Land the recorded week of April 2026; return its values, one row per half-hour."""
    first, end = (f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for text in WEEK)
    rows = fuel_and_demand_rows(recordings, 2026, first, end)
    agws = json.loads((recordings / "agws_dataset_2026-04-15_2026-04-22.json").read_text())["data"]
    rows[WIND_AND_SOLAR.name] = sorted(agws, key=lambda row: str(row["startTime"]))
    prices = json.loads((recordings / "system_prices_days_of_2026.json").read_text())["data"]
    rows[SYSTEM_PRICE.name] = [
        row | {"createdDateTime": f"{datetime.fromisoformat(row['startTime']) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}
        for row in prices
        if first <= row["startTime"] < end
    ]
    land_rows(home, rows, Window(*map(datetime.fromisoformat, WEEK)))
    wide = pl.DataFrame(agws).pivot("psrType", index="startTime", values="quantity")
    metered = pl.DataFrame(
        [(row["startTime"], row["generation"]) for row in rows[GENERATION_BY_FUEL.name]], orient="row"
    )
    demand = pl.DataFrame([(row["startTime"], row["initialDemandOutturn"]) for row in rows[DEMAND.name]], orient="row")
    price = pl.DataFrame([(row["startTime"], row["systemSellPrice"]) for row in rows[SYSTEM_PRICE.name]], orient="row")
    for name, frame in {"metered": metered, "demand": demand, "price": price}.items():
        wide = wide.join(
            frame.rename({"column_0": "startTime", "column_1": name}), on="startTime", how="full", coalesce=True
        )
    return wide.sort("startTime")


def test_shares_and_captures_of_a_recorded_week_equal_an_independent_computation(week: pl.DataFrame) -> None:
    shares = demand_shares(*WEEK, by="half-hour")
    flagged = shares["half_hours_flagged"].to_list()
    assert (len(shares), shares["half_hours_missing"].sum()) == (
        336,
        week.select(pl.any_horizontal(pl.all().is_null()).sum()).item(),
    )
    wind = pl.col("Wind Onshore") + pl.col("Wind Offshore")
    underlying = pl.col("demand") + pl.col("Solar") + wind - pl.col("metered")
    truth = week.select(
        of_demand=(wind + pl.col("Solar")) / pl.col("demand"), of_underlying=(wind + pl.col("Solar")) / underlying
    ).filter(~pl.Series(flagged).cast(pl.Boolean))
    counting = shares.filter(half_hours=1)
    assert counting["share_of_demand"].to_list() == pytest.approx(truth["of_demand"].to_list())
    assert counting["share_of_underlying_demand"].to_list() == pytest.approx(truth["of_underlying"].to_list())
    solar = capture_prices(*WEEK, price="system_price").row(by_predicate=pl.col("technology") == "Solar", named=True)
    expected = week.select((pl.col("price") * pl.col("Solar")).sum() / pl.col("Solar").sum()).item()
    assert solar["capture_price_gbp_per_mwh"] == pytest.approx(expected)
    assert solar["half_hours"] == 336


@pytest.mark.usefixtures("home")
def test_the_recorded_drop_outs_of_wind_count_for_no_share_and_no_capture_price(recordings: Path, home: Path) -> None:
    rows = fuel_and_demand_rows(recordings, 2024, "2024-01-01", "2024-01-04")
    answer = json.loads((recordings / "agpt_per_type_2024-01-01_2024-01-03.json").read_text())["data"]
    rows[WIND_AND_SOLAR.name] = [
        row_of(
            start,
            psrType=row["psrType"],
            businessType=f"{row['psrType'].split()[0]} generation",
            quantity=row["quantity"],
            publishTime=f"{start + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}",
        )
        for half_hour in sorted(answer, key=lambda half_hour: str(half_hour["startTime"]))
        for start in [datetime.fromisoformat(half_hour["startTime"])]
        for row in half_hour["data"]
        if row["psrType"] in ("Wind Onshore", "Wind Offshore", "Solar")
    ]
    rows[MARKET_INDEX_PRICE.name] = [row for row in market_index_rows(recordings) if row["startTime"] < "2024-01-04"]
    land_rows(home, rows, window_of_days(date(2024, 1, 1), date(2024, 1, 3)))
    shares = demand_shares(*NEW_YEAR).filter(half_hours_flagged=1)
    assert [f"{start:%F %H:%M}" for start in shares["start_time_utc"]] == ["2024-01-01 05:30", "2024-01-03 14:00"]
    captures = capture_prices(*NEW_YEAR)
    assert captures["half_hours_flagged"].to_list() == [2, 2, 0, 0]
