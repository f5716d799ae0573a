"""The pipeline: its models and rules, the ledger, and the tables that follow from it."""
