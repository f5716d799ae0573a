"""The ledgers of these tests: SQLite and PostgreSQL, as for those of the ledger itself."""

from tests.pipeline_assets.ledger.conftest import engine, url

__all__ = ["engine", "url"]
