"""What the benchmarks share: a temporary home, a simulator, two sides timed in turn, one line per figure.

Belongs here: how something is measured and printed. Not here: what is measured. Figures are ratios of two sides timed
in the same run, so that a slow or busy machine slows both; seconds alone mean little.
"""

import argparse
import math
import os
import resource
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeVar

from elexon_assets.simulator.server import subprocess_running
from elexon_assets.windows import Window, window_of_days
from warehouse.settings import ENV_FILES, Settings

T = TypeVar("T")
Side = Callable[[], float]
"A function that prepares what it needs and returns the seconds of the measured part."

FIRST_DAY = date(2016, 3, 1)
"The first UTC day that can be requested."
FRESH = get_context("spawn")


def days(years: float) -> tuple[date, date]:
    """Return the first and last UTC day of that many years, both included: 365 days for one, 3,652 for ten."""
    return FIRST_DAY, FIRST_DAY + timedelta(days=round(365.25 * years) - 1)


def span(years: float) -> Window:
    """Return the same days as a window."""
    return window_of_days(*days(years))


def arguments(doc: str | None, *, years: float = 10.0, repeat: int = 5) -> argparse.ArgumentParser:
    """Return a parser for the sizes that every benchmark accepts, with its defaults."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, default=years, help="years of wind and solar (default: %(default)g)")
    parser.add_argument("--repeat", type=int, default=repeat, help="repetitions of each side (default: %(default)d)")
    return parser


@contextmanager
def simulator(latency_seconds: float = 0.0, faults: str = "") -> Iterator[str]:
    """Run a simulator in its own process, set ELEXON_BASE_URL to it meanwhile, and yield the URL."""
    with (
        subprocess_running(latency_seconds=latency_seconds, faults=faults) as base_url,
        environment(ELEXON_BASE_URL=base_url),
    ):
        yield base_url


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Create an empty RENEWABLES_HOME, yield it and remove it afterwards.

    Of this environment's settings only the simulator's address stays in force, and no `.env` file is read.
    """
    others = dict.fromkeys(name.upper() for name in Settings.model_fields if name != "elexon_base_url")
    with TemporaryDirectory(prefix="benchmark-") as folder:
        settings = others | {
            "RENEWABLES_HOME": folder,
            ENV_FILES: "none",
            "SCHEDULES_RUNNING": "false",
            "DAGSTER_HOME": None,
        }
        with environment(**settings):
            yield Path(folder)


@contextmanager
def environment(**variables: str | None) -> Iterator[None]:
    """Set these variables inside the block; None removes a variable."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    started = perf_counter()
    work()
    return perf_counter() - started


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call, with that of the child processes that ended during it."""
    started = _processor_seconds()
    work()
    return _processor_seconds() - started


def _processor_seconds() -> float:
    """Return the processor time of this process and of its ended children; `os.times()` has only hundredths."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def in_turn(a: Side, b: Side, repeat: int) -> tuple[float, float]:
    """Return the medians of both sides. The sides alternate in being first, so that drift affects both."""
    taken: dict[Side, list[float]] = {a: [], b: []}
    for n in range(repeat):
        for side in (a, b) if n % 2 == 0 else (b, a):
            taken[side].append(side())
    return median(taken[a]), median(taken[b])


def in_new_process(function: Callable[..., T], *values: object) -> T:
    """Call the function in a new interpreter with this environment and return its result."""
    with ProcessPoolExecutor(1, mp_context=FRESH) as pool:
        return pool.submit(function, *values).result()


def p95(taken: Sequence[float]) -> float:
    """Return the 95th percentile: the least value not below 95 % of all; of few values, the greatest."""
    return sorted(taken)[math.ceil(0.95 * len(taken)) - 1]


def free_port() -> int:
    """Return a free port on 127.0.0.1."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def report(name: str, a: float, b: float, *, unit: str = "s", about: str = "") -> None:
    """Print a line such as `name: ratio=1.10 (a=6.051 s, b=5.501 s)`."""
    print(f"{name}: ratio={a / b:.2f} (a={a:.4g} {unit}, b={b:.4g} {unit}){about and ' ' + about}", flush=True)


def report_spread(name: str, a: Sequence[float], b: Sequence[float], *, about: str = "") -> None:
    """Print each percentile of `a` divided by the same percentile of `b`.

    The line reads `name: p50=1.31 p95=1.42 (a=1.402 1.622 s, b=1.071 1.142 s)`.
    """
    middle, high = (median(a), median(b)), (p95(a), p95(b))
    seconds_of = [f"{side}={middle[n]:.4g} {high[n]:.4g} s" for n, side in enumerate("ab")]
    ratios = f"p50={middle[0] / middle[1]:.2f} p95={high[0] / high[1]:.2f}"
    print(f"{name}: {ratios} ({', '.join(seconds_of)}){about and ' ' + about}", flush=True)
