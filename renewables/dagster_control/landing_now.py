"""Runs a job that lands something immediately, such as saved changes: through Dagster's server, or without it.

`python -m renewables.dagster_control.landing_now LOCATION JOB REQUESTED_BY CONFIG` is the second way: a separate
process, because the dashboard neither loads Dagster nor opens the warehouse for writing.
"""

import json
import subprocess
import sys
from typing import Any

from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import START, DagsterClient, role_of_job
from renewables.user_errors import UserError
from warehouse.settings import Settings

LANDING = ("pipeline_assets", "landing")
NOT_UPDATED = "Your edits are saved, but the charts could not be updated"
PATIENCE_SECONDS = 120.0
UPDATE = "update the charts"


class LandingFailed(UserError):
    """Raised when the changes did not land; they are saved and land later."""


def land_now(settings: Settings, *, requested_by: str, actor: Actor) -> str:
    """Start the landing and return a sentence about what happens now.

    Raises OrchestratorError, LandingFailed, AccessRefused.
    """
    actor.require(Role.EDITOR, UPDATE)
    if run_now(*LANDING, requested_by=requested_by, actor=actor, settings=settings, failure=NOT_UPDATED):
        return "The charts now include your edits."
    return "The charts will include your edits in a few seconds."


def run_now(
    location: str,
    job: str,
    *,
    requested_by: str,
    actor: Actor,
    settings: Settings,
    failure: str,
    run_config: dict[str, Any] | None = None,
) -> bool:
    """Start a job on the server, or run it in a separate process, and return whether it has ended.

    `failure` begins the sentence about a failed run. Raises OrchestratorError, LandingFailed, AccessRefused.
    """
    actor.require(role_of_job(job), START)
    orchestrator = DagsterClient(str(settings.dagster_url))
    if orchestrator.answers(for_home=settings.dagster_home):
        orchestrator.launch_job(job, requested_by=requested_by, actor=actor, location=location, run_config=run_config)
        return False
    arguments = [location, job, requested_by, actor.label, json.dumps(run_config)]
    command = [sys.executable, "-m", "renewables.dagster_control.landing_now", *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603 (our own module)
    except subprocess.TimeoutExpired as error:
        raise LandingFailed(f"{failure}: this took longer than {PATIENCE_SECONDS:.0f} s and was stopped.") from error
    if ended.returncode:
        reason = (ended.stderr.strip().splitlines() or ["no reason was recorded"])[-1]
        raise LandingFailed(f"{failure}: {reason}")
    return True


def main() -> None:
    """Run a job in this process; a failure is one line on the error stream, with exit code 1."""
    from renewables.dagster_control.in_process import run_job
    from renewables.user_errors import user_message

    location, job, requested_by, person, run_config = sys.argv[1:]
    actor = Actor.program(person)  # who asked was checked before this process was started
    try:
        outcome = run_job(
            location,
            job,
            requested_by=requested_by,
            actor=actor,
            settings=Settings(),
            run_config=json.loads(run_config),
        )
    except Exception as error:
        expected = user_message(error)
        if expected is None:
            raise
        raise SystemExit(expected[0]) from error
    if not outcome.succeeded:
        raise SystemExit(" ".join((outcome.error or "the run failed").split()))


if __name__ == "__main__":
    main()
