"""Dagster for a team: its records in PostgreSQL, which dead runs a host marks there, and parts that use TCP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import dagster as dg
import psycopg
import pytest
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster_shared.yaml_utils import load_yaml_from_path

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.simulator.server import Simulator
from pipeline_assets.access import Actor
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.instance import HOST_TAG, PROCESS_TAG, mark_dead_runs, open_instance
from renewables.dagster_control.process_identity import host_name, own_identity
from renewables.dagster_control.record_files import DATABASES, DagsterConfigurationInvalid, DagsterDatabaseUnusable
from renewables.dagster_control.run_progress import RunProgress
from tests.orchestration.conftest import UP, until
from tests.processes import free_port
from warehouse.settings import Settings

RENEWABLES = UP[:3]
LAUNCHED = dg.DagsterEventType.RUN_STARTING.value
TEAM = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "dagster.yaml"
DEAD, ELSEWHERE, SOCKET = "1 1", "another-host", "/tmp/renewables-x/elexon_assets"  # noqa: S108 (a name, never opened)


def write_configuration(home: Path, **database: Any) -> Path:
    """Write the configuration of docs/deploy with that database to the home, as an admin does."""
    configuration: Any = load_yaml_from_path(str(TEAM))
    configuration["storage"]["postgres"]["postgres_db"] |= database
    path = home / "dagster" / "dagster.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(configuration))  # JSON is also YAML
    return path


@pytest.fixture
def team_home(home: Path) -> Iterator[Path]:
    """Yield a home whose records are in an empty database of PostgreSQL."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL does not name a PostgreSQL server")
    server, name = urlsplit(url), f"dagster_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name}")
        write_configuration(home, hostname=server.hostname, port=server.port, username=server.username, db_name=name)
        yield home
        con.execute(f"DROP DATABASE {name} WITH (FORCE)")


def started_run(
    tags: dict[str, str] | None = None, code_server: GrpcServerCodeLocationOrigin | None = None
) -> dg.DagsterRun:
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(code_server, "__repository__"), "nightly") if code_server else None
    return dg.DagsterRun("nightly", status=dg.DagsterRunStatus.STARTED, tags=tags or {}, remote_job_origin=origin)


def store(runs: Iterable[dg.DagsterRun]) -> None:
    with open_instance(Settings()) as instance:
        for run in runs:
            instance.add_run(run)


def of_command(host: str, process: str) -> dict[str, str]:
    return {PROCESS_TAG: process, HOST_TAG: host}


def of_server(host: str, **address: Any) -> GrpcServerCodeLocationOrigin:
    return GrpcServerCodeLocationOrigin(host=host, location_name="elexon_assets", **address)


@pytest.mark.usefixtures("team_home")
def test_on_a_shared_database_only_dead_runs_of_this_host_are_marked_as_failed() -> None:
    dead = [
        started_run(of_command(host_name(), DEAD)),
        started_run(code_server=of_server(host_name(), socket=SOCKET)),
    ]
    with_port = started_run(code_server=of_server("127.0.0.1", port=4001))
    others = {
        "a living command of this host": started_run(of_command(host_name(), own_identity())),
        "a command of another host": started_run(of_command(ELSEWHERE, DEAD)),
        "a run of `renewables up` on another host": started_run(code_server=of_server(ELSEWHERE, socket=SOCKET)),
        "a run of a code server with another port": started_run(code_server=of_server("127.0.0.1", port=4002)),
        "a run of a code server of another host": started_run(code_server=of_server("192.0.2.1", port=4001)),
        "a run that names no host": started_run({PROCESS_TAG: DEAD}),
    }
    store([*dead, with_port, *others.values()])

    assert set(mark_dead_runs(Settings())) == {run.run_id for run in dead}
    assert mark_dead_runs(Settings(), location="elexon_assets", port=4001) == [with_port.run_id]

    with open_instance(Settings()) as instance:
        statuses = {run.run_id: run.status.value for run in instance.get_runs()}
    assert {statuses[run.run_id] for run in (*dead, with_port)} == {"FAILURE"}
    assert {what: statuses[run.run_id] for what, run in others.items()} == dict.fromkeys(others, "STARTED")
    assert not [name for name in DATABASES if (Settings().dagster_home / name).exists()]


