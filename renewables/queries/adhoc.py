"""Queries from a person or a model: locked down, and limited in rows, memory and time.

Belongs here: the limits of such a query, and the meaning of its failures. Not here: running it (`query_worker.py`, in a
separate process, which the system can end at any point), our own queries.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from renewables.queries.query_worker import OUT_OF_MEMORY, REFUSED, UNREADABLE
from warehouse.connection import configured_warehouse
from warehouse.file_errors import damaged_snapshot
from warehouse.settings import Settings

WORKER = Path(__file__).with_name("query_worker.py")
START_SECONDS = 30.0
"The time for a process to start on a busy machine; the query's own seconds are counted after it."
LONGEST_SECONDS = 86_400.0
GRACE_SECONDS = 0.5
"The extra wait for a process that hangs in the system itself; any other one is ended when its time is over."
INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME", "LANG")
"The environment variables that the process needs to start. A query can read no others."


class QueryRefused(Exception):
    """Raised with the error message of DuckDB, or our own, as one line."""


@dataclass(frozen=True)
class Answer:
    """The rows, whether there are more than the limit, and the tables that they come from, with views resolved."""

    frame: pl.DataFrame
    is_cut: bool
    tables: frozenset[str]


def run_sql(sql: str, *, row_limit: int, seconds: float, version: int | None = None) -> Answer:
    """Run one query against the newest snapshot, or a given version; it reaches no files, extensions or settings.

    Raises QueryRefused (also if it takes longer than `seconds` or more memory than QUERY_MEMORY_MB), WarehouseMissing
    and WarehouseDamaged.
    """
    if not 0 < seconds <= LONGEST_SECONDS:
        raise QueryRefused(f"A query may run for at most {LONGEST_SECONDS:,.0f} s, not {seconds:g} s.")
    memory_mb, warehouse = Settings().query_memory_mb, configured_warehouse()
    if version is None:
        newest = warehouse.newest(locked_down=True)
        version = newest.version if newest else None
    path = warehouse.export_file(version)
    request = {
        **{"path": str(path), "sql": sql, "row_limit": row_limit},
        **{"seconds": seconds, "memory_bytes": memory_mb * 1024**2},
    }
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        worker = subprocess.run(  # noqa: S603 (our own script, no shell)
            [sys.executable, "-P", str(WORKER)],
            input=json.dumps(request).encode(),
            capture_output=True,
            env={**environment, "POLARS_MAX_THREADS": "1", "PYTHONUTF8": "1"},
            timeout=START_SECONDS + seconds + GRACE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise QueryRefused(_stopped_after(seconds)) from error
    message = worker.stderr.decode(errors="replace")
    match worker.returncode:
        case 0:
            tables, _, rows = worker.stdout.partition(b"\n")
            frame = pl.read_ipc(io.BytesIO(rows))
            return Answer(frame.head(row_limit), len(frame) > row_limit, frozenset(json.loads(tables)))
        case code if code == -signal.SIGALRM:
            raise QueryRefused(_stopped_after(seconds))
        case code if code == UNREADABLE:
            raise damaged_snapshot(path, message)
        case code if code == REFUSED:
            raise QueryRefused(_as_one_line(message))
        case code if code == OUT_OF_MEMORY or code < 0:
            raise QueryRefused(
                f"The query was stopped because it needs more than {memory_mb:,} MB of memory: aggregate, select less, "
                "or raise QUERY_MEMORY_MB."
            )
    raise QueryRefused(
        f"The query could not be run: {_as_one_line(message[-300:]) or 'its process ended without a message'}"
    )


def _stopped_after(seconds: float) -> str:
    return (
        f"The query was stopped after {seconds:g} s: narrow it, for example by start_time_utc, or allow it more "
        "seconds."
    )


def _as_one_line(text: str) -> str:
    """Return DuckDB's error message without the excerpt that it draws below."""
    one_line = re.sub(r"\s*\n+\s*", " ", re.split(r"\n+LINE \d+:", text)[0]).strip()
    return one_line.removeprefix("Invalid Input Error: ")  # errors of our macros too, which are sentences
