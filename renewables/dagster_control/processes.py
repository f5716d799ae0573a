"""Starts servers as separate processes, restarts those that end, and leaves none behind, however it ends.

Each child leads a process group that contains its own children (code servers, runs); signals go to complete groups.
When this process is killed, the watchdog (`watchdog.py`), which is one of the children, ends the others.

Belongs here: processes. Not here: which servers exist (`servers.py`), what the home is (`home_lock.py`).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from renewables.dagster_control.home_lock import PartState
from renewables.dagster_control.process_identity import identity_of
from renewables.dagster_control.watchdog import end_groups, group_lives
from renewables.user_errors import UserError
from warehouse.private_files import open_private

START_SECONDS = 90.0
TRIES = 5
"The number of starts after which a server that keeps ending is given up."
FIRST_PAUSE_SECONDS = 0.5
"The pause before the first restart; each further one waits twice as long."
STEADY_SECONDS = 60.0
"The running time after which a server has its full number of restarts again."
WATCHDOG = "watchdog"
LONGEST_LOG_BYTES = 20_000_000
"The size beyond which a server's log is moved to `<name>.log.1`, in the place of the one before it."


class ServerEnded(UserError):
    """Raised when a server ended by itself and cannot be restarted; the sentence names it and its log."""


@contextmanager
def stop_requested() -> Iterator[threading.Event]:
    """Yield an event that SIGINT, SIGTERM and SIGHUP set.

    SIGINT is handled even though a background shell ignores it for its commands; SIGHUP stays ignored under `nohup`.
    """
    requested = threading.Event()

    def request(_signal: int, _frame: FrameType | None) -> None:
        requested.set()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, request) for number in numbers}
    try:
        yield requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Part:
    """One server: how it is started, and how often it was restarted."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    socket: Path | None
    needs: Callable[[], bool]
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    "The number of consecutive ends without a steady time between them."
    restarts: int = 0
    next_start: float | None = None
    left_groups: dict[int, tuple[float, str]] = field(default_factory=dict)
    "The groups whose leader ended and that still have processes (runs), with when and how it ended."

    @property
    def state(self) -> str:
        if self.child is not None:
            return "running"
        return "restarting" if self.next_start is not None else "down"


