"""A code server with a port: `renewables serve code-server` starts it for hosts that run without `renewables up`.

Belongs here: Dagster's own code server, and the runs that an earlier one left behind. Dagster's run monitoring does not
notice them before their maximum runtime: its default launcher cannot ask after a run.
"""

import sys
import threading
import time

from renewables.dagster_control.instance import mark_dead_runs
from renewables.dagster_control.processes import START_SECONDS
from renewables.dagster_control.servers import code_locations, port_listens
from warehouse.settings import Settings


def serve(location: str, host: str, port: int) -> None:
    """Serve a code location until SIGTERM; once it listens, mark the runs of the server before it as failed.

    Not earlier: Dagster retries a run as soon as it is marked, and gives up if the server does not answer.
    """
    from dagster._cli.api import grpc_command

    marking = threading.Thread(target=_mark_left_runs, args=(location, host, port, time.time()), daemon=True)
    marking.start()
    own = ["--location-name", location, "--host", host, "--port", str(port), "--use-python-environment-entry-point"]
    grpc_command(["-m", code_locations()[location], *own])


def _mark_left_runs(location: str, host: str, port: int, started_at: float) -> None:
    until = time.monotonic() + START_SECONDS
    while not port_listens(host, port):
        if time.monotonic() > until:
            return  # the server could not start: it says why, and the next one marks them
        time.sleep(0.5)
    reason = f"The code server {location} ended, and the process of this run with it."
    for run_id in mark_dead_runs(Settings(), location=location, port=port, started_before=started_at, reason=reason):
        print(f"Run {run_id} was left by an earlier code server; it is marked as failed.", flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
