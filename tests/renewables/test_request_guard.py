"""The requests that the guard accepts, and those that it rejects before the server behind it sees them."""

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from renewables.request_guard import RequestGuard

LOCAL, PUBLIC = "http://127.0.0.1:3000", "https://dagster.example.com"
JSON = {"Content-Type": "application/json"}
FOLLOWED_LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def _answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


async def _open(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


def client(*, base_url: str = LOCAL, json_only: bool = True) -> TestClient:
    """Return a client of a guarded server whose public address is PUBLIC."""
    app = Starlette(
        routes=[
            WebSocketRoute("/graphql", _open),
            Route("/{path:path}", _answer, methods=["GET", "POST", "PUT", "OPTIONS"]),
        ]
    )
    app.add_middleware(RequestGuard, public_url=PUBLIC, setting="DAGSTER_URL", json_only=json_only)
    return TestClient(app, base_url=base_url)


@pytest.mark.parametrize(
    ("base_url", "headers"),
    [
        (LOCAL, {}),
        (LOCAL, {"Origin": LOCAL, "Sec-Fetch-Site": "same-origin"}),
        ("http://localhost:9000", {"Origin": "http://localhost:9000"}),
        ("http://[::1]:3000", {"Origin": "http://[::1]:3000"}),
        (PUBLIC, {"Origin": PUBLIC}),
        (LOCAL, {"Origin": PUBLIC}),
    ],
    ids=["a script", "its own page", "through a tunnel", "IPv6", "behind a proxy", "a proxy that renames the host"],
)
def test_scripts_and_own_pages_reach_the_server(base_url: str, headers: Mapping[str, str]) -> None:
    assert client(base_url=base_url).post("/graphql", headers={**JSON, **headers}, content="{}").text == "reached"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://dagster.example.com"},
        {"Origin": "https://dagster.example.com.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example:3000"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "dagster.example.com@evil.example"},
        {"Host": "0.0.0.0:3000"},
        {"Host": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_pages_do_not_reach_the_server(method: str, headers: Mapping[str, str]) -> None:
    response = client().request(method, "/server_info", headers={**JSON, **headers})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_two_origins_in_one_request_are_refused() -> None:
    headers = [("Origin", LOCAL), ("Origin", "https://evil.example"), *JSON.items()]
    assert client().post("/graphql", headers=headers).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "application/graphql"],
)
def test_a_post_of_anything_but_json_is_refused(content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert client().post("/graphql?query=mutation", headers=headers).status_code == 415


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/%67raphql", "/prefix/graphql"])
def test_graphql_by_get_is_refused(path: str) -> None:
    assert client().get(f"{path}?query=mutation", headers={"Accept": "*/*"}).status_code == 405


def test_a_link_from_another_site_opens_a_page_but_cannot_query_graphql() -> None:
    assert client().get("/runs", headers=FOLLOWED_LINK).text == "reached"
    assert client().get("/graphql", headers={**FOLLOWED_LINK, "Accept": "text/html"}).status_code == 403
    assert client().get("/runs", headers={**FOLLOWED_LINK, "Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_no_other_site_can_show_the_server_in_a_frame() -> None:
    headers = client().get("/runs").headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"


def test_a_websocket_of_a_foreign_page_is_closed_before_it_opens() -> None:
    with client().websocket_connect("/graphql", headers={"Host": "127.0.0.1:3000", "Origin": LOCAL}):
        pass
    refused = client().websocket_connect(
        "/graphql", headers={"Host": "127.0.0.1:3000", "Origin": "https://evil.example"}
    )
    with pytest.raises(WebSocketDisconnect), refused:
        pass


def test_the_dashboard_accepts_uploads_from_its_own_pages_only() -> None:
    own = client(json_only=False)
    assert own.put("/_stcore/upload_file/1/2", headers={"Origin": LOCAL}, content=b"a,b").text == "reached"
    assert own.put("/_stcore/upload_file/1/2", headers={"Origin": "http://127.0.0.1:9999"}).status_code == 403
