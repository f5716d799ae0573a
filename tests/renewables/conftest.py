"""The landed sample portfolio, one for each file of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from renewables.queries.snapshot import Connection
from tests.renewables.landed_portfolio import land_portfolio
from warehouse.connection import reading


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    engine = land_portfolio(tmp_path_factory.mktemp("portfolio"))
    yield engine
    engine.dispose()


@pytest.fixture
def con(ledger: sa.Engine) -> Iterator[Connection]:
    with reading(Path(str(ledger.url.database)).with_name("warehouse.duckdb")) as snapshot:
        yield snapshot
