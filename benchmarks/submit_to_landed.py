"""The seconds from a submission to the snapshot that contains it, while webserver and daemon run, as a user waits.

Belongs here: submitting at a steady pace and watching the newest snapshot. Not here: the other figures of the ledger
(`ledger.py`), which prints these too; starting the servers (`daemon.py`).
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from benchmarks import daemon
from benchmarks.harness import days, temporary_home
from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets import landing
from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from pipeline_assets.tables import landed_position
from renewables.dagster_control import fetch_job
from warehouse.connection import reading

IDLE_SECONDS = 120.0
PACE_SECONDS = 3.0
"The pause between submissions, as of users who save now and then; not a multiple of the sensor's interval."
LOOK_SECONDS = 0.2
LONGEST_SECONDS = 120.0


def figures(years: float, idle_seconds: float = IDLE_SECONDS) -> None:
    """Print both figures; `years` is the length of the backfill that runs during the second."""
    with temporary_home() as folder, daemon.running(folder) as settings:
        engine = open_ledger()
        submit(
            engine, [Change.create("contacts", {"name": "The first"})], actor=Actor.typed("benchmark"), token=new_id()
        )
        landing.land_changes(engine)
        until = time.monotonic() + idle_seconds
        _print("submit_to_landed_idle", waits(engine, lambda: time.monotonic() < until), "idle")
        with ThreadPoolExecutor(1) as pool:
            first, last = days(years)
            backfill = pool.submit(
                fetch_job.fetch_days,
                [WIND_AND_SOLAR],
                first,
                last,
                requested_by="benchmark",
                actor=Actor.typed("benchmark"),
                settings=settings,
                watch=lambda _: None,
            )
            taken = waits(engine, lambda: not backfill.done())
            assert all(outcome.succeeded for outcome in backfill.result()), backfill.result()
        _print("submit_to_landed_backfill", taken, f"during a backfill of {years:g} years")
        engine.dispose()


def waits(engine: sa.Engine, go_on: Callable[[], bool]) -> list[float]:
    """Return the seconds that each submission took to reach readers; submit while `go_on`, then wait for the last."""
    pending: dict[int, float] = {}
    taken: list[float] = []
    next_at = time.monotonic()
    while (going := go_on()) or pending:
        now = time.monotonic()
        if going and now >= next_at:
            next_at = now + PACE_SECONDS
            change = Change.create("contacts", {"name": f"Person {len(taken)}"})
            receipt = submit(engine, [change], actor=Actor.typed("benchmark"), token=new_id())
            assert receipt.position
            pending[receipt.position] = now
        with reading() as con:
            landed = landed_position(con)
        seen = time.monotonic()
        taken += [seen - pending.pop(position) for position in list(pending) if position <= landed]
        assert all(seen - since < LONGEST_SECONDS for since in pending.values()), "nothing lands"
        time.sleep(LOOK_SECONDS)
    return taken


def _print(name: str, taken: list[float], about: str) -> None:
    p95 = sorted(taken)[math.ceil(0.95 * len(taken)) - 1]
    print(f"{name}: p95={p95:.1f} s max={max(taken):.1f} s ({len(taken)} submissions, {about})", flush=True)
