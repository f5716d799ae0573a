"""`renewables up`: runs Dagster (its UI and its daemon) and the dashboard of one home on this machine, until Ctrl-C."""

import os
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from renewables.user_errors import UserError

if TYPE_CHECKING:
    from pydantic import HttpUrl

    from warehouse.settings import Settings

DAGSTER_PORT, DASHBOARD_PORT = 3000, 8501
TENDED_EVERY_SECONDS = 0.5


class PortTaken(UserError):
    """Raised when the port is already in use."""


def up(
    port: Annotated[
        int | None, typer.Option(help="Port of Dagster's UI on 127.0.0.1; from DAGSTER_URL by default.")
    ] = None,
    dashboard_port: Annotated[
        int | None, typer.Option(help="Port of the dashboard on 127.0.0.1; from DASHBOARD_URL by default.")
    ] = None,
    dashboard: Annotated[bool, typer.Option(help="Start the dashboard as well.")] = True,
) -> None:
    """Start Dagster (UI and daemon) and the dashboard, until Ctrl+C.

    \b
    Examples:
      renewables up
      renewables up --port 3001 --dashboard-port 8502
      renewables up --no-dashboard
    """
    from rich.console import Console

    from renewables.dagster_control import servers as dagster_servers
    from renewables.dagster_control.home_lock import sole_use, write_state
    from renewables.dagster_control.instance import mark_dead_runs, prepared_home
    from renewables.dagster_control.processes import Supervisor, stop_requested
    from renewables.dagster_control.servers import LOOPBACK
    from renewables.dagster_control.service_status import page_answers
    from warehouse.addresses import endpoint_of
    from warehouse.connection import configured_warehouse
    from warehouse.settings import Settings

    settings = Settings()
    if not isinstance(settings.warehouse, Path):
        configured_warehouse().newest()  # a lake that cannot be reached ends here with its one sentence
    console = Console(highlight=False, soft_wrap=True)
    os.umask(0o077)  # only the owner can read what the servers write in the home
    home = prepared_home(settings)
    port = port or port_of(settings.dagster_url, DAGSTER_PORT)
    dashboard_port = dashboard_port or port_of(settings.dashboard_url, DASHBOARD_PORT)
    address, dashboard_address = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{dashboard_port}"

    def mark_runs(part: str, ended_at: float, how: str) -> None:
        reason = f"The code server {part} ended ({how}), and the process of this run with it."
        for run_id in mark_dead_runs(settings, location=part, started_before=ended_at, reason=reason):
            console.print(f"Run {run_id} ended with {part}; it is marked as failed.")

    with (
        sole_use(home) as lock,
        stop_requested() as requested,
        TemporaryDirectory(prefix="renewables-") as sockets,
    ):
        _refuse_taken_port(port, "--port")
        if dashboard:
            _refuse_taken_port(dashboard_port, "--dashboard-port")
        for run_id in mark_dead_runs(settings):
            console.print(f"Run {run_id} was left by an instance that has ended; it is marked as failed.")
        with Supervisor(
            settings.renewables_home / "logs",
            requested,
            inherited=[lock],
            note=lambda parts: write_state(home, address, dashboard_address if dashboard else None, parts),
            say=console.print,
            group_gone=mark_runs,
        ) as servers:
            environment = {"DAGSTER_HOME": str(home), **links_of(settings, address, dashboard_address)}
            console.print(f"Starting Dagster on {address} …")
            if settings.simulator:
                dagster_servers.start_simulator(servers, settings)
            if dashboard:
                # A proxy in front of Dagster wants a password: without one in DAGSTER_URL the dashboard goes past it.
                direct = {} if endpoint_of(settings.dagster_url).auth else {"DAGSTER_URL": address}
                servers.start("dashboard", dashboard_command(dashboard_port), {**environment, **direct})
            dagster_servers.start_servers(servers, environment, port, Path(sockets))
            if dashboard and servers.wait_for("dashboard", lambda: page_answers(f"{dashboard_address}/_stcore/health")):
                console.print(f"The dashboard is running at {dashboard_address}")
            if servers.wait_for("dagster-webserver", lambda: page_answers(f"{address}/server_info")):
                schedules = "running" if settings.schedules_running else "off (SCHEDULES_RUNNING=false)"
                console.print(f"Dagster is running at {address}; schedules are {schedules}. Home: {home}")
                console.print("Press Ctrl+C to stop everything.")
            while not requested.wait(TENDED_EVERY_SECONDS):
                servers.tend()
            console.print("Stopping …")


def links_of(settings: "Settings", address: str, dashboard_address: str) -> dict[str, str]:
    """Return the settings for links to the servers at these addresses; the address of a proxy stays in force."""
    from warehouse.addresses import is_loopback

    configured = {
        "DAGSTER_URL": (settings.dagster_url, address),
        "DASHBOARD_URL": (settings.dashboard_url, dashboard_address),
    }
    return {name: own for name, (url, own) in configured.items() if is_loopback(url.host or "")}


def dashboard_command(port: int) -> list[str]:
    """Return the command that serves the dashboard behind its guard; its settings are in `dashboards/.streamlit`."""
    from warehouse.settings import PACKAGE_PARENT

    app = PACKAGE_PARENT / "dashboards" / "guarded_app.py"
    return [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]


def port_of(url: "HttpUrl", default: int) -> int:
    """Return the port of an address on this machine; any other address is that of a proxy in front of ours."""
    from renewables.dagster_control.servers import LOOPBACK

    return url.port or default if url.host in (LOOPBACK, "localhost") else default


def _refuse_taken_port(port: int, option: str) -> None:
    from renewables.dagster_control.servers import LOOPBACK

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} of {LOOPBACK} cannot be used ({error.strerror}). Is `renewables up` already running? "
                f"Choose another with {option}."
            ) from error
