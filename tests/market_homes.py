"""One warehouse with generation, demand and prices of four settlement days, and the same values as one Polars frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, pi, sin
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from elexon_assets.datasets import DEMAND, GENERATION_BY_FUEL, MARKET_INDEX_PRICE, SYSTEM_PRICE, WIND_AND_SOLAR
from elexon_assets.settlement import HALF_HOUR, with_settlement
from renewables.queries.profiles import window_of_days
from tests.served_rows import land_rows, row_of

DAYS = (date(2024, 3, 30), date(2024, 4, 2))
"The settlement days; the second has 46 half-hours."
SPAN = ("2024-03-30T00:00Z", "2024-04-02T23:00Z")
"The same days as instants."
HALF_HOURS = 48 * 4 - 2
PERIODS = [window_of_days(*DAYS).start_utc + n * HALF_HOUR for n in range(HALF_HOURS)]
MISSING = {"wind_onshore": {5}, "solar": {20, 21}, "metered_wind": {30}, "demand": {40, 41, 42}}
"The positions of the half-hours that lack a value."
UNDERSTATED = {60, 61}
"The positions at which AGWS lacks the metered wind, so that both of its winds are flagged."
WITHOUT_PRICE = {70, 71, 72, 73}
"The positions at which the market index has neither price nor volume."
REAL_ZERO = 80
"The position of a price of zero with a volume."


@dataclass(frozen=True)
class Market:
    """The home, and the true values by half-hour: null where missing, with the flagged ones marked."""

    home: Path
    truth: pl.DataFrame


def made_up_values() -> pl.DataFrame:
    """Return the values of each half-hour as published: null where nothing is, and a price of 0 where it is none."""
    random = Random(13)  # noqa: S311 (made-up values)
    rows: list[dict[str, Any]] = []
    for n, start in enumerate(PERIODS):
        hour = (n % 48) / 2
        embedded = 700 + 10 * (n % 7)
        metered = round(6_000 + 5_000 * sin(n / 25) + random.uniform(-300, 300))
        offshore = round(metered * 0.62, 3)
        onshore = round(metered - offshore + embedded, 3)
        solar = round(max(0.0, 4_000 * sin(pi * (hour - 6) / 12)), 3) if 6 < hour < 18 else 0.0
        demand = round(26_000 - 5_000 * cos(pi * hour / 12) - solar - embedded)
        price = round((demand - metered - 12_000) / 150 + random.uniform(-15, 15), 2)
        if n in UNDERSTATED:
            onshore, offshore = float(embedded), 150.0
        values = {"wind_onshore": onshore, "wind_offshore": offshore, "solar": solar}
        values |= {"metered_wind": metered, "demand": demand, "index": price, "system": round(1.4 * price - 12, 2)}
        if n in WITHOUT_PRICE or n == REAL_ZERO:
            values["index"] = 0.0
        rows.append({"start_time_utc": start} | {k: v for k, v in values.items() if n not in MISSING.get(k, ())})
    return with_settlement(
        pl.DataFrame(rows, infer_schema_length=None).cast({"start_time_utc": pl.Datetime("us", "UTC")})
    )


def published_rows(values: pl.DataFrame) -> Mapping[str, list[dict[str, Any]]]:
    """Return the rows in which Elexon's endpoints publish the values, by the name of the dataset."""
    rows: dict[str, list[dict[str, Any]]] = {
        dataset.name: [] for dataset in (WIND_AND_SOLAR, GENERATION_BY_FUEL, DEMAND, MARKET_INDEX_PRICE, SYSTEM_PRICE)
    }
    for n, value in enumerate(values.iter_rows(named=True)):
        start: datetime = value["start_time_utc"]
        published = {"publishTime": f"{start + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"}
        for psr_type, name in {
            "Wind Onshore": "wind_onshore",
            "Wind Offshore": "wind_offshore",
            "Solar": "solar",
        }.items():
            if value[name] is not None:
                kind = f"{psr_type.split()[0]} generation"
                rows[WIND_AND_SOLAR.name].append(
                    row_of(start, psrType=psr_type, businessType=kind, quantity=value[name], **published)
                )
        if value["metered_wind"] is not None:
            rows[GENERATION_BY_FUEL.name].append(
                row_of(start, fuelType="WIND", generation=value["metered_wind"], **published)
            )
        if value["demand"] is not None:
            indo = int(value["demand"])
            rows[DEMAND.name].append(
                row_of(start, initialDemandOutturn=indo, initialTransmissionSystemDemandOutturn=indo + 600)
            )
        volume = 0 if n in WITHOUT_PRICE else 500.5
        rows[MARKET_INDEX_PRICE.name] += [
            row_of(start, dataProvider="APXMIDP", price=value["index"], volume=volume),
            row_of(start, dataProvider="N2EXMIDP", price=0, volume=0),
        ]
        prices = {"systemSellPrice": value["system"], "systemBuyPrice": value["system"], "netImbalanceVolume": 12.5}
        made = f"{start + timedelta(hours=25):%Y-%m-%dT%H:%M:%SZ}"
        rows[SYSTEM_PRICE.name].append(row_of(start, createdDateTime=made, **prices))
    return rows


@pytest.fixture(scope="session")
def _market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    home = tmp_path_factory.mktemp("market")
    values = made_up_values()
    land_rows(home, published_rows(values), window_of_days(*DAYS), source="synthetic")
    position = pl.int_range(pl.len())
    truth = values.with_columns(
        index=pl.when(~position.is_in(sorted(WITHOUT_PRICE))).then("index"),
        is_wind_flagged=position.is_in(sorted(UNDERSTATED)),
    )
    return Market(home, truth)


@pytest.fixture
def market(_market: Market, home: Path, monkeypatch: pytest.MonkeyPatch) -> Market:  # noqa: ARG001 (sets the home first)
    """Set the home with generation, demand and prices; the working folder is the test's own."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_market.home))
    return _market
