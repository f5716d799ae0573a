"""The seconds of a backfill through webserver and daemon, as an analyst launches it; on request and without a target.

Belongs here: starting both on their own home, launching, waiting. Not here: the same in process (`backfills.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.harness import free_port, temporary_home
from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.access import Actor
from renewables.dagster_control import fetch_job
from renewables.dagster_control import servers as dagster_servers
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.instance import open_instance
from renewables.dagster_control.processes import Supervisor
from warehouse.settings import Settings


def through_the_daemon(first: date, last: date) -> float:
    """Return the seconds from the request to the end of the last run, without the start of the servers."""
    with temporary_home() as folder, running(folder) as settings:
        started = perf_counter()
        outcomes = fetch_job.fetch_days(
            [WIND_AND_SOLAR],
            first,
            last,
            requested_by="benchmark",
            actor=Actor.typed("benchmark"),
            settings=settings,
            watch=lambda _: None,
        )
        taken = perf_counter() - started
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    return taken


@contextmanager
def running(folder: Path) -> Iterator[Settings]:
    """Run webserver and daemon on the home of this environment, as `renewables up` starts them, on another port."""
    port = free_port()
    settings = Settings().model_copy(update={"dagster_url": f"http://127.0.0.1:{port}"})
    home = settings.dagster_home
    with open_instance(settings):
        pass  # creates its databases before two servers try it at once
    environment = {"DAGSTER_HOME": str(home)}
    orchestrator = DagsterClient(str(settings.dagster_url))
    with TemporaryDirectory() as sockets, Supervisor(folder / "logs") as servers:
        dagster_servers.start_servers(servers, environment, port, Path(sockets))
        servers.wait_for("dagster-webserver", lambda: orchestrator.answers(for_home=home))
        yield settings
