"""A reader in its own process that polls the snapshot while years are fetched, landed and published.

Five times per second, from before the start until after the end, it opens the newest snapshot and counts rows, as a
page of the dashboard does. The target is no error, no empty read after the first publication, and no version lower than
an earlier one.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import sides
from benchmarks.harness import FIRST_DAY, FRESH, days, simulator, temporary_home
from elexon_assets.backfill_plan import split_into_runs
from elexon_assets.windows import window_of_days
from warehouse import snapshots
from warehouse.connection import reading
from warehouse.settings import Settings

PAUSE_SECONDS = 0.2


class Seen(NamedTuple):
    """The errors, empty reads and versions that the reader met."""

    polls: int
    versions: int
    errors: int
    empty: int
    backwards: int


def poll(stop: Path) -> Seen:
    """Poll until the file `stop` exists, and once more; the file `reading` beside it marks the start."""
    stop.with_name("reading").touch()
    folder = snapshots.folder_of(Settings().warehouse_file)
    polls = errors = empty = backwards = 0
    versions = [0]
    last_look = False
    while not last_look:
        last_look = stop.exists()
        started = time.monotonic()
        polls += 1
        try:
            published = snapshots.newest_snapshot(folder)
            assert published
            with reading(version=published.version) as con:
                rows = con.execute("SELECT count(*) FROM wind_and_solar").fetchall()[0][0]
            empty += rows == 0
            backwards += published.version < versions[-1]
            versions.append(published.version)
        except Exception as error:
            errors += 1
            print(f"polling_reader: {type(error).__name__}: {error}", file=sys.stderr)
        time.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - started)))
    return Seen(polls, len(set(versions)) - 1, errors, empty, backwards)


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, default=10.0, help="years of wind and solar (default: %(default)g)")
    chosen = parser.parse_args(given)
    with simulator(), temporary_home() as home, ProcessPoolExecutor(1, mp_context=FRESH) as pool:
        sides.ours(window_of_days(FIRST_DAY, FIRST_DAY))  # publishes something before the first read
        reader = pool.submit(poll, home / "stop")
        try:
            while not (home / "reading").exists() and not reader.done():
                time.sleep(0.01)
            for chunk in split_into_runs(*days(chosen.years)):
                sides.ours(window_of_days(*chunk))  # each publishes at its end, as a run does
        finally:
            (home / "stop").touch()
        seen = reader.result()
    figures = " ".join(f"{name}={value}" for name, value in seen._asdict().items())
    print(f"polling_reader: {figures} ({chosen.years:g} years)")
    if seen.errors or seen.empty or seen.backwards:
        sys.exit(1)


if __name__ == "__main__":
    main()
