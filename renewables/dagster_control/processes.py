"""Starts servers as processes of their own and leaves none behind, however it ends.

Each child leads a process group, which its own children (code servers, runs) are in; the end is sent to whole groups.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from renewables.user_errors import Problem

START_SECONDS = 90.0
GRACE_SECONDS = 15.0
"For runs to note that they were ended; after that they are killed."


class ServerEnded(Problem):
    """A server ended by itself; the sentence names it and its log."""


@contextmanager
def stop_asked_for() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, also where a background shell had them ignored."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Use as a context manager: at the end every process of every group it started is gone."""

    def __init__(self, log_folder: Path, end_asked_for: threading.Event | None = None) -> None:
        self._log_folder = log_folder
        self._end_asked_for = end_asked_for or threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Its output goes to `<name>.log`."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 (our own command, no shell)
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        return self._log_folder / f"{name}.log"

    def check(self) -> None:
        """Raises ServerEnded when one of them is gone."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ServerEnded(f"{name} ended by itself (exit code {child.returncode}); see {self.log(name)}")

    def wait_for(self, name: str, answers: Callable[[], bool]) -> bool:
        """Whether that server answers; False when the end was asked for before. Raises ServerEnded."""
        until = time.monotonic() + START_SECONDS
        while not self._end_asked_for.is_set():
            if answers():
                return True
            self.check()
            if time.monotonic() > until:
                raise ServerEnded(f"{name} does not answer after {START_SECONDS:.0f} s; see {self.log(name)}")
            self._end_asked_for.wait(0.1)
        return False

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self._signal(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        while self._any_left() and time.monotonic() < until:
            time.sleep(0.1)
        self._signal(signal.SIGKILL)
        for child in self._children.values():
            child.wait()

    def _any_left(self) -> bool:
        for child in self._children.values():
            child.poll()
        return any(_group_lives(child.pid) for child in self._children.values())

    def _signal(self, number: signal.Signals) -> None:
        for child in self._children.values():
            if _group_lives(child.pid):
                os.killpg(child.pid, number)


def _group_lives(group: int) -> bool:
    """Whether any process of the group is left (a leader that is not waited for yet counts)."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
