"""The trusted certificates, read once: each client that reads its own takes 25 ms for it."""

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Return the certificates that httpx trusts by default, for `verify=`."""
    return httpx.create_ssl_context()
