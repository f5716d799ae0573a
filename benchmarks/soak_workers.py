"""The processes of the soak beside the servers: the simulator, the half-hourly landing, readers and submitters.

Belongs here: what each does until it is told to stop, and what it counts. Not here: starting and judging them
(`soak.py`), browsers (`soak_sessions.py`).
"""

import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import sqlalchemy as sa

from benchmarks.harness import FRESH
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import BY_DAY
from elexon_assets.errors import ElexonError, WindowFailed
from elexon_assets.ingest import ingest_several
from elexon_assets.quality.flagging import update_flags
from elexon_assets.settlement import HALF_HOUR
from elexon_assets.simulator.server import running_simulator
from elexon_assets.windows import Window
from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.tables import landed_position
from warehouse import snapshots
from warehouse.connection import reading
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

NAMED = (WarehouseError, ElexonError, PipelineError)
"The trees of named errors. One of them tells a person what to do; anything else is a fault of ours."
SOAK = Actor.typed("soak")
READ_PAUSE_SECONDS, SUBMIT_PAUSE_SECONDS = 3.0, 4.0
"""With a save each second the few edited records grow by 1,500 versions in half an hour, and a server that replays them
by 9 %: that was the size of the data, and nothing that it kept.
"""
SHARED = "soak-shared"
"The counterparty that all submitters edit, so that some of them are refused as stale."
PROBLEMS_KEPT = 20
FIGURES = """
    SELECT
        (SELECT count(*) FROM wind_and_solar_publications) AS publications,
        (SELECT sum(rows_landed) FROM fetch_log WHERE dataset = 'wind_and_solar') AS rows_logged,
        (SELECT count(*) FROM wind_and_solar) AS values,
        (SELECT count(DISTINCT (start_time_utc, psr_type)) FROM wind_and_solar) AS keys,
        (SELECT round(sum(generation_mw) * 0.5) FROM wind_and_solar
            WHERE psr_type IN ('Wind Onshore', 'Wind Offshore', 'Solar')) AS energy_of_values,
        (SELECT round(sum(energy_mwh)) FROM wind_and_solar_daily) AS energy_of_days,
        (SELECT count(*) FROM submitted_changes) AS changes,
        (SELECT max(position) FROM submitted_changes) AS newest_change,
        (SELECT count(*) FROM counterparties one JOIN counterparties other ON other.id = one.id || '-twin'
            WHERE one.notes <> other.notes) AS torn_batches"""
"Figures of one version that must agree: a version that holds half of a landing or of a batch shows here."


@dataclass(frozen=True)
class FastClock:
    """A clock that starts at an instant and runs `speed` times as fast as this machine's."""

    start_utc: datetime
    started_at: float
    speed: float

    def __call__(self) -> datetime:
        """Return the time of the clock."""
        return self.start_utc + timedelta(seconds=(time.time() - self.started_at) * self.speed)


@dataclass
class Tally:
    """What a worker did and met; `problems` are violations, `named` counts errors of our trees by their class."""

    rounds: int = 0
    acknowledged: int = 0
    versions: set[int] = field(default_factory=set)
    named: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def attempt(self, work: Callable[[], object]) -> None:
        """Do the work once and count how it ended."""
        self.rounds += 1
        try:
            work()
        except NAMED as error:
            self.named[type(error).__name__] += 1
        except Exception:
            self.add_problem(traceback.format_exc())

    def add_problem(self, sentence: str) -> None:
        """Keep a violation, unless there are many already."""
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(sentence)

    def add(self, other: "Tally") -> None:
        """Add the counts of another worker."""
        self.rounds += other.rounds
        self.acknowledged += other.acknowledged
        self.versions |= other.versions
        self.named += other.named
        self.problems += other.problems


class Worker:
    """A process that runs a function with a pipe to send its result to."""

    def __init__(self, name: str, function: Callable[..., Tally], *arguments: object) -> None:
        """Start the process, which ends with this one."""
        self.name = name
        self._ours, theirs = FRESH.Pipe(duplex=False)
        self.process = FRESH.Process(target=_send_result, args=(theirs, function, *arguments), daemon=True)
        self.process.start()
        theirs.close()

    @property
    def process_id(self) -> int:
        """Return the id of the process."""
        return self.process.pid or 0

    def result(self, seconds: float = 240.0) -> Tally:
        """Return what the function returned; a worker that died or does not end is a problem of its own.

        `seconds` is more than a session waits for the page that it has asked for (`soak_sessions.PATIENCE_MS`).
        """
        tally = Tally()
        if not self._ours.poll(seconds):
            tally.add_problem(f"{self.name} did not end within {seconds:.0f} s")
            self.process.kill()
        else:
            try:
                tally = self._ours.recv()
            except EOFError:
                self.process.join(10)
                tally.add_problem(f"{self.name} ended by itself, exit code {self.process.exitcode}")
        self.process.join(10)
        return tally


