"""Jobs: what runs together, and the question whether one is on its way."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import dagster as dg

from elexon_assets.assets import GENERATION_ASSETS, TABLE_ASSETS, installed_capacity, latest_half_hours
from elexon_assets.backfill_plan import PRIORITY
from elexon_assets.flag_assets import flags
from elexon_assets.run_pruning import prune_runs
from warehouse.settings import Settings

nightly = dg.define_asset_job(
    "nightly",
    selection=[*GENERATION_ASSETS, installed_capacity],
    description="The trailing seven UTC days of every dataset, asked for again: late and republished values come in. "
    "And installed capacity, all of it.",
    tags={PRIORITY: "10"},
)
repair = dg.define_asset_job(
    "repair",
    selection=GENERATION_ASSETS,
    description="Days of the last 30 that are missing or short, asked for again.",
    tags={PRIORITY: "10"},
)
latest = dg.define_asset_job(
    "latest",
    selection=[latest_half_hours],
    description="The trailing 24 hours of every dataset: what is shown is live.",
    tags={PRIORITY: "20"},
)
flagging = dg.define_asset_job(
    "flagging",  # the op of the asset has the name `flags`, and Dagster refuses two
    selection=[flags],
    description="Flags for what has landed since the last time; runs after every landing.",
    tags={PRIORITY: "30"},
)
checks = dg.define_asset_job(
    "checks",
    selection=TABLE_ASSETS,
    description="What is true of the data when they pass; runs after the flags of every landing but those of latest, "
    "and when a dataset goes stale or is fresh again.",
    tags={PRIORITY: "30"},
)

ROUTINE = ["latest", "flagging", "checks", "landing", "pruning"]
"Jobs of both code locations that run many times a day or leave nothing to look at: their runs go sooner."


@dg.op
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Delete the runs that are older than RUN_DAYS, or ROUTINE_RUN_DAYS, with their events and compute logs."""
    settings = Settings()
    pruned = prune_runs(
        context.instance,
        datetime.now(UTC),
        keep=timedelta(days=settings.run_days),
        keep_routine=timedelta(days=settings.routine_run_days),
        routine_jobs=ROUTINE,
    )
    context.log.info(f"{pruned.runs} runs were deleted, {pruned.runs_left} wait for the next night")
    context.add_output_metadata(asdict(pruned))


@dg.job(
    executor_def=dg.in_process_executor,
    tags={PRIORITY: "10"},
    description="Deletes old runs from Dagster's storage. The newest materialization of every partition is kept.",
)
def pruning() -> None:
    """Run every night."""
    delete_old_runs()


ON_ITS_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def on_its_way(instance: dg.DagsterInstance, job_name: str) -> str | None:
    """Return the id of a run of the job that has not ended, if any."""
    runs = instance.get_runs(filters=dg.RunsFilter(job_name=job_name, statuses=ON_ITS_WAY), limit=1)
    return runs[0].run_id if runs else None
