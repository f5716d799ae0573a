"""The catalogue, with one declaration per Elexon dataset (`declarations/`).

Requests, schema, tables, views, assets and checks derive from it, so a new dataset is one more declaration.

Belongs here: the list of the datasets and its parts. Not here: code that uses them; this module imports neither Dagster
nor Pandera, so that the read layer can load it cheaply.
"""

from elexon_assets.declarations.forecasts import WIND_AND_SOLAR_FORECAST, WIND_FORECAST
from elexon_assets.declarations.generation import GENERATION_BY_FUEL, INSTALLED_CAPACITY, WIND_AND_SOLAR
from elexon_assets.declarations.market import DEMAND, MARKET_INDEX_PRICE, SYSTEM_PRICE

__all__ = [
    "BY_DAY",
    "BY_NAME",
    "COVERED",
    "DATASETS",
    "DEMAND",
    "GENERATION_BY_FUEL",
    "INSTALLED_CAPACITY",
    "MARKET_INDEX_PRICE",
    "OBSERVED",
    "SYSTEM_PRICE",
    "WIND_AND_SOLAR",
    "WIND_AND_SOLAR_FORECAST",
    "WIND_FORECAST",
]

DATASETS = (
    *(WIND_AND_SOLAR, GENERATION_BY_FUEL, WIND_FORECAST, WIND_AND_SOLAR_FORECAST),
    *(DEMAND, MARKET_INDEX_PRICE, SYSTEM_PRICE, INSTALLED_CAPACITY),
)
OBSERVED = tuple(dataset for dataset in DATASETS if dataset.is_observed)
COVERED = tuple(dataset for dataset in DATASETS if dataset.is_covered)
BY_DAY = tuple(dataset for dataset in DATASETS if dataset.is_fetched_by_day)
BY_NAME = {dataset.name: dataset for dataset in DATASETS}
