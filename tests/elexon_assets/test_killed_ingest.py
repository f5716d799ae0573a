"""Tests of kill -9 during a backfill: the file opens, no row is doubled, the next run converges. Scenario 8."""

import random
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl
import pytest

from elexon_assets import ingest as ingest_module
from elexon_assets.client import ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.ingest import QUARANTINE_KEY, ingest
from elexon_assets.ingest_report import Report
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from tests.elexon_assets.ingesting import content, fetch_days, published
from tests.processes import FRESH
from warehouse.connection import reading, writing
from warehouse.landing import refuse_doubled_keys
from warehouse.snapshots import folder_of, newest_snapshot

pytestmark = pytest.mark.slow

FIRST, LAST = date(2024, 3, 1), date(2024, 3, 31)
FAULTS = "republished%0.05,duplicate%0.05,null%0.01"
LONGEST_DELAY_SECONDS = 0.4
"The duration of about one landing and one publication, so that any moment of them may be hit."


def backfill_window_by_window(progress: Connection) -> None:
    """Report the beginning and every window to `progress`; land each window in its own transaction."""
    ingest_module.BATCH_ROWS = 1
    span = window_of_days(FIRST, LAST)

    def say(report: Report) -> None:
        progress.send(len(report.records))

    with ElexonClient() as client:
        progress.send(0)
        ingest(WIND_AND_SOLAR, span, client=client, run_id="killed", progress=say)
    progress.send("published")


def kill_a_backfill(after_windows: int, after_seconds: float) -> None:
    """Send SIGKILL that long after that many windows landed; the backfill may end before."""
    ours, theirs = FRESH.Pipe(duplex=False)
    process = FRESH.Process(target=backfill_window_by_window, args=(theirs,))
    process.start()
    theirs.close()
    try:
        while ours.recv() != after_windows:
            pass
        process.join(after_seconds)
    finally:
        process.kill()
        process.join()
        ours.close()


Contents = tuple[pl.DataFrame, pl.DataFrame]


def contents() -> Contents:
    """Return publications and quarantine, without the time and the run of their landing."""
    return content(), published("SELECT dataset, reason, raw_json FROM quarantine ORDER BY ALL")


UNDISTURBED: list[Contents] = []
"The contents without a kill, set by the first test that needs them."


@pytest.fixture
def undisturbed(simulator: Simulator, home: Path, monkeypatch: pytest.MonkeyPatch) -> Contents:
    """Return what an undisturbed backfill lands."""
    simulator.faults = FAULTS
    if not UNDISTURBED:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("RENEWABLES_HOME", str(home / "undisturbed"))
            fetch_days(FIRST, LAST)
            UNDISTURBED.append(contents())
    return UNDISTURBED[0]


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_backfill_leaves_a_readable_file_and_the_next_run_converges(
    undisturbed: Contents, home: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (not used for security)
    kill_a_backfill(chance.randint(0, 4), chance.uniform(0, LONGEST_DELAY_SECONDS))

    with writing() as con:
        ensure_schema(con)  # after a kill before the first landing the tables do not exist yet
        refuse_doubled_keys(con, WIND_AND_SOLAR.table, WIND_AND_SOLAR.key)
        landed = con.sql(f"SELECT DISTINCT start_time_utc::DATE AS day FROM {WIND_AND_SOLAR.table}").pl()["day"]
        logged = con.sql("SELECT window_start_utc::DATE AS day FROM fetch_log").pl()["day"]
        first_days = landed.filter((landed - FIRST).dt.total_days() % 7 == 0)
        assert set(logged) == set(first_days)  # a window has both landed and been logged, or neither
    if newest_snapshot(folder_of(home / "warehouse.duckdb")):
        with reading() as con:
            con.execute(f"FROM {WIND_AND_SOLAR.name}").fetchall()

    assert fetch_days(FIRST, LAST).failed == []
    with writing() as con:
        refuse_doubled_keys(con, WIND_AND_SOLAR.table, WIND_AND_SOLAR.key)
        refuse_doubled_keys(con, "quarantine", QUARANTINE_KEY)
    for item, expected in zip(contents(), undisturbed, strict=True):
        assert item.equals(expected)
    assert undisturbed[0]["start_time_utc"].n_unique() == 31 * 48
