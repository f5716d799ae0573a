"""Tests that old runs are deleted while their materializations stay known (scenario 54)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from elexon_assets.backfill_plan import range_tags
from elexon_assets.definitions import defs
from elexon_assets.run_pruning import Pruned, prune_runs
from elexon_assets.windows import window_of_days

FIRST = date(2024, 1, 1)
DAYS = dg.DailyPartitionsDefinition(start_date=FIRST.isoformat())
KEY = dg.AssetKey("by_day")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
MUCH_LATER = datetime.now(UTC) + timedelta(days=1000)
CONSOLIDATED = {
    "module": "dagster._core.storage.event_log",
    "class": "ConsolidatedSqliteEventLogStorage",
}
"The storage with one database for all runs, as PostgreSQL has."


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def by_day(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    if context.run.tags.get("fails"):
        raise dg.Failure("on request")
    return dg.MaterializeResult(metadata={"run": context.run.run_id})


@dg.asset
def whole() -> None:
    """Return a result; the asset has a check and no partitions."""


@dg.asset_check(asset=whole)
def is_well() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, metadata={"figure": 1})


@dg.asset
def beside() -> None:
    """Return a result; the asset has no partitions, but runs with one that has, as installed capacity does."""


SAMPLE = dg.Definitions(
    [by_day, beside, whole],
    asset_checks=[is_well],
    jobs=[dg.define_asset_job("nights", [by_day, beside]), dg.define_asset_job("routine", [whole])],
    executor=dg.in_process_executor,
)


@pytest.fixture(params=["a file for each run", "one database"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    storage = {"event_log_storage": {**CONSOLIDATED, "config": {"base_dir": str(tmp_path)}}}
    overrides = storage if request.param == "one database" else {}
    with dg.instance_for_test(overrides=overrides, temp_dir=str(tmp_path)) as instance:
        yield instance


def night(instance: dg.DagsterInstance, last: date, days: int = 7, **tags: str) -> str:
    """Run the trailing days up to `last`, and return the run's id."""
    first = max(FIRST, last - timedelta(days=days - 1))
    job = SAMPLE.resolve_job_def("nights")
    tags |= range_tags(first, last)
    return job.execute_in_process(instance=instance, tags=tags, run_config=QUIET, raise_on_error=False).run_id


def routine(instance: dg.DagsterInstance) -> str:
    return SAMPLE.resolve_job_def("routine").execute_in_process(instance=instance, run_config=QUIET).run_id


def prune(instance: dg.DagsterInstance, *, keep_days: int = 90, now: datetime = MUCH_LATER) -> Pruned:
    return prune_runs(
        instance,
        now,
        keep=timedelta(days=keep_days),
        keep_routine=timedelta(days=7),
        routine_jobs=["routine"],
    )


def newest_events(instance: dg.DagsterInstance) -> dict[str, tuple[int, float, str]]:
    """Return storage id, time and run of the newest materialization of each partition."""
    records = instance.fetch_materializations(KEY, limit=1000, ascending=True).records
    return {str(record.partition_key): (record.storage_id, record.timestamp, record.run_id) for record in records}


def statuses(instance: dg.DagsterInstance, days: list[str]) -> dict[str, str]:
    status = instance.get_status_by_partition(KEY, days, DAYS) or {}
    return {day: state.name for day, state in status.items() if state}


def test_the_newest_materialization_of_every_partition_outlives_its_run(opened: dg.DagsterInstance) -> None:
    nights = [night(opened, FIRST + timedelta(days=n)) for n in range(9)]
    before = newest_events(opened)
    assert len({run_id for _, _, run_id in before.values()}) > 1, "several runs hold a newest materialization"

    pruned = prune(opened)

    assert (pruned.runs, pruned.runs_left) == (8, 0)
    assert opened.get_run_ids() == nights[-1:]
    assert newest_events(opened) == before
    assert opened.get_materialized_partitions(KEY) == set(before)
    assert set(statuses(opened, sorted(before)).values()) == {"MATERIALIZED"}
    assert prune(opened).runs == 0


