"""The Starlette application: the routes of Elexon's Insights API that the product and its tests need.

Belongs here: routing, headers, the order of faults, refusals and rows, the record of requests. Not here: parameters,
rows, the faults themselves.
"""

import asyncio
import json
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from elexon_assets.dataset_model import Dataset as Declaration
from elexon_assets.datasets import DATASETS, GENERATION_BY_FUEL, INSTALLED_CAPACITY, WIND_AND_SOLAR
from elexon_assets.simulator import capacities, serialization
from elexon_assets.simulator.answers import Answer, Source
from elexon_assets.simulator.capacities import AskedCapacity, capacity_asked
from elexon_assets.simulator.declared import DeclaredEndpoint
from elexon_assets.simulator.faults import Fault, parse_faults
from elexon_assets.simulator.half_hours import instant_of, text_minutes_later, text_of
from elexon_assets.simulator.parameters import (
    Asked,
    Refused,
    published_asked,
    settlement_dates_asked,
    start_times_asked,
)
from elexon_assets.simulator.recordings import Recordings, read_recordings
from elexon_assets.simulator.rows import AGWS, FUELHH, Dataset
from elexon_assets.simulator.transport_faults import before_answer, break_answer

PREFIX = "/bmrs/api/v1"
FAULTS_HEADER, ROWS_HEADER = "X-Simulator-Faults", "X-Simulator-Rows"
REQUESTS_KEPT = 10_000
WITH_MODELS = (WIND_AND_SOLAR, GENERATION_BY_FUEL, INSTALLED_CAPACITY)
"The datasets whose rows follow a model; those of any other are made from its declaration."
JSON = "application/json; charset=utf-8"

Parsed = TypeVar("Parsed")
Handler = Callable[[Request], Awaitable[Response]]


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


def create_app(
    *,
    seed: int = 0,
    latency_seconds: float = 0.0,
    faults: str = "",
    recordings: Path | None = None,
    now: Callable[[], datetime] | None = None,
    datasets: Sequence[Declaration] = DATASETS,
) -> Starlette:
    """Create the simulator.

    `now` decides what is already published. Raises ValueError for invalid faults or recordings.
    """
    recorded = Recordings() if recordings is None else read_recordings(recordings)
    clock = now if now is not None else lambda: datetime.now(UTC)
    service = Service(Source(seed, recorded), latency_seconds, clock, parse_faults(faults))
    routes = [
        Route(
            WIND_AND_SOLAR.path,
            _rows_handler(service, AGWS, start_times_asked, _write_per_type),
        ),
        Route(
            "/datasets/AGWS",
            _rows_handler(service, AGWS, lambda q: published_asked(AGWS, q, stream=False), _write_dataset),
        ),
        Route(
            "/datasets/AGWS/stream",
            _rows_handler(service, AGWS, lambda q: published_asked(AGWS, q, stream=True), _write_stream),
        ),
        Route(
            "/datasets/FUELHH",
            _rows_handler(service, FUELHH, lambda q: settlement_dates_asked(FUELHH, q, stream=False), _write_dataset),
        ),
        Route(
            "/datasets/FUELHH/stream",
            _rows_handler(service, FUELHH, lambda q: settlement_dates_asked(FUELHH, q, stream=True), _write_stream),
        ),
        Route("/datasets/IGCA", _capacities_handler(service, stream=False)),
        Route("/datasets/IGCA/stream", _capacities_handler(service, stream=True)),
    ]
    declared = [DeclaredEndpoint(dataset) for dataset in datasets if dataset not in WITH_MODELS]
    routes += [
        Route(each.declaration.path, _rows_handler(service, each.dataset, each.parse_query, each.write))
        for each in declared
    ]
    published = [AGWS, FUELHH, *(each.dataset for each in declared)]
    routes.append(Route("/datasets/metadata/latest", _latest_handler(service, published)))
    app = Starlette(routes=[Mount(PREFIX, routes=routes)], exception_handlers={404: _not_found})
    app.state.service = service
    app.state.requests = service.requests
    return app


