"""A Dagster backfill of wind and solar from the simulator, against the same days of an asset that does nothing.

`backfill_1y`, `backfill_10y`: both in process, in runs of at most 371 days, on the shipped persistent instance, in a
new process and a new home each, with what a backfill in the UI selects. Target: at most 1.2 each.
`…_rows`, `…_bytes`: what the same runs write to Dagster's event storage. Target: at most 1.2 each.
`backfill_memory`: peak memory of the process of ten years against that of one. Target: at most 1.25.
`…_cpu`: the same runs by processor time, which other work on the machine disturbs less; not judged.
`--daemon` adds the seconds of the longest span through webserver and daemon, which nothing is compared with.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from statistics import median

from benchmarks.backfills import Run, nothing, ours
from benchmarks.daemon import through_the_daemon
from benchmarks.harness import days, in_new_process, in_turn, report, simulator


def compare(years: float, repeat: int) -> list[Run]:
    """Prints the ratio of one span and returns our side's runs."""
    a: list[Run] = []
    b: list[Run] = []

    def run(make: Callable[[date, date], Run], into: list[Run]) -> float:
        into.append(in_new_process(make, *days(years)))
        return into[-1].seconds

    report(f"backfill_{years:g}y", *in_turn(lambda: run(ours, a), lambda: run(nothing, b), repeat))
    cpu_seconds = (median(run.cpu_seconds for run in side) for side in (a, b))
    report(f"backfill_{years:g}y_rows", a[0].rows, b[0].rows, unit="rows")
    report(f"backfill_{years:g}y_bytes", a[0].megabytes, b[0].megabytes, unit="MB")
    report(f"backfill_{years:g}y_cpu", *cpu_seconds, about="of the process, not judged")
    return a


def main(given: Sequence[str] | None = None) -> None:
    """`given`: arguments, else those of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, nargs="+", default=[1, 10], help="spans, shortest first")
    parser.add_argument("--repeat", type=int, default=3, help="of each side (default: %(default)d)")
    parser.add_argument("--daemon", action="store_true")
    chosen = parser.parse_args(given)
    with simulator():
        runs = [compare(years, chosen.repeat) for years in chosen.years]
        shortest, longest = (median(run.peak_mb for run in runs[n]) for n in (0, -1))
        report("backfill_memory", longest, shortest, unit="MB")
        if chosen.daemon:
            taken = through_the_daemon(*days(chosen.years[-1]))
            print(
                f"backfill_daemon: {chosen.years[-1]:g} years in {taken:.0f} s, from the request to the last run's end"
            )


if __name__ == "__main__":
    main()
