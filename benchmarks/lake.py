"""A lake (catalogue in PostgreSQL, local folder) against a DuckDB file; needs `gb-renewables[lake]` and a database.

`lake_landing`: a half-hourly landing of two datasets with its publication; target: at most 3. `lake_page`: a month by
day and category of a pinned version, and `lake_page_processor`, its processor time; target: at most 1.5. `lake_bytes`:
the files of ten years by the warehouse file with one snapshot; target: at most 0.5. `lake_writers`: two processes that
commit the same rows beside 20 readers; doubled, lost and failed must all be 0.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.harness import arguments, cpu_seconds, environment, in_turn, report, seconds, temporary_home
from benchmarks.publish import FILL
from warehouse import landing
from warehouse.connection import configured_warehouse, publish, reading, writing

ROWS = 9_000_000
READERS = 20
KEY = ("start_time_utc", "category", "publish_time_utc")
PAGE = """
SELECT start_time_utc::DATE AS day, category, avg(generation_mw), count(*) FROM publications
WHERE start_time_utc BETWEEN '2018-06-01' AND '2018-07-01' GROUP BY ALL ORDER BY ALL
"""


def land_half_hour(number: int, rows: int = 20) -> None:
    """Append the rows of one half-hour after those of `FILL`, in an opening of its own as `ingest` does."""
    moment = pl.datetime(2050, 1, 1, time_zone="UTC") + pl.duration(minutes=30 * number)
    frame = pl.DataFrame({"generation_mw": [float(n) for n in range(rows)]}).select(
        start_time_utc=moment,
        category=pl.format("series {}", pl.int_range(rows)),
        generation_mw="generation_mw",
        publish_time_utc=moment,
    )
    with writing() as con, landing.transaction(con):
        landing.append_new(con, "publications", frame, key=KEY, range_column="start_time_utc")


def fill(rows: int) -> None:
    """Fill the configured warehouse and publish it."""
    with writing() as con:
        con.execute(FILL, {"rows": rows})
        publish(con)


def measure(rows: int, repeat: int, catalogue: str) -> None:
    """Compare the two kinds of warehouse of the same rows."""
    with temporary_home() as home:
        both: list[dict[str, str | None]] = [{"WAREHOUSE": catalogue}, {"WAREHOUSE": None}]
        for settings in both:
            with environment(**settings):
                fill(rows)
        numbers = iter(range(1_000_000))

        def landed(settings: dict[str, str | None]) -> float:
            with environment(**settings):
                first = next(numbers)

                def land() -> None:
                    land_half_hour(2 * first)
                    land_half_hour(2 * first + 1, 60)
                    with writing() as con:
                        publish(con)

                return seconds(land)

        def page(settings: dict[str, str | None], measured: Callable[[Callable[[], object]], float]) -> float:
            with environment(**settings), reading() as con:
                con.execute(PAGE).fetchall()
                return measured(lambda: con.execute(PAGE).fetchall())

        report("lake_landing", *in_turn(lambda: landed(both[0]), lambda: landed(both[1]), repeat))
        for name, measured in (("lake_page", seconds), ("lake_page_processor", cpu_seconds)):
            sides = [partial(page, settings, measured) for settings in both]
            report(name, *in_turn(sides[0], sides[1], repeat), about=f"{rows:,} rows")
        lake = sum(file.stat().st_size for file in (home / "lake").rglob("*.parquet"))
        snapshot = max((home / "snapshots").glob("*.duckdb")).stat().st_size
        file = (home / "warehouse.duckdb").stat().st_size + snapshot
        report("lake_bytes", lake / 1e6, file / 1e6, unit="MB", about="the file with one snapshot")


def write_often(commits: int) -> None:
    """Commit half-hours 1,000,000 and after, publishing each tenth; runs in a process of its own."""
    for number in range(commits):
        land_half_hour(number, 5)
        if number % 10 == 9:
            with writing() as con:
                publish(con)


def read_often(stop: Path) -> None:
    """Read the newest version until the file `stop` exists; fails if a version goes backwards or loses rows."""
    seen = (0, 0)
    while not stop.exists():
        newest = configured_warehouse().newest()
        assert newest is not None
        with reading(version=newest.version) as con:
            rows = con.execute("SELECT count(*) FROM publications").fetchall()[0][0]
        assert (newest.version, rows) >= seen, f"back from {seen} to {(newest.version, rows)}"
        seen = (newest.version, rows)
        time.sleep(0.2)


def race(commits: int, readers: int, catalogue: str) -> None:
    """Let two writers commit the same rows beside readers, and count what went wrong."""
    with temporary_home() as home, environment(WAREHOUSE=catalogue, WAREHOUSE_WAIT_SECONDS="600"):
        fill(20)
        stop = home / "stop"
        command = [sys.executable, "-m", "benchmarks.lake"]
        reading_ones = [subprocess.Popen([*command, "--read", str(stop)]) for _ in range(readers)]
        started = time.perf_counter()
        writers = [subprocess.Popen([*command, "--write", str(commits)]) for _ in range(2)]
        failed = sum(writer.wait() != 0 for writer in writers)
        taken = time.perf_counter() - started
        stop.touch()
        failed += sum(reader.wait() != 0 for reader in reading_ones)
        with writing() as con:
            rows, distinct = con.execute(
                "SELECT count(*), count(DISTINCT (start_time_utc, category)) FROM publications WHERE category LIKE 's%'"
            ).fetchall()[0]
        print(
            f"lake_writers: doubled={rows - distinct} lost={5 * commits - distinct} failed={failed} "
            f"(2 x {commits} commits beside {readers} readers, {taken:.0f} s)",
            flush=True,
        )


def main(given: Sequence[str] | None = None) -> None:
    """Measure, or be one of the processes of the race."""
    parser = arguments(__doc__, repeat=7)
    parser.add_argument("--rows", type=int, default=ROWS, help="default: %(default)s")
    parser.add_argument("--commits", type=int, default=500, help="of each of two writers; default: %(default)s")
    parser.add_argument("--readers", type=int, default=READERS, help="default: %(default)s")
    parser.add_argument("--write", type=int, help="be one of the writers")
    parser.add_argument("--read", type=Path, help="be one of the readers")
    chosen = parser.parse_args(given)
    if chosen.write:
        write_often(chosen.write)
    elif chosen.read:
        read_often(chosen.read)
    else:
        if duckdb.__version__ != "1.5.5" or "LAKE_CATALOGUES" not in os.environ:
            sys.exit("Set LAKE_CATALOGUES to two empty databases, ducklake:postgres:dbname=a ...;ducklake:postgres:...")
        first, second = os.environ["LAKE_CATALOGUES"].split(";")
        measure(chosen.rows, chosen.repeat, first)
        if chosen.commits:
            race(chosen.commits, chosen.readers, second)


if __name__ == "__main__":
    main()
