"""Tests of requests: what is retried, how long the client waits, the error of the last failure. Scenario 3."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import pytest
from tenacity import Future, RetryCallState, Retrying

from elexon_assets.client import LONGEST_PAUSE_SECONDS, Answer, ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.errors import (
    ElexonError,
    ShapeChanged,
    Unavailable,
    UnexpectedStatus,
    UnreadableAnswer,
    WindowRefused,
)
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days

DAY = date(2024, 1, 8)
ATTEMPTS = 4


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch, home: object) -> None:  # noqa: ARG001 (sets the home first)
    monkeypatch.setenv("ELEXON_ATTEMPTS", str(ATTEMPTS))
    monkeypatch.setenv("ELEXON_TIMEOUT_SECONDS", "0.3")
    monkeypatch.setenv("ELEXON_BACKOFF_SECONDS", "0.001")


def ask(days: int = 1) -> Answer:
    window = window_of_days(DAY, DAY + timedelta(days=days - 1))
    with ElexonClient() as client:
        return client.get(WIND_AND_SOLAR.path, WIND_AND_SOLAR.parameters(window))


PASSING_TROUBLES = [
    ("status=500x2", Unavailable),
    ("status=502x2", Unavailable),
    ("status=503x2", Unavailable),
    ("status=504x2", Unavailable),
    ("status=429x2", Unavailable),
    ("retry-after=0x2", Unavailable),
    ("hangx2", Unavailable),
    ("disconnectx2", Unavailable),
    ("truncatedx2", UnreadableAnswer),
    ("htmlx2", UnreadableAnswer),
]


@pytest.mark.parametrize("fault", [fault for fault, _ in PASSING_TROUBLES])
def test_a_temporary_fault_is_retried_and_answered(simulator: Simulator, fault: str) -> None:
    simulator.faults = fault
    answer = ask()
    assert len(answer.rows) == 144
    assert answer.attempts == len(simulator.requests) == 3
    assert len({str(request.params) for request in simulator.requests}) == 1


@pytest.mark.parametrize(("fault", "named"), PASSING_TROUBLES)
def test_a_lasting_fault_is_reported_by_name_after_the_last_attempt(
    simulator: Simulator, fault: str, named: type[ElexonError]
) -> None:
    simulator.faults = fault.replace("x2", "")
    with pytest.raises(named) as raised:
        ask()
    assert raised.value.attempts == len(simulator.requests) == ATTEMPTS
    assert "/wind-and-solar" in str(raised.value)


def test_a_refused_window_is_requested_once_and_explains_why(simulator: Simulator) -> None:
    with pytest.raises(WindowRefused, match="must not exceed 7 days") as raised:
        ask(days=9)
    assert raised.value.attempts == len(simulator.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_a_status_that_repeating_does_not_fix_is_requested_once(simulator: Simulator, status: int) -> None:
    simulator.faults = f"status={status}"
    with pytest.raises(WindowRefused if status == 400 else UnexpectedStatus) as raised:
        ask()
    assert raised.value.attempts == len(simulator.requests) == 1


def test_a_server_that_cannot_be_reached_is_reported_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BASE_URL", "http://127.0.0.1:9/bmrs/api/v1")
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9.*cannot be reached") as raised:
        ask()
    assert raised.value.attempts == ATTEMPTS


def test_closing_ends_the_pause_of_another_thread(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BACKOFF_SECONDS", "60")
    simulator.faults = "status=503"
    client = ElexonClient()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(client.get, WIND_AND_SOLAR.path, {"from": "2024-01-08", "to": "2024-01-09"})
        while not simulator.requests:
            threading.Event().wait(0.001)
        started = monotonic()
        client.close()
        assert isinstance(asking.exception(), ElexonError | RuntimeError)
        assert monotonic() - started < 10


def pause_after(attempt: int, error: ElexonError, client: ElexonClient) -> float:
    """Return the seconds that the client waits after an attempt that failed with this error."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = attempt
    state.outcome = Future.construct(attempt, error, has_exception=True)
    return client._pause(state)


def test_pauses_double_with_jitter_up_to_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_BACKOFF_SECONDS", "1")
    with ElexonClient() as client:
        for attempt in range(1, 60):
            pauses = [pause_after(attempt, Unavailable("busy"), client) for _ in range(20)]
            longest = min(2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
            assert all(longest / 2 <= pause <= longest for pause in pauses)
            assert len(set(pauses)) > 1


@pytest.mark.parametrize(("asked", "waited"), [(0.0, 0.0), (7.0, 7.0), (60.0, 60.0), (3600.0, 60.0)])
def test_a_pause_that_elexon_requests_is_honoured_up_to_a_minute(asked: float, waited: float) -> None:
    with ElexonClient() as client:
        pause = pause_after(1, Unavailable("busy", asked), client)
    assert waited <= pause <= waited + 0.001


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, body: bytes, status: int = 200, **headers: str) -> Iterator[None]:
    """Run a server that gives the same answer to every request."""

    class OneThing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), OneThing) as server, ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.serve_forever, 0.01)
        monkeypatch.setenv("ELEXON_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("ELEXON_ATTEMPTS", "1")
        try:
            yield
        finally:
            server.shutdown()
            serving.result()


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        (lambda: "120", 120, 120),
        (lambda: " 0 ", 0, 0),
        (lambda: in_seconds(90), 80, 90),
        (lambda: in_seconds(-90), 0, 0),
    ],
)
def test_retry_after_is_read_in_both_forms(
    monkeypatch: pytest.MonkeyPatch, header: Callable[[], str], low: float, high: float
) -> None:
    with answering(monkeypatch, b"", 429, retry_after=header()), pytest.raises(Unavailable) as raised:
        ask()
    assert raised.value.retry_after_seconds is not None
    assert low <= raised.value.retry_after_seconds <= high


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5.2", "\N{SUPERSCRIPT TWO}", "Mon, 99 Jan 2024 00:00:00 GMT"])
def test_an_unreadable_retry_after_is_ignored(monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    with answering(monkeypatch, b"", 503, retry_after=header), pytest.raises(Unavailable) as raised:
        ask()
    assert raised.value.retry_after_seconds is None


@pytest.mark.parametrize("body", [b'{"metadata": {}}', b'{"data": {"rows": []}}', b"[1, 2]", b"3", b"null", b'"x"'])
def test_json_without_a_list_of_rows_is_a_changed_shape(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with answering(monkeypatch, body), pytest.raises(ShapeChanged, match="without a list of rows"):
        ask()


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b'{"data": [', b"<html>", b"[" * 100_000])
def test_an_answer_that_is_not_json_is_unreadable(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with answering(monkeypatch, body), pytest.raises(UnreadableAnswer):
        ask()


def test_an_answer_that_is_not_compressed_as_declared_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, b"not gzip", content_encoding="gzip"), pytest.raises(UnreadableAnswer):
        ask()


@pytest.mark.parametrize(
    "body", [b"oops", b"{}", b'{"errors": null}', b'{"errors": ["x"]}', b'{"errors": {"from": null}}']
)
def test_a_refusal_without_the_usual_message_is_still_named(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with answering(monkeypatch, body, 400), pytest.raises(WindowRefused, match="refused as wrong"):
        ask()


@pytest.mark.parametrize("body", [b'{"data": [{"a": 1}]}', b'{"metadata": {}, "data": [{"a": 1}]}', b'[{"a": 1}]'])
def test_both_shapes_of_an_answer_are_read(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with answering(monkeypatch, body):
        assert ask().rows == [{"a": 1}]
