"""Servers that are started together end together."""

import os
import sys
from pathlib import Path
from threading import Event

import pytest

from renewables.dagster_control.processes import ServerEnded, Supervisor

LASTING = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
BRIEF = [sys.executable, "-c", "print('No room left', flush=True); raise SystemExit(3)"]


def test_one_that_ends_by_itself_is_named_with_its_log_and_the_others_end_too(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as servers:
        servers.start("lasting", LASTING, {})
        assert servers.wait_for("lasting", lambda: bool(servers.log("lasting").read_text()))
        servers.start("brief", BRIEF, {})
        with pytest.raises(ServerEnded, match=rf"brief ended by itself \(exit code 3\); see {tmp_path}/brief\.log"):
            servers.wait_for("brief", lambda: False)
    assert (tmp_path / "brief.log").read_text() == "No room left\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "lasting.log").read_text()), 0)


def test_who_asks_for_the_end_does_not_wait_for_a_server_that_is_still_starting(tmp_path: Path) -> None:
    asked = Event()
    with Supervisor(tmp_path, asked) as servers:
        servers.start("lasting", LASTING, {})
        asked.set()
        assert not servers.wait_for("lasting", lambda: False)
