"""Everything Dagster loads from this code location, explicitly. No logic; touches nothing when loaded."""

import dagster as dg

from elexon_assets.assets import GENERATION_ASSETS, latest_half_hours
from elexon_assets.resources import ElexonResource, WarehouseResource
from warehouse.settings import Settings

settings = Settings()

defs = dg.Definitions(
    assets=[*GENERATION_ASSETS, latest_half_hours],
    resources={
        "elexon": ElexonResource(base_url=str(settings.elexon_base_url)),
        "warehouse": WarehouseResource(database=str(settings.warehouse)),
    },
    executor=dg.in_process_executor,
)
