"""The servers of one home: code servers, the webserver and the daemon that share them, and an optional simulator.

There is one code server per code location of `workspace.yaml`. Left to themselves, webserver and daemon start code
servers of their own, and the daemon restarts its own every minute. The simulator replaces Elexon if the settings
request it.
"""

import json
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from renewables.dagster_control.instance import shipped_file
from renewables.dagster_control.process_identity import host_name
from renewables.dagster_control.processes import START_SECONDS, Supervisor, listens
from renewables.dagster_control.service_status import page_answers
from renewables.user_errors import BadUsage, UserError
from warehouse.addresses import endpoint_of, is_loopback
from warehouse.settings import Settings

LOOPBACK = "127.0.0.1"
"The only address on which the servers listen, because neither has a login; a team puts a proxy with one in front."

DAEMON_ENVIRONMENT = {"DAGSTER_BACKFILL_RETRY_DEFINITION_CHANGED_ERROR": "1"}
"With it, a backfill waits for a code server that does not answer, and does not fail for good."


class CodeServerUnreachable(UserError):
    """Raised when a code server of the workspace file does not accept connections."""


def start_servers(servers: Supervisor, environment: Mapping[str, str], port: int, sockets: Path) -> None:
    """Start the servers, the code servers first.

    A webserver or daemon that starts before a code server records an error and retries much later. `environment` names
    the home, whose instance must have been opened before: two servers at once would both create its databases.
    `sockets` is an empty folder with a short path, in which only we may write. Raises ServerEnded.
    """
    shared = {}
    for name, module in code_locations().items():
        shared[name] = sockets / name
        own = ["--location-name", name, "--socket", str(shared[name]), "--use-python-environment-entry-point"]
        code_server = [sys.executable, "-m", "dagster", "api", "grpc", "-m", module, *own]
        servers.start(name, code_server, environment, socket=shared[name])
    for name, path in shared.items():
        if not servers.wait_for(name, partial(listens, path)):
            return
    workspace = sockets / "workspace.yaml"
    # Each run records the host with the socket, so that no other host takes it for one of its own (`mark_dead_runs`).
    entries = [
        {"grpc_server": {"location_name": name, "socket": str(path), "host": host_name()}}
        for name, path in shared.items()
    ]
    workspace.write_text(json.dumps({"load_from": entries}))  # JSON is also YAML
    # A server that starts without a code server treats its assets as removed; a backfill of them would fail for good.
    code_servers_listen = partial(_all_listen, list(shared.values()))
    servers.start("dagster-webserver", webserver_command(workspace, port), environment, needs=code_servers_listen)
    servers.start(
        "dagster-daemon", daemon_command(workspace), {**environment, **DAEMON_ENVIRONMENT}, needs=code_servers_listen
    )


def await_code_servers(workspace: Path) -> None:
    """Wait until each code server of a workspace file accepts connections. Raises CodeServerUnreachable.

    A webserver or daemon that starts before them retries much later, and would fail backfills for good.
    """
    from dagster_shared.yaml_utils import load_yaml_from_path

    file: Any = load_yaml_from_path(str(workspace))
    until = time.monotonic() + START_SECONDS
    for server in (entry["grpc_server"] for entry in file["load_from"] if "grpc_server" in entry):
        address = (server.get("host", "localhost"), int(server["port"]))
        while not port_listens(*address):
            if time.monotonic() > until:
                raise CodeServerUnreachable(
                    f"The code server {server['location_name']} does not answer at {address[0]}:{address[1]}. Start "
                    f"it, or correct {workspace}."
                )
            time.sleep(0.5)


def port_listens(host: str, port: int) -> bool:
    """Return whether a server accepts connections there, within five seconds."""
    try:
        socket.create_connection((host, port), timeout=5.0).close()
    except OSError:
        return False
    return True


def code_locations() -> dict[str, str]:
    """Return the module of each code location of `workspace.yaml`."""
    from dagster_shared.yaml_utils import load_yaml_from_path

    shipped_workspace: Any = load_yaml_from_path(str(shipped_file("workspace.yaml")))
    entries = [entry["python_module"] for entry in shipped_workspace["load_from"]]
    return {entry["location_name"]: entry["module_name"] for entry in entries}


def webserver_command(workspace: Path, port: int) -> list[str]:
    """Return the command that serves Dagster's UI behind its guard.

    The guard admits the address that people use, without its password, which must not appear in a list of processes.
    """
    address = ["--host", LOOPBACK, "--port", str(port), "--public-url", endpoint_of(Settings().dagster_url).url]
    guarded = [sys.executable, "-m", "renewables.dagster_control.guarded_webserver"]
    return [*guarded, "--workspace", str(workspace), *address]


def daemon_command(workspace: Path) -> list[str]:
    """Return the command that runs Dagster's daemon; it needs `DAEMON_ENVIRONMENT`."""
    return [sys.executable, "-m", "dagster._daemon", "run", "-w", str(workspace)]


def start_simulator(servers: Supervisor, settings: Settings) -> None:
    """Start the simulator that the settings request, unless one responds there already. Raises UserError."""
    base_url = str(settings.elexon_base_url).rstrip("/")
    address = urlsplit(base_url)
    if not is_loopback(address.hostname or ""):
        raise BadUsage(f"SIMULATOR=true needs ELEXON_BASE_URL on this machine, and it is {address.hostname}.")
    if page_answers(f"{base_url}/datasets/metadata/latest"):
        return
    command = [sys.executable, "-m", "elexon_assets.simulator", "--port", str(address.port or 80)]
    servers.start("simulator", [*command, "--faults", settings.simulator_faults], {})
    servers.wait_for("simulator", lambda: page_answers(f"{base_url}/datasets/metadata/latest"))


def _all_listen(paths: Sequence[Path]) -> bool:
    return all(listens(path) for path in paths)
