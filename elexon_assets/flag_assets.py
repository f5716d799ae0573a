"""The asset `flags`: one step that examines everything that has landed since the last time.

It is not partitioned and has its own job: in a range run it would fail for all of its days when a few windows fail.
"""

import dagster as dg

from elexon_assets import catalogue
from elexon_assets.assets import DAILY_ASSETS, latest_half_hours
from elexon_assets.flag_vocabulary import REASONS
from elexon_assets.quality.flagging import update_flags
from elexon_assets.resources import WarehouseResource


@dg.asset(
    description="Flagged half-hours and categories, each with a reason. A flag whose cause has gone is "
    "closed, never deleted; values are never altered.",
    deps=[*DAILY_ASSETS, latest_half_hours],
    group_name=catalogue.QUALITY,
    owners=catalogue.OWNERS,
    kinds=catalogue.KINDS,
    tags={"source": "elexon", "refresh": "half-hourly"},
    metadata=catalogue.flag_metadata(),
    freshness_policy=catalogue.EVERY_HALF_HOUR,
)
def flags(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
    """Flag the rows ingested after the watermark, and three hours on each side."""
    done = update_flags(warehouse.get_connection)
    for span in done.spans:
        context.log.info(f"looked at {span}")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": dg.MetadataValue.int(sum(done.open.values())),
            "raised": dg.MetadataValue.int(done.raised),
            "closed": dg.MetadataValue.int(done.closed),
            "restated": dg.MetadataValue.int(done.restated),
            "half-hours looked at": dg.MetadataValue.int(done.half_hours),
            **{f"open: {reason.title}": dg.MetadataValue.int(done.open.get(reason.name, 0)) for reason in REASONS},
        }
    )
