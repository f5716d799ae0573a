"""Declarations of demand and prices."""

from datetime import timedelta

import polars as pl

from elexon_assets.dataset_model import UTC_TIME, Column, Dataset, Role
from elexon_assets.declarations.columns import ABSURD_MW, START
from elexon_assets.request_parameters import (
    instants,
    settlement_date,
    settlement_date_answer,
    settlement_dates,
    settlement_dates_answer,
    split_by_settlement_date,
    with_neighbours,
)

_PLAUSIBLE_MW = (1_000, 2 * ABSURD_MW)
_PLAUSIBLE_GBP_PER_MWH = (-10_000, 20_000)
"Far outside the prices so far, of which the highest is the value of lost load, 6,000 GBP/MWh."

DEMAND = Dataset(
    name="demand",
    role=Role.DEMAND,
    code="INDO",
    title="Demand",
    description="Half-hourly demand of Great Britain on the transmission system, whole MW: the initial demand outturn "
    "(INDO), and the initial transmission system demand outturn (ITSDO), which adds station load, pumping and exports. "
    "Embedded wind and solar are in neither; they lower both.",
    path="/demand/outturn",
    longest_window=timedelta(days=27),  # 27 UTC days touch 28 settlement dates, which is the cap
    parameters=settlement_dates,
    expected_window=settlement_dates_answer,
    columns={
        "start_time_utc": START,
        "indo_mw": Column(
            "initialDemandOutturn",
            pl.Float64(),
            "Initial demand outturn (INDO), MW averaged over the half-hour.",
            between=_PLAUSIBLE_MW,
        ),
        "itsdo_mw": Column(
            "initialTransmissionSystemDemandOutturn",
            pl.Float64(),
            "Initial transmission system demand outturn (ITSDO), MW averaged over the half-hour.",
            between=_PLAUSIBLE_MW,
        ),
        "publish_time_utc": Column(
            "publishTime", UTC_TIME, "When Elexon published this value, UTC; the end of the half-hour if it is absent."
        ),
    },
    dimensions=(),
    value="indo_mw",
    further_values=("itsdo_mw",),
    always_published=("INDO",),
    publication_lag=timedelta(minutes=30),
    assumes_publish_time=True,
    fresh_within=timedelta(hours=2),
)

MARKET_INDEX_PRICE = Dataset(
    name="market_index_price",
    role=Role.PRICE,
    code="MID",
    title="Market index price",
    description="Price and volume of the within-day market by half-hour and data provider. It is an index of trades on "
    "the day, not the day-ahead auction that contracts for difference refer to. Prices may be negative. A price of "
    "zero with a volume of zero is no price: it lands, and the current value is null. N2EXMIDP nearly "
    "always has no price.",
    path="/balancing/pricing/market-index",
    longest_window=timedelta(days=7),  # requested as 7 days less half an hour: both ends are inclusive
    parameters=instants,
    expected_window=with_neighbours,
    columns={
        "start_time_utc": START,
        "data_provider": Column("dataProvider", pl.String(), "Market index data provider.", ("APXMIDP", "N2EXMIDP")),
        "price_gbp_per_mwh": Column(
            "price", pl.Float64(), "Market index price, GBP/MWh.", between=_PLAUSIBLE_GBP_PER_MWH
        ),
        "volume_mwh": Column("volume", pl.Float64(), "Traded volume, MWh.", between=(0, 1_000_000)),
        "publish_time_utc": Column(
            "publishTime",
            UTC_TIME,
            "Assumed, UTC: Elexon states no publish time of this dataset, so it is the end of the half-hour.",
        ),
    },
    dimensions=("data_provider",),
    value="price_gbp_per_mwh",
    further_values=("volume_mwh",),
    unit="GBP/MWh",
    no_value_if="price_gbp_per_mwh = 0 AND volume_mwh = 0",
    always_published=("APXMIDP",),
    publication_lag=timedelta(minutes=30),
    assumes_publish_time=True,
    fresh_within=timedelta(hours=6),
)

SYSTEM_PRICE = Dataset(
    name="system_price",
    role=Role.PRICE,
    code="DISEBSP",
    title="System price",
    description="Imbalance price and net imbalance volume by half-hour. The prices of selling and buying have been "
    "equal since 2015. Later settlement runs calculate it again: every version is kept with the time of its "
    "calculation, and the newest is current.",
    path="/balancing/settlement/system-prices/{settlementDate}",
    longest_window=timedelta(days=1),
    split=split_by_settlement_date,
    parameters=settlement_date,
    expected_window=settlement_date_answer,
    columns={
        "start_time_utc": START,
        "system_sell_price_gbp_per_mwh": Column(
            "systemSellPrice", pl.Float64(), "System sell price, GBP/MWh.", between=_PLAUSIBLE_GBP_PER_MWH
        ),
        "system_buy_price_gbp_per_mwh": Column(
            "systemBuyPrice", pl.Float64(), "System buy price, GBP/MWh.", between=_PLAUSIBLE_GBP_PER_MWH
        ),
        "net_imbalance_volume_mwh": Column(
            "netImbalanceVolume", pl.Float64(), "Net imbalance volume, MWh; + means a short system.", is_required=False
        ),
        "price_derivation_code": Column(
            "priceDerivationCode", pl.String(), "How the price was derived (Elexon's code).", is_required=False
        ),
        "publish_time_utc": Column(
            "createdDateTime",
            UTC_TIME,
            "When this version was calculated (createdDateTime), UTC. The newest is current.",
        ),
    },
    dimensions=(),
    value="system_sell_price_gbp_per_mwh",
    further_values=("system_buy_price_gbp_per_mwh",),
    unit="GBP/MWh",
    always_published=("DISEBSP",),
    publication_lag=timedelta(hours=26),
    fresh_within=timedelta(hours=50),
)
