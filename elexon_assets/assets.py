"""The assets: most datasets by UTC day, today's half-hours, installed capacity, and the table of each dataset.

The asset of the latest half-hours keeps today live and has no partitions; the checks of a dataset evaluate its table as
a complete asset. A run fetches its complete range. When windows fail, the days that landed are materialized one by one
and the run fails with the list, so that "backfill missing and failed" requests only the others.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from elexon_assets import catalogue
from elexon_assets.backfill_plan import DAYS_A_RUN
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_DAY, DATASETS, INSTALLED_CAPACITY
from elexon_assets.ingest import ingest, ingest_several
from elexon_assets.metadata import failure_metadata, materialization_metadata, table_figures
from elexon_assets.partitions import UTC_DAYS
from elexon_assets.progress import report_progress
from elexon_assets.resources import ElexonResource, WarehouseResource
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.windows import Window

POOL = "elexon_api"
"The pool that lets only one run at a time send requests to Elexon."


def daily_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """Return the partitioned asset of a dataset."""

    @dg.asset(
        name=dataset.name,
        description=dataset.description,
        partitions_def=UTC_DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(DAYS_A_RUN),
        pool=POOL,
        group_name=catalogue.group_of(dataset),
        owners=catalogue.OWNERS,
        kinds=catalogue.KINDS,
        tags={**catalogue.dataset_tags(dataset), "refresh": "nightly"},
        metadata=catalogue.dataset_metadata(dataset),
    )
    def by_day(
        context: dg.AssetExecutionContext, elexon: ElexonResource, warehouse: WarehouseResource
    ) -> dg.MaterializeResult[None]:
        """Fetch the days of the run and materialize those that landed."""
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
        # Reported once, on the newest day: the figures are those of the run, and 371 copies cost more than the
        # fetching.
        context.add_asset_metadata(
            materialization_metadata(report, warehouse), partition_key=context.partition_key_range.end
        )
        return dg.MaterializeResult()

    return by_day


@dg.asset(
    description="The trailing 24 hours of every dataset, fetched again, so that the data is live between two nights. "
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
    """Fetch the trailing 24 hours. This asset has no partitions, so a day in progress is never green."""
    now = datetime.now(UTC)
    end = datetime.fromtimestamp(now.timestamp() // 1800 * 1800, UTC) + HALF_HOUR
    span = Window(end - timedelta(hours=24), end)
    with elexon.client() as client:
        reports = ingest_several(
            BY_DAY,
            span,
            client=client,
            run_id=context.run.run_id,
            open_warehouse=warehouse.get_connection,
            progress=report_progress(context.log.info),
        )
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
    """Fetch all publications of installed capacity.

    This asset has no days, because that takes half a dozen requests.
    """
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
    """Return the asset of the dataset's complete table.

    It is unpartitioned, so that no backfill of days selects its checks.
    """

    @dg.asset(
        name=dataset.table,
        description=f"The complete table of {dataset.title.lower()}, all days and every published value. Its checks "
        "evaluate the table after each landing; it is materialized with them, and fetches nothing.",
        deps=[dataset.name],
        group_name=catalogue.QUALITY,
        owners=catalogue.OWNERS,
        kinds={"duckdb"},
        tags={**catalogue.dataset_tags(dataset), "refresh": "nightly"},
        metadata=catalogue.table_metadata(dataset),
        freshness_policy=catalogue.EVERY_NIGHT,
    )
    def whole_table(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        """Report the figures of the table, without fetching anything."""
        return dg.MaterializeResult(metadata=table_figures(dataset, warehouse))

    return whole_table


DAILY_ASSETS = [daily_asset(dataset) for dataset in BY_DAY]
TABLE_ASSETS = [table_asset(dataset) for dataset in DATASETS]
