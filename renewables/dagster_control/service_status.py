"""Whether Elexon's API and Dagster respond, checked in the background so that no page waits for it.

Belongs here: one short request each, and how long its result is valid. Not here: showing it.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from elexon_assets.certificates import trusted_certificates
from renewables.dagster_control.client import DagsterClient
from warehouse.addresses import endpoint_of
from warehouse.redaction import log_line
from warehouse.settings import Settings

PATIENCE_SECONDS = 3.0
COUNTS_FOR_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """The result of a check; `sentence` says what was requested, and how it responded or what to do."""

    is_there: bool
    sentence: str
    asked_at: float


def elexon(settings: Settings) -> Answer:
    """Send a small request and wait for three seconds at most. The sentence is one line without secrets."""
    endpoint = endpoint_of(settings.elexon_base_url)
    url = f"{endpoint.url}/datasets/metadata/latest"
    try:
        response = httpx.get(
            url, params=endpoint.parameters, auth=endpoint.auth, timeout=PATIENCE_SECONDS, verify=trusted_certificates()
        )
        response.raise_for_status()
        datasets = len(response.json()["data"])
    except httpx.HTTPStatusError as error:
        return Answer(False, f"{url} answered {error.response.status_code}.", time.monotonic())
    except httpx.HTTPError as error:
        sentence = log_line(f"{url} cannot be reached: {error or type(error).__name__}.")
        return Answer(False, sentence, time.monotonic())
    except (ValueError, KeyError, TypeError):
        return Answer(False, f"{url} returned something that is not from Elexon.", time.monotonic())
    milliseconds = response.elapsed.total_seconds() * 1000
    return Answer(True, f"{url} answered in {milliseconds:.0f} ms with {datasets} datasets.", time.monotonic())


def dagster(settings: Settings) -> Answer:
    """Check whether the server of this home responds within two seconds."""
    url = endpoint_of(settings.dagster_url).url
    if DagsterClient(str(settings.dagster_url)).answers(for_home=settings.dagster_home):
        return Answer(True, f"Dagster is running at {url}.", time.monotonic())
    return Answer(
        False, f"Dagster is not running at {url} for this home. Start it with `renewables up`.", time.monotonic()
    )


def page_answers(url: str) -> bool:
    """Return whether a page responds within two seconds."""
    return page_status(url) == 200


def page_status(url: str) -> int | None:
    """Return the status of a page that responds within two seconds, otherwise None."""
    try:
        return httpx.get(url, timeout=2.0).status_code
    except httpx.HTTPError:
        return None


class StatusMonitor:
    """A monitor that checks in its own threads and keeps the results; one serves all sessions."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="lookout")
        self._known: dict[tuple[str, str], Answer] = {}
        self._asked: dict[tuple[str, str], Future[Answer]] = {}

    def elexon(self, settings: Settings) -> Answer | None:
        """Return the last result, or None before the first; start a new check if it is old."""
        return self._look(("elexon", str(settings.elexon_base_url)), elexon, settings)

    def dagster(self, settings: Settings) -> Answer | None:
        """Return the last result for Dagster in the same way as `elexon`."""
        return self._look(("dagster", f"{settings.dagster_url} {settings.dagster_home}"), dagster, settings)

    def _look(self, key: tuple[str, str], question: Callable[[Settings], Answer], settings: Settings) -> Answer | None:
        asked = self._asked.get(key)
        if asked and asked.done():
            del self._asked[key]  # first: a check that failed is made again
            self._known[key] = asked.result()
            asked = None
        known = self._known.get(key)
        if not asked and (known is None or time.monotonic() - known.asked_at > COUNTS_FOR_SECONDS):
            self._asked[key] = self._pool.submit(question, settings)
        return known
