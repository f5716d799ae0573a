"""`renewables up`: killed, started again and stopped; refuses a second on the same home (scenario 9)."""

import os
import signal
import subprocess
from datetime import date
from pathlib import Path

import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from renewables.dagster_control.fetch_job import Progress, follow
from tests.orchestration.conftest import UP, Server, free_port, serving, until


@pytest.mark.timeout(240)
def test_after_everything_was_killed_at_once_the_next_start_frees_what_was_left(tmp_path: Path) -> None:
    """And both signals end it with exit code 0 and leave no process."""
    with serving(tmp_path) as server:
        server.simulator.faults = "slow=30@2022-05-01"
        left = server.orchestrator.launch([WIND_AND_SOLAR], date(2022, 5, 1), date(2022, 5, 7), requested_by="a test")
        until(lambda: server.orchestrator.run_state(left.id).status == "STARTED", "the run starts")
        processes = server.descendants()
        assert len(processes) >= 4
        for process in processes:
            os.kill(process, signal.SIGKILL)
        assert server.process
        server.process.wait(10)
        server.simulator.faults = ""

        server.start()

        assert server.orchestrator.run_state(left.id).status == "FAILURE"
        again = server.orchestrator.launch([WIND_AND_SOLAR], date(2022, 5, 1), date(2022, 5, 7), requested_by="a test")
        assert [o.succeeded for o in follow(server.orchestrator, again, Progress({}), lambda _: None)] == [True]
        server.stops_cleanly(signal.SIGINT)


def test_the_daemon_and_the_webserver_share_one_code_server_for_each_code_location(server: Server) -> None:
    commands = [Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0") for process in server.descendants()]
    locations = [command[command.index(b"--location-name") + 1] for command in commands if b"grpc" in command]
    assert sorted(locations) == [b"elexon_assets", b"pipeline_assets"]


def test_a_second_one_on_the_same_home_is_refused_with_the_way_out(server: Server) -> None:
    second = subprocess.run(
        [*UP, str(free_port()), "--no-dashboard"],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert "RENEWABLES_HOME" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_said_so_before_anything_starts(server: Server, tmp_path: Path) -> None:
    environment = {**server.environment, "RENEWABLES_HOME": str(tmp_path)}
    said = subprocess.run([*UP, str(server.port)], env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "--port" in said.stderr
    assert "Traceback" not in said.stderr
