"""Servers that run together: one that ends is restarted, and all end together, whatever ends the parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from renewables.dagster_control import processes
from renewables.dagster_control.home_lock import AlreadyUp, read_state, sole_use, write_state
from renewables.dagster_control.process_identity import identity_of, is_alive, own_identity
from renewables.dagster_control.processes import TRIES, WATCHDOG, ServerEnded, Supervisor, listens

pytestmark = pytest.mark.slow

LASTING = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
WITH_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print(c.pid, flush=True); time.sleep(600)",
]
BRIEF = [sys.executable, "-c", "print('No room left', flush=True); raise SystemExit(3)"]


def wait_until(condition: Callable[[], object], tend: Callable[[], None] = lambda: None) -> None:
    """Wait for a condition that other processes fulfil; fail after a while."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen within 30 s"
        tend()
        time.sleep(0.02)


def logged_process(servers: Supervisor, name: str) -> int:
    """Return the newest process id in the log of a server, once it exists."""
    wait_until(lambda: servers.log(name).exists() and servers.log(name).read_text().endswith("\n"))
    return int(servers.log(name).read_text().split()[-1])


def test_a_server_that_ends_during_the_start_is_named_with_its_log_and_the_others_are_ended(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as servers:
        servers.start("lasting", LASTING, {})
        assert servers.wait_for("lasting", lambda: bool(servers.log("lasting").read_text()))
        servers.start("brief", BRIEF, {})
        with pytest.raises(ServerEnded, match=rf"brief ended by itself \(exit code 3\); see {tmp_path}/brief\.log"):
            servers.wait_for("brief", lambda: False)
    assert (tmp_path / "brief.log").read_text() == "No room left\n"
    assert identity_of(int((tmp_path / "lasting.log").read_text())) is None


def test_a_log_that_grows_too_long_is_kept_once_and_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LONGEST_LOG_BYTES", 1_000)
    talking = [sys.executable, "-c", "import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.001)"]
    with Supervisor(tmp_path) as servers:
        servers.start("talking", talking, {})
        wait_until(lambda: servers.log("talking").stat().st_size > 1_000)
        servers.tend()
        kept = tmp_path / "talking.log.1"
        assert kept.stat().st_size > 1_000
        assert kept.stat().st_mode & 0o777 == 0o600
        wait_until(lambda: servers.log("talking").stat().st_size > 0)
        assert servers.log("talking").read_bytes()[:1] in b"x\n", "no hole where the beginning was"


def test_a_requested_end_does_not_wait_for_a_server_that_is_still_starting(tmp_path: Path) -> None:
    requested = Event()
    with Supervisor(tmp_path, requested) as servers:
        servers.start("lasting", LASTING, {})
        requested.set()
        assert not servers.wait_for("lasting", lambda: False)


def test_a_killed_server_is_restarted_and_the_others_keep_running(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as servers:
        servers.start("killed", LASTING, {})
        servers.start("other", LASTING, {})
        killed, other = logged_process(servers, "killed"), logged_process(servers, "other")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: logged_process(servers, "killed") != killed, servers.tend)
        assert logged_process(servers, "other") == other
        assert [(part.name, part.state, part.restarts) for part in servers.states() if part.name != WATCHDOG] == [
            ("killed", "running", 1),
            ("other", "running", 0),
        ]
        again = logged_process(servers, "killed")
    assert identity_of(again) is None


def test_a_server_that_keeps_ending_is_given_up_and_the_others_keep_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0.01)
    messages: list[str] = []
    with Supervisor(tmp_path, say=messages.append) as servers:
        servers.start("lasting", LASTING, {})
        servers.start("brief", BRIEF, {})
        wait_until(lambda: {part.name: part.state for part in servers.states()}["brief"] == "down", servers.tend)
        servers.tend()
        assert {part.name: part.restarts for part in servers.states()}["brief"] == TRIES
        assert identity_of(logged_process(servers, "lasting"))
    assert "no longer restarted" in messages[-1]
    assert "brief.log" in messages[-1]


def test_when_every_server_keeps_ending_the_start_ends_with_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "FIRST_PAUSE_SECONDS", 0.01)
    with Supervisor(tmp_path) as servers:
        servers.start("brief", BRIEF, {})
        with pytest.raises(ServerEnded, match="Every server ended"):
            wait_until(lambda: False, servers.tend)


