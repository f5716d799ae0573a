"""The resources of the assets: the warehouse and Elexon.

They have no configuration: the settings determine where data comes from and goes to, and a launched run cannot change
that.
"""

from typing import TypeAlias

import dagster as dg

from elexon_assets.client import ElexonClient
from warehouse.connection import WarehouseConnections

NO_CONFIG: dict[str, object] = {}
"""A schema that refuses every entry. Without one Dagster accepts anything, and a ConfigurableResource takes its fields.
"""


class Elexon:
    """Elexon's Insights API, or a stand-in, as set by ELEXON_BASE_URL."""

    def client(self) -> ElexonClient:
        """Return a client, which is used as a context manager."""
        return ElexonClient()


class NothingStored(dg.IOManager):
    """An IO manager that stores no outputs, because the assets land their rows themselves.

    Dagster's default one writes into a folder that the launched run can name.
    """

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Store nothing."""

    def load_input(self, context: dg.InputContext) -> None:
        """Raise NotImplementedError: an asset reads what it needs from the warehouse."""
        raise NotImplementedError(f"{context.asset_key} is read from the warehouse")


ElexonResource: TypeAlias = dg.ResourceParam[Elexon]
WarehouseResource: TypeAlias = dg.ResourceParam[WarehouseConnections]

RESOURCES = {
    "elexon": dg.ResourceDefinition(lambda _: Elexon(), NO_CONFIG),
    "warehouse": dg.ResourceDefinition(lambda _: WarehouseConnections(), NO_CONFIG),
    "io_manager": dg.IOManagerDefinition(lambda _: NothingStored(), NO_CONFIG),
}
"The resources by the names that the assets use."
