"""A separate ledger for each test, on both databases."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets.ledger.schema import open_ledger
from tests.pipeline_assets.ledger.sample_portfolio import ON_EVERY_DATABASE


@pytest.fixture(params=ON_EVERY_DATABASE)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database without tables.

    It is a SQLite file, or a schema of the PostgreSQL that TEST_POSTGRES_URL names.
    """
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    named = os.environ.get("TEST_POSTGRES_URL")
    if not named:
        pytest.skip("TEST_POSTGRES_URL does not name a PostgreSQL: `.ci/with-postgresql pytest` starts one")
    server = sa.create_engine(sa.make_url(named).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    schema = f"test_{secrets.token_hex(6)}"
    try:
        with server.connect() as con:
            con.exec_driver_sql(f"CREATE SCHEMA {schema}")
    except sa.exc.OperationalError as error:
        pytest.fail(f"TEST_POSTGRES_URL names {named}, which cannot be used: {error.orig}")
    try:
        own = sa.make_url(named).update_query_dict({"options": f"-csearch_path={schema}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with server.connect() as con:
            con.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        server.dispose()


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """Open an empty ledger."""
    ledger = open_ledger(url)
    yield ledger
    ledger.dispose()
