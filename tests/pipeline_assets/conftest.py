"""An empty ledger for each test; those of `ledger/` run on PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline_assets.ledger.schema import opened


@pytest.fixture
def engine(home: Path) -> Iterator[sa.Engine]:
    """In the test's home: the one that `opened()` finds there."""
    ledger = opened(f"sqlite:///{home / 'ledger.sqlite'}")
    yield ledger
    ledger.dispose()
