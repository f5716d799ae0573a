"""`renewables serve`: one server at a time, for a team's systemd units and containers; `renewables up` starts them all.

Each command prepares the home, replaces itself with the server, and leaves restarts to what started it.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from renewables.cli.command_group import CommandGroup
from renewables.cli.up import DAGSTER_PORT, DASHBOARD_PORT, dashboard_command, port_of

if TYPE_CHECKING:
    from warehouse.settings import Settings

Workspace = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="File with the addresses of the code servers.")
]

serve = typer.Typer(
    cls=CommandGroup, no_args_is_help=True, help="Start one server of a team's installation.", rich_markup_mode=None
)


@serve.command("code-server")
def code_server(
    location: Annotated[str, typer.Argument(help="elexon_assets or pipeline_assets.")],
    host: Annotated[
        str, typer.Option(help="Address to listen on. There is no login: let only your own hosts reach it.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")],
) -> None:
    """Serve one code location, and run its assets on this host.

    \b
    Example:
      renewables serve code-server elexon_assets --host 10.0.0.11 --port 4001
    """
    from renewables.dagster_control.servers import code_locations
    from renewables.user_errors import BadUsage

    if location not in code_locations():
        raise BadUsage(f"{location} is not a code location: choose {' or '.join(code_locations())}.")
    settings = _prepare_instance()
    command = [sys.executable, "-m", "renewables.dagster_control.code_server", location, host, str(port)]
    _become(command, settings)


@serve.command("webserver")
def webserver(
    workspace: Workspace,
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; from DAGSTER_URL by default.")] = None,
) -> None:
    """Serve Dagster's UI on 127.0.0.1, for a proxy with a login.

    \b
    Example:
      renewables serve webserver --workspace /etc/renewables/workspace.yaml
    """
    from renewables.dagster_control.servers import await_code_servers, webserver_command

    settings = _prepare_instance()
    await_code_servers(workspace)
    _become(webserver_command(workspace, port or port_of(settings.dagster_url, DAGSTER_PORT)), settings)


@serve.command("daemon")
def daemon(workspace: Workspace) -> None:
    """Run Dagster's daemon, which starts the runs; one per instance.

    \b
    Example:
      renewables serve daemon --workspace /etc/renewables/workspace.yaml
    """
    from renewables.dagster_control.home_lock import sole_use
    from renewables.dagster_control.servers import DAEMON_ENVIRONMENT, await_code_servers, daemon_command

    settings = _prepare_instance()
    with sole_use(settings.dagster_home) as lock:
        await_code_servers(workspace)
        os.set_inheritable(lock, True)  # the daemon holds it: no `renewables up` starts a second one on this home
        _become(daemon_command(workspace), settings, DAEMON_ENVIRONMENT)


@serve.command("dashboard")
def dashboard(
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; from DASHBOARD_URL by default.")] = None,
) -> None:
    """Serve the dashboard on 127.0.0.1, for a proxy with TLS.

    \b
    Example:
      renewables serve dashboard
    """
    from warehouse.settings import Settings

    settings = Settings()
    _become(dashboard_command(port or port_of(settings.dashboard_url, DASHBOARD_PORT)), settings)


def _prepare_instance() -> "Settings":
    """Open Dagster's instance once, so that an unusable one ends in its sentence. Return the settings.

    Raises DagsterDatabaseUnusable, DagsterRecordsDamaged, DagsterConfigurationInvalid, HomeNotWritable, PlantedLink.
    """
    from renewables.dagster_control.instance import open_instance
    from warehouse.settings import Settings

    settings = Settings()
    with open_instance(settings):
        return settings


def _become(command: Sequence[str], settings: "Settings", environment: Mapping[str, str] | None = None) -> NoReturn:
    """Replace this process with the server; what it writes is private to its user."""
    os.umask(0o077)
    own = {"DAGSTER_HOME": str(settings.dagster_home), **(environment or {})}
    os.execve(command[0], list(command), {**os.environ, **own})  # noqa: S606 (our own command, no shell)
