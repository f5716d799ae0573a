"""A webhook of Slack on loopback, and notices for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import sqlalchemy as sa

from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.outbox import Notice, NoticeState


class Slack:
    """A webhook on loopback with a configurable response (`status`, `headers`) and delay (`seconds`)."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.status, self.seconds, self.headers = 200, 0.0, dict[str, str]()
        self.body: bytes | None = None
        self.asked = threading.Event()
        self.ended = threading.Event()
        slack = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                slack.asked.set()
                slack.ended.wait(slack.seconds)
                if slack.status == 200:
                    slack.received.append(body)
                self.send_response(slack.status)
                for name, value in slack.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                usual = b"ok" if slack.status == 200 else b"no_service"
                self.wfile.write(usual if slack.body is None else slack.body)

            def log_message(self, format: str, *args: object) -> None:
                """Not to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client that waited has disconnected
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/secret"

    def texts(self) -> list[str]:
        return [message["text"] for message in self.received]


@contextmanager
def run_webhook(hook: Slack) -> Iterator[Slack]:
    """Run the webhook until the body ends."""
    thread = threading.Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield hook
    hook.ended.set()
    hook.server.shutdown()
    hook.server.server_close()


def add_notices(engine: sa.Engine, *texts: str) -> None:
    outbox.put_notices(engine, [Notice("Test", text, id=text) for text in texts])


def notice_states(engine: sa.Engine) -> dict[str, tuple[NoticeState, int]]:
    return {notice.notice.text: (notice.state, notice.attempts) for notice in outbox.list_notices(engine)}
