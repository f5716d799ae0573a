"""The assets: one per dataset by UTC day, and the unpartitioned one that keeps today live.

A run takes its whole range. When windows fail, the days that landed are materialized one by one and the run fails with
the list, so that "backfill missing and failed" asks for just those.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from elexon_assets.datasets import DATASETS, Dataset
from elexon_assets.ingest import ingest
from elexon_assets.metadata import column_schema, failures, materialization
from elexon_assets.partitions import UTC_DAYS
from elexon_assets.progress import reported
from elexon_assets.resources import ElexonResource, WarehouseResource
from elexon_assets.runs import DAYS_A_RUN
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window

GROUP = "elexon"
POOL = "elexon_api"
"One run at a time asks Elexon."
OWNERS = ["team:generation-data"]


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
        kinds={"duckdb", "polars"},
        tags={"elexon/dataset": dataset.code},
        metadata={
            "dagster/column_schema": column_schema(dataset),
            "dagster/table_name": dataset.table,
            "elexon_endpoint": dg.MetadataValue.text(dataset.path),
        },
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
    kinds={"duckdb", "polars"},
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
            for dataset in DATASETS
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


GENERATION_ASSETS = [generation_asset(dataset) for dataset in DATASETS]
