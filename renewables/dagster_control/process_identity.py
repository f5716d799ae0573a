"""The identity of a process: its id and the moment it started, because the system reuses the ids of ended processes.

It is valid on one host only: where several share their records, compare `host_name` first.

Belongs here: telling processes apart. Not here: starting or ending them (`processes.py`).
"""

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path


def identity_of(pid: int) -> str | None:
    """Return the process id and the start time of a running process, or None for one that has ended.

    The start time is in clock ticks since the machine started (Linux), otherwise in the format of `ps`.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        fields = stat.read_text(errors="replace").rpartition(")")[2].split()
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _identity_from_ps(pid)
    except ProcessLookupError:  # the process ended while its file was read
        return None
    state, start_ticks = fields[0], fields[19]
    return None if state in "ZX" else f"{pid} {start_ticks}"


def host_name() -> str:
    """Return the name of this host, as other hosts see it in shared records."""
    return socket.gethostname()


def is_own_address(host: str) -> bool:
    """Return whether a host name or address is one of this host: only there can a socket be bound to it."""
    try:
        addresses = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except OSError:
        return False
    for family, kind, *_, address in addresses:
        with socket.socket(family, kind) as probe, suppress(OSError):
            probe.bind(address)
            return True
    return False


def own_identity() -> str:
    """Return the identity of this process."""
    return identity_of(os.getpid()) or str(os.getpid())


def is_alive(identity: str | None) -> bool:
    """Return whether that very process still runs. An id without a start time is not an identity."""
    pid, _, start = (identity or "").partition(" ")
    return bool(start) and pid.isdecimal() and identity_of(int(pid)) == identity


def _identity_from_ps(pid: int) -> str | None:
    """Return the identity from `ps`, because macOS and the BSDs have no /proc."""
    command = ["ps", "-o", "state=,lstart=", "-p", str(pid)]
    output = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (a fixed command and a number)
    state, _, start = output.stdout.strip().partition(" ")
    return None if output.returncode or state.startswith("Z") else f"{pid} {' '.join(start.split())}"
