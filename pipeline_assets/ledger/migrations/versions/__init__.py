"""The versions of the ledger's tables, oldest first by number."""
