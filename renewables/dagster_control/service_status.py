"""Whether Elexon's API and Dagster answer, looked up beside the page: nobody ever waits for it.

Belongs here: one short question each, and how long its answer counts. Not here: showing it.
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
    """`sentence` says what was asked, and how it answered or what to do."""

    is_there: bool
    sentence: str
    asked_at: float


def elexon(settings: Settings) -> Answer:
    """Ask for something small; waits for three seconds at most. The sentence is one line without secrets."""
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
        return Answer(False, f"{url} answered something that is not Elexon's.", time.monotonic())
    milliseconds = response.elapsed.total_seconds() * 1000
    return Answer(True, f"{url} answered in {milliseconds:.0f} ms with {datasets} datasets.", time.monotonic())


def dagster(settings: Settings) -> Answer:
    """Ask whether the server of this home answers; waits for two seconds at most."""
    url = endpoint_of(settings.dagster_url).url
    if DagsterClient(str(settings.dagster_url)).answers(for_home=settings.dagster_home):
        return Answer(True, f"Dagster answers at {url}.", time.monotonic())
    return Answer(False, f"No Dagster of this home answers at {url}. Start it with `renewables up`.", time.monotonic())


def page_answers(url: str) -> bool:
    """Return whether a page answers; waits for two seconds at most."""
    try:
        return httpx.get(url, timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


class StatusMonitor:
    """Asks in threads of its own and remembers; one for all sessions."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="lookout")
        self._known: dict[tuple[str, str], Answer] = {}
        self._asked: dict[tuple[str, str], Future[Answer]] = {}

    def elexon(self, settings: Settings) -> Answer | None:
        """The last answer, or None before the first; asks again when it is old."""
        return self._look(("elexon", str(settings.elexon_base_url)), elexon, settings)

    def dagster(self, settings: Settings) -> Answer | None:
        """As `elexon`."""
        return self._look(("dagster", f"{settings.dagster_url} {settings.dagster_home}"), dagster, settings)

    def _look(self, key: tuple[str, str], question: Callable[[Settings], Answer], settings: Settings) -> Answer | None:
        asked = self._asked.get(key)
        if asked and asked.done():
            self._known[key] = asked.result()
            del self._asked[key]
            asked = None
        known = self._known.get(key)
        if not asked and (known is None or time.monotonic() - known.asked_at > COUNTS_FOR_SECONDS):
            self._asked[key] = self._pool.submit(question, settings)
        return known
