"""Runs migrations on the connection, and in the transaction, that `ledger/migration.py` passes to Alembic."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