def test_a_deleted_run_leaves_nothing_on_the_disk(opened: dg.DagsterInstance) -> None:
    nights = [night(opened, FIRST + timedelta(days=n)) for n in range(3)]
    root = Path(opened.root_directory)
    for run_id in nights:  # the files that a run in its own process leaves
        (root / "storage" / run_id / "compute_logs").mkdir(parents=True, exist_ok=True)
    prune(opened)
    left = {run_id for run_id in nights for path in root.rglob("*") if run_id in path.name}
    assert left == {nights[-1]}


def test_a_file_created_by_viewing_a_deleted_run_is_deleted_the_next_night(opened: dg.DagsterInstance) -> None:
    events = opened.event_log_storage
    if isinstance(events, SqliteEventLogStorage):
        Path(events.path_for_shard("a-run-that-is-gone")).touch()
    newest = night(opened, FIRST)
    assert prune(opened).stray_files == (1 if events.is_run_sharded else 0)
    assert prune(opened).stray_files == 0
    assert opened.all_logs(newest)


def test_a_failed_day_stays_failed_and_keeps_its_newest_run(opened: dg.DagsterInstance) -> None:
    red = FIRST + timedelta(days=2)
    first_try = night(opened, red, 1, fails="yes")
    second_try = night(opened, red, 1, fails="yes")
    night(opened, FIRST, 1)
    prune(opened)
    assert opened.get_run_by_id(first_try) is None
    assert opened.get_run_by_id(second_try)
    days = [day.isoformat() for day in window_of_days(FIRST, red).days]
    assert statuses(opened, days) == {days[0]: "MATERIALIZED", days[2]: "FAILED"}


def test_routine_runs_are_pruned_sooner_and_the_newest_check_result_is_kept(opened: dg.DagsterInstance) -> None:
    night(opened, FIRST)
    night(opened, FIRST)
    runs = [routine(opened) for _ in range(3)]
    check = dg.AssetCheckKey(whole.key, "is_well")
    newest = opened.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]

    assert prune(opened, now=datetime.now(UTC) + timedelta(days=30)).runs == 2

    assert {run.job_name for run in opened.get_runs()} == {"nights", "routine"}
    assert [run_id for run_id in runs if opened.get_run_by_id(run_id)] == runs[-1:]
    assert opened.event_log_storage.get_latest_asset_check_execution_by_key([check])[check] == newest
    assert len(opened.event_log_storage.get_asset_check_execution_history(check, limit=10)) == 1


def test_active_and_recent_runs_are_kept(opened: dg.DagsterInstance) -> None:
    night(opened, FIRST)
    night(opened, FIRST)
    opened.create_run_for_job(SAMPLE.resolve_job_def("routine"), status=dg.DagsterRunStatus.STARTED)
    opened.create_run_for_job(SAMPLE.resolve_job_def("routine"), status=dg.DagsterRunStatus.STARTING)
    assert prune(opened, now=datetime.now(UTC) + timedelta(days=1)).runs == 0
    prune(opened)
    assert {run.status for run in opened.get_runs()} >= {dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING}


@pytest.mark.usefixtures("home")
def test_the_nightly_job_prunes_by_the_settings(
    dagster_instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUN_DAYS", "30")
    nights = [night(dagster_instance, FIRST + timedelta(days=n)) for n in range(2)]
    old = dagster_instance.get_run_by_id(nights[0])
    assert old
    dagster_instance.run_storage.delete_run(old.run_id)
    dagster_instance.run_storage.add_historical_run(old, datetime.now(UTC) - timedelta(days=31))
    result = defs.resolve_job_def("pruning").execute_in_process(instance=dagster_instance, run_config=QUIET)
    assert result.success
    assert dagster_instance.get_run_by_id(nights[0]) is None
    assert dagster_instance.get_run_by_id(nights[1])


def test_of_materializations_without_a_run_the_newest_stays_and_old_ones_are_deleted(
    opened: dg.DagsterInstance,
) -> None:
    for n in range(3):
        opened.report_runless_asset_event(dg.AssetMaterialization(whole.key, metadata={"number": n}))

    assert prune(opened, now=datetime.now(UTC)).runs == 0
    assert len(opened.fetch_materializations(whole.key, limit=10).records) == 3

    prune(opened)

    (left,) = opened.fetch_materializations(whole.key, limit=10).records
    assert left.asset_materialization
    assert left.asset_materialization.metadata["number"].value == 2
    assert opened.get_latest_materialization_event(whole.key)
