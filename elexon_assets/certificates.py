"""The certificates that are trusted, read once: each client with some of its own takes 25 ms to read them."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Those that httpx trusts by default: for `verify=`."""
    return httpx.create_ssl_context()
