"""Deletion of old runs from Dagster's storage, which keeps it bounded and the UI quick after years of nights.

Belongs here: which runs may be deleted, and what is kept of them. Not here: when that happens (`jobs.py`,
`schedules.py`).

`DagsterInstance.delete_run` deletes a run's events too, and with them the last materialization of each partition that
no later run fetched: the day would turn grey, and "missing" would fetch it again. So the rows are deleted here, through
Dagster's own connections and tables (SQLite and PostgreSQL alike), except for the newest materialization of every asset
and partition and the newest result of every check. A run is kept completely while it is the newest attempt at a
partition that is not materialized (it is why the day is red), and while it is the newest run of an asset.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.instance.utils import RUNLESS_RUN_ID
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from elexon_assets.errors import StorageNotPrunable

RUNS_AT_ONCE = 100
"The number of runs whose events are deleted in one transaction: others wait for a fraction of a second."
MOST_RUNS = 20_000
"The limit per call, oldest first: the first night after years without pruning ends, and the next one continues."
ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dataclass(frozen=True)
class Pruned:
    """What one pruning deleted, and what it left for a later night."""

    runs: int
    stray_files: int
    "The number of event files without a run, which are left when somebody views a deleted run."
    runs_left: int


def prune_runs(
    instance: dg.DagsterInstance,
    now: datetime,
    *,
    keep: timedelta,
    keep_routine: timedelta,
    routine_jobs: Sequence[str],
) -> Pruned:
    """Delete the ended runs that are older than `keep`, or `keep_routine` for those of the routine jobs.

    Their events and compute logs are deleted with them, and materializations without a run that are older than
    `keep_routine`: a sensor reports one whenever it lands a change. Raises StorageNotPrunable for a storage that is not
    an SQL database.
    """
    events = instance.event_log_storage
    if not isinstance(events, SqlEventLogStorage):
        raise StorageNotPrunable(
            f"Runs cannot be pruned: Dagster's event storage is a {type(events).__name__}, and only SQLite and "
            "PostgreSQL are supported. Stop the schedule `every_night_pruning`, and prune with that storage's tools."
        )
    filters = [dg.RunsFilter(statuses=ENDED, created_before=now - keep)]
    filters += [
        dg.RunsFilter(statuses=ENDED, created_before=now - keep_routine, job_name=name) for name in routine_jobs
    ]
    needed = _needed_runs(instance, events)
    old = dict.fromkeys(run_id for chosen in filters for run_id in _run_ids(instance, chosen) if run_id not in needed)
    run_ids = list(old)[:MOST_RUNS]
    newest = _newest_materializations(events)
    _delete_runless_events(events, now - keep_routine, newest)
    for chunk in _chunks(run_ids):
        _delete_events(events, chunk, newest)
        for run_id in chunk:
            with suppress(NotImplementedError):  # raised by log managers that cannot delete
                instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.run_storage.delete_run(run_id)  # last, so that an interrupted deletion is found again
    return Pruned(len(run_ids), _delete_stray_files(instance, events), len(old) - len(run_ids))


def _run_ids(instance: dg.DagsterInstance, chosen: dg.RunsFilter) -> list[str]:
    """Return the ids of the runs that the filter selects, oldest first."""
    return list(reversed(instance.get_run_ids(filters=chosen)))


def _needed_runs(instance: dg.DagsterInstance, events: SqlEventLogStorage) -> set[str]:
    """Return the newest run of each asset, and the newest attempt at each partition that failed."""
    newest, attempts = set[str | None](), set[str]()
    for record in instance.get_asset_records():
        entry = record.asset_entry
        newest.add(entry.last_run_id)
        last = entry.last_materialization and entry.last_materialization.asset_materialization
        if last and last.partition is None:
            continue  # beside assets by day an asset without partitions is planned for each day, but done once
        materializations = events.get_latest_asset_partition_materialization_attempts_without_materializations(
            entry.asset_key
        )
        attempts |= {run_id for run_id, _ in materializations.values()}
    needed = {run_id for run_id in newest if run_id}
    if attempts:  # Dagster refuses an empty filter
        ended_badly = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
        needed |= set(instance.get_run_ids(filters=dg.RunsFilter(run_ids=list(attempts), statuses=ended_badly)))
    return needed


def _newest_materializations(events: SqlEventLogStorage) -> set[int]:
    """Return the event id of the newest materialization of every asset and partition.

    It reads every materialization, so it is looked up once per pruning and not once per chunk.
    """
    log, materialization = SqlEventLogStorageTable, dg.DagsterEventType.ASSET_MATERIALIZATION.value
    newest = (
        sa.select(sa.func.max(log.c.id))
        .where(log.c.dagster_event_type == materialization, log.c.asset_key.is_not(None))
        .group_by(log.c.asset_key, log.c.partition)
    )
    with events.index_connection() as con:
        return set(con.execute(newest).scalars())


def _delete_events(events: SqlEventLogStorage, run_ids: Collection[str], newest: set[int]) -> None:
    """Delete the events of the runs in one transaction, except the newest materializations and check results."""
    log, checks, tags = SqlEventLogStorageTable, AssetCheckExecutionsTable, AssetEventTagsTable
    newest_checks = sa.select(sa.func.max(checks.c.id)).group_by(
        checks.c.asset_key, checks.c.check_name, checks.c.partition
    )
    with events.index_connection() as con:
        ids = con.execute(sa.select(log.c.id).where(log.c.run_id.in_(run_ids))).scalars()
        # Written into the statement: a backfill of ten years may keep more events than SQLite takes parameters.
        kept: sa.BindParameter[list[int]] = sa.bindparam(
            "kept", list(newest.intersection(ids)), expanding=True, literal_execute=True
        )
        deleted = sa.and_(log.c.run_id.in_(run_ids), log.c.id.not_in(kept))
        con.execute(tags.delete().where(tags.c.event_id.in_(sa.select(log.c.id).where(deleted))))
        con.execute(log.delete().where(deleted))
        con.execute(checks.delete().where(checks.c.run_id.in_(run_ids), checks.c.id.not_in(newest_checks)))
    for run_id in run_ids:
        for path in _event_files(events, run_id):
            path.unlink(missing_ok=True)


def _delete_runless_events(events: SqlEventLogStorage, before: datetime, newest: set[int]) -> None:
    """Delete the materializations of no run before that time, except the newest of each asset."""
    log, tags = SqlEventLogStorageTable, AssetEventTagsTable
    old = sa.and_(
        log.c.run_id == RUNLESS_RUN_ID,
        log.c.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value,
        log.c.timestamp < before.astimezone(UTC).replace(tzinfo=None),
    )
    with events.index_connection() as con:
        ids = set(con.execute(sa.select(log.c.id).where(old)).scalars()) - newest
        deleted: sa.BindParameter[list[int]] = sa.bindparam("deleted", list(ids), expanding=True, literal_execute=True)
        con.execute(tags.delete().where(tags.c.event_id.in_(deleted)))
        con.execute(log.delete().where(log.c.id.in_(deleted)))
    if any(path.exists() for path in _event_files(events, RUNLESS_RUN_ID)):
        with events.run_connection(RUNLESS_RUN_ID) as con:  # a second copy, which nothing reads for an asset
            con.execute(log.delete().where(old))


def _event_files(events: SqlEventLogStorage, run_id: str) -> list[Path]:
    """Return the files with the events of one run, or none if all runs share a database."""
    if not isinstance(events, SqliteEventLogStorage):
        return []
    path = events.path_for_shard(run_id)
    return [Path(path + suffix) for suffix in ("", "-wal", "-shm")]


def _delete_stray_files(instance: dg.DagsterInstance, events: SqlEventLogStorage) -> int:
    """Delete the event files without a run, and return their number."""
    if not isinstance(events, SqliteEventLogStorage):
        return 0
    stray = set(events.get_all_run_ids()) - set(instance.get_run_ids())  # a run is stored before its first event
    for run_id in stray:
        for path in _event_files(events, run_id):
            path.unlink(missing_ok=True)
    return len(stray)


def _chunks(run_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(run_ids), RUNS_AT_ONCE):
        yield run_ids[start : start + RUNS_AT_ONCE]
