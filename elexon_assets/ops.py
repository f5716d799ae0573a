"""The ops: work of a job that materializes no asset. Not here: the jobs (`jobs.py`), how the work is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from elexon_assets.accepted_gaps import accept_gap, covered_dataset, withdraw_gap
from elexon_assets.errors import UnusableInput
from elexon_assets.partition_history import plan_materialization, remove_materializations
from elexon_assets.resources import WarehouseResource
from elexon_assets.run_pruning import prune_runs
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings

ROUTINE = ["latest", "flagging", "checks", "landing", "pruning"]
"The jobs of both code locations that run many times per day or leave no results: their runs are deleted sooner."


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


@dg.op
def maintain_warehouse(context: dg.OpExecutionContext) -> None:
    """Compact the warehouse, remove what is no longer kept, and write the file for other tools."""
    done = configured_warehouse().maintain()
    context.log.info(", ".join(f"{name.replace('_', ' ')}: {number:,}" for name, number in done.items()))
    context.add_output_metadata(dict(done))


KNOWN_GAP_ENTRY = "known gap"
"The metadata entry that marks the materialization of an accepted day."


class GapDecision(dg.Config):
    """A UTC day of an observed dataset, and a person's decision about its missing half-hours, with the reason."""

    dataset: str
    day: str
    reason: str
    decided_by: str


@dg.op
def accept_known_gap(context: dg.OpExecutionContext, config: GapDecision, warehouse: WarehouseResource) -> None:
    """Accept the half-hours missing from the day, and turn its partition green with the reason beside it."""
    with _refusals_as_failures():
        dataset, day = covered_dataset(config.dataset), date.fromisoformat(config.day)
        half_hours = accept_gap(
            dataset,
            day,
            reason=config.reason,
            accepted_by=config.decided_by,
            open_warehouse=warehouse.get_connection,
        )
    plan_materialization(context.instance, context.run, dataset.name, day.isoformat())
    context.log_event(
        dg.AssetMaterialization(
            asset_key=dataset.name,
            partition=day.isoformat(),
            description=f"Accepted as a known gap by {config.decided_by}: {config.reason}",
            metadata={
                "half-hours missing": half_hours,
                KNOWN_GAP_ENTRY: config.reason,
                "accepted by": config.decided_by,
            },
        )
    )


@dg.op
def withdraw_known_gap(context: dg.OpExecutionContext, config: GapDecision, warehouse: WarehouseResource) -> None:
    """Withdraw the acceptance of the day: its partition returns to its earlier state, its history shows why."""
    with _refusals_as_failures():
        dataset, day = covered_dataset(config.dataset), date.fromisoformat(config.day)
        withdraw_gap(
            dataset,
            day,
            reason=config.reason,
            withdrawn_by=config.decided_by,
            open_warehouse=warehouse.get_connection,
        )
    remove_materializations(context.instance, dataset.name, day.isoformat(), with_metadata=KNOWN_GAP_ENTRY)
    context.log_event(
        dg.AssetObservation(
            asset_key=dataset.name,
            partition=day.isoformat(),
            description=f"No longer a known gap, withdrawn by {config.decided_by}: {config.reason}",
            metadata={"known gap withdrawn": config.reason, "withdrawn by": config.decided_by},
        )
    )


@contextmanager
def _refusals_as_failures() -> Iterator[None]:
    """Turn a refused input into a failure of the run that shows only the message and is not retried."""
    try:
        yield
    except (UnusableInput, ValueError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
