"""A deadline for one complete HTTP request: httpx limits each read, so a byte now and then keeps a request alive.

Belongs here: the network streams of httpx, with a deadline. Not here: what happens to a request that missed it
(`client.py`).
"""

import math
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpcore
import httpx


class Deadline(threading.local):
    """The deadline of the request that the current thread makes, on the monotonic clock."""

    SLACK_SECONDS = 0.05
    "The tolerance in seconds, because a time-out that was set to the remaining time may fire a little early."

    until = math.inf

    @property
    def has_passed(self) -> bool:
        """Return whether no time is left."""
        return monotonic() >= self.until - self.SLACK_SECONDS

    @contextmanager
    def in_seconds(self, seconds: float) -> Iterator[None]:
        """Limit all reads of this thread together, including connecting."""
        self.until = monotonic() + seconds
        try:
            yield
        finally:
            self.until = math.inf

    def bounded(self, timeout: float | None) -> float:
        """Return the timeout, or the remaining time if that is shorter.

        Raises httpcore.ReadTimeout past the deadline.
        """
        left = self.until - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline of the request has passed")
        return left if timeout is None else min(timeout, left)


def bound_reads(client: httpx.Client, deadline: Deadline) -> None:
    """Make every read of the client's connections, direct or through a proxy, keep the deadline."""
    for transport in (client._transport, *client._mounts.values()):
        if (pool := getattr(transport, "_pool", None)) is not None:
            pool._network_backend = _Backend(pool._network_backend, deadline)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend, deadline: Deadline) -> None:
        """Wrap the backend with the deadline."""
        self._backend, self._deadline = backend, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the deadline."""
        timeout = self._deadline.bounded(timeout)
        return _Stream(self._backend.connect_tcp(host, port, timeout, local_address, socket_options), self._deadline)

    def sleep(self, seconds: float) -> None:
        """Pause as the backend does."""
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        """Wrap the stream with the deadline."""
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read within the deadline."""
        return self._stream.read(max_bytes, self._deadline.bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write within the deadline."""
        self._stream.write(buffer, self._deadline.bounded(timeout))

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the encrypted stream, which keeps the same deadline."""
        timeout = self._deadline.bounded(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return the stream's information about itself."""
        return self._stream.get_extra_info(info)
