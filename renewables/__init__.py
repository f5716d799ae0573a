"""The Python API, and what the command line and the dashboard share: the read layer, charts, Dagster's control."""
