"""The prices at which generation can be valued, each with what it must not be mistaken for.

Belongs here: which column of which dataset is a price. Not here: figures of prices (`value.py`).
"""

from dataclasses import dataclass

from elexon_assets.datasets import MARKET_INDEX_PRICE, SYSTEM_PRICE
from elexon_assets.errors import UnusableInput


@dataclass(frozen=True)
class PriceSeries:
    """A price of every half-hour, from a dataset of that name, and what it must not be mistaken for."""

    dataset: str
    title: str
    sql: str
    "A query of start_time_utc and price, within `$start` and `$end`; null where there is no price."
    caveat: str


_WITHIN = "start_time_utc >= $start AND start_time_utc < $end"
PRICES = {
    MARKET_INDEX_PRICE.name: PriceSeries(
        MARKET_INDEX_PRICE.name,
        "Within-day index (MID)",
        f"SELECT start_time_utc, price_gbp_per_mwh AS price FROM {MARKET_INDEX_PRICE.name} "
        f"WHERE data_provider = 'APXMIDP' AND {_WITHIN}",
        "The market index (MID, APXMIDP) is a within-day index. It is not the day-ahead auction that contracts for "
        "difference refer to.",
    ),
    SYSTEM_PRICE.name: PriceSeries(
        SYSTEM_PRICE.name,
        "System price",
        f"SELECT start_time_utc, system_sell_price_gbp_per_mwh AS price FROM {SYSTEM_PRICE.name} WHERE {_WITHIN}",
        "The system price is what imbalances are settled at, not what a generator sells at. Later settlement runs "
        "revise it.",
    ),
}
"The prices, the default first."


def read_price(name: str) -> PriceSeries:
    """Return the price of that name; blanks and hyphens equal underscores. Raises UnusableInput."""
    key = name.strip().casefold().replace("-", "_").replace(" ", "_")
    if key not in PRICES:
        raise UnusableInput(f"Unknown price {name!r}: choose one of {', '.join(PRICES)}.")
    return PRICES[key]
