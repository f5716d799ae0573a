"""The ledger of changes, every test on SQLite and on PostgreSQL."""
