"""The steps of work: its effects on files and databases, each named by its place in the code, where a kill can hit it.

Belongs here: noticing steps in a child process, and choosing one. Not here: processes and judging (`trials.py`).
A random moment rarely falls between two steps that follow each other within a millisecond, such as a snapshot and its
pointer. The product has no part in this: Python reports what happens to files, SQLAlchemy reports its statements, and
those of DuckDB are noticed in the class of its connections.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from signal import SIGKILL
from types import FrameType
from typing import Any

import duckdb
import sqlalchemy as sa

PACKAGES = ("warehouse.", "elexon_assets.", "pipeline_assets.", "renewables.", "benchmarks.kills.")
"The packages to whose code a step belongs; their innermost frame is its place."
FILE_EVENTS = {"os.rename", "os.remove", "os.link", "os.symlink", "os.mkdir", "subprocess.Popen"}
"What Python reports before it happens, besides files that are opened for writing."
READING = ("SELECT", "FROM", "WITH", "SET", "USE", "PRAGMA", "DESCRIBE")
"The first words of statements that change nothing."


@dataclass(frozen=True)
class Step:
    """One time that the work comes to a place in the code: `number` counts from 0."""

    place: str
    number: int


class StepCounter:
    """Notices the steps of this process in the given modules, and kills it before one of them."""

    def __init__(self, modules: Sequence[str], last: Step | None) -> None:
        self.times: Counter[str] = Counter()
        "How often the work came to each place."
        self._modules = frozenset(modules)
        self._last = last

    def start(self) -> None:
        """Notice the steps of this process from now on; there is no way back, so it must be a child."""
        sys.addaudithook(self._notice_file)
        for name in ("execute", "sql"):
            setattr(duckdb.DuckDBPyConnection, name, self._noticed(getattr(duckdb.DuckDBPyConnection, name)))
        sa.event.listen(sa.Engine, "before_cursor_execute", self._notice_ledger)
        sa.event.listen(sa.Engine, "commit", lambda _: self._notice("COMMIT"))

    def _notice_file(self, event: str, details: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS or (event == "open" and _is_writing(*details)):
            self._notice(event)

    def _noticed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def execute(con: duckdb.DuckDBPyConnection, statement: Any, *values: Any, **more: Any) -> Any:
            self._notice_statement(str(statement))
            return method(con, statement, *values, **more)

        return execute

    def _notice_ledger(self, _con: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._notice_statement(statement)

    def _notice_statement(self, statement: str) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        if word not in READING:
            self._notice(word)

    def _notice(self, effect: str) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame and not _is_place(frame):
            frame = frame.f_back
        if frame is None or frame.f_globals["__name__"] not in self._modules:
            return
        place = f"{frame.f_globals['__name__']}:{frame.f_lineno} {effect}"
        if self._last == Step(place, self.times[place]):
            os.kill(os.getpid(), SIGKILL)
        self.times[place] += 1


def _is_place(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name != __name__ and name.startswith(PACKAGES)


def _is_writing(_path: object, mode: str | None, flags: int) -> bool:
    """Return whether a file is opened for writing; `os.open` has flags and no mode."""
    return any(letter in mode for letter in "wax+") if mode else bool(flags & (os.O_WRONLY | os.O_RDWR))


def chosen_steps(times: Mapping[str, int], chance: random.Random) -> Iterator[Step]:
    """Yield steps without end: each place once before any place again, at one of the times that it is reached."""
    while times:
        for place in chance.sample(sorted(times), len(times)):
            yield Step(place, chance.randrange(times[place]))
