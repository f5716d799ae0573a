"""One `renewables up` per home: the lock that it and its servers hold, and the state that it writes to a file.

The lock is on an open file that the servers inherit, so it is held until the last of them has ended: no second daemon
starts beside one that a killed `renewables up` left behind.

Belongs here: who holds the home, and the state of the servers. Not here: starting them (`processes.py`).
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from renewables.dagster_control.process_identity import is_alive, own_identity
from renewables.dagster_control.watchdog import GRACE_SECONDS
from renewables.user_errors import UserError
from warehouse.private_files import open_private, write_private

LOCK, STATE = "up.lock", "up.json"


class AlreadyUp(UserError):
    """Raised when another `renewables up` runs on this home."""


@dataclass(frozen=True)
class PartState:
    """One server of `renewables up`; `state` is running, restarting, or down (given up)."""

    name: str
    state: str
    process: str | None
    restarts: int
    log: str

    @property
    def is_running(self) -> bool:
        """Return whether its process is alive."""
        return is_alive(self.process)


@dataclass(frozen=True)
class Up:
    """The recorded state of `renewables up`: its own process, its addresses, its servers."""

    process: str
    dagster_url: str
    dashboard_url: str | None
    parts: Sequence[PartState]


@contextmanager
def sole_use(folder: Path) -> Iterator[int]:
    """Hold the lock of the home whose Dagster folder is given; yield the open file, for the servers to inherit.

    It waits for servers that a killed `renewables up` left behind, because they are about to end. Raises AlreadyUp.
    """
    import fcntl

    until = time.monotonic() + GRACE_SECONDS + 10
    with open_private(folder / LOCK, "ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                state = read_state(folder)
                if state is None or is_alive(state.process) or time.monotonic() > until:
                    raise AlreadyUp(_sentence(folder, state)) from error
                time.sleep(0.2)
            else:
                break
        try:
            yield lock.fileno()
        finally:
            (folder / STATE).unlink(missing_ok=True)


def write_state(folder: Path, dagster_url: str, dashboard_url: str | None, parts: Sequence[PartState]) -> None:
    """Write the state of this `renewables up`, in one step."""
    state = Up(own_identity(), dagster_url, dashboard_url, parts)
    write_private(folder / STATE, json.dumps(asdict(state)))


def read_state(folder: Path) -> Up | None:
    """Return the recorded state of the `renewables up` of this home, or None if no readable one exists."""
    try:
        values = json.loads((folder / STATE).read_text())
        return Up(**{**values, "parts": [PartState(**part) for part in values["parts"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _sentence(folder: Path, state: Up | None) -> str:
    if state is None or is_alive(state.process):
        what = "`renewables up`" if state else "`renewables up` or `renewables serve daemon`"
        who = f" (process {state.process.split()[0]})" if state else ""
        return f"{what} is already running on {folder}{who}. Stop it, or set RENEWABLES_HOME to another folder."
    left = ", ".join(f"{part.name} ({part.process.split()[0]})" for part in state.parts if part.process)
    return f"Servers of a killed `renewables up` are still running on {folder}: {left}. Stop them, then start it again."
