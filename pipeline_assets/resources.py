"""The resources of the assets: only the warehouse, without configuration.

The settings say where data goes, and a run's configuration cannot override them. Not here: the ledger, because
LEDGER_URL may hold a password and Dagster's UI shows the configuration of resources.
"""

from typing import TypeAlias

import dagster as dg

from warehouse.connection import WarehouseConnections

NO_CONFIG: dict[str, object] = {}
"""A schema that rejects every entry. Without one Dagster accepts anything, and a ConfigurableResource accepts its
fields.
"""


class NothingStored(dg.IOManager):
    """An I/O manager that stores no outputs, because the assets land their rows themselves.

    Dagster's default one writes into a folder that the run's configuration can name.
    """

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Store nothing."""

    def load_input(self, context: dg.InputContext) -> None:
        """Raise NotImplementedError, because an asset reads what it needs from the warehouse."""
        raise NotImplementedError(f"{context.asset_key} is read from the warehouse")


WarehouseResource: TypeAlias = dg.ResourceParam[WarehouseConnections]

RESOURCES = {
    "warehouse": dg.ResourceDefinition(lambda _: WarehouseConnections(), NO_CONFIG),
    "io_manager": dg.IOManagerDefinition(lambda _: NothingStored(), NO_CONFIG),
}
"The resources by the names of the assets' parameters."