def _send_result(theirs: Connection, function: Callable[..., Tally], *arguments: object) -> None:
    """Run the function and send its tally."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # DuckDB draws progress bars, as for a terminal
    theirs.send(function(*arguments))


def serve_elexon(clock: FastClock, faults: str, latency_seconds: float, addresses: Connection, stop: Event) -> Tally:
    """Serve the simulator by the fast clock until the stop; its address goes to `addresses`."""
    with running_simulator(now=clock, faults=faults, latency_seconds=latency_seconds) as simulator:
        addresses.send(simulator.base_url)
        while not stop.wait(1.0):
            pass
    return Tally(rounds=len(simulator.service.requests))


def land_half_hours(clock: FastClock, stop: Event, *, lands_changes: bool) -> Tally:
    """Fetch and land the trailing 24 hours as the job `latest` does, as soon as each half-hour of the clock is over.

    With `lands_changes` it also does what Dagster's sensors do: land submitted changes and update flags.
    """
    tally = Tally()
    newest: datetime | None = None
    with ledger_for_task() as ledger:
        while not stop.is_set():
            end = datetime.fromtimestamp(clock().timestamp() // 1800 * 1800, UTC) + HALF_HOUR
            if end != newest:
                newest = end
                tally.attempt(partial(_land_day, Window(end - timedelta(hours=24), end), tally))
                if lands_changes:
                    tally.attempt(update_flags)
            if lands_changes:
                tally.attempt(partial(land_changes, ledger))
            stop.wait(0.5)
    return tally


def _land_day(span: Window, tally: Tally) -> None:
    """Land a span. A failed window is a named error, unless nobody foresaw its cause."""
    with ElexonClient() as client:
        reports = ingest_several(BY_DAY, span, client=client, run_id=new_id())
    for record in (record for report in reports for record in report.failed):
        kind = str(record.error).partition(":")[0]
        tally.named[kind] += 1
        if kind == WindowFailed.__name__:
            tally.add_problem(f"{record.window}: {record.error}")


def read_versions(readers: int, stop: Event) -> Tally:
    """Read with that many threads until the stop, each as a page does: the pointer, then that version."""
    return _in_threads(partial(_read_until, stop), readers)


def _read_until(stop: Event, _number: int) -> Tally:
    tally = Tally()
    before: dict[str, int] = {}
    while not stop.is_set():
        tally.attempt(partial(_read_once, tally, before))
        stop.wait(READ_PAUSE_SECONDS)
    return tally


def _read_once(tally: Tally, before: dict[str, int]) -> None:
    """Check one version: it is not older than the one before, agrees with itself, and has lost nothing."""
    published = snapshots.newest_snapshot(snapshots.folder_of(Settings().warehouse_file))
    assert published
    with reading(version=published.version) as con:
        figures = con.sql(FIGURES).pl().row(0, named=True) | {"landed": landed_position(con)}
    tally.versions.add(published.version)
    figures["version"] = published.version
    for one, other in (
        ("publications", "rows_logged"),
        ("values", "keys"),
        ("energy_of_values", "energy_of_days"),
        ("changes", "newest_change"),
        ("changes", "landed"),
    ):
        if figures[one] != figures[other]:
            tally.add_problem(f"version {published.version}: {one} is {figures[one]}, {other} is {figures[other]}")
    if figures["torn_batches"]:
        tally.add_problem(f"version {published.version} shows a part of a batch")
    for name in ("version", "publications", "values", "changes"):
        if figures[name] < before.get(name, 0):
            tally.add_problem(f"{name} went from {before[name]} back to {figures[name]}")
    before |= figures


def submit_changes(submitters: int, first: int, stop: Event) -> Tally:
    """Submit with that many threads until the stop: each edits two records of its own at once, and a shared one."""
    return _in_threads(partial(_submit_until, stop, first), submitters)


def _submit_until(stop: Event, first: int, number: int) -> Tally:
    tally = Tally()
    with ledger_for_task() as ledger:
        names = [f"soak-{first + number}", f"soak-{first + number}-twin"]
        version = 1
        while not stop.is_set():
            notes = {"notes": f"Round {version}"}
            edits = [Change.edit("counterparties", id, notes, base_version=version) for id in names]
            acknowledged = tally.acknowledged
            tally.attempt(partial(_submit_batch, ledger, edits, tally))
            version += tally.acknowledged > acknowledged
            tally.attempt(partial(_edit_shared, ledger, f"Round {version} of {names[0]}", tally))
            stop.wait(SUBMIT_PAUSE_SECONDS)
        records = {record.id: record for record in reader.records_of_kind(ledger, "counterparties")}
        for id in names:
            if records[id].version != version:
                tally.add_problem(f"{id} has version {records[id].version}, and {version} was acknowledged")
    return tally


def _submit_batch(ledger: sa.Engine, changes: list[Change], tally: Tally) -> None:
    receipt = submit(ledger, changes, actor=SOAK, token=new_id())
    tally.acknowledged += len(receipt.changes)


def _edit_shared(ledger: sa.Engine, notes: str, tally: Tally) -> None:
    shared = reader.find_record(ledger, "counterparties", SHARED)
    assert shared
    _submit_batch(ledger, [Change.edit("counterparties", SHARED, {"notes": notes}, base_version=shared.version)], tally)


def _in_threads(function: Callable[[int], Tally], number: int) -> Tally:
    """Run the function in that many threads, with the number of each, and return the sum of their tallies."""
    tally = Tally()
    with ThreadPoolExecutor(number) as pool:
        for each in pool.map(function, range(number)):
            tally.add(each)
    return tally
