"""The assets: the half-hourly datasets by UTC day, the unpartitioned one that keeps today live, installed capacity.

A run takes its whole range. When windows fail, the days that landed are materialized one by one and the run fails with
the list, so that "backfill missing and failed" asks for just those.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from elexon_assets.backfill_plan import DAYS_A_RUN
from elexon_assets.datasets import BY_HALF_HOUR, INSTALLED_CAPACITY, Dataset
from elexon_assets.ingest import ingest
from elexon_assets.metadata import column_schema, failures, materialization
from elexon_assets.partitions import UTC_DAYS
from elexon_assets.progress import reported
from elexon_assets.resources import ElexonResource, WarehouseResource
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window

GROUP = "elexon"
POOL = "elexon_api"
"One run at a time asks Elexon."
OWNERS = ["team:generation-data"]
KINDS = {"duckdb", "polars"}


def _tags(dataset: Dataset) -> dict[str, str]:
    return {"elexon/dataset": dataset.code}


def _metadata(dataset: Dataset) -> dict[str, Any]:
    return {
        "dagster/column_schema": column_schema(dataset),
        "dagster/table_name": dataset.table,
        "elexon_endpoint": dg.MetadataValue.text(dataset.path),
    }


def generation_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The partitioned asset of a dataset."""

    @dg.asset(
        name=dataset.name,
        description=dataset.description,
        partitions_def=UTC_DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
        pool=POOL,
        group_name=GROUP,
        owners=OWNERS,
        kinds=KINDS,
        tags=_tags(dataset),
        metadata=_metadata(dataset),
    )
    def by_day(
        context: dg.AssetExecutionContext, elexon: ElexonResource, warehouse: WarehouseResource
    ) -> dg.MaterializeResult[None]:
        start, end = context.partition_time_window
        with elexon.client() as client:
            report = ingest(
                dataset,
                Window(start.astimezone(UTC), end.astimezone(UTC)),
                client=client,
                run_id=context.run.run_id,
                open_warehouse=warehouse.get_connection,
                progress=reported(context.log.info),
            )
        if report.failed:
            for day in report.landed_days:
                context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=day.isoformat()))
            raise failures([report])
        # Once, on the newest day: the figures are the run's, and 371 copies of them cost more than the fetching.
        context.add_asset_metadata(materialization(report, warehouse), partition_key=context.partition_key_range.end)
        return dg.MaterializeResult()

    return by_day


@dg.asset(
    description="The trailing 24 hours of every dataset, asked for again: what is shown is live between two nights. "
    "Lands in the same tables as the assets by day.",
    pool=POOL,
    group_name=GROUP,
    owners=OWNERS,
    kinds=KINDS,
)
def latest_half_hours(
    context: dg.AssetExecutionContext, elexon: ElexonResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Not a partition: a day that is still open is never green."""
    now = datetime.now(UTC)
    end = datetime.fromtimestamp(now.timestamp() // 1800 * 1800, UTC) + HALF_HOUR
    span = Window(end - timedelta(hours=24), end)
    with elexon.client() as client:
        reports = [
            ingest(
                dataset,
                span,
                client=client,
                run_id=context.run.run_id,
                open_warehouse=warehouse.get_connection,
                progress=reported(context.log.info),
            )
            for dataset in BY_HALF_HOUR
        ]
    if any(report.failed for report in reports):
        raise failures(reports)
    return dg.MaterializeResult(
        metadata={
            f"{report.dataset.name}: {name}": value
            for report in reports
            for name, value in materialization(report, warehouse).items()
        }
    )


@dg.asset(
    name=INSTALLED_CAPACITY.name,
    description=INSTALLED_CAPACITY.description,
    pool=POOL,
    group_name=GROUP,
    owners=OWNERS,
    kinds=KINDS,
    tags=_tags(INSTALLED_CAPACITY),
    metadata=_metadata(INSTALLED_CAPACITY),
)
def installed_capacity(
    context: dg.AssetExecutionContext, elexon: ElexonResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Not by day: all that was ever published is half a dozen requests."""
    with elexon.client() as client:
        report = ingest(
            INSTALLED_CAPACITY,
            INSTALLED_CAPACITY.everything(datetime.now(UTC)),
            client=client,
            run_id=context.run.run_id,
            open_warehouse=warehouse.get_connection,
            progress=reported(context.log.info),
        )
    if report.failed:
        raise failures([report])
    return dg.MaterializeResult(metadata=materialization(report, warehouse))


GENERATION_ASSETS = [generation_asset(dataset) for dataset in BY_HALF_HOUR]
