"""Windows fetched and parsed concurrently, in order; a window that fails does not stop the others.

Belongs here: concurrency, the outcome of each window, and the second attempt at a failed window, day by day. Not here:
HTTP (`client.py`), the contract, the warehouse.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

from elexon_assets.client import Answer, ElexonClient, rows_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.errors import ElexonError, WindowFailed
from elexon_assets.parsing import Parsed, parse_rows
from elexon_assets.typed_rows import decode_rows
from elexon_assets.windows import Window, split_by_day, window_of_days

AHEAD = 64
"""The number of windows fetched ahead: a limit on memory, but enough that a slow window does not delay the others, and
that requests continue while a batch lands.
"""

PARSING = 2
"The number of threads beyond the concurrent requests: while an answer is parsed, the next one is requested."


LONGEST_MESSAGE = 2_000
"The number of characters kept of an error."


@dataclass(frozen=True)
class Fetched:
    """An answered window: the number of rows, the frame made from them, and the answer itself."""

    window: Window
    rows_received: int
    parsed: Parsed
    content: bytes
    """The undecoded answer, for the few quarantined rows: keeping ~1,000 decoded rows per window slows the garbage
    collector.
    """
    source: str
    attempts: int
    seconds: float

    def raw_rows(self) -> list[dict[str, Any]]:
        """Decode the answer again and return the rows as Elexon sent them."""
        return rows_of(self.content)


@dataclass(frozen=True)
class Failed:
    """A window that failed, and the error."""

    window: Window
    error: ElexonError

    @property
    def message(self) -> str:
        """Return the error's kind and message, in characters that every store accepts."""
        text = f"{type(self.error).__name__}: {self.error}"
        return text[:LONGEST_MESSAGE].encode(errors="backslashreplace").decode()


Outcome = Fetched | Failed


def fetch_by_day_where_needed(client: ElexonClient, dataset: Dataset, windows: Sequence[Window]) -> Iterator[Outcome]:
    """Yield the outcome of each window, or those of its days if it failed and some of its days are answered.

    One bad half-hour then fails its day and not its week. The days come last, in order. While the complete API is down,
    the remaining windows are not split: their days would only fail more slowly.
    """
    failures: list[Failed] = []
    answered: Window | None = None
    for outcome in fetch_windows(client, dataset, windows):
        if isinstance(outcome, Failed) and _can_be_split(dataset, outcome.window):
            failures.append(outcome)
            continue
        if isinstance(outcome, Fetched):
            answered = outcome.window
        yield outcome
    is_down = False
    for failure in failures:
        outcomes = [] if is_down else list(fetch_windows(client, dataset, split_by_day(failure.window)))
        days = [outcome.window for outcome in outcomes if isinstance(outcome, Fetched)]
        yield from outcomes if days else [failure]
        answered = days[-1] if days else answered
        is_down = is_down or not (days or _fetch_ahead(client, dataset, answered or _day_before(windows[0])))


def _can_be_split(dataset: Dataset, window: Window) -> bool:
    """Return whether the days of a window can be requested one by one."""
    return dataset.is_fetched_by_day and dataset.longest_window > timedelta(days=1) and len(window.days) > 1


def _fetch_ahead(client: ElexonClient, dataset: Dataset, window: Window) -> bool:
    """Return whether a day outside the failed windows is answered."""
    [outcome] = fetch_windows(client, dataset, split_by_day(window)[:1])
    return isinstance(outcome, Fetched)


def _day_before(window: Window) -> Window:
    day = window.days[0] - timedelta(days=1)
    return window_of_days(day, day)


def fetch_windows(client: ElexonClient, dataset: Dataset, windows: Sequence[Window]) -> Iterator[Outcome]:
    """Yield outcomes in the order of the windows, each as soon as it and those before it are complete."""
    todo = deque(windows)
    under_way: deque[Future[Outcome]] = deque()
    asked: SimpleQueue[tuple[Window, Future[Outcome]] | None] = SimpleQueue()

    decode = partial(decode_rows, dataset)
    places = BoundedSemaphore(client.concurrency)

    def work() -> None:
        """Fetch windows until none is left."""
        while item := asked.get():
            window, future = item
            try:
                with places:
                    answer = client.get(*dataset.request(window), decode=decode)
                future.set_result(_parse_answer(dataset, window, answer))
            # This also catches what is not an Exception, such as a panic in polars: without a result the run would wait
            # for ever.
            except BaseException as error:
                future.set_result(failed(window, error))

    # These are daemons, unlike an executor's threads: a cancelled run would wait for answers up to their time-out.
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


def failed(window: Window, error: BaseException) -> Failed:
    """Return the failure of a window, with a named error also for an unforeseen exception."""
    if isinstance(error, ElexonError):
        return Failed(window, error)
    unforeseen = WindowFailed(
        f"{type(error).__name__} while the window was fetched and read: {error}. The other windows landed; "
        "please report this with the window and the message."
    )
    unforeseen.__cause__ = error
    return Failed(window, unforeseen)


def _parse_answer(dataset: Dataset, window: Window, answer: Answer) -> Fetched:
    parsed = parse_rows(dataset, answer.rows, window)
    return Fetched(window, len(answer.rows), parsed, answer.content, answer.source, answer.attempts, answer.seconds)
