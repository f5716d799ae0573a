"""Tests of a page of another origin, in a real browser, against the servers of `renewables up` (scenario 42)."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import tab
from tests.orchestration.conftest import Server

LIMITED = "{ instance { concurrencyLimits { concurrencyKey } } }"
ATTACKS = """async ({dagster, dashboard}) => {
  const mutation = key => `mutation { setConcurrencyLimit(concurrencyKey: "forged-${key}", limit: 1) }`;
  const address = key => `${dagster}/graphql?query=${encodeURIComponent(mutation(key))}`;
  const answers = {};
  const attempt = async (name, action) => {
    try { answers[name] = await action() } catch (error) { answers[name] = 'refused' }
  };
  const read = async (url, options) => (await fetch(url, options)).text();
  const json = {'Content-Type': 'application/json'};
  await attempt('get', () => read(address('get')));
  await attempt('get-unread', () => fetch(address('get-unread'), {mode: 'no-cors'}).then(a => a.type));
  await attempt('text', () => fetch(address('text'), {method: 'POST', mode: 'no-cors', body: ''}).then(a => a.type));
  await attempt('json', () => read(`${dagster}/graphql`,
    {method: 'POST', headers: json, body: JSON.stringify({query: mutation('json')})}));
  await attempt('read', () => read(`${dashboard}/_stcore/host-config`));
  const socket = (url, protocol) => new Promise((resolve, reject) => {
    const opened = new WebSocket(url.replace('http', 'ws'), protocol);
    opened.onopen = () => resolve('open');
    opened.onerror = reject;
  });
  await attempt('graphql-socket', () => socket(`${dagster}/graphql`, 'graphql-ws'));
  await attempt('dashboard-socket', () => socket(`${dashboard}/_stcore/stream`, 'streamlit'));
  return answers;
}"""


@pytest.fixture
def foreign_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Serve a page from another server on this machine, which is the nearest possible foreign origin."""
    (tmp_path / "index.html").write_text("<title>Free cat pictures</title>")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as web_site:
        Thread(target=web_site.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{web_site.server_port}/index.html")
        yield page
        page.close()
        web_site.shutdown()


def test_a_foreign_page_can_neither_read_from_nor_control_the_servers(foreign_page: Page, server: Server) -> None:
    addresses = {"dagster": server.orchestrator.url, "dashboard": f"http://127.0.0.1:{server.dashboard_port}"}
    answers = foreign_page.evaluate(ATTACKS, addresses)
    assert {name: answer for name, answer in answers.items() if answer not in ("refused", "opaque")} == {}
    assert "forged" not in json.dumps(server.orchestrator.ask(LIMITED)), "no mutation was run"


def test_a_foreign_page_cannot_show_the_servers_in_a_frame(foreign_page: Page, server: Server) -> None:
    for address in (server.orchestrator.url, f"http://127.0.0.1:{server.dashboard_port}"):
        frame = foreign_page.evaluate_handle(
            """address => new Promise(resolve => {
                const frame = document.body.appendChild(document.createElement('iframe'));
                frame.onload = () => resolve(frame);
                frame.src = address;
            })""",
            address,
        ).as_element()
        assert frame
        content = frame.content_frame()
        assert content
        assert content.url.startswith("chrome-error:")


def test_the_pages_of_dagster_work_behind_the_guard(browser: Browser, server: Server) -> None:
    with tab(browser, server.orchestrator.url) as opened:
        opened.page.goto(f"{server.orchestrator.url}/locations")
        expect(opened.page.get_by_text("elexon_assets").first).to_be_visible()
        assert opened.problems == []
