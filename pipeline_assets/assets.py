"""The assets: the seeds, the submitted changes, and everything derived from them.

They are not partitioned: a landing appends what is new, and the derived tables are rebuilt completely. They use no
pool: their writes are short, so a change lands while a backfill runs.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipeline_assets import catalogue, metrics, seed_loader
from pipeline_assets.landing import append_changes, rebuild_tables
from pipeline_assets.ledger import schema
from pipeline_assets.models import ENTITIES
from pipeline_assets.resources import WarehouseResource
from pipeline_assets.table_columns import describe_table
from pipeline_assets.tables import AUDIT, STATUS_HISTORY, SUBMITTED_CHANGES


@dg.asset(
    description="The invented portfolio of the seed files, submitted to the ledger as one batch by `seed`. What people "
    "have set since stays as they set it.",
    group_name=catalogue.RECORDS,
    owners=catalogue.OWNERS,
    kinds={"csv"},
    tags={"source": "seed", "refresh": "by-hand"},
)
def seeded_portfolio() -> dg.MaterializeResult[None]:
    """Load the invented portfolio, on request or for the demo; a real home starts empty."""
    with schema.ledger_for_task() as engine:
        receipt = seed_loader.load_seeds(engine)
    return dg.MaterializeResult(
        metadata={
            "changes": dg.MetadataValue.int(0 if receipt.repeated else len(receipt.changes)),
            "seeded before": dg.MetadataValue.bool(receipt.repeated),
            "position": dg.MetadataValue.int(receipt.position or 0),
        }
    )


@dg.asset(
    name=SUBMITTED_CHANGES,
    description=describe_table(SUBMITTED_CHANGES),
    deps=[seeded_portfolio],
    group_name=catalogue.RECORDS,
    owners=catalogue.OWNERS,
    kinds=catalogue.KINDS,
    tags=catalogue.RECORD_TAGS,
    metadata=catalogue.changes_metadata(),
    freshness_policy=catalogue.EVERY_NIGHT,
)
def submitted_changes(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
    """Append the ledger's changes that are newer than the newest change in the warehouse."""
    with schema.ledger_for_task() as engine:
        appended = append_changes(engine, warehouse.get_connection)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": dg.MetadataValue.int(appended.position),
            "rows landed": dg.MetadataValue.int(appended.rows),
            "landed position": dg.MetadataValue.int(appended.position),
        }
    )


def _asset_spec(name: str, description: str, deps: list[str], group: str, metadata: dict[str, Any]) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        description=description,
        deps=deps,
        group_name=group,
        owners=catalogue.OWNERS,
        kinds=catalogue.KINDS,
        tags=catalogue.RECORD_TAGS,
        metadata=metadata,
        freshness_policy=catalogue.EVERY_NIGHT,
    )


def _asset_specs() -> Iterator[dg.AssetSpec]:
    """Yield the current tables, both histories, and the metric views."""
    for kind, entity in ENTITIES.items():
        text, metadata = describe_table(kind), catalogue.record_metadata(entity)
        yield _asset_spec(kind, text, [SUBMITTED_CHANGES], catalogue.RECORDS, metadata)
    for name, metadata in ((STATUS_HISTORY, catalogue.history_metadata()), (AUDIT, catalogue.audit_metadata())):
        yield _asset_spec(name, describe_table(name), [SUBMITTED_CHANGES], catalogue.RECORDS, metadata)
    for name, view in metrics.VIEWS.items():
        yield _asset_spec(name, view.description, list(view.reads), catalogue.METRICS, catalogue.view_metadata(name))


@dg.multi_asset(name="portfolio", specs=list(_asset_specs()))
def portfolio(warehouse: WarehouseResource) -> Iterator[dg.MaterializeResult[None]]:
    """Rebuild all derived tables in one transaction, so that no reader sees half of them."""
    rebuilt = rebuild_tables(warehouse.get_connection)
    for name, rows in rebuilt.rows.items():
        yield dg.MaterializeResult(
            asset_key=name,
            metadata={
                "dagster/row_count": dg.MetadataValue.int(rows),
                "landed position": dg.MetadataValue.int(rebuilt.position),
                "snapshot version": dg.MetadataValue.int(rebuilt.snapshot),
            },
        )
