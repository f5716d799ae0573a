"""`renewables up`: Dagster (its UI and its daemon) and the dashboard on this machine, on one home, until Ctrl-C."""

import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import urlsplit

import typer

from renewables.dagster_control.servers import LOOPBACK
from renewables.user_errors import Problem
from warehouse.settings import PACKAGE_PARENT

DAGSTER_PORT, DASHBOARD_PORT = 3000, 8501


class PortTaken(Problem):
    """Something else listens there."""


class AlreadyUp(Problem):
    """Another `renewables up` runs on this home."""


def up(
    port: Annotated[int | None, typer.Option(help="Port of the Dagster UI on 127.0.0.1; as DAGSTER_URL says.")] = None,
    dashboard_port: Annotated[
        int | None, typer.Option(help="Port of the dashboard on 127.0.0.1; as DASHBOARD_URL says.")
    ] = None,
    dashboard: Annotated[bool, typer.Option(help="Whether the dashboard is started too.")] = True,
) -> None:
    """Starts Dagster (its UI and its daemon) and the dashboard, until Ctrl-C.

    \b
    Examples:
      renewables up
      renewables up --port 3001 --dashboard-port 8502
      renewables up --no-dashboard
    """
    from rich.console import Console

    from renewables.dagster_control import servers as dagster_servers
    from renewables.dagster_control.instance import mark_the_dead_as_failed, prepared_home
    from renewables.dagster_control.processes import Supervisor, stop_asked_for
    from warehouse.settings import Settings

    settings = Settings()
    console = Console()
    home = prepared_home(settings)
    port = port or _port_of(str(settings.dagster_url), DAGSTER_PORT)
    dashboard_port = dashboard_port or _port_of(str(settings.dashboard_url), DASHBOARD_PORT)
    _refuse_a_taken_port(port, "--port")
    if dashboard:
        _refuse_a_taken_port(dashboard_port, "--dashboard-port")
    with (
        _alone(home),
        stop_asked_for() as asked,
        TemporaryDirectory(prefix="renewables-") as sockets,
        Supervisor(settings.renewables_home / "logs", asked) as servers,
    ):
        for run_id in mark_the_dead_as_failed(settings):
            console.print(f"Run {run_id} was left by an instance that ended; it is marked as failed.")
        address, dashboard_address = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{dashboard_port}"
        environment = {"DAGSTER_HOME": str(home), "DAGSTER_URL": address}
        if urlsplit(str(settings.dashboard_url)).hostname == LOOPBACK:
            environment["DASHBOARD_URL"] = dashboard_address
        console.print(f"Starting Dagster on {address} …", highlight=False)
        if dashboard:
            servers.start("dashboard", dashboard_command(dashboard_port), environment)
        dagster_servers.start(servers, environment, port, Path(sockets))
        if dashboard and servers.wait_for("dashboard", lambda: _answers(f"{dashboard_address}/_stcore/health")):
            console.print(f"The dashboard answers at {dashboard_address}", highlight=False)
        if servers.wait_for("dagster-webserver", lambda: _answers(f"{address}/server_info")):
            schedules = "running" if settings.schedules_running else "off (SCHEDULES_RUNNING=false)"
            console.print(f"Dagster answers at {address}. Home: {home}", soft_wrap=True)
            console.print(f"The schedules that call Elexon are {schedules}.")
            console.print("Ctrl-C stops all of it.", highlight=False)
        while not asked.wait(1.0):
            servers.check()
        console.print("Stopping …")


def dashboard_command(port: int) -> list[str]:
    """Return the command that serves the dashboard behind its guard; its settings are in `dashboards/.streamlit`."""
    app = PACKAGE_PARENT / "dashboards" / "guarded_app.py"
    return [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]


def _port_of(url: str, default: int) -> int:
    """That of an address on this machine; another one is a proxy's, which stands in front of ours."""
    parts = urlsplit(url)
    return parts.port or default if parts.hostname in (LOOPBACK, "localhost") else default


def _refuse_a_taken_port(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} of {LOOPBACK} cannot be had ({error.strerror}): does one run there already? "
                f"Choose another with {option}."
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


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url, timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False
