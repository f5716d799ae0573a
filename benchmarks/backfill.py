"""A Dagster backfill of each dataset by day from the simulator, against the same days of an asset that does nothing.

- `backfill_1y` and `backfill_10y` run in process, in runs of at most 371 days, on the shipped persistent instance, in a
  new process and a new home each, with the same selection as a backfill in the UI. The target is at most 1.2 each.
- `backfill_1y_<dataset>` is the same for one year of each further dataset. The target is at most 1.2, and 1.5 for the
  wind forecast, which has the most rows.
- `…_rows` and `…_bytes` are what the same runs write to Dagster's event storage. The target is at most 1.2 each.
- `backfill_memory` is the peak memory of the ten-year process against that of the one-year process. The target is at
  most 1.25.
- `…_cpu` is the same runs by processor time, which other work on the machine disturbs less; it has no target.
- `--daemon` adds the seconds of the longest span through webserver and daemon, which are compared with nothing.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from statistics import median

from benchmarks.backfills import Run, nothing, ours
from benchmarks.daemon import through_the_daemon
from benchmarks.harness import days, in_new_process, in_turn, report, simulator
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import BY_DAY, BY_NAME, WIND_AND_SOLAR


def compare(years: float, repeat: int, dataset: Dataset = WIND_AND_SOLAR) -> list[Run]:
    """Print the ratio for one span of a dataset and return the runs of our side."""
    name = f"backfill_{years:g}y{'' if dataset is WIND_AND_SOLAR else f'_{dataset.name}'}"
    a: list[Run] = []
    b: list[Run] = []

    def run(make: Callable[[date, date], Run], into: list[Run]) -> float:
        """Run one side in a new home and return its seconds."""
        into.append(in_new_process(make, *days(years)))
        return into[-1].seconds

    report(name, *in_turn(lambda: run(partial(ours, dataset.name), a), lambda: run(nothing, b), repeat))
    cpu_seconds = (median(run.cpu_seconds for run in side) for side in (a, b))
    report(f"{name}_rows", a[0].rows, b[0].rows, unit="rows")
    report(f"{name}_bytes", a[0].megabytes, b[0].megabytes, unit="MB")
    report(f"{name}_cpu", *cpu_seconds, about="of the process, no target")
    return a


def main(given: Sequence[str] | None = None) -> None:
    """Run the benchmark; `given` replaces the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, nargs="+", default=[1, 10], help="spans, shortest first")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions of each side (default: %(default)d)")
    further = [dataset.name for dataset in BY_DAY if dataset is not WIND_AND_SOLAR]
    parser.add_argument("--further", nargs="*", default=further, help="datasets measured over the shortest span too")
    parser.add_argument("--daemon", action="store_true")
    chosen = parser.parse_args(given)
    with simulator():
        runs = [compare(years, chosen.repeat) for years in chosen.years]
        shortest, longest = (median(run.peak_mb for run in runs[n]) for n in (0, -1))
        report("backfill_memory", longest, shortest, unit="MB")
        for name in chosen.further:
            compare(chosen.years[0], chosen.repeat, BY_NAME[name])
        if chosen.daemon:
            taken = through_the_daemon(*days(chosen.years[-1]))
            print(
                f"backfill_daemon: {chosen.years[-1]:g} years in {taken:.0f} s, from the request to the last run's end"
            )


if __name__ == "__main__":
    main()
