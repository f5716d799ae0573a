"""Tests of a warehouse on DuckLake. They need DuckDB's extensions, which exist for DuckDB 1.5.5 (`.ci/run`)."""
