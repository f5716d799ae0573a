"""The append-only record of every change that a person, an import or a seed made: the truth of the pipeline.

`schema`: the tables, and how the database is opened. `changes`: what goes in and comes out. `submitting`: the one way
in, with `draft` and `whole`, which judge a batch, and `stored`, which they look at. `reading`: the ways out. `outbox`:
notices that wait to be sent.
Plain functions on an engine; no Dagster, no Streamlit.
"""
