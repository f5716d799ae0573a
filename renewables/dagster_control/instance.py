"""The Dagster instance of our home: its folder made ready, and the marks that a dead instance left put right."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.settings import PACKAGE_PARENT, Settings, checkout

if TYPE_CHECKING:
    import dagster as dg

PID_TAG = "renewables/pid"
"On runs in a process of the command line: while that process lives, its run is not a dead one."


def shipped(name: str) -> Path:
    """`dagster.yaml` or `workspace.yaml` as it came: from the checkout, else from the installed package."""
    return (checkout() or PACKAGE_PARENT / "renewables") / name


def prepared_home(settings: Settings) -> Path:
    """The instance's folder with the shipped `dagster.yaml`; one that stands there already is the user's own."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copyfile(shipped("dagster.yaml"), home / "dagster.yaml")
    return home


@contextmanager
def instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The persistent instance, also set as DAGSTER_HOME for what Dagster starts from here."""
    import dagster as dg

    home = prepared_home(settings)
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(home)
    try:
        with dg.DagsterInstance.from_config(str(home)) as opened:
            yield opened
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


def mark_the_dead_as_failed(settings: Settings) -> list[str]:
    """Runs that a dead instance left STARTED, STARTING or CANCELING: failed, so that they keep no place and stop no
    night. Call while no daemon of this home runs. Returns their ids."""
    import dagster as dg

    left = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    marked = []
    with instance(settings) as opened:
        for run in opened.get_runs(filters=dg.RunsFilter(statuses=left)):
            if not _alive(run.tags.get(PID_TAG)):
                opened.report_run_failed(run, "The instance that ran it ended before it did. What had landed is kept.")
                marked.append(run.run_id)
    return marked


def _alive(pid: str | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
