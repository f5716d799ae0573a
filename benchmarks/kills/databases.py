"""Empty databases of the PostgreSQL server at TEST_POSTGRES_URL, which `.ci/with-postgresql` starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import psycopg

SERVER = "TEST_POSTGRES_URL"


def missing_server() -> str | None:
    """Return a sentence if no server is named, or None."""
    return None if os.environ.get(SERVER) else f"{SERVER} names no server; `.ci/with-postgresql` starts one"


@contextmanager
def empty_database() -> Iterator[SplitResult]:
    """Create a database, yield its address, and remove it with whatever is still connected to it."""
    url = os.environ[SERVER]
    name = f"kills_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}")
        finally:
            con.execute(f"DROP DATABASE {name} WITH (FORCE)")
