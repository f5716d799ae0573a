"""Other processes for tests: a function run in one, the warehouse file held by one, a free port for one."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

FRESH = get_context("spawn")
"The start method: a new interpreter, as a run of Dagster is. A fork would share our threads' locks."

HOLD = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def elsewhere(function: Callable[..., T], *arguments: object) -> T:
    """Run the function in a new process with this environment, and return or raise its outcome."""
    with ProcessPoolExecutor(1, mp_context=FRESH) as pool:
        return pool.submit(function, *arguments).result()


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold the file open for writing in another process until the body ends or kills it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()
