"""Tests of the dashboard's pages, opened by AppTest; those in a real browser are in `tests/orchestration`."""
