"""What an asset is given: the warehouse. Configuration that the UI shows; the work is done elsewhere.

Not here: the ledger. LEDGER_URL may hold a password, and the UI shows the configuration of resources.
"""

import dagster as dg
from dagster_duckdb import DuckDBResource

from warehouse.connection import Opening
from warehouse.settings import Settings


class WarehouseResource(Opening, DuckDBResource):
    """dagster-duckdb's resource, opened our way."""


def configured(settings: Settings) -> dict[str, dg.ConfigurableResource[WarehouseResource]]:
    """The resources by the names that the assets ask for."""
    return {"warehouse": WarehouseResource(database=str(settings.warehouse))}