def test_the_children_of_a_killed_server_keep_running_and_their_end_is_reported(tmp_path: Path) -> None:
    gone: list[str] = []
    with Supervisor(tmp_path, group_gone=lambda name, *_: gone.append(name)) as servers:
        servers.start("parent", WITH_A_CHILD, {})
        child = logged_process(servers, "parent")
        leader = next(part.process for part in servers.states() if part.name == "parent")
        assert leader
        os.kill(int(leader.split()[0]), signal.SIGKILL)
        wait_until(lambda: servers.log("parent").read_text().count("\n") == 2, servers.tend)
        assert identity_of(child)
        assert gone == []
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: gone, servers.tend)
    assert gone == ["parent"]


def test_the_end_of_a_server_with_a_socket_is_reported_once_it_serves_again(tmp_path: Path) -> None:
    socket, served = tmp_path / "socket", []
    code = "import socket, sys, time; s = socket.socket(socket.AF_UNIX); time.sleep(0.3); s.bind(sys.argv[1])"
    command = [sys.executable, "-c", f"{code}; s.listen(); time.sleep(600)", str(socket)]
    with Supervisor(tmp_path, group_gone=lambda *_: served.append(listens(socket))) as servers:
        servers.start("server", command, {}, socket=socket)
        servers.wait_for("server", lambda: listens(socket))
        leader = next(part.process for part in servers.states() if part.name == "server")
        assert leader
        os.killpg(int(leader.split()[0]), signal.SIGKILL)
        wait_until(lambda: served, servers.tend)
    assert served == [True]


SUPERVISED = """
import sys, time
from pathlib import Path
from renewables.dagster_control.home_lock import sole_use, write_state
from renewables.dagster_control.processes import Supervisor
folder = Path(sys.argv[1])
with sole_use(folder) as lock:
    note = lambda parts: write_state(folder, "http://d", None, parts)
    with Supervisor(folder, inherited=[lock], note=note) as servers:
        servers.start("parent", [sys.executable, "-c", sys.argv[2]], {})
        print("started", flush=True)
        while True:
            time.sleep(0.1)
            servers.tend()
"""


def test_when_the_parent_is_killed_no_server_survives_and_a_second_start_works(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SUPERVISED, str(tmp_path), WITH_A_CHILD[2]]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"started\n"
        log = tmp_path / "parent.log"
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        child = int(log.read_text())
        state = read_state(tmp_path)
        assert state
        with pytest.raises(AlreadyUp, match=rf"is already running.*process {parent.pid}"), sole_use(tmp_path):
            pass
        parent.kill()
    with sole_use(tmp_path):  # wait for ending servers
        assert identity_of(child) is None
        assert not any(part.is_running for part in state.parts if part.name != WATCHDOG)


def test_a_killed_watchdog_is_restarted_and_still_ends_the_servers(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SUPERVISED, str(tmp_path), WITH_A_CHILD[2]]

    def watchdog() -> str | None:
        state = read_state(tmp_path)
        return next((part.process for part in state.parts if part.name == WATCHDOG), None) if state else None

    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"started\n"
        log = tmp_path / "parent.log"
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        first = watchdog()
        assert first
        os.kill(int(first.split()[0]), signal.SIGKILL)
        wait_until(lambda: watchdog() not in (None, first))
        parent.kill()
    with sole_use(tmp_path):
        assert identity_of(int(log.read_text())) is None


def test_a_process_is_identified_by_its_start_time_and_its_id() -> None:
    own = own_identity()
    assert is_alive(own)
    pid, _, start = own.partition(" ")
    assert not is_alive(f"{pid} {int(start) - 1}"), "the id was given to another process"
    assert not is_alive(pid)
    assert not is_alive(None)


def test_the_recorded_state_of_an_ended_process_is_not_a_running_renewables_up(tmp_path: Path) -> None:
    write_state(tmp_path, "http://127.0.0.1:3000", None, [])
    state = read_state(tmp_path)
    assert state
    assert is_alive(state.process)
    (tmp_path / "up.json").write_text("{")
    assert read_state(tmp_path) is None
