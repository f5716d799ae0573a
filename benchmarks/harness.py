"""What the benchmarks share: a home of their own, a simulator of their own, two sides timed in turn, one line a figure.

Belongs here: how something is measured and printed. Not here: what is measured. Figures are ratios of two sides timed
in the same run, so that a slow or busy machine slows both; seconds alone mean little.
"""

import argparse
import math
import os
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
"Makes ready what it needs and returns the seconds of the part that is measured."

FIRST_DAY = date(2016, 3, 1)
"UTC; the first day that can be asked for."
FRESH = get_context("spawn")


def days(years: float) -> tuple[date, date]:
    """First and last UTC day of that many years, both in: 365 days for one, 3,652 for ten."""
    return FIRST_DAY, FIRST_DAY + timedelta(days=round(365.25 * years) - 1)


def span(years: float) -> Window:
    """The same days as a window."""
    return window_of_days(*days(years))


def arguments(doc: str | None, *, years: float = 10.0, repeat: int = 5) -> argparse.ArgumentParser:
    """The sizes that every figure has, with its defaults."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=float, default=years, help="of wind and solar (default: %(default)g)")
    parser.add_argument("--repeat", type=int, default=repeat, help="of each side (default: %(default)d)")
    return parser


@contextmanager
def simulator(latency_seconds: float = 0.0, faults: str = "") -> Iterator[str]:
    """A process of its own, which ELEXON_BASE_URL names meanwhile; yields the URL."""
    with (
        subprocess_running(latency_seconds=latency_seconds, faults=faults) as base_url,
        environment(ELEXON_BASE_URL=base_url),
    ):
        yield base_url


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty RENEWABLES_HOME, gone afterwards; of this environment's settings only the simulator's address holds,
    and no `.env` file is read."""
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
    """Those variables meanwhile; None: not set."""
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
    """Wall time of one call."""
    started = perf_counter()
    work()
    return perf_counter() - started


def in_turn(a: Side, b: Side, repeat: int) -> tuple[float, float]:
    """Medians. The sides alternate and take turns at being first, so that drift hits both."""
    taken: dict[Side, list[float]] = {a: [], b: []}
    for n in range(repeat):
        for side in (a, b) if n % 2 == 0 else (b, a):
            taken[side].append(side())
    return median(taken[a]), median(taken[b])


def in_new_process(function: Callable[..., T], *values: object) -> T:
    """What the function returns, called in a new interpreter with this one's environment."""
    with ProcessPoolExecutor(1, mp_context=FRESH) as pool:
        return pool.submit(function, *values).result()


def p95(taken: Sequence[float]) -> float:
    """The least that is no lower than 95 in a hundred; of few, the greatest."""
    return sorted(taken)[math.ceil(0.95 * len(taken)) - 1]


def free_port() -> int:
    """On 127.0.0.1."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def report(name: str, a: float, b: float, *, unit: str = "s", about: str = "") -> None:
    """`name: ratio=1.10 (a=6.051 s, b=5.501 s)`."""
    print(f"{name}: ratio={a / b:.2f} (a={a:.4g} {unit}, b={b:.4g} {unit}){about and ' ' + about}", flush=True)


def report_spread(name: str, a: Sequence[float], b: Sequence[float], *, about: str = "") -> None:
    """`name: p50=1.31 p95=1.42 (a=1.402 1.622 s, b=1.071 1.142 s)`: each percentile of a by the same of b."""
    middle, high = (median(a), median(b)), (p95(a), p95(b))
    seconds_of = [f"{side}={middle[n]:.4g} {high[n]:.4g} s" for n, side in enumerate("ab")]
    ratios = f"p50={middle[0] / middle[1]:.2f} p95={high[0] / high[1]:.2f}"
    print(f"{name}: {ratios} ({', '.join(seconds_of)}){about and ' ' + about}", flush=True)
