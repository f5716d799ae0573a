"""A language model on loopback: a server with OpenAI's chat completions that gives the replies of a test."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-of-this-test"
NAME = "test-model"

Reply = str | dict[str, Any] | list[dict[str, Any]] | tuple[int, str]
"A text, a call's arguments, those of several calls (or raw pieces: `delta`), or a status with a message."


class Model:
    """The server of the model, with its replies and the requests that it received.

    `replies` holds one reply per request and repeats the last; a function receives the request. `silence` is the pause
    in seconds before each reply.
    """

    def __init__(self) -> None:
        self.replies: list[Reply | Callable[[dict[str, Any]], Reply]] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.silence = 0.0
        self.location = ""
        self.ended = threading.Event()
        model = self

        class Completions(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.headers.append(dict(self.headers))
                reply = model.next_to({**body, "path": self.path})
                model.ended.wait(model.silence)
                status, message = reply if isinstance(reply, tuple) else (200, "")
                self.send_response(status)
                self.send_header("Content-Type", "text/event-stream" if status == 200 else "application/json")
                if model.location:
                    self.send_header("Location", model.location)
                self.end_headers()
                if isinstance(reply, tuple):
                    self.wfile.write(json.dumps({"error": {"message": message}}).encode())
                    return
                for delta in deltas(reply):
                    chunk = {"id": "1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
                    self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, format: str, *args: object) -> None:
                """Print nothing to the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Completions)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who waited has gone: no news
        self.host = f"127.0.0.1:{self.server.server_port}"

    def next_to(self, request: dict[str, Any]) -> Reply:
        self.requests.append(request)
        reply = self.replies[min(len(self.requests), len(self.replies)) - 1]
        return reply(request) if callable(reply) else reply

    @property
    def tool_results(self) -> list[str]:
        """Return the tool results in the last request."""
        return [message["content"] for message in self.requests[-1]["messages"] if message["role"] == "tool"]


def deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    """Yield the reply as servers stream it: word by word, and a call's arguments in two pieces."""
    yield {"role": "assistant", "content": ""}
    if isinstance(reply, str):
        yield from ({"content": word + " "} for word in reply.split(" "))
        return
    for n, arguments in enumerate([reply] if isinstance(reply, dict) else reply):
        if isinstance(arguments, dict) and "delta" in arguments:
            yield arguments["delta"]
            continue
        text = arguments["raw"] if isinstance(arguments, dict) and "raw" in arguments else json.dumps(arguments)
        head = {"index": 0, "id": f"call{n}", "type": "function", "function": {"name": "query", "arguments": text[:9]}}
        yield {"tool_calls": [head]}
        yield {"tool_calls": [{"index": 0, "function": {"arguments": text[9:]}}]}


def cell(request: dict[str, Any]) -> str:
    """Return the last field of the last row that the model received."""
    told: str = request["messages"][-1]["content"]
    return told.strip().splitlines()[-1].rpartition(",")[2]


@contextmanager
def serving() -> Iterator[Model]:
    """Run the server; at the end release every client that waits."""
    model = Model()
    thread = threading.Thread(target=model.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.ended.set()
        model.server.shutdown()
        model.server.server_close()
