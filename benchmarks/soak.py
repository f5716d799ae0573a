"""Everything at once for half an hour: all faults of the simulator, landings, readers, submitters and browsers.

A simulator whose clock runs fast shows every fault that it knows. A landing fetches the trailing 24 hours after each of
its half-hours, 20 readers read versions, 8 submitters save, and 5 browser sessions click through the pages of the
dashboard, while Dagster's servers land what was submitted and update flags (`--no-daemon` leaves them out; the landing
then does both). It exits with 1 if an error has no name, a version goes back or disagrees with itself, something
acknowledged is lost, a server ends, or the memory, open files or files of the home grow after the warm-up, a third of
the time.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import FRESH, environment, free_port, temporary_home
from benchmarks.page_homes import serve
from benchmarks.process_figures import ProcessFigures
from benchmarks.soak_sessions import click_through_pages
from benchmarks.soak_workers import (
    SHARED,
    SOAK,
    FastClock,
    Tally,
    Worker,
    land_half_hours,
    read_versions,
    serve_elexon,
    submit_changes,
)
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import DATASETS
from elexon_assets.ingest import ingest
from elexon_assets.quality.flagging import update_flags
from elexon_assets.simulator.faults import DATA_KINDS, TRANSPORT_KINDS
from elexon_assets.simulator.server import running_simulator
from elexon_assets.windows import Window
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.tables import landed_position
from renewables.dagster_control import servers as dagster_servers
from renewables.dagster_control.client import DagsterClient
from renewables.dagster_control.instance import open_instance
from renewables.dagster_control.processes import ServerEnded, Supervisor
from warehouse.connection import reading
from warehouse.settings import Settings

WARM_UP_SHARE = 1 / 3
SAMPLE_SECONDS = 1.0
LATENCY_SECONDS = 0.1
DAYS_BEFORE = 14
"The days of data that the home has at the beginning, so that pages have something to draw."
PROCESSES = 2
"The processes of the readers, and of the submitters: some share a process, as sessions of the dashboard do."
SHORT_LIVED = ("landing",)
"""The workers that stand for runs of Dagster, each of which is a process of its own: their memory is printed, and not
judged. What the allocator keeps of refused answers of 20 MB makes the landing's grow; no object of Python is left over.
"""
FAILS_THE_WINDOW = {"stranger", "missing-column"}
OF_TRANSPORT = {
    **{"status": "=503x1%0.1", "retry-after": "=0.2x1%0.1", "slow": "=0.5%0.1", "bomb": "=30%0.02", "hang": "x1%0.03"},
    **{"drip": "=0.01%0.02", "disconnect": "x1%0.1", "truncated": "x1%0.1", "html": "x1%0.1"},
}
IMPATIENT = {
    "ELEXON_TIMEOUT_SECONDS": "2",
    "ELEXON_DEADLINE_SECONDS": "4",
    "ELEXON_BACKOFF_SECONDS": "0.05",
}
"The settings under which hanging and dripping answers end while the soak still runs."


def all_faults() -> str:
    """Return every fault of the simulator: most answers have some, and most windows land in the end."""
    assert OF_TRANSPORT.keys() == TRANSPORT_KINDS.keys()
    shares = {kind: "0.003" if kind in FAILS_THE_WINDOW else "0.02" for kind in DATA_KINDS}
    return ",".join(
        [*(kind + how for kind, how in OF_TRANSPORT.items()), *(f"{k}%{share}" for k, share in shares.items())]
    )


def fill(start_utc: datetime, submitters: int) -> None:
    """Land the days before the start without faults, the sample portfolio and the records of the submitters."""
    span = Window(start_utc - timedelta(days=DAYS_BEFORE), start_utc)
    with running_simulator() as simulator, environment(ELEXON_BASE_URL=simulator.base_url), ElexonClient() as client:
        for dataset in DATASETS:
            asked = span if dataset.is_fetched_by_day else dataset.full_history_window(start_utc)
            assert not ingest(dataset, asked, client=client, run_id="before").failed
    update_flags()
    ids = [SHARED, *(f"soak-{n}{twin}" for n in range(submitters) for twin in ("", "-twin"))]
    with ledger_for_task() as ledger:
        load_seeds(ledger)
        companies = [Change.create("counterparties", {"name": f"Company {id}"}, id=id) for id in ids]
        submit(ledger, companies, actor=SOAK, token=new_id())
        land_changes(ledger)


@contextmanager
def running_servers(home: Path, *, daemon: bool) -> Iterator[tuple[str, Supervisor]]:
    """Run the dashboard, and Dagster's servers with `daemon`, as `renewables up` does; yield the first's address."""
    port = free_port()
    dagster_url = f"http://127.0.0.1:{port}"
    with (
        environment(DAGSTER_URL=dagster_url, DAGSTER_HOME=str(Settings().dagster_home)),
        TemporaryDirectory() as sockets,
        Supervisor(home / "logs") as servers,
    ):
        if daemon:
            with open_instance(Settings()):
                pass  # creates its databases before two servers try it at once
            dagster_servers.start_servers(servers, {}, port, Path(sockets))
            orchestrator = DagsterClient(dagster_url)
            servers.wait_for("dagster-webserver", lambda: orchestrator.answers(for_home=Settings().dagster_home))
        yield serve(servers, "dashboard", home), servers


def run_soak(chosen: argparse.Namespace, home: Path) -> list[str]:
    """Run everything, print the figures and return the violations."""
    seconds = chosen.minutes * 60
    fast = timedelta(minutes=30) / timedelta(seconds=chosen.half_hour_seconds)
    ahead = timedelta(seconds=(seconds + 120) * fast)
    start_utc = (datetime.now(UTC) - ahead).replace(minute=0, second=0, microsecond=0)
    fill(start_utc, chosen.submitters)
    stop, simulator_stop = FRESH.Event(), FRESH.Event()
    ours, theirs = FRESH.Pipe(duplex=False)
    clock = FastClock(start_utc, time.time(), fast)
    simulator = Worker("simulator", serve_elexon, clock, all_faults(), LATENCY_SECONDS, theirs, simulator_stop)
    with environment(ELEXON_BASE_URL=ours.recv(), **IMPATIENT), running_servers(home, daemon=chosen.daemon) as served:
        address, servers = served
        workers = [Worker("landing", partial(land_half_hours, lands_changes=not chosen.daemon), clock, stop)]
        workers += [Worker(f"readers {n}", read_versions, chosen.readers // PROCESSES, stop) for n in range(PROCESSES)]
        each = chosen.submitters // PROCESSES
        workers += [Worker(f"submitters {n}", submit_changes, each, n * each, stop) for n in range(PROCESSES)]
        if chosen.sessions:
            workers.append(Worker("browser", click_through_pages, address, chosen.sessions, stop))
        figures = ProcessFigures(home)
        violations = _watch(servers, [simulator, *workers], figures, seconds)
        stop.set()
        tallies = {worker.name: worker.result() for worker in workers}
        simulator_stop.set()
        tallies[simulator.name] = simulator.result()
    violations += _verify_end(sum(tally.acknowledged for tally in tallies.values()), 1 + 2 * chosen.submitters)
    violations += figures.violations(seconds * WARM_UP_SHARE, seconds, chosen.growth / 100, may_grow=SHORT_LIVED)
    _print_figures(tallies, figures, seconds)
    return violations + [f"{name}: {problem}" for name, tally in tallies.items() for problem in tally.problems]


def _watch(servers: Supervisor, workers: Sequence[Worker], figures: ProcessFigures, seconds: float) -> list[str]:
    """Take samples until the end, or until a server or worker ends by itself."""
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        figures.take(_process_ids(servers, workers), now)
        try:
            servers.refuse_ended()
        except ServerEnded as ended:
            return [str(ended)]
        if any(not worker.process.is_alive() for worker in workers):
            break  # its result says how it ended
        time.sleep(SAMPLE_SECONDS)
    return []


def _process_ids(servers: Supervisor, workers: Sequence[Worker]) -> Mapping[str, int]:
    parts = {part.name: int(part.process.split()[0]) for part in servers.states() if part.process}
    return parts | {worker.name: worker.process_id for worker in workers}


def _verify_end(acknowledged: int, created: int) -> list[str]:
    """Land what is left; return a sentence for each acknowledged change that the ledger or the warehouse lost."""
    problems = []
    with ledger_for_task() as ledger:
        land_changes(ledger)
        newest = reader.newest_position(ledger)
    with reading() as con:
        [(ours, all_of_them)] = con.execute(
            "SELECT count(*) FILTER (who = 'soak'), count(*) FROM submitted_changes"
        ).fetchall()
        landed = landed_position(con)
    if ours != acknowledged + created:
        problems.append(f"{acknowledged + created} changes were acknowledged, and {ours} landed")
    if not newest == landed == all_of_them:
        problems.append(f"the ledger has {newest} changes; {all_of_them} landed, up to position {landed}")
    return problems


def _print_figures(tallies: Mapping[str, Tally], figures: ProcessFigures, seconds: float) -> None:
    for name, tally in tallies.items():
        named = ", ".join(f"{kind} {count}" for kind, count in tally.named.most_common())
        print(
            f"soak_{name.replace(' ', '_')}: rounds={tally.rounds} versions={len(tally.versions)} "
            f"acknowledged={tally.acknowledged} problems={len(tally.problems)}{named and f' (named: {named})'}"
        )
    for name, grown in figures.growth(seconds * WARM_UP_SHARE, seconds).items():
        print(
            f"soak_memory_{name.replace(' ', '_')}: growth={grown.memory_share:.1%} ({grown.memory_before_mb:.0f} to "
            f"{grown.memory_mb:.0f} MB, {grown.descriptors_before} to {grown.descriptors} open files)"
        )
    counts = [count for _, count in figures.files] or [0]
    print(f"soak_files: first={counts[0]} most={max(counts)} last={counts[-1]}", flush=True)


def main(given: Sequence[str] | None = None) -> None:
    """Run the soak; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="duration (default: %(default)g)")
    parser.add_argument("--half-hour-seconds", type=float, default=10.0, help="of a half-hour (default: %(default)g)")
    parser.add_argument("--readers", type=int, default=20, help="that read at once (default: %(default)d)")
    parser.add_argument("--submitters", type=int, default=8, help="that save at once (default: %(default)d)")
    parser.add_argument("--sessions", type=int, default=5, help="of browsers (default: %(default)d)")
    parser.add_argument("--growth", type=float, default=5.0, help="%% of memory at most (default: %(default)g)")
    parser.add_argument("--no-daemon", dest="daemon", action="store_false", help="without Dagster's servers")
    chosen = parser.parse_args(given)
    with temporary_home() as home:
        violations = run_soak(chosen, home)
    for violation in violations:
        print(f"soak: {violation}", file=sys.stderr)
    print(f"soak: violations={len(violations)} ({chosen.minutes:g} minutes)", flush=True)
    if violations:
        sys.exit(1)


if __name__ == "__main__":
    main()
