"""Ops: work of a job that materializes no asset of its own. Not here: the jobs (`jobs.py`), how the work is done."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from elexon_assets.accepted_gaps import accept_gap, observed_dataset
from elexon_assets.errors import UnusableInput
from elexon_assets.resources import WarehouseResource
from elexon_assets.run_pruning import prune_runs
from warehouse.settings import Settings

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


class GapToAccept(dg.Config):
    """A UTC day of an observed dataset, and why nobody has to ask for it again."""

    dataset: str
    day: str
    reason: str
    accepted_by: str


@dg.op
def accept_known_gap(context: dg.OpExecutionContext, config: GapToAccept, warehouse: WarehouseResource) -> None:
    """Accept the half hours missing from the day, and turn its partition green with the reason beside it."""
    try:
        dataset, day = observed_dataset(config.dataset), date.fromisoformat(config.day)
        half_hours = accept_gap(
            dataset,
            day,
            reason=config.reason,
            accepted_by=config.accepted_by,
            open_warehouse=warehouse.get_connection,
        )
    except (UnusableInput, ValueError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    context.log_event(
        dg.AssetMaterialization(
            asset_key=dataset.name,
            partition=day.isoformat(),
            description=f"Accepted as a known gap by {config.accepted_by}: {config.reason}",
            metadata={"half-hours missing": half_hours, "known gap": config.reason},
        )
    )
