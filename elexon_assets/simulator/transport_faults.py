"""How transport faults change an answer: statuses, delays, broken and misleading bodies.

Belongs here: HTTP. Not here: rows, choosing requests.
"""

import asyncio
import gzip
from collections.abc import Sequence

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from elexon_assets.simulator.faults import Fault

HANG_AT_MOST_SECONDS = 120
PAGE = "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body>We'll be back soon</body></html>"


class Hanging(Response):
    """A response that never comes; after two minutes it is a 504, so that no connection is held for ever."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the client to give up, or answer 504 after two minutes."""
        try:
            async with asyncio.timeout(HANG_AT_MOST_SECONDS):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await Response("Gateway Timeout", 504)(scope, receive, send)


class Disconnecting(Response):
    """A response that promises the complete body, sends half, and returns: the server then closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send half of the body and return."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})


class Dripping(Response):
    """A response that sends the body byte by byte, with a pause after each."""

    pause_seconds = 0.0

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the body byte by byte."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for n in range(len(self.body)):
            await send({"type": "http.response.body", "body": self.body[n : n + 1], "more_body": True})
            await asyncio.sleep(self.pause_seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def before_answer(faults: Sequence[Fault]) -> Response | None:
    """Wait if a fault says so, and return the answer of the first fault that needs no rows."""
    for fault in faults:
        if fault.kind == "slow":
            await asyncio.sleep(fault.value or 0)
    for fault in faults:
        if fault.kind == "status":
            status = int(fault.value or 503)
            return JSONResponse({"title": "A fault on request", "status": status}, status)
        if fault.kind == "retry-after":
            seconds = fault.value or 0.0
            retry_after = str(int(seconds)) if seconds.is_integer() else str(seconds)
            return JSONResponse({"title": "Too many requests", "status": 429}, 429, {"Retry-After": retry_after})
        if fault.kind == "hang":
            return Hanging()
        if fault.kind == "html":
            return HTMLResponse(PAGE)
    return None


def break_answer(answer: Response, faults: Sequence[Fault]) -> Response:
    """Return the answer cut in half, in a complete or a broken HTTP message, or a huge or slow answer."""
    for fault in faults:
        if fault.kind == "bomb":
            headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
            body = gzip.compress(b" " * round((fault.value or 0) * 1_000_000) + bytes(answer.body))
            return Response(body, answer.status_code, headers | {"content-encoding": "gzip"})
        if fault.kind == "drip":
            dripping = Dripping(bytes(answer.body), answer.status_code, dict(answer.headers))
            dripping.pause_seconds = fault.value or 0
            return dripping
        if fault.kind == "truncated":
            half = bytes(answer.body)[: len(answer.body) // 2]
            headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
            return Response(half, answer.status_code, headers)
        if fault.kind == "disconnect":
            return Disconnecting(bytes(answer.body), answer.status_code, dict(answer.headers))
    return answer
