"""Jobs: what runs together, and the question whether one is on its way."""

import dagster as dg

from elexon_assets.assets import GENERATION_ASSETS, latest_half_hours

nightly = dg.define_asset_job(
    "nightly",
    selection=GENERATION_ASSETS,
    description="The trailing seven UTC days of every dataset, asked for again: late and republished values come in.",
)
repair = dg.define_asset_job(
    "repair",
    selection=GENERATION_ASSETS,
    description="Days of the last 30 that are missing or short, asked for again.",
)
latest = dg.define_asset_job(
    "latest",
    selection=[latest_half_hours],
    description="The trailing 24 hours of every dataset: what is shown is live.",
)
checks = dg.define_asset_job(
    "checks",
    selection=dg.AssetSelection.checks_for_assets(*GENERATION_ASSETS),
    description="What is true of the data when they pass; runs after every landing.",
)

ON_ITS_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def on_its_way(instance: dg.DagsterInstance, job_name: str) -> str | None:
    """The id of a run of the job that has not ended, if there is one."""
    runs = instance.get_runs(filters=dg.RunsFilter(job_name=job_name, statuses=ON_ITS_WAY), limit=1)
    return runs[0].run_id if runs else None
