"""Windows fetched a few at a time, in order, parsed; a window that fails does not stop the others.

Belongs here: concurrency and the outcome of each window. Not here: HTTP (`client.py`), the contract, the warehouse.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

from elexon_assets.client import Answer, ElexonClient, rows_of
from elexon_assets.datasets import Dataset
from elexon_assets.errors import ElexonError
from elexon_assets.parsing import Parsed, parse
from elexon_assets.windows import Window

AHEAD = 32
"Windows fetched before they are asked for: a bound on memory, and enough that a slow window holds up no other."

PARSING = 2
"Threads more than requests under way: while an answer is parsed, the next one is asked for."


@dataclass(frozen=True)
class Fetched:
    """A window that was answered: how many rows, the frame made of them, and the answer itself."""

    window: Window
    rows_received: int
    parsed: Parsed
    content: bytes
    "Kept for the few rows that are set aside: a thousand decoded rows a window would keep the collector busy."
    source: str
    attempts: int
    seconds: float

    def raw_row(self, position: int) -> dict[str, Any]:
        """As Elexon sent it."""
        return rows_of(self.content)[position]


@dataclass(frozen=True)
class Failed:
    """A window that was given up, and why."""

    window: Window
    error: ElexonError


Outcome = Fetched | Failed


def fetch(client: ElexonClient, dataset: Dataset, windows: Sequence[Window]) -> Iterator[Outcome]:
    """Outcomes in the order of the windows, each as soon as it and those before it are there.

    Closing the generator early (a cancelled run) closes the client too and waits for nothing.
    """
    todo = deque(windows)
    under_way: deque[Future[Outcome]] = deque()
    asked: SimpleQueue[tuple[Window, Future[Outcome]] | None] = SimpleQueue()

    places = BoundedSemaphore(client.concurrency)

    def work() -> None:
        while item := asked.get():
            window, future = item
            try:
                with places:
                    answer = client.get(dataset.path, dataset.parameters(window))
                future.set_result(_parsed(dataset, window, answer))
            except ElexonError as error:
                future.set_result(Failed(window, error))
            except Exception as error:
                future.set_exception(error)

    # Daemons, which an executor's threads are not: a cancelled run would wait for answers up to their time-out.
    for number in range(client.concurrency + PARSING):
        Thread(target=work, name=f"elexon-{number}", daemon=True).start()
    try:
        while todo or under_way:
            while todo and len(under_way) < AHEAD:
                window, future = todo.popleft(), Future[Outcome]()
                under_way.append(future)
                asked.put((window, future))
            yield under_way.popleft().result()
    except BaseException:
        client.close()
        raise
    finally:
        for _ in range(client.concurrency + PARSING):
            asked.put(None)


def _parsed(dataset: Dataset, window: Window, answer: Answer) -> Fetched:
    parsed = parse(dataset, answer.rows, window)
    return Fetched(window, len(answer.rows), parsed, answer.content, answer.source, answer.attempts, answer.seconds)
