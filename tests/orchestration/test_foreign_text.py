"""Tests that an API's answer is only text on the pages, in a real browser: nothing in it is drawn or fetched."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.access import Actor
from renewables.dagster_control.in_process import materialize_days
from tests.browsing import Tab
from tests.orchestration.conftest import Server
from warehouse.settings import Settings


class Hostile(BaseHTTPRequestHandler):
    """A server that answers every request with a text that embeds a picture."""

    paths: list[str] = []  # noqa: RUF012 (shared by the class: a handler lives for one request)

    def do_GET(self) -> None:
        self.paths.append(self.path)
        address = f"http://{self.headers['Host']}/leak.png"
        body = f":material/home: www.evil.example ![p]({address}) <img src={address}>".encode()
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hostile() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_answer_quoted_in_the_error_of_a_run_is_shown_as_plain_text(
    dashboard: Tab, server: Server, hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENEWABLES_HOME", str(server.home))
    monkeypatch.setenv("ELEXON_BASE_URL", hostile)
    monkeypatch.setenv("ELEXON_ATTEMPTS", "1")
    day = date(2020, 1, 1)
    with ThreadPoolExecutor(1) as pool:  # the browser's event loop is in this thread, and Dagster needs its own
        run = pool.submit(
            materialize_days,
            [WIND_AND_SOLAR],
            day,
            day,
            requested_by="dashboard",
            actor=Actor.typed("dashboard"),
            settings=Settings(),
        )
    [outcome] = run.result()
    assert "![p](" in (outcome.error or "")

    dashboard.open("data_management")

    error = dashboard.page.get_by_text("answered 404: :material/home:").first
    expect(error).to_be_visible()
    expect(error).to_contain_text("www.evil.example ![p](http")
    assert error.locator("a, img, [role=img]").count() == 0
    assert [path for path in Hostile.paths if "leak" in path] == []
