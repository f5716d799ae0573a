"""The dashboard's pages, opened by AppTest; in a real browser they are in `tests/orchestration`."""
