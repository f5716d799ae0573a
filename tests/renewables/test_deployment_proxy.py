"""The nginx site of docs/deploy in front of two guarded servers: TLS, a login for each, and their websockets."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect
from websockets.typing import Origin

from renewables.request_guard import RequestGuard
from tests.processes import free_port

pytestmark = pytest.mark.slow

SITE = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "nginx.conf"
USERS = {"renewables": "dashboard-user", "dagster": "dagster-user"}
NGINX = Path(shutil.which("nginx") or "/usr/sbin/nginx")


async def _answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.app.state.name} {request.headers.get('authorization')}")


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


@contextmanager
def guarded_server(name: str, public_port: int) -> Iterator[int]:
    """Serve a stand-in for the dashboard or Dagster behind its guard; yield its port."""
    server = Starlette(routes=[WebSocketRoute("/socket", _echo), Route("/", _answer)])
    server.state.name = name
    server.add_middleware(RequestGuard, public_url=f"https://{name}.example.com:{public_port}", setting="DAGSTER_URL")
    port = free_port()
    running = uvicorn.Server(uvicorn.Config(server, port=port, log_level="error", ws="websockets-sansio"))
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        until(lambda: running.started)
        yield port
    finally:
        running.should_exit = True
        thread.join(10)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def make_secrets(folder: Path) -> None:
    """Write a certificate and the two password files."""
    key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*key, "-days", "1", "-subj", "/CN=example.com", *files], check=True, capture_output=True)
    digest = subprocess.run(["openssl", "passwd", "-apr1", "secret"], check=True, capture_output=True, text=True)
    for name in ("dashboard", "dagster"):
        (folder / f"{name}.htpasswd").write_text(f"{name}-user:{digest.stdout}")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run nginx with the site; return its port of TLS."""
    if not NGINX.exists():
        pytest.skip("this machine has no nginx: `apt-get install nginx-light`")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    make_secrets(folder)
    site = SITE.read_text().replace("/etc/renewables/tls", str(folder)).replace("/etc/renewables", str(folder))
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}").replace(
        "listen 80", f"listen 127.0.0.1:{free_port()}"
    )
    with ExitStack() as stack:
        for name, placeholder in (("renewables", "127.0.0.1:8501"), ("dagster", "127.0.0.1:3000")):
            site = site.replace(placeholder, f"127.0.0.1:{stack.enter_context(guarded_server(name, port))}")
        (folder / "site.conf").write_text(site)
        folders = "".join(f"{kind}_temp_path {folder}; " for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"user root; daemon off; pid {folder}/pid; events {{}} "  # the user of the test reads the password files
            f"http {{ access_log off; client_body_temp_path {folder}; {folders} include {folder}/site.conf; }}"
        )
        command = [str(NGINX), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        checked = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        process = subprocess.Popen(command)
        try:
            until(lambda: _listens(port))
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    try:
        through(port, "renewables")
    except httpx.ConnectError:
        return False
    return True


def through(port: int, name: str, **request: Any) -> httpx.Response:
    headers = {"Host": f"{name}.example.com:{port}"}
    return httpx.get(f"https://127.0.0.1:{port}/", headers=headers, verify=_trusting(), **request)


def _trusting() -> ssl.SSLContext:
    """Return a context that accepts the certificate of this test."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("name", USERS)
def test_the_proxy_asks_for_a_password_and_keeps_it(proxy: int, name: str) -> None:
    (foreign,) = set(USERS.values()) - {USERS[name]}
    assert through(proxy, name).status_code == 401
    assert through(proxy, name, auth=(foreign, "secret")).status_code == 401
    assert through(proxy, name, auth=(USERS[name], "secret")).text == f"{name} None"


@pytest.mark.parametrize("name", USERS)
def test_the_proxy_passes_websockets_on(proxy: int, name: str) -> None:
    """Without `Upgrade` the dashboard stays at its first frame, and Dagster's runs do not move."""
    address = f"{name}.example.com:{proxy}"
    url, origin = f"wss://{USERS[name]}:secret@{address}/socket", Origin(f"https://{address}")
    connected = socket.create_connection(("127.0.0.1", proxy))
    with connect(url, sock=connected, ssl=_trusting(), origin=origin) as websocket:
        websocket.send("through the proxy")
        assert websocket.recv() == "through the proxy"
