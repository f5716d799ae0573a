"""Lands issues of the public registers through Dagster: over its server if one responds, otherwise in a process.

Belongs here: putting a person's file where the assets look for files, and starting the job. Not here: reading a file,
landing it (`pipeline_assets/registers/`).
"""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any

from pipeline_assets.access import Actor, Role
from pipeline_assets.registers.declarations import REGISTERS
from renewables.dagster_control.client import DagsterClient, Outcome
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.landing_now import run_now
from renewables.dagster_control.run_progress import RunProgress
from renewables.user_errors import BadUsage
from warehouse.private_files import make_private_folder, open_private
from warehouse.settings import Settings

LOCATION, JOB = "pipeline_assets", "register_issues"
ADD = "add an issue of a register"
ENDINGS = (".csv", ".txt")


def keep_file(content: bytes, name: str, register: str, day: date | None, *, actor: Actor, settings: Settings) -> Path:
    """Put a file into the home's folder of registers, from which the job reads it, and return its path.

    The name begins with the register's, and says the date of the issue if one is given. The same content is not kept
    twice under one name. Raises BadUsage for an empty file or another kind of file, and AccessRefused.
    """
    actor.require(Role.ADMIN, ADD)
    stem, ending = Path(name).stem, Path(name).suffix.casefold()
    if ending not in ENDINGS:
        raise BadUsage(f"{name} is not a CSV file: download the register as CSV.")
    if not content.strip():
        raise BadUsage(f"{name} is empty: download it again.")
    clean = re.sub(r"[^a-z0-9._-]+", "-", stem.casefold()).strip("-.")[:80]
    if day is not None:
        clean = f"{register}-{day.isoformat()}"
    elif not re.match(rf"{register}(?![a-z])", clean):
        clean = f"{register}-{clean}"
    folder = settings.registers_folder
    make_private_folder(folder)
    path = folder / f"{clean}.csv"
    if path.exists() and path.read_bytes() != content:
        path = folder / f"{clean}-{_letters_of(content)}.csv"
    with open_private(path, "wb") as file:
        file.write(content)
    return path


def _letters_of(content: bytes) -> str:
    """Return a name for the content without digits, which would look like a date."""
    return hashlib.sha256(content).hexdigest()[:8].translate(str.maketrans("0123456789", "ghijklmnop"))


def run_and_wait(*, fetches: bool, requested_by: str, actor: Actor, settings: Settings) -> Outcome:
    """Run the job and wait for its end. Raises OrchestratorError, AccessRefused.

    It lands the files of the home's folder, and with `fetches` the newest issue from each register's address.
    """
    actor.require(Role.ADMIN, ADD)
    run_config = _run_config(fetches=fetches)
    orchestrator = DagsterClient(str(settings.dagster_url))
    if orchestrator.answers(for_home=settings.dagster_home):
        launched = orchestrator.launch_job(
            JOB, requested_by=requested_by, actor=actor, location=LOCATION, run_config=run_config
        )
        [outcome] = follow_runs(orchestrator, launched, RunProgress(), lambda _: None)
        return outcome
    from renewables.dagster_control.in_process import run_job

    return run_job(LOCATION, JOB, requested_by=requested_by, actor=actor, settings=settings, run_config=run_config)


def start_run(*, fetches: bool, requested_by: str, actor: Actor, settings: Settings) -> str:
    """Start the job, over the server or else in a separate process, and return a sentence about what happens now.

    Raises OrchestratorError, LandingFailed, AccessRefused.
    """
    actor.require(Role.ADMIN, ADD)
    failure = "The registers could not be landed"
    config = _run_config(fetches=fetches)
    if run_now(
        LOCATION, JOB, requested_by=requested_by, actor=actor, settings=settings, failure=failure, run_config=config
    ):
        return "The registers are up to date."
    return "The run has started; the issues appear here when it ends. The page Runs shows it."


def _run_config(*, fetches: bool) -> dict[str, Any]:
    return {"ops": {register.table: {"config": {"fetch": fetches}} for register in REGISTERS.values()}}
