"""The locks that make one writer of many processes: an advisory lock of PostgreSQL, or a locked file.

Belongs here: waiting with a bound, and naming the holder. Not here: what is written. A DuckDB file needs neither,
because DuckDB locks it. Two writers on a lake would both append what they find missing, and double it without an error.
"""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import tenacity

from warehouse.errors import LakeUnavailable, WarehouseBusy
from warehouse.private_files import make_private_folder, private_umask, refuse_link

if TYPE_CHECKING:
    import psycopg

LOCK_KEYS = (1_734_505_079, 1)
"The two numbers of the advisory lock; one database of PostgreSQL holds one lake."
LONGEST_NAME = 63
"The characters that PostgreSQL keeps of the name of an application."
IDLE_SECONDS, PROBE_SECONDS, PROBES = 30, 10, 3
"The silence after which PostgreSQL, or this machine, regards the other as gone: about a minute."


def name_of_this_process() -> str:
    """Return the name under which this process holds a lock: its program, host and number."""
    program = Path(sys.argv[0]).name or "python"
    return f"gb-renewables {program} {os.getpid()} on {socket.gethostname()}"[:LONGEST_NAME]


@contextmanager
def postgres_lock(connection: str, place: str, wait_seconds: float) -> Iterator[None]:
    """Hold the advisory lock of the catalogue's database; PostgreSQL releases it when this process ends.

    Raises WarehouseBusy after `wait_seconds`, and LakeUnavailable, also if the lock was lost during the body.
    """
    try:
        import psycopg
    except ImportError as error:
        raise LakeUnavailable(
            f"{place} needs psycopg, which is not installed: pip install -c constraints-lake.txt 'gb-renewables[lake]'."
        ) from error
    server_side = (
        f"-c tcp_keepalives_idle={IDLE_SECONDS} -c tcp_keepalives_interval={PROBE_SECONDS} "
        f"-c tcp_keepalives_count={PROBES}"
    )
    milliseconds = max(1, round(wait_seconds * 1000))
    try:
        con = psycopg.connect(
            connection,
            autocommit=True,
            application_name=name_of_this_process(),
            options=f"{server_side} -c lock_timeout={milliseconds} -c statement_timeout=0",
            connect_timeout=max(2, round(min(wait_seconds, 30))),
            keepalives_idle=IDLE_SECONDS,
            keepalives_interval=PROBE_SECONDS,
            keepalives_count=PROBES,
        )
    except psycopg.Error as error:
        raise LakeUnavailable(unreachable_sentence(place, str(error))) from error
    with con:
        try:
            con.execute("SELECT pg_advisory_lock(%s, %s)", LOCK_KEYS)
        except psycopg.errors.LockNotAvailable as error:
            raise WarehouseBusy(_busy_sentence(place, _postgres_holder(con), wait_seconds)) from error
        yield
        try:
            con.execute("SELECT 1")
        except psycopg.Error as error:
            raise LakeUnavailable(
                f"The connection that holds the lock of {place} was lost during the write ({error}). What was "
                "committed is kept; run this again, and `renewables doctor` looks for doubled rows."
            ) from error


def _postgres_holder(con: "psycopg.Connection") -> str:
    row = con.execute(
        "SELECT application_name, host(client_addr), backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2",
        LOCK_KEYS,
    ).fetchone()
    if row is None:
        return "a process that has just ended"
    name, address, since = row
    start = f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if since else "an unknown time"
    return f"{name or 'a process without a name'} ({address or 'the same machine'}, since {start})"


@contextmanager
def file_lock(path: Path, place: str, wait_seconds: float) -> Iterator[None]:
    """Hold the lock file at `path`, which the system releases when this process ends. Raises WarehouseBusy."""
    make_private_folder(path.parent)
    refuse_link(path)
    patiently = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(BlockingIOError),
        wait=tenacity.wait_random(0.01, 0.05),
        stop=tenacity.stop_after_delay(wait_seconds),
        reraise=True,
    )
    with private_umask():
        file = path.open("a+")
    with file:
        try:
            patiently(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise WarehouseBusy(_busy_sentence(place, holder, wait_seconds)) from error
        file.truncate(0)
        file.write(f"{name_of_this_process()} (since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)\n")
        file.flush()
        yield


def unreachable_sentence(place: str, complaint: str) -> str:
    """Return the sentence for a catalogue that does not answer."""
    reason = " ".join(complaint.split())
    return (
        f"The catalogue of {place} cannot be reached: {reason}. Check that PostgreSQL runs, the host and the user in "
        "WAREHOUSE, and PGPASSWORD or the password file."
    )


def _busy_sentence(place: str, holder: str, wait_seconds: float) -> str:
    return (
        f"{place} is being written by {holder}; waited {wait_seconds:.0f} s. Try again when it has finished. "
        "Reading is not affected."
    )
