"""The HTTP client: one connection pool, few concurrent requests, bounded retries, named errors.

Belongs here: what is true of every request to Elexon. Not here: what a dataset's rows look like.
"""

import json
import random
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from time import monotonic
from types import TracebackType
from typing import Any, Self

import httpx
import orjson
import tenacity

from elexon_assets.certificates import trusted_certificates
from elexon_assets.deadline import Deadline, bound_reads
from elexon_assets.errors import (
    AnswerTooLarge,
    AnswerTooSlow,
    ElexonError,
    ShapeChanged,
    Unavailable,
    UnexpectedStatus,
    UnreadableAnswer,
    WindowRefused,
)
from warehouse.addresses import endpoint_of, is_loopback
from warehouse.settings import Settings

USER_AGENT = f"gb-renewables/{version('gb-renewables')} (python-httpx/{httpx.__version__})"
LONGEST_PAUSE_SECONDS = 60.0
"The longest pause, also for a Retry-After: a longer one is an outage, and the nightly repair tries again."
TRY_AGAIN = {429, 500, 502, 503, 504}
SAMPLE = 200
"The bytes of an answer that a message quotes."
ENCODINGS = ("", "identity", "gzip", "deflate")
"The accepted encodings of an answer, once only: 64 kB unpack to 66 MB at most, so the size limit works in time."
SOURCE_HEADER = "X-Simulator-Rows"
"The header of the simulator that says whether its rows are recorded or synthetic."
ELEXON_HOST = "data.elexon.co.uk"
OWN_SOURCES = frozenset({"elexon", "recorded", "recorded-inferred", "synthetic"})
"Our own names of sources; rows of any other host have its name."


Decode = Callable[[bytes], Sequence[Any]]
"The function that makes rows of a body. It raises ValueError for what is not JSON, TypeError for JSON without rows."


@dataclass(frozen=True)
class Answer:
    """The rows of one answer, decoded as the request said, and how they were obtained.

    `source` is one of OWN_SOURCES, or the name of a host that is not Elexon's.
    """

    rows: Sequence[Any]
    content: bytes
    source: str
    attempts: int
    seconds: float


