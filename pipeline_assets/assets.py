"""The assets: the seeds, the submitted changes, and everything derived from them.

They are not partitioned: a landing appends what is new, and updates the records that it touches. They use no pool:
their writes are short, so a change lands while a backfill runs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from pydantic import Field

from pipeline_assets import catalogue, metrics, seed_loader
from pipeline_assets.landing import Appended, Landed, append_changes, update_tables
from pipeline_assets.landing_proof import Proof, prove_tables, repair_notice
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.models import ENTITIES
from pipeline_assets.resources import WarehouseResource
from pipeline_assets.table_columns import describe_table
from pipeline_assets.tables import AUDIT, STATUS_HISTORY, SUBMITTED_CHANGES
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings


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
    """Append the ledger's changes that are newer than the newest one here, with their tables in the same commit."""
    with schema.ledger_for_task() as engine:
        appended = append_changes(engine, warehouse.get_connection)
    return dg.MaterializeResult(metadata=changes_metadata(appended))


def changes_metadata(appended: Appended) -> Mapping[str, dg.MetadataValue]:
    """Return the metadata of a materialization of the submitted changes."""
    return {
        "dagster/row_count": dg.MetadataValue.int(appended.position),
        "rows landed": dg.MetadataValue.int(appended.rows),
        "landed position": dg.MetadataValue.int(appended.position),
    }


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


class LandingOptions(dg.Config):
    """How the derived tables are landed."""

    prove: bool = Field(
        False, description="Whether all tables are compared with a complete rebuild, and repaired if they differ."
    )


@dg.multi_asset(name="portfolio", specs=list(_asset_specs()))
def portfolio(
    context: dg.AssetExecutionContext, config: LandingOptions, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Publish the derived tables, after a proof if it is asked for.

    They were committed together with the changes; what an earlier landing left out is updated here.
    """
    if config.prove:
        proof = prove_tables(warehouse.get_connection)
        if proof.repaired:
            _report_repair(context, proof)
        landed = proof.landed
    else:
        landed = update_tables(warehouse.get_connection)
    for name, metadata in table_metadata(landed).items():
        yield dg.MaterializeResult(asset_key=name, metadata=metadata)


def table_metadata(landed: Landed) -> dict[str, Mapping[str, dg.MetadataValue]]:
    """Return the metadata of a materialization of each derived table and view."""
    return {
        name: {
            "dagster/row_count": dg.MetadataValue.int(rows),
            "landed position": dg.MetadataValue.int(landed.position),
            "snapshot version": dg.MetadataValue.int(landed.snapshot),
        }
        for name, rows in landed.rows.items()
    }


def _report_repair(context: dg.AssetExecutionContext, proof: Proof) -> None:
    """Report a repair to people, and in the run's log."""
    notice = repair_notice(proof, f"{endpoint_of(Settings().dagster_url).url}/runs/{context.run.run_id}")
    context.log.error(notice.text)
    with schema.ledger_for_task() as engine:
        outbox.put_notices(engine, [notice])
