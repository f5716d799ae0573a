"""Homes that pages are measured on, and the servers that show them.

Belongs here: the contents of a home, and starting Streamlit on it. Not here: measuring (`pages.py`).
"""

import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.harness import environment, free_port
from benchmarks.register_issues import land_large_issues
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import DATASETS, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.windows import Window
from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from renewables.cli.up import dashboard_command
from renewables.dagster_control import fetch_job
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.processes import Supervisor
from warehouse import snapshots
from warehouse.connection import writing
from warehouse.settings import Settings

START_SECONDS = 120.0
BARE = [
    *("streamlit", "run", str(Path(__file__).with_name("bare_page.py")), "--server.headless", "true"),
    *("--server.address", "127.0.0.1", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"),
]


def years_to_now(years: float) -> Window:
    """Return the window of that many years that ends at midnight two days ago."""
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return Window(end - timedelta(days=round(365.25 * years)), end)


def fill(home: Path, span: Window) -> None:
    """Fill a home with every dataset from the simulator, flags, the landed sample portfolio and complete registers."""
    with environment(RENEWABLES_HOME=str(home)):
        with ElexonClient() as client:
            for dataset in DATASETS:
                asked = span if dataset.is_fetched_by_day else dataset.full_history_window(datetime.now(UTC))
                assert not ingest(dataset, asked, client=client, run_id="benchmark").failed
        update_flags()
        ledger = open_ledger()
        load_seeds(ledger)
        land_changes(ledger)
        ledger.dispose()
        land_large_issues(home)


def fetch_a_day(settings: Settings, day: date) -> None:
    """Fetch one day in a run of the server, so that its lists of runs are not empty."""
    outcomes = fetch_job.fetch_days(
        [WIND_AND_SOLAR],
        day,
        day,
        requested_by="benchmark",
        actor=Actor.typed("benchmark"),
        settings=settings,
        watch=lambda _: None,
    )
    assert [outcome.succeeded for outcome in outcomes] == [True], outcomes


def publish_again(home: Path) -> None:
    """Publish the same data as a new snapshot, for which nothing is cached yet."""
    with environment(RENEWABLES_HOME=str(home)), writing() as con:
        snapshots.publish_snapshot(con)


def first_of_each(home: Path, kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the id of one record of each kind, by page name."""
    with environment(RENEWABLES_HOME=str(home)):
        ledger = open_ledger()
        portfolio = read_portfolio(ledger)
        ledger.dispose()
    return {name: portfolio.of_kind(kind)[0].id for name, kind in kinds.items()}


def serve(servers: Supervisor, name: str, home: Path | None) -> str:
    """Start Streamlit in its own process and return its address; without a home it shows the bare page alone."""
    port = free_port()
    command = dashboard_command(port) if home else [sys.executable, "-m", *BARE, "--server.port", str(port)]
    servers.start(name, command, {"RENEWABLES_HOME": str(home)} if home else {})
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # with pauses that double
        client.get(f"{address}/_stcore/health", timeout=60).raise_for_status()
    servers.refuse_ended()
    return address


def wait_for_a_run(dagster: DagsterClient, backfill_id: str) -> None:
    """Wait until the first run of the backfill has begun to send requests."""
    until = time.monotonic() + START_SECONDS
    while not any(dagster.run_state(run_id).status == "STARTED" for run_id in dagster.backfill_runs(backfill_id)[1]):
        assert time.monotonic() < until, "no run of the backfill started"
        time.sleep(1.0)