def _rows_handler(
    service: Service,
    dataset: Dataset,
    parse: Callable[[QueryParams], Asked],
    write: Callable[[Dataset, Answer, bool], str],
) -> Handler:
    """Return the handler of one endpoint of rows.

    Transport faults come before a refusal, because a broken server does not read parameters.
    """

    async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with rows or a refusal."""
        asked, refusal = _parse_query(parse, request.query_params)
        broken = service.transport_faults_of(faults, target, asked)
        if (early := await before_answer(broken)) is not None:
            return early
        if asked is None:
            return break_answer(_bad_request(refusal), broken)
        data_faults = [fault for fault in faults if not fault.is_transport]
        answer = service.source.answer(dataset, asked, data_faults, service.now())
        text = write(dataset, answer, asked.csv)
        response = _text_response(text, csv=asked.csv)
        response.headers[ROWS_HEADER] = answer.provenance
        return break_answer(response, broken)

    return _with_request_log(service, respond)


def _capacities_handler(service: Service, *, stream: bool) -> Handler:
    """Return the handler of a capacity endpoint.

    Of the data faults, which concern half-hours, only a new type applies.
    """

    async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with capacities or a refusal."""
        asked, refusal = _parse_query(lambda query: capacity_asked(query, stream=stream), request.query_params)
        broken = service.transport_faults_of(faults, target, asked)
        if (early := await before_answer(broken)) is not None:
            return early
        if asked is None:
            return break_answer(_bad_request(refusal), broken)
        rows = capacities.published_capacities(asked, service.now())
        new_types = [fault for fault in faults if fault.kind == "unknown-psr"]
        if any(fault.hits_request(service.source.seed, target, (asked.first, asked.last)) for fault in new_types):
            rows += [row | {"psrType": capacities.UNKNOWN_TYPE} for row in rows[:1]]
        return break_answer(
            _text_response(capacities.as_text(rows, csv=asked.csv, stream=stream), csv=asked.csv), broken
        )

    return _with_request_log(service, respond)


def _latest_handler(service: Service, datasets: Sequence[Dataset]) -> Handler:
    async def respond(_request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with the latest publication times."""
        broken = service.transport_faults_of(faults, target, None)
        if (early := await before_answer(broken)) is not None:
            return early
        data = [
            {
                "dataset": dataset.name,
                "lastUpdated": text_minutes_later(
                    text_of(instant_of(dataset.last_published(service.now()))), dataset.minutes_to_publication
                ),
            }
            for dataset in datasets
        ]
        data.append({"dataset": capacities.NAME, "lastUpdated": capacities.last_published(service.now())})
        return break_answer(Response(json.dumps({"data": data}), media_type=JSON), broken)

    return _with_request_log(service, respond)


def _with_request_log(
    service: Service, respond: Callable[[Request, Sequence[Fault], str], Awaitable[Response]]
) -> Handler:
    async def handle(request: Request) -> Response:
        """Record the request, apply transport faults and answer."""
        target, attempt = service.record_request(request)
        if service.latency_seconds > 0:
            await asyncio.sleep(service.latency_seconds)
        try:
            faults = service.faults + parse_faults(request.headers.get(FAULTS_HEADER, ""))
        except ValueError as error:
            response = _bad_request({FAULTS_HEADER: [str(error)]})
        else:
            response = await respond(request, [fault for fault in faults if fault.in_attempt(attempt)], target)
        response.headers.setdefault(ROWS_HEADER, "synthetic")
        return response

    return handle


def _parse_query(
    parse: Callable[[QueryParams], Parsed], query: QueryParams
) -> tuple[Parsed | None, dict[str, list[str]]]:
    try:
        return parse(query), {}
    except Refused as refused:
        return None, refused.errors


def _write_per_type(_dataset: Dataset, answer: Answer, csv: bool) -> str:
    write = serialization.per_type_csv if csv else serialization.per_type_json
    return write(answer.rows, without_value=answer.without_value)


def _write_dataset(dataset: Dataset, answer: Answer, csv: bool) -> str:
    write = serialization.dataset_csv if csv else serialization.dataset_json
    return write(dataset, answer.rows, without_value=answer.without_value)


def _write_stream(dataset: Dataset, answer: Answer, _csv: bool) -> str:
    return serialization.stream_json(dataset, answer.rows, without_value=answer.without_value)


def _text_response(text: str, *, csv: bool) -> Response:
    return Response(text.encode(), media_type="text/csv; charset=utf-8" if csv else JSON)


def _bad_request(errors: dict[str, list[str]]) -> Response:
    return _problem_response(
        400, "https://tools.ietf.org/html/rfc9110#section-15.5.1", "One or more validation errors occurred.", errors
    )


async def _not_found(_request: Request, _error: Exception) -> Response:
    response = _problem_response(404, "https://tools.ietf.org/html/rfc9110#section-15.5.5", "Not Found", None)
    response.headers[ROWS_HEADER] = "synthetic"
    return response


def _problem_response(status: int, kind: str, title: str, errors: dict[str, list[str]] | None) -> Response:
    body = {"type": kind, "title": title, "status": status}
    trace = {"traceId": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00"}
    content = json.dumps(body | ({} if errors is None else {"errors": errors}) | trace)
    return Response(content, status, media_type="application/problem+json; charset=utf-8")