def listens(path: Path) -> bool:
    """Return whether a server accepts connections at the socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


class Supervisor:
    """A context manager that starts servers; at its end every process of every group that it started is gone."""

    def __init__(
        self,
        log_folder: Path,
        end_requested: threading.Event | None = None,
        *,
        inherited: Sequence[int] = (),
        note: Callable[[Sequence[PartState]], None] = lambda _: None,
        say: Callable[[str], None] = lambda _: None,
        group_gone: Callable[[str, float, str], None] = lambda _name, _ended_at, _how: None,
    ) -> None:
        """Prepare a supervisor without any server.

        Args:
            log_folder: The folder of the servers' logs.
            end_requested: The event that requests the end.
            inherited: The open files that the children keep open.
            note: Called with the states of the servers at each change.
            say: Called with a sentence for a person.
            group_gone: Called with the name of a server, when it ended and how, once no process of that start is
                left and the server accepts connections again.
        """
        self._log_folder = log_folder
        self._end_requested = end_requested or threading.Event()
        self._inherited = inherited
        self._note, self._say, self._group_gone = note, say, group_gone
        self._parts: dict[str, _Part] = {}
        self._lifeline = -1

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        socket: Path | None = None,
        needs: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start a server; its output goes to `<name>.log`.

        Before it is restarted, the `socket` that it left behind is removed, and the sockets that it `needs` must accept
        connections.
        """
        self._parts[name] = part = _Part(name, command, environment, socket, needs)
        self._spawn(part)

    def log(self, name: str) -> Path:
        """Return the path of a server's log."""
        return self._log_folder / f"{name}.log"

    def states(self) -> list[PartState]:
        """Return the state of each server."""
        return [
            PartState(
                part.name,
                part.state,
                identity_of(part.child.pid) if part.child else None,
                part.restarts,
                str(self.log(part.name)),
            )
            for part in self._parts.values()
        ]

    def tend(self) -> None:
        """Restart servers that have ended. Raises ServerEnded if nothing but the watchdog is left."""
        now = time.monotonic()
        for part in self._parts.values():
            if part.child is not None and part.child.poll() is not None:
                self._plan_restart(part, now)
            if part.next_start is not None and now >= part.next_start and part.needs():
                part.restarts += 1
                self._spawn(part)
            self._forget_gone_groups(part)
            self._bound_log(part)
        servers = [part for part in self._parts.values() if part.name != WATCHDOG]
        if servers and all(part.state == "down" for part in servers):
            raise ServerEnded(f"Every server ended, {TRIES} times each; see {self._log_folder}.")

    def wait_for(self, name: str, answers: Callable[[], bool]) -> bool:
        """Return whether that server responds, or False if the end is requested first. Raises ServerEnded."""
        until = time.monotonic() + START_SECONDS
        while not self._end_requested.is_set():
            if answers():
                return True
            self.refuse_ended()
            if time.monotonic() > until:
                raise ServerEnded(f"{name} does not answer after {START_SECONDS:.0f} s; see {self.log(name)}")
            self._end_requested.wait(0.1)
        return False

    def __enter__(self) -> "Supervisor":
        self.start(WATCHDOG, [sys.executable, "-m", "renewables.dagster_control.watchdog"], {})
        return self

    def __exit__(self, *_: object) -> None:
        groups = [group for part in self._parts.values() if part.name != WATCHDOG for group in self._groups(part)]
        # In a thread, because an ended leader counts as left until it was waited for.
        ending = threading.Thread(target=end_groups, args=(groups,))
        ending.start()
        for part in self._parts.values():
            if part.child is not None and part.name != WATCHDOG:
                part.child.wait()
        ending.join()
        os.close(self._lifeline)
        watchdog = self._parts[WATCHDOG].child
        if watchdog is not None:
            watchdog.wait()

    def _bound_log(self, part: _Part) -> None:
        """Copy a log that is too long to `<name>.log.1` and empty it. A line written in between may be lost."""
        log = self.log(part.name)
        if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
            with log.open("rb") as source, open_private(log.with_suffix(".log.1"), "wb") as copy:
                shutil.copyfileobj(source, copy)
            os.truncate(log, 0)

    def _groups(self, part: _Part) -> list[int]:
        return [*([part.child.pid] if part.child else []), *part.left_groups]

    def _spawn(self, part: _Part) -> None:
        """Start the process; its first start empties its log, later ones append to it."""
        self._log_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if part.socket is not None:
            part.socket.unlink(missing_ok=True)
        stdin: int = subprocess.DEVNULL
        if part.name == WATCHDOG:
            stdin, lifeline = os.pipe()
            if self._lifeline >= 0:
                os.close(self._lifeline)
            self._lifeline = lifeline
        if not part.restarts:
            open_private(self.log(part.name), "wb").close()
        with open_private(self.log(part.name), "ab") as log:  # for `_bound_log`, which empties it
            part.child = subprocess.Popen(  # noqa: S603 (our own command, no shell)
                part.command,
                env={**os.environ, **part.environment},
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._inherited,
            )
        part.started_at, part.next_start = time.monotonic(), None
        if part.name == WATCHDOG:
            os.close(stdin)
            for other in self._parts.values():
                self._tell_watchdog("+", *(self._groups(other) if other.name != WATCHDOG else []))
        else:
            self._tell_watchdog("+", part.child.pid)
        self._note(self.states())

    def _tell_watchdog(self, sign: str, *groups: int) -> None:
        """Send a line to the watchdog; one that has just ended is restarted, and gets all groups then."""
        for group in groups:
            try:
                os.write(self._lifeline, f"{sign}{identity_of(group) or group}\n".encode())
            except BrokenPipeError:
                return

    def _plan_restart(self, part: _Part, now: float) -> None:
        assert part.child is not None  # noqa: S101 (the caller has observed its end)
        code, group = part.child.returncode, part.child.pid
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        part.left_groups[group] = (time.time(), how)
        part.child = None
        part.failures = 1 if now - part.started_at > STEADY_SECONDS else part.failures + 1
        if part.failures > TRIES:
            self._say(
                f"{part.name} ended again ({how}) and is no longer restarted; the others continue. See "
                f"{self.log(part.name)}, then restart `renewables up`."
            )
        else:
            pause = FIRST_PAUSE_SECONDS * 2 ** (part.failures - 1)
            part.next_start = now + pause
            self._say(f"{part.name} ended ({how}); it is started again in {pause:g} s. Its log: {self.log(part.name)}")
        self._note(self.states())

    def _forget_gone_groups(self, part: _Part) -> None:
        """Report the groups of which no process is left, the oldest first, and none before an older one has gone.

        It waits for a code server that is restarting: Dagster retries the runs that are then marked as failed, and
        gives up permanently if the server does not respond.
        """
        if part.left_groups and part.socket is not None and part.state != "down" and not listens(part.socket):
            return
        for group, (ended_at, how) in list(part.left_groups.items()):
            if group_lives(group):
                return
            del part.left_groups[group]
            self._tell_watchdog("-", group)
            self._group_gone(part.name, ended_at, how)

    def refuse_ended(self) -> None:
        """Raise ServerEnded for a server that ends while the servers start for the first time."""
        for part in self._parts.values():
            if part.name != WATCHDOG and part.child is not None and part.child.poll() is not None:
                raise ServerEnded(
                    f"{part.name} ended by itself (exit code {part.child.returncode}); see {self.log(part.name)}"
                )
