"""`renewables up`: the Dagster UI and its daemon on this machine, with a persistent home, until Ctrl-C."""

import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from dashboards.problems import Problem

if TYPE_CHECKING:
    from dashboards.supervisor import Supervisor

LOOPBACK = "127.0.0.1"
"Dagster has no login, so nobody else is let in; a team puts a proxy with one in front."
START_SECONDS = 90.0


class PortTaken(Problem):
    """Something else listens there."""


class AlreadyUp(Problem):
    """Another `renewables up` runs on this home."""


def up(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI on 127.0.0.1.")] = 3000,
) -> None:
    """Starts the Dagster UI and its daemon, until Ctrl-C.

    \b
    Examples:
      renewables up
      renewables up --port 3001
    """
    from rich.console import Console

    from dashboards.instance import mark_the_dead_as_failed, prepared_home, shipped
    from dashboards.supervisor import Supervisor, stop_asked_for
    from warehouse.settings import Settings

    settings = Settings()
    console = Console()
    home = prepared_home(settings)
    _refuse_a_taken_port(port)
    with _alone(home), stop_asked_for() as asked, Supervisor(settings.renewables_home / "logs") as servers:
        for run_id in mark_the_dead_as_failed(settings):
            console.print(f"Run {run_id} was left by an instance that ended; it is marked as failed.")
        environment = {"DAGSTER_HOME": str(home), "DAGSTER_URL": f"http://{LOOPBACK}:{port}"}
        workspace = ["-w", str(shipped("workspace.yaml"))]
        servers.start(
            "dagster-webserver",
            [sys.executable, "-m", "dagster_webserver", *workspace, "-h", LOOPBACK, "-p", str(port)],
            environment,
        )
        servers.start("dagster-daemon", [sys.executable, "-m", "dagster._daemon", "run", *workspace], environment)
        address = f"http://{LOOPBACK}:{port}"
        console.print(f"Starting Dagster on {address} …", highlight=False)
        if _answering(address, servers, asked):
            schedules = "running" if settings.schedules_running else "off (SCHEDULES_RUNNING=false)"
            console.print(f"Dagster answers at {address}, schedules are {schedules}. Home: {home}", soft_wrap=True)
            console.print("Ctrl-C stops it.", highlight=False)
        while not asked.wait(1.0):
            servers.check()
        console.print("Stopping …")


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} of {LOOPBACK} cannot be had ({error.strerror}): is a Dagster running there? "
                "Choose another with --port."
            ) from error


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One instance a home: two daemons would launch every night twice."""
    with (home / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyUp(
                f"`renewables up` runs already on {home}. Stop it there, or set RENEWABLES_HOME to another folder."
            ) from error
        yield


def _answering(address: str, servers: "Supervisor", asked: Event) -> bool:
    """Waits for the UI; False when the end was asked for before. Raises ServerEnded."""
    from dashboards.supervisor import ServerEnded

    until = monotonic() + START_SECONDS
    while not asked.is_set():
        if _answers(address):
            return True
        servers.check()
        if monotonic() > until:
            raise ServerEnded(f"the UI does not answer at {address}; see {servers.log('dagster-webserver')}")
        asked.wait(0.3)
    return False


def _answers(address: str) -> bool:
    import httpx

    try:
        return httpx.get(f"{address}/server_info", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False
