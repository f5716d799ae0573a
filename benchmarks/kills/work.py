"""What a kind of work is: the steps of a child process that is killed, and how its home is judged afterwards.

Belongs here: the interface. Not here: killing and counting (`trials.py`), the kinds (`kinds.py` lists them).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

Acknowledge = Callable[[int], None]
"""Called with a number when a step is done: whoever started the process may rely on it from then on. Numbers grow."""
Contents = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Work(ABC):
    """A kind of work. Running it again after a kill must lead to the contents of an undisturbed run."""

    name: str
    modules: ClassVar[Sequence[str]] = ()
    "The modules whose steps it is killed between (`steps.py`)."

    def reason_not_to_run(self) -> str | None:
        """Return what this kind of work lacks here, or None."""
        return None

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """Set what else the home needs, such as an empty database, and remove it at the end."""
        yield

    def prepare(self) -> None:  # noqa: B027 (most kinds begin with an empty home)
        """Fill the empty home with what the work begins with. It is done before the kill."""

    @abstractmethod
    def run(self, acknowledge: Acknowledge) -> None:
        """Do the work from wherever an earlier process left it."""

    @abstractmethod
    def violations(self, acknowledged: Sequence[int]) -> Iterator[str]:
        """Open everything and yield a sentence for each broken promise; `acknowledged` must be there."""

    @abstractmethod
    def contents(self) -> Contents:
        """Return what readers see, without what differs from run to run, such as times."""

    def leftovers(self) -> Iterator[str]:
        """Yield a sentence for each file that neither the killed nor the next process removed."""
        yield from ()
