"""The rows of MID and the system price.

Belongs here: publication, settlement runs and the fields of a row. Not here: prices (`prices.py`), parameters.
"""

from datetime import datetime, timedelta

from elexon_assets.simulator.half_hours import instant_of, settlement_labels, start_texts, text_of
from elexon_assets.simulator.noise import Channel, uniform_noise
from elexon_assets.simulator.prices import market_prices
from elexon_assets.simulator.rows import Dataset, Row

APX, N2EX = "APXMIDP", "N2EXMIDP"
PROVIDERS = (APX, N2EX)
MID_MINUTES = 30
"The delay after which a market index is served; its rows do not say when they were published."

SELL, BUY = "systemSellPrice", "systemBuyPrice"
FIRST_RUN_MINUTES, SECOND_RUN_MINUTES = 24 * 60 + 44, (5 * 24 + 14) * 60
"The delays of the two settlement runs after the start of the half-hour; a few minutes come on top."
MOST_EXTRA_SECONDS = 180


def market_index_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return the rows of both providers of every half-hour from last down to first."""
    values = market_prices(seed, first, last)
    starts, (dates, periods) = start_texts(first, last), settlement_labels(first, last)
    publishes = start_texts(first, last, minutes_later=MID_MINUTES)
    columns = (
        (APX, values.apx_price.tolist(), values.apx_volume.tolist()),
        (N2EX, values.n2ex_price.tolist(), values.n2ex_volume.tolist()),
    )
    return [
        Row(first + n, name, price[n], publishes[n], starts[n], dates[n], periods[n], fields={"volume": volume[n]})
        for n in range(last - first, -1, -1)
        for name, price, volume in columns
    ]


def system_price_rows(seed: int, first: int, last: int) -> list[Row]:
    """Return the rows of both settlement runs of every half-hour from last down to first."""
    values = market_prices(seed, first, last)
    starts, (dates, periods) = start_texts(first, last), settlement_labels(first, last)
    extra = (uniform_noise(seed, Channel.SETTLEMENT, first, last + 1 - first) * MOST_EXTRA_SECONDS).tolist()
    runs = (
        (SECOND_RUN_MINUTES, values.rerun_price.tolist(), values.rerun_imbalance.tolist()),
        (FIRST_RUN_MINUTES, values.system_price.tolist(), values.imbalance.tolist()),
    )
    return [
        Row(
            first + n,
            "DISEBSP",
            price[n],
            created_text(first + n, minutes, extra[n]),
            starts[n],
            dates[n],
            periods[n],
            fields=_settlement_fields(imbalance[n]),
        )
        for n in range(last - first, -1, -1)
        for minutes, price, imbalance in runs
    ]


def created_text(half_hour: int, minutes: int, extra_seconds: float = 0) -> str:
    """Return when a settlement run calculated the price of the half-hour."""
    return text_of(instant_of(half_hour) + timedelta(minutes=minutes, seconds=int(extra_seconds)))


def newest_calculation(seed: int, now: datetime) -> str:
    """Return when the newest price was calculated, at `now`."""
    last = SYSTEM_PRICE.last_published(now)
    return max(row.publish_time for row in system_price_rows(seed, last - 4, last) if row.publish_time <= text_of(now))


def _settlement_fields(imbalance: float) -> dict[str, object]:
    """Return the fields of a row beside the price. The volumes are only plausible: they add up to the imbalance."""
    offers = round(max(imbalance, 0) * 1.2 + 40, 4)
    bids = round(imbalance - offers, 4)
    return {
        "bsadDefaulted": False,
        "priceDerivationCode": "P" if imbalance > 0 else "N",
        "reserveScarcityPrice": 0.0,
        "netImbalanceVolume": imbalance,
        "sellPriceAdjustment": 0.0,
        "buyPriceAdjustment": 0.0,
        "replacementPrice": None,
        "replacementPriceReferenceVolume": None,
        "totalAcceptedOfferVolume": offers,
        "totalAcceptedBidVolume": bids,
        "totalAdjustmentSellVolume": 0.0,
        "totalAdjustmentBuyVolume": 0.0,
        "totalSystemTaggedAcceptedOfferVolume": offers,
        "totalSystemTaggedAcceptedBidVolume": bids,
        "totalSystemTaggedAdjustmentSellVolume": None,
        "totalSystemTaggedAdjustmentBuyVolume": None,
    }


MID = Dataset("MID", MID_MINUTES, market_index_rows, APX, "ICEMIDP")
SYSTEM_PRICE = Dataset(
    "DISEBSP",
    FIRST_RUN_MINUTES,
    system_price_rows,
    "DISEBSP",
    "DISEBSP",
    has_own_publications=True,
    newest_only=True,
    newest_publication=newest_calculation,
)
