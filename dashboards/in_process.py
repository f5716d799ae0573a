"""Runs the assets in this process on the persistent instance, when no Dagster server answers.

The runs, events and partitions are Dagster's own, so the UI shows them when it is started later.
"""

import os
from collections.abc import Sequence
from datetime import date

from dashboards.instance import PID_TAG, instance
from dashboards.orchestrator import REQUESTED_BY, Outcome
from elexon_assets.datasets import Dataset
from elexon_assets.runs import chunks, range_tags
from warehouse.settings import Settings

QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


def materialize(
    datasets: Sequence[Dataset], first: date, last: date, *, requested_by: str, settings: Settings
) -> list[Outcome]:
    """The UTC days, both ends in, in runs of at most 371 days.

    Progress goes to the listener of `elexon_assets.progress`.
    """
    import dagster as dg

    from elexon_assets.definitions import defs
    from elexon_assets.notices import cause

    # As of now: the definitions read their settings once, when they were imported.
    resources = {
        "elexon": {"config": {"base_url": str(settings.elexon_base_url)}},
        "warehouse": {"config": {"database": str(settings.warehouse)}},
    }
    outcomes = []
    with instance(settings) as opened:
        keys = [dg.AssetKey(dataset.name) for dataset in datasets]
        job = defs.resolve_implicit_job_def_def_for_assets(keys)
        if job is None:
            raise LookupError("the assets do not share one partitions definition")
        # The checks have a job of their own: in a range run they would cost events for each day.
        job = job.get_subset(asset_selection=set(keys), asset_check_selection=set())
        for start, end in chunks(first, last):
            result = job.execute_in_process(
                instance=opened,
                run_config={"loggers": QUIET, "resources": resources},
                raise_on_error=False,
                tags={**range_tags(start, end), REQUESTED_BY: requested_by, PID_TAG: str(os.getpid())},
            )
            errors = [cause(event) for event in result.get_step_failure_events()]
            outcomes.append(Outcome(result.run_id, result.success, errors[0] if errors else None))
    return outcomes
