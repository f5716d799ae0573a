"""The seconds from the click on "Import 7 days" to the Overview's chart of those days, in a browser, as a user waits.

`renewables up` runs on its own home and the simulator; schedules and sensors are off, so that nothing else lands. The
warehouse is emptied before each import. After the click the Overview is opened in the sidebar; it updates itself when
the days are published. The target is a p95 of at most 25 s. A first import is not counted.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from statistics import median

import httpx
from playwright.sync_api import Page

from benchmarks.harness import environment, free_port, p95, simulator, temporary_home
from benchmarks.painted import chromium, click_to, new_tab
from elexon_assets.datasets import DATASETS
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.processes import Supervisor
from renewables.dagster_control.run_history import recent_runs
from warehouse import snapshots
from warehouse.connection import has_table, writing
from warehouse.settings import Settings

PATIENCE_SECONDS = 300.0
CHART = "[data-testid=stMain] [data-testid=stPlotlyChart] .scatterlayer .trace"


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5, help="number of timed imports (default: %(default)d)")
    chosen = parser.parse_args(given)
    dagster, dashboard = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    with (
        simulator(),
        temporary_home() as home,
        environment(DAGSTER_URL=dagster, DASHBOARD_URL=dashboard),
        Supervisor(home / "logs") as servers,
        chromium() as browser,
        new_tab(browser) as page,
    ):
        servers.start("up", [sys.executable, "-c", "from renewables.cli.main import main; main()", "up"], {})
        _wait_for(servers, dagster, dashboard)
        taken = [_import(page, dashboard, DagsterClient(dagster)) for _ in range(chosen.repeat + 1)][1:]
    figures = f"p50={median(taken):.1f} s p95={p95(taken):.1f} s max={max(taken):.1f} s"
    print(f"import_to_chart: {figures} ({len(taken)} imports of seven days)", flush=True)


def _import(page: Page, dashboard: str, dagster: DagsterClient) -> float:
    """Return the seconds of one import by this process's clock; all runs are over before it and after it."""
    _calm(dagster)
    _empty()
    page.goto(f"{dashboard}/data_management")
    button = page.get_by_role("button", name="Import 7 days")
    button.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    began = time.perf_counter()
    button.click()
    page.get_by_text("You can close this page").wait_for()
    click_to(page, "", "Overview")
    assert not page.locator(CHART).count(), "the days were present before the import"
    page.locator(CHART).first.wait_for(timeout=1000 * PATIENCE_SECONDS, state="attached")
    taken = time.perf_counter() - began
    _calm(dagster)
    return taken


def _empty() -> None:
    """Remove all of Elexon's data and publish the empty warehouse."""
    with writing() as con:
        for table in [*(dataset.table for dataset in DATASETS), "flags", "fetch_log"]:
            if has_table(con, table):
                con.execute(f"DELETE FROM {table}")
        snapshots.publish_snapshot(con)


def _calm(dagster: DagsterClient) -> None:
    """Wait until no run is in progress."""
    until = time.monotonic() + PATIENCE_SECONDS
    while any(not listed.is_over for listed in recent_runs(dagster)):
        assert time.monotonic() < until, "the runs did not end"
        time.sleep(1.0)


def _wait_for(servers: Supervisor, dagster: str, dashboard: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not (
        _answers(f"{dashboard}/_stcore/health") and DagsterClient(dagster).answers(for_home=Settings().dagster_home)
    ):
        servers.refuse_ended()
        assert time.monotonic() < until, "`renewables up` did not start"
        time.sleep(0.5)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).is_success
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    main()
