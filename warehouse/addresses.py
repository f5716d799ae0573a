"""Addresses of servers: what of one is asked, what is shown, and whether it is on this machine.

A URL may carry a user's name and password, and tokens in its query. They go to the server and nowhere else: libraries
quote the address in their errors and logs. Not here: secrets in any other text (`redaction.py`).
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit


@dataclass(frozen=True)
class Endpoint:
    """A server's address, and apart from it what proves who asks."""

    url: str
    "Without credentials, query, fragment and closing slash: to be shown, stored, and completed by a path."
    auth: tuple[str, str] | None = field(default=None, repr=False)
    "User and password, as httpx takes them."
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    "Of the query, for every request."


def endpoint_of(url: object) -> Endpoint:
    """Return the parts of a URL, which may be pydantic's."""
    parts = urlsplit(str(url))
    user_info, at, host = parts.netloc.rpartition("@")
    user, _, password = user_info.partition(":")
    return Endpoint(
        urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")),
        (unquote(user), unquote(password)) if at else None,
        tuple(parse_qsl(parts.query, keep_blank_values=True)),
    )


def is_loopback(host: str) -> bool:
    """Return whether a host's name or IP address (with or without brackets) leads to this machine only."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