class ElexonClient:
    """A client, used as a context manager. It is safe to call from several threads; `close()` also ends pauses."""

    def __init__(self, settings: Settings | None = None) -> None:
        """Open a client for the address, the limits and the retries of the settings."""
        settings = settings or Settings()
        self.concurrency = settings.elexon_concurrency
        self._mirrors = settings.elexon_mirrors
        # These are kept apart from the address, which errors and logs quote, including those of httpx.
        self._endpoint = endpoint_of(settings.elexon_base_url)
        self._attempts = settings.elexon_attempts
        self._backoff_seconds = settings.elexon_backoff_seconds
        self._answer_megabytes = settings.elexon_answer_megabytes
        self._deadline_seconds = settings.elexon_deadline_seconds
        self._deadline = Deadline()
        self._closing = threading.Event()
        self._http = httpx.Client(
            auth=self._endpoint.auth,
            params=self._endpoint.parameters,
            verify=trusted_certificates(),
            timeout=settings.elexon_timeout_seconds,
            limits=httpx.Limits(max_connections=settings.elexon_concurrency),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"},
        )
        bound_reads(self._http, self._deadline)

    def get(self, path: str, parameters: Mapping[str, str], decode: Decode | None = None) -> Answer:
        """Return the rows of one request, by default as dictionaries.

        Raises any ElexonError but StrangerRows and WindowFailed.
        """
        started = monotonic()
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Unavailable, UnreadableAnswer)),
            wait=self._pause,
            stop=tenacity.stop_after_attempt(self._attempts) | tenacity.stop_when_event_set(self._closing),
            sleep=tenacity.sleep_using_event(self._closing),
            reraise=True,
        )
        try:
            rows, content, source = attempts(self._get_once, path, parameters, decode or rows_of)
        except ElexonError as error:
            error.attempts = attempts.statistics["attempt_number"]
            raise
        return Answer(rows, content, source, attempts.statistics["attempt_number"], monotonic() - started)

    def close(self) -> None:
        """Close the connections and end all pauses between attempts."""
        self._closing.set()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _get_once(self, path: str, parameters: Mapping[str, str], decode: Decode) -> tuple[Sequence[Any], bytes, str]:
        url = self._endpoint.url + path
        with self._deadline.in_seconds(self._deadline_seconds):
            response, content = self._request(url, parameters)
        if response.status_code == 400:
            raise WindowRefused(f"{response.url} was refused as wrong: {_problem_text(content)}")
        if response.status_code in TRY_AGAIN:
            raise Unavailable(f"{url} answered {response.status_code}", _retry_after(response))
        if response.status_code != 200:
            raise UnexpectedStatus(f"{response.url} answered {response.status_code}: {_sample(content)}")
        return answer_rows(response, content, decode), content, source_of(response, self._mirrors)

    def _request(self, url: str, parameters: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
        """Return the response and its body within the deadline in force."""
        try:
            with self._http.stream("GET", url, params=dict(parameters)) as response:
                return response, self._read_bounded(response)
        except httpx.TimeoutException as error:
            if self._deadline.has_passed:
                raise AnswerTooSlow(
                    f"{url} did not answer completely within {self._deadline_seconds:g} s. The next run tries again; "
                    "ELEXON_DEADLINE_SECONDS allows more."
                ) from error
            raise Unavailable(f"no answer in time from {url} ({type(error).__name__})") from error
        except httpx.TransportError as error:
            raise Unavailable(f"{url} cannot be reached: {error or type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise UnreadableAnswer(f"{url} answered bytes that do not match their encoding: {error}") from error

    def _read_bounded(self, response: httpx.Response) -> bytes:
        """Return the unpacked body. Raises AnswerTooLarge as soon as it exceeds the size limit."""
        packing = response.headers.get("Content-Encoding", "").strip().lower()
        if packing not in ENCODINGS:
            raise UnreadableAnswer(
                f"{response.url} answered in the encoding {packing[:SAMPLE]!r}, which was not requested"
            )
        pieces, size = [], 0
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > self._answer_megabytes * 1_000_000:
                raise AnswerTooLarge(
                    f"{response.url} answered more than {self._answer_megabytes:g} MB; a window of any dataset has "
                    "less than 5. Nothing of it was kept; ELEXON_ANSWER_MEGABYTES allows more."
                )
        return b"".join(pieces)

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Return the seconds of a jittered exponential back-off, at least those of a Retry-After."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_seconds if isinstance(error, Unavailable) else None
        longest = min(self._backoff_seconds * 2 ** (state.attempt_number - 1), LONGEST_PAUSE_SECONDS)
        jitter = random.uniform(longest / 2, longest)  # noqa: S311 (spreads clients out; not used for security)
        return min(max(jitter, asked or 0.0), LONGEST_PAUSE_SECONDS)


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """Return the rows of both JSON shapes: an object with `data` (with or without `metadata`), and a bare array."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = json.loads(
            content
        )  # accepts NaN and other encodings too: only such rows are quarantined, not the complete answer
    rows = body.get("data") if isinstance(body, dict) else body
    if not isinstance(rows, list) or not {dict}.issuperset(map(type, rows)):
        raise TypeError("no list of rows")
    return rows


def answer_rows(response: httpx.Response, content: bytes, decode: Decode) -> Sequence[Any]:
    """Return the decoded rows of an answer with status 200. Raises UnreadableAnswer and ShapeChanged."""
    try:
        return decode(content)
    except (ValueError, RecursionError) as error:
        kind = response.headers.get("Content-Type", "no content type")
        raise UnreadableAnswer(
            f"{response.url} answered 200 with {kind} that is not JSON: {_sample(content)!r}"
        ) from error
    except TypeError as error:
        raise ShapeChanged(f"{response.url} answered JSON without a list of rows: {_sample(content)!r}") from error


def _sample(content: bytes) -> str:
    """Return the beginning of a body for a message."""
    return content[:SAMPLE].decode(errors="replace")


def source_of(response: httpx.Response, mirrors: Collection[str] = ()) -> str:
    """Return the source of the rows: one of OWN_SOURCES, or a host that is neither Elexon's nor in `mirrors`.

    Any host may declare its rows synthetic. A declaration that rows are recorded, meaning that Elexon once published
    them, is trusted only from this machine, where `renewables simulate` serves them, and from Elexon's hosts.
    """
    host = response.url.raw_host.decode("ascii").lower()
    claim = response.headers.get(SOURCE_HEADER)
    if claim is not None and not claim.startswith("recorded"):
        return "synthetic"
    is_elexons = host in {ELEXON_HOST, *mirrors}
    if claim is not None and (is_elexons or is_loopback(host)):
        return "recorded-inferred" if "inferred" in claim else "recorded"
    if is_elexons:
        return "elexon"
    return f"host {host}" if host in OWN_SOURCES else host


def _problem_text(content: bytes) -> str:
    """Return the messages of a validation error, or the beginning of the body."""
    try:
        errors = json.loads(content)["errors"]
        sentences = "; ".join(f"{name}: {text}".lstrip(": ") for name, texts in errors.items() for text in texts)
        return sentences[: 5 * SAMPLE]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _sample(content)


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds of either form of the header Retry-After."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
