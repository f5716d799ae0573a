"""Tests of `renewables up`: parts killed, restarted and stopped, and only one server per home (scenarios 9 and 43)."""

import json
import os
import signal
import subprocess
from datetime import date
from pathlib import Path

import httpx
import pytest

from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.access import Actor
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.home_lock import PartState, read_state
from renewables.dagster_control.run_progress import RunProgress
from tests.orchestration.conftest import UP, Server, serving, until
from tests.processes import free_port


@pytest.mark.timeout(240)
def test_the_next_start_cleans_up_after_everything_was_killed_at_once(tmp_path: Path) -> None:
    """Both signals end it with exit code 0 and leave no process."""
    with serving(tmp_path) as server:
        server.simulator.faults = "slow=30@2022-05-01"
        left = server.orchestrator.launch(
            [WIND_AND_SOLAR], date(2022, 5, 1), date(2022, 5, 7), requested_by="a test", actor=Actor.typed("a test")
        )
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
        again = server.orchestrator.launch(
            [WIND_AND_SOLAR], date(2022, 5, 1), date(2022, 5, 7), requested_by="a test", actor=Actor.typed("a test")
        )
        assert [o.succeeded for o in follow_runs(server.orchestrator, again, RunProgress(), lambda _: None)] == [True]
        server.stops_cleanly(signal.SIGINT)


PARTS = ("dashboard", "dagster-webserver", "dagster-daemon", "pipeline_assets", "elexon_assets", "watchdog")


def parts_of(server: Server) -> dict[str, PartState]:
    state = read_state(server.settings.dagster_home)
    assert state
    return {part.name: part for part in state.parts}


def process_id(part: PartState) -> int:
    assert part.process
    return int(part.process.split()[0])


@pytest.mark.timeout(400)
def test_a_backfill_continues_after_each_part_was_killed_and_restarted(server: Server) -> None:
    server.simulator.faults = "slow=0.2@2019-01-01/2020-03-01"
    days = (date(2019, 1, 1), date(2020, 2, 29))
    launched = server.orchestrator.launch_backfill(
        [WIND_AND_SOLAR], *days, requested_by="a test", actor=Actor.typed("a test")
    )
    until(lambda: bool(server.orchestrator.backfill_runs(launched.id)[1]), "the backfill launches its first run", 90)
    for name in PARTS:
        before = parts_of(server)
        os.kill(process_id(before[name]), signal.SIGKILL)
        until(lambda: parts_of(server)[name].restarts > before[name].restarts, f"{name} is started again", 20)  # noqa: B023 (called at once)
        until(lambda: answers(f"http://127.0.0.1:{server.dashboard_port}/_stcore/health"), "the dashboard answers")
        until(server.answers, "Dagster answers")
        after = parts_of(server)
        others = [other for other in PARTS if other != name]
        assert [after[other].process for other in others] == [before[other].process for other in others]
    server.simulator.faults = ""
    outcomes = follow_runs(server.orchestrator, launched, RunProgress(), lambda _: None)
    assert [outcome.succeeded for outcome in outcomes] == [True, True]


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.timeout(240)
def test_killing_renewables_up_leaves_no_processes_and_a_second_start_works(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.process
        server.process.kill()
        server.process.wait(10)
        server.start()  # started at once, it waits for the ending processes
        old = parts_of(server)
        assert all(part.is_running for part in old.values())
        server.process.kill()
        server.process.wait(10)
        until(lambda: not server.descendants(), "every process is gone", 30)
        server.start()


def test_the_doctor_lists_running_parts_and_each_stopped_sensor(server: Server) -> None:
    def findings() -> dict[str, dict[str, str]]:
        command = [*UP[:3], "doctor", "--json"]
        output = subprocess.run(command, env=server.environment, capture_output=True, text=True, check=False).stdout
        return {finding["what"]: finding for finding in json.loads(output)["findings"]}

    until(lambda: findings().get("daemon", {}).get("state") == "ok", "every daemon has given a sign of life", 60)
    states = {what: finding["state"] for what, finding in findings().items()}
    assert {states[what] for what in ("renewables up", "dashboard", "Dagster")} == {"ok"}
    assert states["landing_of_changes"] == "warning"
    assert states["schedules"] == "off"
    assert "every_night" not in states, "the setting that stops it has a line of its own"


def test_the_daemon_and_the_webserver_share_one_code_server_for_each_code_location(server: Server) -> None:
    commands = [Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0") for process in server.descendants()]
    locations = [command[command.index(b"--location-name") + 1] for command in commands if b"grpc" in command]
    assert sorted(locations) == [b"elexon_assets", b"pipeline_assets"]


def test_a_second_renewables_up_on_the_same_home_is_refused_with_a_fix(server: Server) -> None:
    second = subprocess.run(
        [*UP, str(free_port()), "--no-dashboard"],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "is already running" in second.stderr
    assert "RENEWABLES_HOME" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_reported_before_anything_starts(server: Server, tmp_path: Path) -> None:
    environment = {**server.environment, "RENEWABLES_HOME": str(tmp_path)}
    message = subprocess.run([*UP, str(server.port)], env=environment, capture_output=True, text=True, check=False)
    assert message.returncode == 1
    assert "--port" in message.stderr
    assert "Traceback" not in message.stderr
