"""A stand-in for Dagster's webserver that answers GraphQL with a function, in a thread of the test."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class DagsterStandIn:
    """A stand-in that belongs to the home, accepts every launched run, and keeps what each was launched with."""

    def __init__(self, home: Path) -> None:
        self.home, self.launched = home, list[dict[str, Any]]()

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the data of the answer to a query."""
        if "instance {" in query:
            nodes = [{"location": {"name": "elexon_assets"}}]
            return {"instance": {"info": f"base_dir: {self.home}/dagster"}, "repositoriesOrError": {"nodes": nodes}}
        if "launchRun" in query:
            self.launched.append(variables["params"])
            return {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": f"run-{len(self.launched)}"}}}
        return self.answer_other(query, variables)

    def answer_other(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 (for subclasses)
        """Return the data of the answer to any other query: by default, there are no runs."""
        return {"runsOrError": {"results": []}, "partitionBackfillsOrError": {"results": []}}


@contextmanager
def serving_graphql(answer: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Iterator[str]:
    """Yield the address of a server that answers each query with `answer(query, variables)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"data": answer(asked["query"], asked["variables"])}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
