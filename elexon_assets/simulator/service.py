"""The state of the simulator between requests.

Belongs here: the record of requests, attempts, the faults in force. Not here: routes, answers.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request

from elexon_assets.simulator.answers import Source
from elexon_assets.simulator.capacities import AskedCapacity
from elexon_assets.simulator.faults import Fault, parse_faults
from elexon_assets.simulator.parameters import Asked

PREFIX = "/bmrs/api/v1"
REQUESTS_KEPT = 10_000


@dataclass(frozen=True)
class ServedRequest:
    """One received request.

    `path` begins after the prefix, repeated parameters are joined by commas, and attempts of a URL count from 1.
    """

    path: str
    params: dict[str, str]
    attempt: int
    time: datetime


@dataclass
class Service:
    """The state of the application between requests; `faults` may be changed while it runs."""

    source: Source
    latency_seconds: float
    now: Callable[[], datetime]
    faults: tuple[Fault, ...]
    requests: deque[ServedRequest] = field(default_factory=lambda: deque(maxlen=REQUESTS_KEPT))
    attempts: dict[str, int] = field(default_factory=dict)

    def set_faults(self, text: str) -> None:
        """Set the faults and restart the count of attempts. Raises ValueError for text that is not in the notation."""
        self.faults = parse_faults(text)
        self.attempts.clear()

    def transport_faults_of(
        self, faults: Sequence[Fault], target: str, asked: Asked | AskedCapacity | None
    ) -> list[Fault]:
        """Return the transport faults that affect this request."""
        span = None if asked is None else (asked.first, asked.last)
        return [fault for fault in faults if fault.is_transport and fault.hits_request(self.source.seed, target, span)]

    def record_request(self, request: Request) -> tuple[str, int]:
        """Record an incoming request and return (path and query, attempt)."""
        path = request.url.path.removeprefix(PREFIX)
        target = f"{path}?{request.url.query}"
        if len(self.attempts) > 10 * REQUESTS_KEPT:
            self.attempts.clear()
        attempt = self.attempts[target] = self.attempts.get(target, 0) + 1
        params = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
        self.requests.append(ServedRequest(path, params, attempt, datetime.now(UTC)))
        return target, attempt
