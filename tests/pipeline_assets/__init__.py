"""The pipeline: its models and rules, the ledger, and what is made of it."""
