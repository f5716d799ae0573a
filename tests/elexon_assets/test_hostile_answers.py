"""Tests that any answer affects only its own window, in bounded memory and time. Scenario 36."""

import gzip
import json
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import DATASETS, WIND_AND_SOLAR
from elexon_assets.errors import AnswerTooLarge, AnswerTooSlow, ShapeChanged, StrangerRows, UnreadableAnswer
from elexon_assets.ingest import ingest
from elexon_assets.parsing import parse_rows
from elexon_assets.simulator.server import Simulator
from elexon_assets.windows import window_of_days
from tests.elexon_assets.ingesting import fetch_days, published

pytestmark = pytest.mark.slow

DAY = date(2024, 1, 1)
ROW = {
    "publishTime": "2024-01-01T14:28:00Z",
    "businessType": "Wind generation",
    "psrType": "Wind Onshore",
    "quantity": 640.283,
    "startTime": "2024-01-01T12:00:00Z",
    "settlementDate": "2024-01-01",
    "settlementPeriod": 25,
}


@pytest.fixture(autouse=True)
def _impatience(home: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 (sets the home first)
    monkeypatch.setenv("ELEXON_ATTEMPTS", "1")


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[None]:
    """Run a server that gives the same answer to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("ELEXON_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        try:
            yield
        finally:
            server.shutdown()


def body(content: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in {"content-length": str(len(content)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def ask() -> None:
    with ElexonClient() as client:
        client.get("/x", {})


ROWS_THAT_NOBODY_CAN_READ: list[dict[str, Any]] = [
    {"publishTime": "0001-01-01T00:00:00+14:00"},
    {"publishTime": "9999-12-31T23:59:59-14:00"},
    {"startTime": "0001-01-01T00:00:00+14:00"},
    {"psrType": "Wind \ud800"},
    {"startTime": "\udfff"},
    {"businessType": "\ud800"},
    {"settlementDate": "\ud800", "settlementPeriod": 10**30},
    {"quantity": 10**400},
    {"quantity": float("nan")},
    {"quantity": {"mw": [1] * 3}},
    {"psrType": ["Solar"]},
    {"startTime": 1e400},
    {"quantity": True, "publishTime": False},
    dict.fromkeys(ROW),
]


@pytest.mark.parametrize("change", ROWS_THAT_NOBODY_CAN_READ, ids=range(len(ROWS_THAT_NOBODY_CAN_READ)))
def test_an_unreadable_row_is_quarantined_or_fails_its_window_and_readers_still_read(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    content = json.dumps({"data": [ROW, ROW | {"psrType": "Wind Offshore"} | change]}).encode()
    with answering(monkeypatch, body(content)), ElexonClient() as client:
        report = ingest(WIND_AND_SOLAR, window_of_days(DAY, DAY), client=client, run_id="test")
    assert report.total("rows_landed") + len(report.failed) >= 1
    gaps = published("SELECT count(*) AS n FROM wind_and_solar_gaps WHERE start_time_utc::DATE = '2024-01-01'")
    assert gaps.item() == 48


def test_a_row_nested_too_deeply_for_the_encoder_is_quarantined_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "[" * 990 + "]" * 990
    content = json.dumps([ROW, ROW | {"quantity": "HERE"}]).replace('"HERE"', deep).encode()
    with answering(monkeypatch, body(content)), ElexonClient() as client:
        report = ingest(WIND_AND_SOLAR, window_of_days(DAY, DAY), client=client, run_id="test")
    assert (report.total("rows_landed"), report.total("rows_quarantined")) == (1, 1)


def test_an_unforeseen_exception_fails_its_window_with_its_message_and_the_rest_lands(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elexon_assets import fetch_windows

    def parse_but_the_second(dataset: Any, rows: Any, window: Any) -> Any:
        if date(2024, 1, 8) in window.days:
            raise LookupError("no such luck")
        return parse_rows(dataset, rows, window)

    monkeypatch.setattr(fetch_windows, "parse_rows", parse_but_the_second)
    report = fetch_days(DAY, date(2024, 1, 8))
    assert len(report.landed_days) == 7
    [failed] = report.failed
    assert failed.error is not None
    assert failed.error.startswith("WindowFailed: LookupError")
    assert "no such luck" in failed.error
    assert simulator.requests


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.code)
@pytest.mark.parametrize("value", [None, True, -1, 1e308, 10**30, "", "x" * 10_000, [], {}, [[{}]], "\ud800", "\x00"])
def test_parsing_accepts_any_value_in_any_field(dataset: Any, value: Any) -> None:
    good = {column.elexon_field: 2024 for column in dataset.columns.values()}
    for field in [*good, "settlementDate", "settlementPeriod"]:
        with suppress(ShapeChanged, StrangerRows):
            parse_rows(dataset, [good, good | {field: value}], window_of_days(DAY, DAY))


def test_an_answer_with_too_many_bytes_is_refused_while_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELEXON_ANSWER_MEGABYTES", "1")
    with answering(monkeypatch, body(b" " * 3_000_000)), pytest.raises(AnswerTooLarge, match="more than 1 MB"):
        ask()


def test_a_small_answer_that_unpacks_to_gigabytes_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b" " * 300_000_000)
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    try:
        with answering(monkeypatch, body(bomb, content_encoding="gzip")), pytest.raises(AnswerTooLarge):
            ask()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000_000


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "identity, deflate"])
def test_an_answer_in_another_compression_is_not_unpacked(monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    with (
        answering(monkeypatch, body(b"[]", content_encoding=packing)),
        pytest.raises(UnreadableAnswer, match="was not requested"),
    ):
        ask()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_answer_fails_at_the_deadline(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setenv("ELEXON_DEADLINE_SECONDS", "0.5")
    done = Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        begin = b"HTTP/1.1 200 OK\r\n" + (b"content-length: 100000\r\n\r\n" if part == "body" else b"x: ")
        try:
            request.connection.sendall(begin)
            while not done.wait(0.02):
                request.connection.sendall(b"x")
        except OSError:
            request.connection.shutdown(socket.SHUT_RDWR)

    started = monotonic()
    with answering(monkeypatch, drip):
        with pytest.raises(AnswerTooSlow, match=r"within 0\.5 s"):
            ask()
        done.set()
    assert monotonic() - started < 10


@pytest.mark.parametrize(("fault", "named"), [("bomb=40", "AnswerTooLarge"), ("drip=0.05", "AnswerTooSlow")])
def test_the_simulator_sends_hostile_answers_on_request_and_the_other_windows_land(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str, named: str
) -> None:
    monkeypatch.setenv("ELEXON_DEADLINE_SECONDS", "1")
    simulator.faults = f"{fault}@2024-01-08"
    report = fetch_days(DAY, date(2024, 1, 8))
    assert len(report.landed_days) == 7
    assert [str(record.error).partition(":")[0] for record in report.failed] == [named]


def test_many_bad_rows_of_one_answer_are_quarantined_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ROW | {"quantity": None, "n": n} for n in range(20_000)] + [ROW]
    content = json.dumps(rows).encode()
    with answering(monkeypatch, body(content)), ElexonClient() as client:
        started = monotonic()
        report = ingest(WIND_AND_SOLAR, window_of_days(DAY, DAY), client=client, run_id="test")
    assert (report.total("rows_landed"), report.total("rows_quarantined")) == (1, 20_000)
    assert monotonic() - started < 20  # decoding the complete answer for each row took half an hour
