"""The answers 400 and 404 in Elexon's form (RFC 9110 problem details).

Belongs here: the bodies of refusals. Not here: what is refused (`parameters.py`).
"""

import json
import uuid

from starlette.requests import Request
from starlette.responses import Response

ROWS_HEADER = "X-Simulator-Rows"


def bad_request(errors: dict[str, list[str]]) -> Response:
    """Return a 400 with its messages by parameter name."""
    return _problem_response(
        400, "https://tools.ietf.org/html/rfc9110#section-15.5.1", "One or more validation errors occurred.", errors
    )


async def not_found(_request: Request, _error: Exception) -> Response:
    """Return a 404."""
    response = _problem_response(404, "https://tools.ietf.org/html/rfc9110#section-15.5.5", "Not Found", None)
    response.headers[ROWS_HEADER] = "synthetic"
    return response


def _problem_response(status: int, kind: str, title: str, errors: dict[str, list[str]] | None) -> Response:
    body = {"type": kind, "title": title, "status": status}
    trace = {"traceId": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00"}
    content = json.dumps(body | ({} if errors is None else {"errors": errors}) | trace)
    return Response(content, status, media_type="application/problem+json; charset=utf-8")
