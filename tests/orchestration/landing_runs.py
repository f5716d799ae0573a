"""Changes of a ledger, and runs of the jobs that land them, for the tests of landings."""

import dagster as dg
import sqlalchemy as sa
from dagster import DagsterRunStatus

from pipeline_assets.access import Actor
from pipeline_assets.definitions import defs
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def change(engine: sa.Engine, name: str) -> None:
    submit(engine, [Change.create("contacts", {"name": name})], actor=Actor.typed("ada"), token=name)


def materialize(job: str, opened: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Run the job on the warehouse of the test's home, because the definitions read the settings on import."""
    return defs.resolve_job_def(job).execute_in_process(
        instance=opened,
        run_config=QUIET,
        raise_on_error=False,
    )


def run_of(opened: dg.DagsterInstance, status: DagsterRunStatus, job: str = "landing") -> dg.DagsterRun:
    return opened.create_run_for_job(defs.resolve_job_def(job), status=status)
