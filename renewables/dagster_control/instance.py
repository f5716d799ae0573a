"""The Dagster instance of our home: prepares its folder, and fails runs that a crashed process left behind."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from renewables.dagster_control.process_identity import host_name, is_alive, is_own_address
from renewables.dagster_control.record_files import (
    DagsterConfigurationInvalid,
    DagsterDatabaseUnusable,
    records_error,
)
from renewables.user_errors import UserError
from warehouse.errors import WarehouseError
from warehouse.private_files import make_private_folder, private_umask, write_private
from warehouse.settings import PACKAGE_PARENT, Settings, checkout_folder

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.remote_origin import CodeLocationOrigin

SHIPPED_COPY = "dagster.shipped.yaml"
"A copy of `dagster.yaml` as it was shipped: while both are identical, an update replaces them."
FIRST_SHIPPED = "824233e0f3b2c76abd4bd311d361043a708ad2a00148a97b42af1e3c2ecbe844"
"The SHA-256 of the file in the first version, which kept no copy."

PROCESS_TAG, HOST_TAG = "renewables/process", "renewables/host"
"""The tags of a run in a process of the command line: while that process lives, its run does not count as dead. Only
its own host can look."""


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

    Raises DagsterRecordsDamaged, DagsterDatabaseUnusable, DagsterConfigurationInvalid, HomeNotWritable,
    DiskNearlyFull, PlantedLink.
    """
    import dagster as dg
    from dagster_shared.check import CheckError
    from sqlalchemy.exc import DatabaseError
    from yaml import YAMLError  # type: ignore[import-untyped]  # it ships no types

    home = prepared_home(settings)
    before = os.environ.get("DAGSTER_HOME")
    os.environ["DAGSTER_HOME"] = str(home)
    try:
        with private_umask(), ExitStack() as stack:
            try:
                opened = stack.enter_context(dg.DagsterInstance.from_config(str(home)))
            except (
                dg.DagsterError,
                CheckError,
                YAMLError,
                TypeError,
                ValueError,
            ) as error:  # `storage: 3`: a TypeError
                raise DagsterConfigurationInvalid(home, error) from error
            yield opened
    except DatabaseError as error:  # the ledger has an error of its own, so this is Dagster's
        raise _unusable_records(home, error.orig) from error
    except Exception as error:
        if isinstance(error.__cause__, DatabaseError):  # raised by dagster-postgres when it has tried for long enough
            raise _unusable_records(home, error.__cause__.orig) from error
        raise
    finally:
        if before is None:
            del os.environ["DAGSTER_HOME"]
        else:
            os.environ["DAGSTER_HOME"] = before


def _unusable_records(home: Path, reason: BaseException | None) -> UserError | WarehouseError:
    is_file = isinstance(reason, sqlite3.Error)
    return records_error(home, reason) if is_file else DagsterDatabaseUnusable(home, reason)


def mark_dead_runs(
    settings: Settings,
    *,
    location: str | None = None,
    port: int | None = None,
    started_before: float | None = None,
    reason: str = "The process that ran it ended before it did.",
) -> list[str]:
    """Mark as failed the runs whose process ended and left them STARTED, STARTING or CANCELING; return their ids.

    Otherwise they would occupy a place in the queue and block the nightly runs. Call it while no server of this home
    runs, or, for the runs of one code `location`, once no process of its ended server is left: `started_before` is when
    that server ended (seconds since 1970). A run in a process of the command line is identified by that process.

    Where several hosts share the records, only runs of this host are marked: those of a `renewables up` or a command,
    or with a `port` those of the code server that had it before (`code_server.py`). Runs of other hosts are left to
    these hosts, and to Dagster's run monitoring, which ends them after their maximum runtime.
    """
    import dagster as dg

    left = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]
    marked = []
    with open_instance(settings) as opened:
        shared = _is_shared(opened)
        for run in opened.get_runs(filters=dg.RunsFilter(statuses=left)):
            if (shared or port) and not _is_of_this_host(run, port):
                continue
            if is_alive(run.tags.get(PROCESS_TAG)):
                continue
            if location is not None and location != _location_of(run):
                continue
            launched = opened.get_run_stats(run.run_id).launch_time if started_before is not None else None
            if started_before is None or (launched is not None and launched < started_before):
                opened.report_run_failed(run, f"{reason} What had landed is kept.")
                marked.append(run.run_id)
    return marked


def _is_shared(opened: "dg.DagsterInstance") -> bool:
    """Return whether other hosts can have runs in this storage.

    SQLite's files are used by one host, and all runs in them are its own, even after it got another name.
    """
    storage = opened.get_ref().storage_data
    return storage is None or storage.class_name != "DagsterSqliteStorage"


def _is_of_this_host(run: "dg.DagsterRun", port: int | None) -> bool:
    """Return whether a `renewables up` or a command of this host ran it, or its code server with that port.

    The code servers of `renewables up` have sockets in its temporary folder, and its workspace names the host.
    """
    from dagster._core.remote_origin import GrpcServerCodeLocationOrigin

    if PROCESS_TAG in run.tags:
        return port is None and run.tags.get(HOST_TAG) == host_name()
    origin = _code_server_of(run)
    if not isinstance(origin, GrpcServerCodeLocationOrigin):
        return False
    if port is not None:
        return origin.port == port and is_own_address(origin.host)
    return origin.socket is not None and origin.host == host_name()


def _location_of(run: "dg.DagsterRun") -> str | None:
    code_server = _code_server_of(run)
    return code_server.location_name if code_server else None


def _code_server_of(run: "dg.DagsterRun") -> "CodeLocationOrigin | None":
    origin = run.remote_job_origin
    return origin.repository_origin.code_location_origin if origin else None
