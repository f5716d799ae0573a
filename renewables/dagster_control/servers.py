"""The servers of one home: code servers, the webserver and the daemon that share them, and an optional simulator.

There is one code server per code location of `workspace.yaml`. Left to themselves, webserver and daemon start code
servers of their own, and the daemon restarts its own every minute. The simulator replaces Elexon if the settings
request it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from renewables.dagster_control.instance import shipped_file
from renewables.dagster_control.processes import Supervisor, listens
from renewables.dagster_control.service_status import page_answers
from renewables.user_errors import BadUsage
from warehouse.addresses import endpoint_of, is_loopback
from warehouse.settings import Settings

LOOPBACK = "127.0.0.1"
"The only address on which the servers listen, because neither has a login; a team puts a proxy with one in front."


def start_servers(servers: Supervisor, environment: Mapping[str, str], port: int, sockets: Path) -> None:
    """Start the servers, the code servers first.

    A webserver or daemon that starts before a code server records an error and retries much later. `environment` names
    the home, whose instance must have been opened before: two servers at once would both create its databases.
    `sockets` is an empty folder with a short path, in which only we may write. Raises ServerEnded.
    """
    from dagster_shared.yaml_utils import load_yaml_from_path

    shipped_workspace: Any = load_yaml_from_path(str(shipped_file("workspace.yaml")))
    shared = {}
    for entry in shipped_workspace["load_from"]:
        name, module = entry["python_module"]["location_name"], entry["python_module"]["module_name"]
        shared[name] = sockets / name
        own = ["--location-name", name, "--socket", str(shared[name]), "--use-python-environment-entry-point"]
        code_server = [sys.executable, "-m", "dagster", "api", "grpc", "-m", module, *own]
        servers.start(name, code_server, environment, socket=shared[name])
    for name, path in shared.items():
        if not servers.wait_for(name, partial(listens, path)):
            return
    workspace = sockets / "workspace.yaml"
    entries = [{"grpc_server": {"location_name": name, "socket": str(path)}} for name, path in shared.items()]
    workspace.write_text(json.dumps({"load_from": entries}))  # JSON is also YAML
    with_it = ["-w", str(workspace)]
    # `environment` may set DAGSTER_URL to this machine; the guard admits the address that people use, without its
    # password, which must not appear in a list of processes.
    public_url = endpoint_of(Settings().dagster_url).url
    address = ["--host", LOOPBACK, "--port", str(port), "--public-url", public_url]
    guarded = [sys.executable, "-m", "renewables.dagster_control.guarded_webserver", "--workspace", str(workspace)]
    # A server that starts without a code server treats its assets as removed; a backfill of them would fail for good.
    code_servers_listen = partial(_all_listen, list(shared.values()))
    servers.start("dagster-webserver", [*guarded, *address], environment, needs=code_servers_listen)
    daemon = [sys.executable, "-m", "dagster._daemon", "run", *with_it]
    waiting = {"DAGSTER_BACKFILL_RETRY_DEFINITION_CHANGED_ERROR": "1"}  # the same, for a running daemon
    servers.start("dagster-daemon", daemon, {**environment, **waiting}, needs=code_servers_listen)


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
