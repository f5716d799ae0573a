"""A lake on each catalogue, in a home of its own; skipped where this DuckDB has no extension for it."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.dashboards.conftest import _components_are_found_once, _main_stays, open_page
from warehouse.connection import configured_warehouse
from warehouse.lake import LakeWarehouse
from warehouse.lake_engine import extension_file, forget_engine

__all__ = ["_components_are_found_once", "_main_stays", "open_page"]

CATALOGUES = ("postgres", "sqlite")
REQUIRED = "LAKE_REQUIRED"
"The variable with which a missing extension fails these tests instead of skipping them."


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder where no extension is installed; `.ci/run` runs them where one is."""
    if extension_file("ducklake") or os.environ.get(REQUIRED):
        return
    reason = "this DuckDB has no DuckLake extension; the step `a warehouse on DuckLake` of .ci/run has one"
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def postgres_database() -> Iterator[str]:
    """Create an empty database and return its connection string."""
    url = os.environ.get("TEST_POSTGRES_URL")
    if not url:
        pytest.skip("TEST_POSTGRES_URL does not name a PostgreSQL server")
    parts, name = urlsplit(url), f"lake_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name}")
        yield f"dbname={name} host={parts.hostname} port={parts.port} user={parts.username}"
        con.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_lake(home: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LakeWarehouse]:  # noqa: ARG001 (sets the home first)
    """Configure a lake with its catalogue in PostgreSQL and its data in the home."""
    monkeypatch.setenv("WAREHOUSE", f"ducklake:postgres:{postgres_database}")
    yield from _configured_lake()


@pytest.fixture
def sqlite_lake(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LakeWarehouse]:
    """Configure a lake with its catalogue in an SQLite file and its data in the home."""
    monkeypatch.setenv("WAREHOUSE", f"ducklake:sqlite:{home / 'catalogue.sqlite'}")
    yield from _configured_lake()


@pytest.fixture(params=CATALOGUES)
def lake(request: pytest.FixtureRequest) -> LakeWarehouse:
    """Configure a lake, once with each kind of catalogue."""
    warehouse = request.getfixturevalue(f"{request.param}_lake")
    assert isinstance(warehouse, LakeWarehouse)
    return warehouse


def _configured_lake() -> Iterator[LakeWarehouse]:
    warehouse = configured_warehouse()
    assert isinstance(warehouse, LakeWarehouse)
    yield warehouse
    forget_engine(warehouse.address, warehouse.data)
