"""Serving the simulator: in this thread, in a thread of a test, or as a separate process.

Belongs here: sockets, uvicorn, processes. Not here: what is answered.
"""

import gc
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import IO, Any, cast

import httpx
import uvicorn
from starlette.applications import Starlette

from elexon_assets.simulator.app import create_app
from elexon_assets.simulator.service import PREFIX, ServedRequest, Service

START_WITHIN = timedelta(seconds=30)
COLLECT_AFTER_ALLOCATIONS = 200_000
STOP_WITHIN = timedelta(seconds=5)


class Simulator:
    """A running simulator: its address, the requests it received, and the faults it shows."""

    def __init__(self, base_url: str, service: Service, faults: str) -> None:
        """Store the address and the service, and set the faults."""
        self.base_url = base_url
        self.service = service
        self._faults = faults

    @property
    def requests(self) -> Sequence[ServedRequest]:
        """Return a copy of the requests, oldest first."""
        return list(self.service.requests)

    @property
    def faults(self) -> str:
        """Return the text of the faults in force."""
        return self._faults

    @faults.setter
    def faults(self, text: str) -> None:
        """Set the faults from the next request on and restart the count of attempts.

        Raises ValueError for invalid text.
        """
        self.service.set_faults(text)
        self._faults = text


def serve(app: Starlette, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve until SIGINT or SIGTERM; port 0 takes a free one. Prints the base URL once the port is open."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _exit_cleanly)
    # An answer is thousands of short-lived rows without cycles: searching for cycles took a quarter of the time.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER_ALLOCATIONS)
    listening = _open_port(host, port)
    print(base_url(listening), flush=True)
    try:
        _uvicorn_server(app).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()


@contextmanager
def running_simulator(app: Starlette | None = None, **create_app_kwargs: Any) -> Iterator[Simulator]:
    """Run a simulator in a thread on a free loopback port; takes the keyword arguments of create_app."""
    app = create_app(**create_app_kwargs) if app is None else app
    listening = _open_port("127.0.0.1", 0)
    server = _uvicorn_server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="simulator", daemon=True)
    thread.start()
    try:
        _wait_for(lambda: server.started, thread.is_alive)
        yield Simulator(base_url(listening), app.state.service, create_app_kwargs.get("faults", ""))
    finally:
        server.should_exit = True
        thread.join(STOP_WITHIN.total_seconds())
        listening.close()


@contextmanager
def subprocess_running(
    *, seed: int = 0, latency_seconds: float = 0, faults: str = "", recordings: Path | None = None
) -> Iterator[str]:
    """Run a simulator in a separate process and yield the base URL once it answers.

    Raises RuntimeError if it cannot start.
    """
    command = [sys.executable, "-m", "elexon_assets.simulator", "--port", "0", "--seed", str(seed)]
    command += ["--latency-seconds", str(latency_seconds), "--faults", faults]
    command += [] if recordings is None else ["--recordings", str(recordings)]
    # S603: this runs our own module with our own interpreter
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603
    output = cast(IO[str], process.stdout)
    try:
        url = output.readline().strip()
        if not url.startswith("http"):
            raise RuntimeError(f"the simulator did not start: {url} {output.read()}".strip())
        httpx.get(f"{url}/datasets/metadata/latest", timeout=START_WITHIN.total_seconds())
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN.total_seconds())
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.close()


def base_url(listening: socket.socket) -> str:
    """Return the base URL that the process printed."""
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}{PREFIX}"


def _open_port(host: str, port: int) -> socket.socket:
    """Open the port before the server runs, so that it is known and early clients wait instead of failing."""
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def _uvicorn_server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=120,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _wait_for(ready: Any, alive: Any) -> None:
    deadline = time.monotonic() + START_WITHIN.total_seconds()
    while not ready():
        if not alive() or time.monotonic() > deadline:
            raise RuntimeError("the simulator did not start")
        time.sleep(0.005)


def _exit_cleanly(_signal: int, _frame: FrameType | None) -> None:
    """Exit cleanly: uvicorn raises the signal again once it has stopped."""
    sys.exit(0)
