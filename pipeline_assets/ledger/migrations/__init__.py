"""Alembic's environment for the tables of the ledger's database: one file per version in `versions/`, forward only.

A change of the tables is a new file there, the same change in `ledger/schema.py`, and its revision in `migration.HEAD`.
Not here: changes of a record's fields, which are upgraded on reading (`pipeline_assets/upgrades.py`).
"""
