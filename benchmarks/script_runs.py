"""The seconds of script runs by AppTest, without a browser, for pages and for the page with one chart.

Belongs here: what a new process does for `pages.py`. Not here: the comparison.
"""

import logging
from collections import defaultdict
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

import dashboards
from benchmarks.harness import seconds

APP = Path(dashboards.__path__[0]) / "app.py"
BARE = Path(__file__).with_name("bare_page.py")
TIMEOUT_SECONDS = 60


def run(pages: dict[str, dict[str, str]], repeat: int) -> dict[str, list[float]]:
    """Return the seconds of each script run by page name, with `bare` as an additional name.

    `pages` maps a name to query parameters. The first round is not counted; every second one after it starts with empty
    caches.
    """
    logging.disable(logging.WARNING)  # Streamlit warns about every run without a server
    taken: dict[str, list[float]] = defaultdict(list)
    for n in range(repeat + 1):
        if n % 2:
            st.cache_data.clear()
            st.cache_resource.clear()
        for name, parameters in pages.items():
            for each in ("bare", name):
                taken[each].append(_run(each, parameters))
    first = {name: len(times) // (repeat + 1) for name, times in taken.items()}
    return {name: times[first[name] :] for name, times in taken.items()}


def _run(name: str, parameters: dict[str, str]) -> float:
    app = AppTest.from_file(str(BARE if name == "bare" else APP), default_timeout=TIMEOUT_SECONDS)
    if name != "bare":
        app.switch_page(f"app_pages/{name}.py")
        app.query_params.update(parameters)
    taken = seconds(app.run)
    assert not app.exception, app.exception
    return taken
