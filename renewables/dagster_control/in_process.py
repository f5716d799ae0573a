"""Runs the assets in this process on the persistent instance when no Dagster server responds.

The runs, events and partitions are Dagster's own, so the UI shows them when it is started later.
"""

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from elexon_assets.backfill_plan import range_tags, runs_of
from elexon_assets.dataset_model import Dataset
from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import ACTOR, ASSETS, FETCH, REQUESTED_BY, START, Outcome, role_of_job
from renewables.dagster_control.instance import HOST_TAG, PROCESS_TAG, open_instance
from renewables.dagster_control.process_identity import host_name, own_identity
from warehouse.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


def materialize_days(
    datasets: Sequence[Dataset], first: date, last: date, *, requested_by: str, actor: Actor, settings: Settings
) -> list[Outcome]:
    """Materialize UTC days, both inclusive, in runs of at most 371 days; or one run of a dataset fetched completely.

    Raises AccessRefused.
    """
    actor.require(Role.EDITOR, FETCH)
    import dagster as dg

    from elexon_assets.definitions import defs

    outcomes = []
    with open_instance(settings) as opened:
        keys = [dg.AssetKey(dataset.name) for dataset in datasets]
        job = defs.resolve_implicit_job_def_def_for_assets(keys)
        if job is None:
            raise LookupError("the assets do not share one partitions definition")
        job = job.get_subset(asset_selection=set(keys))
        for days in runs_of(datasets, first, last):
            tags = {REQUESTED_BY: requested_by, ASSETS: ", ".join(dataset.name for dataset in datasets)}
            outcomes.append(_run_assets(job, opened, {**tags, **(range_tags(*days) if days else {})}, actor))
        # The sensors of a server do the same after a landing. A failed run is red in the UI; the next one corrects it.
        if any(dataset.is_observed for dataset in datasets):
            _run_assets(defs.resolve_job_def("flagging"), opened, {REQUESTED_BY: requested_by}, actor)
    return outcomes


def run_job(
    location: str,
    name: str,
    *,
    requested_by: str,
    actor: Actor,
    settings: Settings,
    run_config: dict[str, Any] | None = None,
) -> Outcome:
    """Run one job of a code location in this process, with that configuration of its ops. Raises AccessRefused."""
    actor.require(role_of_job(name), START)
    definitions = import_module(f"{location}.definitions").defs
    with open_instance(settings) as opened:
        return _run_assets(definitions.resolve_job_def(name), opened, {REQUESTED_BY: requested_by}, actor, run_config)


def _run_assets(
    job: "dg.JobDefinition",
    opened: "dg.DagsterInstance",
    tags: dict[str, str],
    actor: Actor,
    run_config: dict[str, Any] | None = None,
) -> Outcome:
    from pipeline_assets.run_notices import describe_step_failure

    actor.require(Role.EDITOR, START)
    result = job.execute_in_process(
        instance=opened,
        run_config={"loggers": QUIET, **(run_config or {})},
        raise_on_error=False,
        tags={**tags, ACTOR: actor.label, PROCESS_TAG: own_identity(), HOST_TAG: host_name()},
    )
    errors = [describe_step_failure(event) for event in result.get_step_failure_events()]
    return Outcome(result.run_id, result.success, errors[0] if errors else None)
