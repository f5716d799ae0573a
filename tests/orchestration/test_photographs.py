"""Photographs of every page and view at four widths and in both themes, to be looked at one by one.

This command takes all of them, in about a quarter of an hour:

    python -m pytest -n 0 tests/orchestration/test_photographs.py --photographs FOLDER

A page is loaded once, and then the window and the theme change in the same tab. The views are read from the page's own
control. Not here: what a page must be (`page_looks.py`), pictures of the documents (`test_pictures.py`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest

from tests.browsing import Tab, tab
from tests.dashboards.conftest import ADDRESSES, PAGES
from tests.orchestration.conftest import Server
from tests.orchestration.test_pictures import furnish

WIDTHS = (1920, 1440, 820, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HIGHEST = 4_000
RECORDS = {**ADDRESSES, "project": {"id": "pr-kettlewick"}}
VIEWS = """() => {
  const named = document.querySelector('[role=radiogroup][aria-label=View], [role=group][aria-label=View]');
  return named ? [...named.querySelectorAll('[role=radio], button')].map(button => button.innerText.trim()) : [];
}"""


@pytest.mark.timeout(3_600)
def test_every_page_and_view_is_photographed(
    server: Server, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: Path = request.config.getoption("--photographs")
    folder = request.config.invocation_params.dir / chosen
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("RENEWABLES_HOME", str(server.home))
    furnish(server)
    browser = request.getfixturevalue("browser")  # last, because no Dagster run in this process may run beside its loop
    with tab(browser, f"http://127.0.0.1:{server.dashboard_port}") as visitor:
        visitor.page.set_default_timeout(60_000)
        for page in PAGES:
            for name, path in _paths_of(visitor, page):
                photograph(visitor, path, folder, name)
    assert len(list(folder.glob("*.png"))) >= len(PAGES) * len(WIDTHS) * len(THEMES)


def _paths_of(visitor: Tab, page: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the path of a page and of each of its views."""
    parameters = RECORDS.get(page, {})
    place = page.removeprefix("overview")
    visitor.page.set_viewport_size({"width": 1440, "height": 1000})
    visitor.open(f"{place}?{urlencode(parameters)}")
    visitor.drawn()
    views = visitor.page.evaluate(VIEWS)
    yield page, f"{place}?{urlencode(parameters)}"
    for view in views:
        yield f"{page}-{view.lower().replace(' ', '-')}", f"{place}?{urlencode({**parameters, 'view': view})}"


def photograph(visitor: Tab, path: str, folder: Path, name: str) -> None:
    """Write a picture of the complete page at each width in each theme."""
    visitor.page.emulate_media(color_scheme=THEMES[0])
    visitor.open(path)
    visitor.drawn()
    assert visitor.page.get_by_test_id("stException").count() == 0, f"{name} shows an error"
    for theme in THEMES:
        visitor.page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 1_000})
            visitor.fit_window()
            height = visitor.page.get_by_test_id("stMainBlockContainer").evaluate("e => Math.ceil(e.scrollHeight)")
            visitor.page.set_viewport_size({"width": width, "height": min(max(height, 600), HIGHEST)})
            visitor.page.wait_for_timeout(600)  # charts follow the window with a delay
            visitor.page.screenshot(path=folder / f"{name}-{width}-{theme}.png", animations="disabled")
