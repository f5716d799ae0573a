"""Fixtures: a Dagster instance per home, and one server with a daemon for all tests that need one.

The server's dashboard is opened in a browser, and its ledger has a portfolio.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from playwright.sync_api import Browser

from elexon_assets.simulator.server import Simulator, running_simulator
from pipeline_assets import landing, seed_loader
from pipeline_assets.ledger import schema
from pipeline_assets.sensors import landing_of_changes
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.instance import open_instance
from tests.browsing import Tab, launched, tab
from tests.processes import free_port
from warehouse.connection import writing
from warehouse.settings import Settings

UP = [sys.executable, "-c", "from renewables.cli.main import main; main()", "up", "--port"]
START_SECONDS = 90.0
ALL_SENSORS = """{ repositoriesOrError { ... on RepositoryConnection { nodes { sensors {
  name sensorState { id } } } } } }"""
START_SENSOR = """mutation($sensor: SensorSelector!) { startSensor(sensorSelector: $sensor) {
  __typename ... on Sensor { sensorState { id status } } ... on PythonError { message } } }"""
STOP_SENSOR = "mutation($id: String!) { stopSensor(id: $id) { __typename ... on PythonError { message } } }"


@pytest.fixture(scope="session", autouse=True)
def _migrations_are_read_once() -> Iterator[None]:
    """Cache the migrations: Dagster's storages read all two hundred files of theirs whenever one is opened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", cache(ScriptDirectory.from_config))
        yield


@pytest.fixture
def dagster_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """Open the persistent instance of the test's home."""
    with open_instance(Settings(renewables_home=home)) as opened:
        yield opened


def until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for another process; fail with the name of the condition when it takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)


@dataclass
class Server:
    """A `renewables up` on a home, fed by a simulator."""

    home: Path
    port: int
    simulator: Simulator
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    dashboard_port: int = field(init=False)
    orchestrator: DagsterClient = field(init=False)

    def __post_init__(self) -> None:
        self.dashboard_port = free_port()
        self.orchestrator = DagsterClient(f"http://127.0.0.1:{self.port}")

    @property
    def settings(self) -> Settings:
        return Settings(renewables_home=self.home, warehouse=self.home / "warehouse.duckdb")

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*UP, str(self.port), "--dashboard-port", str(self.dashboard_port)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self.answers, "`renewables up` answers", START_SECONDS)

    def stop_sensors(self) -> None:
        """Stop all sensors, for tests of one thing at a time; `ticking` starts one of them."""
        [*repositories] = self.orchestrator.ask(ALL_SENSORS)["repositoriesOrError"]["nodes"]
        for sensor in [sensor for repository in repositories for sensor in repository["sensors"]]:
            stopped = self.orchestrator.ask(STOP_SENSOR, {"id": sensor["sensorState"]["id"]})["stopSensor"]
            assert stopped["__typename"] == "StopSensorMutationResult", stopped

    def answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, "`renewables up` ended"
        return self.orchestrator.answers(for_home=self.settings.dagster_home)

    def stops_cleanly(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)
        assert self.process.wait(30) == 0
        until(lambda: not self.descendants(), "every process is gone", 5)

    def descendants(self) -> list[int]:
        """Return the processes of this home: the servers, code servers and runs, recognised by their environment."""
        mark = f"RENEWABLES_HOME={self.home}".encode()
        matches = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    environment = (folder / "environ").read_bytes()
                except OSError:
                    continue
                if mark in environment.split(b"\0"):
                    matches.append(int(folder.name))
        return matches


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    with running_simulator() as simulator:
        environment = {
            **os.environ,
            "RENEWABLES_HOME": str(home),
            "ELEXON_BASE_URL": simulator.base_url,
            "ELEXON_ATTEMPTS": "2",
            "ELEXON_BACKOFF_SECONDS": "0.05",
            "SCHEDULES_RUNNING": "false",
        }
        server = Server(home, free_port(), simulator, environment)
        server.start()
        server.stop_sensors()
        try:
            yield server
        finally:
            if server.process and server.process.poll() is None:
                server.stops_cleanly(signal.SIGTERM)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start one server for the complete session: a start takes as long as a dozen runs."""
    with serving(tmp_path_factory.mktemp("served")) as started:
        yield started


@contextmanager
def landing_changes(server: Server) -> Iterator[None]:
    """Run the sensor that lands what was submitted."""
    with ticking(server, "pipeline_assets", landing_of_changes):
        yield


@contextmanager
def ticking(server: Server, location: str, definition: dg.SensorDefinition) -> Iterator[None]:
    """Run one of the sensors that were stopped when the server started."""
    sensor = {
        "repositoryName": "__repository__",
        "repositoryLocationName": location,
        "sensorName": definition.name,
    }
    state = server.orchestrator.ask(START_SENSOR, {"sensor": sensor})["startSensor"]["sensorState"]
    assert state["status"] == "RUNNING"
    try:
        yield
    finally:
        stopped = server.orchestrator.ask(STOP_SENSOR, {"id": state["id"]})["stopSensor"]
    assert stopped["__typename"] == "StopSensorMutationResult"


@pytest.fixture(scope="session")
def portfolio(server: Server) -> Iterator[sa.Engine]:
    """Land the sample portfolio in the server's ledger and return the ledger."""
    with schema.ledger_for_task(f"sqlite:///{server.home / 'ledger.sqlite'}") as ledger:
        seed_loader.load_seeds(ledger)
        landing.land_changes(ledger, lambda: writing(server.settings.warehouse_file))
        yield ledger


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as result:
        yield result


@pytest.fixture
def dashboard(browser: Browser, server: Server) -> Iterator[Tab]:
    """Open a tab in which no error may occur."""
    server.simulator.faults = ""
    with tab(browser, f"http://127.0.0.1:{server.dashboard_port}") as opened:
        yield opened
        assert opened.problems == []
        assert opened.outside == [], "the dashboard works without the network"
