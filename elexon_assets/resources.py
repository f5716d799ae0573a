"""What an asset is given: the warehouse and Elexon. Configuration that the UI shows; the work is done elsewhere."""

from typing import Any

import dagster as dg
from dagster_duckdb import DuckDBResource
from pydantic import Field

from elexon_assets.client import ElexonClient
from warehouse.connection import Opening
from warehouse.settings import Settings


class WarehouseResource(Opening, DuckDBResource):
    """dagster-duckdb's resource, opened our way."""


class ElexonResource(dg.ConfigurableResource[ElexonClient]):
    """Elexon's Insights API, or a stand-in."""

    base_url: str = Field(description="ELEXON_BASE_URL; answers of a stand-in never mix with Elexon's.")

    def client(self) -> ElexonClient:
        """Use as a context manager."""
        return ElexonClient(Settings().model_copy(update={"elexon_base_url": self.base_url}))


def configured(settings: Settings) -> dict[str, dg.ConfigurableResource[Any]]:
    """The resources by the names that the assets ask for."""
    return {
        "elexon": ElexonResource(base_url=str(settings.elexon_base_url)),
        "warehouse": WarehouseResource(database=str(settings.warehouse)),
    }
