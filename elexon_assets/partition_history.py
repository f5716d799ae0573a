"""Materializations of a partition that no run of its asset made: adding and removing them.

Belongs here: writing and removing a partition's events. Not here: which of them are removed (`ops.py`), old runs
(`run_pruning.py`). `DagsterInstance.wipe_asset_partitions` is not implemented for SQLite and PostgreSQL, so the rows
are deleted here through Dagster's own connections and tables, and what Dagster derived from them is derived again. The
log of the run that wrote an event keeps it if each run has its own file.
"""

import dagster as dg
from dagster._core.events import AssetMaterializationPlannedData
from dagster._core.storage.event_log.schema import AssetEventTagsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

from elexon_assets.errors import StorageNotPrunable

MOST_EVENTS = 1000


def plan_materialization(instance: dg.DagsterInstance, run: dg.DagsterRun, asset: str, partition: str) -> None:
    """Record that the run is about to materialize the partition, as Dagster does for runs of the asset itself.

    Without it the page of the partition would still show that the previous run failed.
    """
    planned = AssetMaterializationPlannedData(dg.AssetKey(asset), partition=partition)
    event = dg.DagsterEvent.build_asset_materialization_planned_event(run.job_name, asset, planned)
    instance.report_dagster_event(event, run.run_id)


def remove_materializations(instance: dg.DagsterInstance, asset: str, partition: str, *, with_metadata: str) -> int:
    """Remove the partition's materializations that carry the metadata entry, and return their number.

    The partition then has its earlier state: failed, missing, or materialized by another run. Raises StorageNotPrunable
    for a storage that is not an SQL database.
    """
    key, events = dg.AssetKey(asset), instance.event_log_storage
    if not isinstance(events, SqlEventLogStorage):
        raise StorageNotPrunable(
            f"The day cannot lose its materialization: Dagster's event storage is a {type(events).__name__}, and only "
            "SQLite and PostgreSQL are supported."
        )
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[partition]), limit=MOST_EVENTS
    ).records
    removed = [
        record
        for record in records
        if record.asset_materialization and with_metadata in record.asset_materialization.metadata
    ]
    if not removed:
        return 0
    ids = [record.storage_id for record in removed]
    log, tags, assets = SqlEventLogStorageTable, AssetEventTagsTable, AssetKeyTable
    with events.index_connection() as con:
        con.execute(tags.delete().where(tags.c.event_id.in_(ids)))
        con.execute(log.delete().where(log.c.id.in_(ids)))
        con.execute(
            log.delete().where(
                log.c.run_id.in_([record.run_id for record in removed]),
                log.c.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED.value,
                log.c.asset_key == key.to_string(),
                log.c.partition == partition,
            )
        )
        # Dagster looks up the newest materialization in the events if the asset's row names none.
        con.execute(assets.update().values(last_materialization=None).where(assets.c.asset_key == key.to_string()))
    instance.wipe_asset_cached_status([key])
    return len(removed)
