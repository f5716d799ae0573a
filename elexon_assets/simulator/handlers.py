"""The handlers of requests: the order of faults, refusals and rows, headers, the record of requests.

Belongs here: from a request to a response. Not here: routes (`app.py`), parameters, rows, the faults themselves.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from elexon_assets.simulator import capacities, serialization
from elexon_assets.simulator.answers import Answer
from elexon_assets.simulator.capacities import capacity_asked
from elexon_assets.simulator.faults import Fault, parse_faults
from elexon_assets.simulator.formats import CSV, FORMATS, JSON, MEDIA_TYPES, as_text, wanted_media_type
from elexon_assets.simulator.parameters import Asked, Query, Refused
from elexon_assets.simulator.problems import ROWS_HEADER, bad_request
from elexon_assets.simulator.rows import Dataset
from elexon_assets.simulator.service import Service
from elexon_assets.simulator.transport_faults import before_answer, break_answer

FAULTS_HEADER = "X-Simulator-Faults"

Parsed = TypeVar("Parsed")
Handler = Callable[[Request], Awaitable[Response]]
Write = Callable[[Dataset, Answer, str], str]


def rows_handler(
    service: Service,
    dataset: Dataset,
    parse: Callable[[Request], Asked],
    write: Write,
    *,
    stream: bool = False,
) -> Handler:
    """Return the handler of one endpoint of rows.

    Transport faults come before a refusal, because a broken server does not read parameters.
    """

    async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with rows or a refusal."""
        asked, refusal = _parse_request(parse, request)
        broken = service.transport_faults_of(faults, target, asked)
        if (early := await before_answer(broken)) is not None:
            return early
        if asked is None:
            return break_answer(bad_request(refusal), broken)
        data_faults = [fault for fault in faults if not fault.is_transport]
        answer = service.source.answer(dataset, asked, data_faults, service.now())
        media_type = wanted_media_type(request, (JSON,) if stream else FORMATS)
        response = _text_response(write(dataset, answer, media_type), media_type)
        response.headers[ROWS_HEADER] = answer.provenance
        return break_answer(response, broken)

    return with_request_log(service, respond)


def capacities_handler(service: Service, *, stream: bool) -> Handler:
    """Return the handler of a capacity endpoint.

    Of the data faults, which concern half-hours, only a new type applies.
    """

    async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with capacities or a refusal."""
        asked, refusal = _parse_request(lambda each: capacity_asked(each.query_params, stream=stream), request)
        broken = service.transport_faults_of(faults, target, asked)
        if (early := await before_answer(broken)) is not None:
            return early
        if asked is None:
            return break_answer(bad_request(refusal), broken)
        rows = capacities.published_capacities(asked, service.now())
        new_types = [fault for fault in faults if fault.kind == "unknown-psr"]
        if any(fault.hits_request(service.source.seed, target, (asked.first, asked.last)) for fault in new_types):
            rows += [row | {"psrType": capacities.UNKNOWN_TYPE} for row in rows[:1]]
        media_type = wanted_media_type(request, (JSON,) if stream else FORMATS)
        text = as_text(rows if stream else {"data": rows}, media_type)
        return break_answer(_text_response(text, media_type), broken)

    return with_request_log(service, respond)


def content_handler(service: Service, content: Callable[[], object]) -> Handler:
    """Return the handler of an endpoint that takes no parameter but the format."""

    async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
        """Answer one request with the content."""
        broken = service.transport_faults_of(faults, target, None)
        if (early := await before_answer(broken)) is not None:
            return early
        query = Query(request.query_params)
        query.check_format()
        if query.errors:
            return break_answer(bad_request(query.errors), broken)
        media_type = wanted_media_type(request)
        return break_answer(_text_response(as_text(content(), media_type), media_type), broken)

    return with_request_log(service, respond)


def write_per_type(_dataset: Dataset, answer: Answer, media_type: str) -> str:
    """Return the rows of the wind and solar endpoint as text."""
    write = serialization.per_type_csv if MEDIA_TYPES[media_type] == CSV else serialization.per_type_json
    return _in_xml_if_wanted(write(answer.rows, without_value=answer.without_value), media_type)


def write_dataset(dataset: Dataset, answer: Answer, media_type: str) -> str:
    """Return the rows of a dataset endpoint as text."""
    write = serialization.dataset_csv if MEDIA_TYPES[media_type] == CSV else serialization.dataset_json
    return _in_xml_if_wanted(write(dataset, answer.rows, without_value=answer.without_value), media_type)


def write_stream(dataset: Dataset, answer: Answer, _media_type: str) -> str:
    """Return the rows of a stream as JSON, which has no other format."""
    return serialization.stream_json(dataset, answer.rows, without_value=answer.without_value)


def _in_xml_if_wanted(text: str, media_type: str) -> str:
    return as_text(json.loads(text), media_type) if MEDIA_TYPES[media_type] == "xml" else text


def with_request_log(
    service: Service, respond: Callable[[Request, Sequence[Fault], str], Awaitable[Response]]
) -> Handler:
    """Return a handler that records each request and gives it the faults in force and those of its header."""

    async def handle(request: Request) -> Response:
        """Record the request, apply transport faults and answer."""
        target, attempt = service.record_request(request)
        if service.latency_seconds > 0:
            await asyncio.sleep(service.latency_seconds)
        try:
            faults = service.faults + parse_faults(request.headers.get(FAULTS_HEADER, ""))
        except ValueError as error:
            response = bad_request({FAULTS_HEADER: [str(error)]})
        else:
            response = await respond(request, [fault for fault in faults if fault.in_attempt(attempt)], target)
        response.headers.setdefault(ROWS_HEADER, "synthetic")
        return response

    return handle


def _parse_request(parse: Callable[[Request], Parsed], request: Request) -> tuple[Parsed | None, dict[str, list[str]]]:
    try:
        return parse(request), {}
    except Refused as refused:
        return None, refused.errors


def _text_response(text: str, media_type: str) -> Response:
    return Response(text.encode("utf-8", "replace"), media_type=f"{media_type}; charset=utf-8")
