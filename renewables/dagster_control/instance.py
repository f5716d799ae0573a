"""The Dagster instance of our home: prepares its folder, and fails runs that a crashed process left behind."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from renewables.dagster_control.process_identity import is_alive
from renewables.dagster_control.record_files import DagsterConfigurationInvalid, DagsterRecordsDamaged
from warehouse.private_files import make_private_folder, private_umask, write_private
from warehouse.settings import PACKAGE_PARENT, Settings, checkout_folder

if TYPE_CHECKING:
    import dagster as dg

SHIPPED_COPY = "dagster.shipped.yaml"
"A copy of `dagster.yaml` as it was shipped: while both are identical, an update replaces them."
FIRST_SHIPPED = "824233e0f3b2c76abd4bd311d361043a708ad2a00148a97b42af1e3c2ecbe844"
"The SHA-256 of the file in the first version, which kept no copy."

PROCESS_TAG = "renewables/process"
"The tag of a run in a process of the command line: while that process lives, its run does not count as dead."


def shipped_file(name: str) -> Path:
    """Return `dagster.yaml` or `workspace.yaml` as shipped: from the checkout, otherwise from the installed package."""
    return (checkout_folder() or PACKAGE_PARENT / "renewables") / name


def prepared_home(settings: Settings) -> Path:
    """Return the instance's folder, with the shipped `dagster.yaml` unless the user has edited the existing one.

    Raises DagsterConfigurationInvalid, HomeNotWritable, PlantedLink.
    """
    home = make_private_folder(settings.dagster_home)
    configuration, copy = home / "dagster.yaml", home / SHIPPED_COPY
    text = shipped_file("dagster.yaml").read_text()
    try:
        before = configuration.read_text() if configuration.exists() else None
    except UnicodeDecodeError as error:
        raise DagsterConfigurationInvalid(home, "it is not UTF-8 text") from error
    if before in (None, text) or _is_untouched(str(before), copy):
        for path in (configuration, copy):
            if not path.exists() or path.read_text() != text:
                write_private(path, text)
    return home


def _is_untouched(configuration: str, copy: Path) -> bool:
    """Return whether the file is as an earlier version shipped it, so that a newer one may replace it."""
    if copy.exists():
        return configuration == copy.read_text()
    return sha256(configuration.encode()).hexdigest() == FIRST_SHIPPED


@contextmanager
def open_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """Yield the persistent instance, and set DAGSTER_HOME to it for whatever Dagster starts from here.

    Raises DagsterRecordsDamaged, DagsterConfigurationInvalid, HomeNotWritable, PlantedLink.
    """
    import dagster as dg
    from sqlalchemy.exc import DatabaseError
    from yaml import YAMLError  # type: ignore[import-untyped]  # it ships no types

    home = prepared_home(settings)
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(home)
    try:
        with private_umask(), ExitStack() as stack:
            try:
                opened = stack.enter_context(dg.DagsterInstance.from_config(str(home)))
            except (dg.DagsterError, YAMLError, TypeError, ValueError) as error:  # `storage: 3` is a TypeError there
                raise DagsterConfigurationInvalid(home, error) from error
            yield opened
    except DatabaseError as error:  # the ledger has an error of its own, so this is Dagster's
        raise DagsterRecordsDamaged(home, error.orig) from error
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


def mark_dead_runs(
    settings: Settings,
    *,
    location: str | None = None,
    started_before: float | None = None,
    reason: str = "The process that ran it ended before it did.",
) -> list[str]:
    """Mark as failed the runs whose process ended and left them STARTED, STARTING or CANCELING; return their ids.

    Otherwise they would occupy a place in the queue and block the nightly runs. Call it while no server of this home
    runs, or, for the runs of one code `location`, once no process of its ended server is left: `started_before` is when
    that server ended (seconds since 1970). A run in a process of the command line is identified by that process.
    """
    import dagster as dg

    left = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    marked = []
    with open_instance(settings) as opened:
        for run in opened.get_runs(filters=dg.RunsFilter(statuses=left)):
            if is_alive(run.tags.get(PROCESS_TAG)):
                continue
            if location is not None and location != _location_of(run):
                continue
            launched = opened.get_run_stats(run.run_id).launch_time if started_before is not None else None
            if started_before is None or (launched is not None and launched < started_before):
                opened.report_run_failed(run, f"{reason} What had landed is kept.")
                marked.append(run.run_id)
    return marked


def _location_of(run: "dg.DagsterRun") -> str | None:
    origin = run.remote_job_origin
    return origin.repository_origin.code_location_origin.location_name if origin else None
