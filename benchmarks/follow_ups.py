"""The seconds from a landing to its flags while a backfill runs, as readers see both in the published warehouse.

`landing_to_flags` is the p95 over the landings of a backfill of wind and solar and of generation by fuel, launched as
the UI does it, through webserver and daemon. The target is at most 45 s. Belongs here: watching the newest snapshot.
Not here: starting the servers (`daemon.py`).
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks import daemon
from benchmarks.harness import arguments, days, p95, simulator, temporary_home
from elexon_assets.datasets import OBSERVED
from elexon_assets.schema.flags import STATE
from pipeline_assets.access import Actor
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.run_progress import RunProgress
from warehouse.connection import has_table, reading
from warehouse.errors import WarehouseMissing

LATENCY_SECONDS = 0.15
"The latency of the simulator, similar to Elexon's."
LOOK_SECONDS = 0.5
LONGEST_SECONDS = 180.0
"The longest wait for flags after the last landing."


def lags(go_on: Callable[[], bool]) -> list[float]:
    """Watch while `go_on` is true and until every landing has flags; return the seconds that each waited."""
    waiting: set[float] = set()
    seconds: list[float] = []
    until = time.time() + LONGEST_SECONDS
    while (going := go_on()) or waiting:
        unflagged = _unflagged_landings()
        seconds += [time.time() - landed_at for landed_at in waiting - unflagged]
        waiting = unflagged
        until = time.time() + LONGEST_SECONDS if going else until
        assert time.time() < until, f"never flagged: {sorted(waiting)}"
        time.sleep(LOOK_SECONDS)
    return seconds


def _unflagged_landings() -> set[float]:
    """Return the times of the landings without flags, in seconds since 1970."""
    try:
        with reading() as con:
            if not has_table(con, "fetch_log"):
                return set()
            state = con.execute("SELECT value FROM warehouse_info WHERE key = ?", [STATE]).fetchone()
            seen = json.loads(state[0])["watermarks"] if state else {}
            landings = con.execute(
                "SELECT DISTINCT dataset, epoch_us(asked_at_utc) FROM fetch_log WHERE rows_landed > 0"
            ).fetchall()
    except WarehouseMissing:
        return set()
    return {at_us / 1e6 for dataset, at_us in landings if at_us > seen.get(dataset, 0)}


def main() -> None:
    """Run the benchmark and print its figure."""
    years = arguments(__doc__, years=3.0, repeat=1).parse_args().years
    first, last = days(years)
    with simulator(LATENCY_SECONDS), temporary_home() as folder, daemon.running(folder) as settings:
        orchestrator = DagsterClient(str(settings.dagster_url))
        launched = orchestrator.launch_backfill(
            OBSERVED, first, last, requested_by="benchmark", actor=Actor.typed("benchmark")
        )
        with ThreadPoolExecutor(1) as pool:
            backfill = pool.submit(follow_runs, orchestrator, launched, RunProgress(), lambda _: None)
            taken = lags(lambda: not backfill.done())
            outcomes = backfill.result()
        assert all(outcome.succeeded for outcome in outcomes), outcomes
    print(
        f"landing_to_flags: p95={p95(taken):.1f} s max={max(taken):.1f} s "
        f"({len(taken)} landings of a backfill of {years:g} years)",
        flush=True,
    )


if __name__ == "__main__":
    main()
