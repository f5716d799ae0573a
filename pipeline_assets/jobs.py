"""The jobs: which assets run together, and how the newest runs of a job ended."""

import dagster as dg

from pipeline_assets.assets import LandingOptions, portfolio, seeded_portfolio, submitted_changes
from pipeline_assets.ops import write_weekly_digest
from pipeline_assets.register_assets import REGISTER_ASSETS

PRIORITY = {"dagster/priority": "30"}
"The priority of these runs: they start before anything that fetches from Elexon, because a person waits for them."

landing = dg.define_asset_job(
    "landing",
    selection=dg.AssetSelection.assets(submitted_changes, portfolio).without_checks(),
    description="What was submitted since the last time, and the records that it touches.",
    tags=PRIORITY,
)
nightly_landing = dg.define_asset_job(
    "nightly_landing",
    selection=[submitted_changes, portfolio],
    description="A landing that also proves that all tables equal a complete rebuild, repairs those that do not, and "
    "then runs every check.",
    config=dg.RunConfig(ops={"portfolio": LandingOptions(prove=True)}),
    tags=PRIORITY,
)
seeding = dg.define_asset_job(
    "seeding",
    selection=[seeded_portfolio, submitted_changes, portfolio],
    description="The invented portfolio of the seed files, landed at once.",
    tags=PRIORITY,
)
register_issues = dg.define_asset_job(
    "register_issues",
    selection=REGISTER_ASSETS,
    description="New issues of the public registers REPD and TEC: the files in the home's folder registers, then the "
    "configured addresses. Runs every month, from the page Registers and by `renewables registers`.",
    tags={"dagster/priority": "10"},
)


@dg.job(description="The notice of what changed in the portfolio last week.", tags=PRIORITY)
def weekly_digest() -> None:
    """Write the digest of last week."""
    write_weekly_digest()


ENDED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def newest_runs(instance: dg.DagsterInstance, job_name: str, limit: int) -> list[dg.RunRecord]:
    """Return the newest runs of a job, newest first."""
    return list(instance.get_run_records(filters=dg.RunsFilter(job_name=job_name), limit=limit))


def on_its_way(instance: dg.DagsterInstance, job_name: str) -> str | None:
    """Return the id of the newest run of the job, if it has not ended."""
    runs = [record.dagster_run for record in newest_runs(instance, job_name, 1)]
    return next((run.run_id for run in runs if run.status not in ENDED), None)
