"""Addresses of servers: which of them are on this machine. Not here: secrets in addresses (`redaction.py`)."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether a host's name or IP address (with or without brackets) leads to this machine only."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"
