"""The guard in front of our two local servers: a page of another origin can neither read nor command them.

Neither server has a login of its own, and any page that is open in a browser can send requests to 127.0.0.1. Belongs
here: distinguishing such requests from those of the server's own pages and of scripts. Not here: starting the servers.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from warehouse.addresses import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER = logging.getLogger(__name__)
SINGLE_HEADERS = ("host", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "content-type")
"""The headers that decide. Each may occur once only, because the guard and the server might each believe a different
one.
"""
OWN_PAGES = ("same-origin", "none")
"The values of Sec-Fetch-Site that no foreign page can cause; `none` is an address that a person typed."
USUAL_PORTS = {"http": 80, "https": 443}
HEADERS = [(b"x-frame-options", b"SAMEORIGIN"), (b"content-security-policy", b"frame-ancestors 'self'")]
"The headers that keep a foreign page from showing ours in a frame and directing clicks to its buttons."
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")


class RequestGuard:
    """ASGI middleware that rejects requests of foreign pages with one sentence.

    Args:
        app: The server behind it.
        public_url: The address that people use; that of a reverse proxy if it is not on this machine.
        setting: The name of the setting that holds `public_url`, for the sentence.
        json_only: Whether to accept no writes but POSTs of JSON, and no GraphQL by GET. Dagster's webserver runs
            mutations sent by GET, and for a POST whose Content-Type is not JSON it reads the query from the address.
    """

    def __init__(self, app: "ASGIApp", *, public_url: str, setting: str, json_only: bool = False) -> None:
        self._app, self._setting, self._json_only = app, setting, json_only
        parts = urlsplit(public_url)
        host = (parts.hostname or "").lower()
        self._public_host = "" if is_loopback(host) else host
        self._public_origin = _origin_host(parts.scheme, host, parts.port) if self._public_host else ""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, or respond with 4xx (a websocket is closed before it opens)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            status, sentence = refusal
            LOGGER.warning("Refused %s %r: %s", scope.get("method", "websocket"), scope["path"][:200], sentence)
            await _send_refusal(scope, send, status, sentence)
            return

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: "Scope") -> tuple[int, str] | None:
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name = raw_name.decode("latin-1").lower()
            if name in SINGLE_HEADERS and name in headers:
                return 400, f"The request has two headers {name}."
            headers[name] = raw_value.decode("latin-1").strip()
        return (
            self._refused_host(headers)
            or self._refused_origin(scope, headers)
            or (self._refused_method(scope, headers) if self._json_only and scope["type"] == "http" else None)
        )

    def _refused_host(self, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Reject other host names: a page whose name resolves to this machine (DNS rebinding) sends its own name."""
        host = _host_name(headers.get("host", ""))
        if is_loopback(host) or (host and host == self._public_host):
            return None
        return 403, (
            f"This server is not known as {headers.get('host', '')[:200]!r}. Use its address on this machine, or set "
            f"{self._setting} to the address that people use."
        )

    def _refused_origin(self, scope: "Scope", headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Reject other origins: browsers send Origin or Sec-Fetch-Site with every request, scripts send neither."""
        origin, host = headers.get("origin", "").lower(), headers["host"].lower()
        own = {self._public_origin, f"http://{host}", f"https://{host}"} if is_loopback(_host_name(host)) else set()
        if "origin" in headers and origin not in {*own, self._public_origin} - {""}:
            return 403, f"A page of {origin[:200]!r} cannot use this server."
        site = headers.get("sec-fetch-site", "none").lower()
        if site in OWN_PAGES or (_is_followed_link(scope, headers) and not self._is_graphql(scope)):
            return None
        return 403, "A page of another site cannot use this server; links to it work."

    def _refused_method(self, scope: "Scope", headers: Mapping[str, str]) -> tuple[int, str] | None:
        if scope["method"] == "POST":
            content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
            return None if content_type == "application/json" else (415, "POST JSON, as application/json.")
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return 405, f"{scope['method'][:20]} is not supported here."
        # A request for HTML gets the page GraphiQL, and nothing is run.
        if self._is_graphql(scope) and "text/html" not in headers.get("accept", ""):
            return 405, "GraphQL takes POST requests with the content type application/json."
        return None

    def _is_graphql(self, scope: "Scope") -> bool:
        return self._json_only and scope["path"].rstrip("/").endswith("/graphql")


def _is_followed_link(scope: "Scope", headers: Mapping[str, str]) -> bool:
    """Return whether a person followed a link, as from a notice in Slack: only that person sees the page."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _host_name(authority: str) -> str:
    """Return the host in lower case without its port, or "" for an invalid one."""
    match = _AUTHORITY.fullmatch(authority.lower())
    return match[1].strip("[]") if match else ""


def _origin_host(scheme: str, host: str, port: int | None) -> str:
    """Return the origin as browsers write it, without the default port."""
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if port in (None, USUAL_PORTS.get(scheme)) else f":{port}")


async def _send_refusal(scope: "Scope", send: "Send", status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": sentence[:100]})
        return
    body = f"{sentence}\n".encode()
    headers: Iterable[tuple[bytes, bytes]] = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]}
    )
    await send({"type": "http.response.body", "body": body})
