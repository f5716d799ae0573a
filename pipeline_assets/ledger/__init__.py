"""The append-only record of every change that a person, an import or a seed made: the source of truth of the pipeline.

`schema` has the tables and opens the database. `changes` has the types of requests and results. `submission` is the
only way to write: `draft` and `cross_record_rules` check a batch, with `lookups` for the stored records. `reader` has
the queries. `outbox` holds notices that wait to be sent, `conditions` what was last reported of checks and schedules.
All are plain functions on an engine; no Dagster, no Streamlit.
"""
