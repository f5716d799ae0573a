"""Lands saved changes immediately: through Dagster's server, or without it.

`python -m renewables.dagster_control.landing_now` is the second way: a separate process, because the dashboard neither
loads Dagster nor opens the warehouse for writing.
"""

import subprocess
import sys

from pipeline_assets.access import Actor, Role
from renewables.dagster_control.client import DagsterClient
from renewables.user_errors import UserError
from warehouse.settings import Settings

LANDING = ("pipeline_assets", "landing")
PATIENCE_SECONDS = 120.0
UPDATE = "update the charts"


class LandingFailed(UserError):
    """Raised when the changes did not land; they are saved and land later."""


def land_now(settings: Settings, *, requested_by: str, actor: Actor) -> str:
    """Start the landing and return a sentence about what happens now.

    Raises OrchestratorError, LandingFailed, AccessRefused.
    """
    actor.require(Role.EDITOR, UPDATE)
    orchestrator = DagsterClient(str(settings.dagster_url))
    if orchestrator.answers(for_home=settings.dagster_home):
        location, job = LANDING
        orchestrator.launch_job(job, requested_by=requested_by, actor=actor, location=location)
        return "The charts will include your edits in a few seconds."
    command = [sys.executable, "-m", "renewables.dagster_control.landing_now", requested_by]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603 (our own module)
    except subprocess.TimeoutExpired as error:
        raise LandingFailed(
            f"Updating the charts took longer than {PATIENCE_SECONDS:.0f} s and was stopped. Your edits are saved."
        ) from error
    if ended.returncode:
        reason = (ended.stderr.strip().splitlines() or ["no reason was recorded"])[-1]
        raise LandingFailed(f"The charts could not be updated: {reason}")
    return "The charts now include your edits."


def main() -> None:
    """Run the landing in this process; a failure is one line on the error stream, with exit code 1."""
    from renewables.dagster_control.in_process import run_job
    from renewables.user_errors import user_message

    try:
        outcome = run_job(*LANDING, requested_by=sys.argv[1], actor=Actor.program("landing"), settings=Settings())
    except Exception as error:
        expected = user_message(error)
        if expected is None:
            raise
        raise SystemExit(expected[0]) from error
    if not outcome.succeeded:
        raise SystemExit(" ".join((outcome.error or "the run failed").split()))


if __name__ == "__main__":
    main()
