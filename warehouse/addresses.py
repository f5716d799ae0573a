"""Server addresses: which parts are sent, which parts may be shown, and whether the server is on this machine.

A URL may carry a user name and password, and tokens in its query. They go to the server and nowhere else, because
libraries quote the address in their errors and logs. Not here: secrets in any other text (`redaction.py`).
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit


@dataclass(frozen=True)
class Endpoint:
    """The address of a server, kept apart from the credentials sent to it."""

    url: str
    """The address without credentials, query, fragment and trailing slash: safe to show and store; a path is appended
    to it.
    """
    auth: tuple[str, str] | None = field(default=None, repr=False)
    "The user name and password, in the form that httpx takes."
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    "The query parameters that every request carries."


def endpoint_of(url: object) -> Endpoint:
    """Split a URL, which may be pydantic's, into its address, credentials and query parameters."""
    parts = urlsplit(str(url))
    user_info, at, host = parts.netloc.rpartition("@")
    user, _, password = user_info.partition(":")
    return Endpoint(
        urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")),
        (unquote(user), unquote(password)) if at else None,
        tuple(parse_qsl(parts.query, keep_blank_values=True)),
    )


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address (with or without brackets) refers to this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
