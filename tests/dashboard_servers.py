"""A dashboard in its own process, without Dagster and without Elexon, for tests in a real browser."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from renewables.cli.up import dashboard_command

NOWHERE = "http://127.0.0.1:9"


@contextmanager
def running_dashboard(home: Path) -> Iterator[str]:
    """Run the dashboard of a home and yield its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"RENEWABLES_HOME": str(home), "DAGSTER_URL": NOWHERE, "ELEXON_BASE_URL": NOWHERE}
    process = subprocess.Popen(dashboard_command(port), env={**os.environ, **settings}, cwd=home)
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9)) as client:
            client.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=60).raise_for_status()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
