"""The assets: most datasets by UTC day, the unpartitioned one that keeps today live, installed capacity,
and the table of each dataset as a whole, which its checks judge.

A run takes its whole range. When windows fail, the days that landed are materialized one by one and the run fails with
the list, so that "backfill missing and failed" asks for just those.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from elexon_assets import catalogue
from elexon_assets.backfill_plan import DAYS_A_RUN
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_DAY, DATASETS, INSTALLED_CAPACITY
from elexon_assets.ingest import ingest
from elexon_assets.metadata import failure_metadata, materialization_metadata, table_figures
from elexon_assets.partitions import UTC_DAYS
from elexon_assets.progress import report_progress
from elexon_assets.resources import ElexonResource, WarehouseResource
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window

POOL = "elexon_api"
"One run at a time asks Elexon."


def generation_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """Return the partitioned asset of a dataset."""

    @dg.asset(
        name=dataset.name,
        description=dataset.description,
        partitions_def=UTC_DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
        pool=POOL,
        group_name=catalogue.GENERATION,
        owners=catalogue.OWNERS,
        kinds=catalogue.KINDS,
        tags={**catalogue.dataset_tags(dataset), "refresh": "nightly"},
        metadata=catalogue.dataset_metadata(dataset),
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
                progress=report_progress(context.log.info),
            )
        if report.failed:
            for day in report.landed_days:
                context.log_event(dg.AssetMaterialization(asset_key=context.asset_key, partition=day.isoformat()))
            raise failure_metadata([report])
        # Once, on the newest day: the figures are the run's, and 371 copies of them cost more than the fetching.
        context.add_asset_metadata(
            materialization_metadata(report, warehouse), partition_key=context.partition_key_range.end
        )
        return dg.MaterializeResult()

    return by_day


@dg.asset(
    description="The trailing 24 hours of every dataset, asked for again: what is shown is live between two nights. "
    "Lands in the same tables as the assets by day.",
    pool=POOL,
    group_name=catalogue.GENERATION,
    owners=catalogue.OWNERS,
    kinds=catalogue.KINDS,
    tags={"source": "elexon", "refresh": "half-hourly"},
    metadata=catalogue.latest_metadata(),
    freshness_policy=catalogue.EVERY_HALF_HOUR,
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
                progress=report_progress(context.log.info),
            )
            for dataset in BY_DAY
        ]
    if any(report.failed for report in reports):
        raise failure_metadata(reports)
    return dg.MaterializeResult(
        metadata={
            f"{report.dataset.name}: {name}": value
            for report in reports
            for name, value in materialization_metadata(report, warehouse).items()
        }
    )


@dg.asset(
    name=INSTALLED_CAPACITY.name,
    description=INSTALLED_CAPACITY.description,
    pool=POOL,
    group_name=catalogue.GENERATION,
    owners=catalogue.OWNERS,
    kinds=catalogue.KINDS,
    tags={**catalogue.dataset_tags(INSTALLED_CAPACITY), "refresh": "nightly"},
    metadata=catalogue.dataset_metadata(INSTALLED_CAPACITY),
    freshness_policy=catalogue.EVERY_NIGHT,
)
def installed_capacity(
    context: dg.AssetExecutionContext, elexon: ElexonResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Not by day: all that was ever published is half a dozen requests."""
    with elexon.client() as client:
        report = ingest(
            INSTALLED_CAPACITY,
            INSTALLED_CAPACITY.full_history_window(datetime.now(UTC)),
            client=client,
            run_id=context.run.run_id,
            open_warehouse=warehouse.get_connection,
            progress=report_progress(context.log.info),
        )
    if report.failed:
        raise failure_metadata([report])
    return dg.MaterializeResult(metadata=materialization_metadata(report, warehouse))


def table_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """Return the asset of the dataset's table as a whole.

    It is unpartitioned, so that no backfill of days selects its checks.
    """

    @dg.asset(
        name=dataset.table,
        description=f"The whole table of {dataset.title.lower()}, all days and every published value. Its checks judge "
        "the table after each landing; it is materialized with them, and fetches nothing.",
        deps=[dataset.name],
        group_name=catalogue.QUALITY,
        owners=catalogue.OWNERS,
        kinds={"duckdb"},
        tags={**catalogue.dataset_tags(dataset), "refresh": "nightly"},
        metadata=catalogue.table_metadata(dataset),
        freshness_policy=catalogue.EVERY_NIGHT,
    )
    def whole_table(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata=table_figures(dataset, warehouse))

    return whole_table


GENERATION_ASSETS = [generation_asset(dataset) for dataset in BY_DAY]
TABLE_ASSETS = [table_asset(dataset) for dataset in DATASETS]
