"""Credentials in addresses reach only the server that they belong to: no line of output, no stored row."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.windows import window_of_days
from renewables.dagster_control.client import DagsterClient, OrchestratorError
from renewables.dagster_control.service_status import elexon
from tests.filled_homes import Renewables
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

SECRETS = ("hunter22", "abcdef123")


class Echo(BaseHTTPRequestHandler):
    """A server that rejects every request with a body that repeats the complete request."""

    requests: list[tuple[str, str]] = []  # noqa: RUF012 (shared by the class: a handler lives for one request)

    def do_GET(self) -> None:
        self.requests.append((self.path, self.headers.get("Authorization", "")))
        body = f"{self.path}\n{self.headers}hunter22".encode()
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def address(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: ARG001 (the home comes first)
    """Set ELEXON_BASE_URL to an address with a password and a token in it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Echo.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://joe:hunter22@127.0.0.1:{server.server_port}/api?apikey=abcdef123"
        monkeypatch.setenv("ELEXON_BASE_URL", url)
        yield url
        server.shutdown()


def texts_with_secret(*texts: str) -> list[str]:
    return [secret for secret in SECRETS if any(secret in text for text in texts)]


def test_the_credentials_of_the_address_reach_the_configured_server(address: str) -> None:  # noqa: ARG001 (it is set)
    window = window_of_days(date(2024, 1, 1), date(2024, 1, 1))
    with ElexonClient() as client, pytest.raises(Exception, match="answered 404") as error:
        client.get(WIND_AND_SOLAR.path, WIND_AND_SOLAR.parameters(window))
    [(path, authorization)] = Echo.requests
    assert path.startswith(f"/api{WIND_AND_SOLAR.path}?")
    assert "apikey=abcdef123" in path
    assert authorization == "Basic am9lOmh1bnRlcjIy"
    assert not texts_with_secret(str(error.value))


def test_a_fetch_that_fails_prints_and_stores_no_credentials(address: str, home: Path, renewables: Renewables) -> None:
    outcome = renewables("fetch-range", "2024-01-01", "2024-01-01", "--dataset", "wind_and_solar")
    assert outcome.code == 1
    assert "answered 404" in outcome.out + outcome.err
    assert not texts_with_secret(outcome.out, outcome.err)
    assert not texts_with_secret(renewables("query", "--json", "FROM fetch_log").out)
    assert "hunter22" in address
    for database in (home / "dagster").rglob("*.db"):
        with sqlite3.connect(database) as con:
            assert not texts_with_secret("\n".join(con.iterdump())), database


def test_doctor_shows_settings_without_their_secrets(
    address: str,  # noqa: ARG001 (it is set)
    renewables: Renewables,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DAGSTER_URL", "https://ana:hunter22@dagster.example")
    monkeypatch.setenv("CHAT_BASE_URL", "https://model.example/v1?api-key=abcdef123")
    monkeypatch.setenv("LEDGER_URL", "postgresql://ana:hunter22@db.example/pipeline")
    outcome = renewables("doctor", columns=400)
    assert not texts_with_secret(outcome.out, outcome.err)
    assert "dagster.example" in outcome.out


@pytest.mark.usefixtures("address")
def test_the_service_status_contains_no_credentials() -> None:
    settings = Settings()
    assert not texts_with_secret(elexon(settings).sentence)
    orchestrator = DagsterClient(str(settings.elexon_base_url))
    with pytest.raises(OrchestratorError) as error:
        orchestrator.ask("{ version }")
    assert not texts_with_secret(str(error.value), orchestrator.url)
    assert ("Basic am9lOmh1bnRlcjIy" in dict(Echo.requests).values()) is True


def test_an_invalid_setting_is_named_without_its_password(
    home: Path,  # noqa: ARG001 (it is in force)
    renewables: Renewables,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "joe:hunter22@mirror.example")
    outcome = renewables("status")
    assert (outcome.code, texts_with_secret(outcome.err)) == (1, [])
    assert "ELEXON_BASE_URL" in outcome.err