@pytest.mark.usefixtures("home")
def test_in_the_files_of_a_home_every_dead_run_is_marked_even_after_the_host_got_another_name() -> None:
    dead = [
        started_run(of_command("its-old-name", DEAD)),
        started_run(code_server=of_server("its-old-name", socket=SOCKET)),
        started_run(code_server=of_server("localhost", socket=SOCKET)),
    ]
    store([*dead, started_run(of_command(host_name(), own_identity()))])
    assert set(mark_dead_runs(Settings())) == {run.run_id for run in dead}


def test_a_database_that_does_not_answer_is_named_with_the_fix(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)  # the pauses of ten seconds in all between Dagster's attempts
    port = free_port()
    write_configuration(home, hostname="127.0.0.1", port=port, password="secret-word")
    with pytest.raises(DagsterDatabaseUnusable, match=r"dagster\.yaml.*PGPASSFILE") as error, open_instance(Settings()):
        pass
    assert str(port) in str(error.value)
    assert "secret-word" not in str(error.value)


def test_a_missing_library_is_named_with_the_command_that_installs_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_configuration(home)
    for name in [name for name in sys.modules if name.partition(".")[0] == "dagster_postgres"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dagster_postgres", None)
    with (
        pytest.raises(DagsterConfigurationInvalid, match=r"pip install 'gb-renewables\[team\]'"),
        open_instance(Settings()),
    ):
        pass


@contextmanager
def serving(*command: str) -> Iterator[None]:
    """Run `renewables serve` with the test's settings; it ends by itself on SIGTERM."""
    process = subprocess.Popen([*RENEWABLES, "serve", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, f"{command} ended"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.mark.timeout(240)
def test_a_week_is_fetched_by_parts_that_find_each_other_by_their_ports(team_home: Path, simulator: Simulator) -> None:
    """The code server starts last, and marks the run that one before it left."""
    code_port, port = free_port(), free_port()
    left = started_run(code_server=of_server("127.0.0.1", port=code_port))
    with open_instance(Settings()) as instance:
        instance.add_run(left)
        instance.report_dagster_event(dg.DagsterEvent(LAUNCHED, left.job_name), left.run_id)
    address = {"location_name": "elexon_assets", "host": "127.0.0.1", "port": code_port}
    workspace = team_home / "workspace.yaml"
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": address}]}))
    dagster = DagsterClient(f"http://127.0.0.1:{port}")
    with (
        serving("webserver", "--workspace", str(workspace), "--port", str(port)),
        serving("daemon", "--workspace", str(workspace)),
        serving("code-server", "elexon_assets", "--host", "127.0.0.1", "--port", str(code_port)),
    ):
        until(lambda: dagster.answers(for_home=Settings().dagster_home), "the webserver answers", 120)
        second = subprocess.run(
            [*RENEWABLES, "serve", "daemon", "--workspace", str(workspace)], capture_output=True, text=True, check=False
        )
        assert (second.returncode, "already running" in second.stderr) == (1, True)
        days, actor = (date(2026, 4, 1), date(2026, 4, 7)), Actor.typed("a test")
        launched = dagster.launch([WIND_AND_SOLAR], *days, requested_by="a test", actor=actor)
        outcomes = follow_runs(dagster, launched, RunProgress(), lambda _: None)
        assert [(outcome.succeeded, outcome.error) for outcome in outcomes] == [(True, None)]
        assert dagster.run_state(left.run_id).status == "FAILURE"
    assert simulator.requests
    with open_instance(Settings()) as instance:
        materialized = instance.get_materialized_partitions(dg.AssetKey(WIND_AND_SOLAR.name))
    assert materialized == {f"2026-04-0{day}" for day in range(1, 8)}
