"""The certificates that are trusted, read once: each client with some of its own takes 25 ms to read them."""

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Return the certificates that httpx trusts by default, for `verify=`."""
    return httpx.create_ssl_context()
