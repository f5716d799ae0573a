"""Accepts a day as a known gap, over a Dagster server if one responds, otherwise in this process.

Belongs here: choosing between the two. Not here: what may be accepted (`elexon_assets/accepted_gaps.py`).
"""

from datetime import date
from typing import Any

from renewables.dagster_control.client import DagsterClient, Launched, Outcome
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.run_progress import RunProgress
from warehouse.settings import Settings

JOB = "accepting"


def run_config(dataset: str, day: date, reason: str, accepted_by: str) -> dict[str, Any]:
    """Return the configuration of the job's one op."""
    gap = {"dataset": dataset, "day": day.isoformat(), "reason": reason, "accepted_by": accepted_by}
    return {"ops": {"accept_known_gap": {"config": gap}}}


def launch_acceptance(
    orchestrator: DagsterClient, dataset: str, day: date, *, reason: str, accepted_by: str, requested_by: str
) -> Launched:
    """Start the job on the server. Raises OrchestratorError."""
    config = run_config(dataset, day, reason, accepted_by)
    return orchestrator.launch_job(JOB, requested_by=requested_by, run_config=config)


def accept_gap(
    dataset: str, day: date, *, reason: str, accepted_by: str, requested_by: str, settings: Settings
) -> Outcome:
    """Accept the day and wait for the result. Raises OrchestratorError."""
    orchestrator = DagsterClient(str(settings.dagster_url))
    if orchestrator.answers(for_home=settings.dagster_home):
        launched = launch_acceptance(
            orchestrator, dataset, day, reason=reason, accepted_by=accepted_by, requested_by=requested_by
        )
        [outcome] = follow_runs(orchestrator, launched, RunProgress(), lambda _: None)
        return outcome
    from renewables.dagster_control.in_process import run_job

    config = run_config(dataset, day, reason, accepted_by)
    return run_job("elexon_assets", JOB, requested_by=requested_by, settings=settings, run_config=config)
