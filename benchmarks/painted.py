"""The seconds until a Streamlit page is painted in Chromium, from CHROMIUM or Debian's package.

A page is painted when the script has ended, the heading of the requested page is present, no skeleton and no stale
element is left, every Plotly chart has drawn traces, every table its canvas and every sparkline its marks, fonts are
loaded, and two animation frames have passed since. It must stay so for another tenth of a second, which is not counted.
Times are by the browser's own clock, from the start of the navigation or from the click.

Belongs here: the browser and that rule. Not here: which pages, and what they are compared with.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
VIEWPORT = {"width": 1440, "height": 1000}
PATIENCE_MS = 60_000
ERRORS = "[data-testid=stException], [data-testid=stAlertContentError]"

_PAINTED = """([link, title, patience]) => new Promise((resolve, reject) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const drawn = (chart) => {
    const plot = chart.querySelector('.js-plotly-plot');
    return plot && plot.calcdata && chart.querySelector(
      '.scatterlayer .trace, .geolayer .scatterlayer path, .barlayer .trace, .boxlayer .trace, '
      + '.heatmaplayer image, .waterfalllayer .trace, .annotation');
  };
  const filled = (table) => [...table.querySelectorAll('canvas')].some((canvas) => canvas.width > 0);
  const sparked = (spark) => spark.querySelector('canvas, svg path');
  const complete = () => {
    const app = document.querySelector('[data-testid=stApp]');
    const heading = document.querySelector('[data-testid=stMain] h1');
    return app && app.dataset.testScriptState === 'notRunning' && heading && (!title || heading.innerText === title)
      && document.fonts.status === 'loaded'
      && !all('[data-testid=stSkeleton], [data-testid=stAppSkeleton], [data-testid=stSkeletonElement]').length
      && !all('[data-testid=stMain] [data-stale=true]').length
      && all('[data-testid=stPlotlyChart]').every(drawn)
      && all('[data-testid=stDataFrame]').every(filled)
      && all('[data-testid=stMetricChart]').every(sparked);
  };
  const began = link ? performance.now() : 0;
  let frames = 0, painted = 0, charted = null;
  const look = () => {
    if (performance.now() - began > patience) return reject(new Error('not painted in time'));
    if (charted === null && all('[data-testid=stPlotlyChart]').some(drawn)) {
      charted = (performance.now() - began) / 1000;
    }
    frames = complete() ? frames + 1 : 0;
    if (frames === 3) painted = performance.now();
    if (frames >= 3 && performance.now() - painted > 100) resolve([(painted - began) / 1000, charted]);
    else requestAnimationFrame(look);
  };
  if (link) document.querySelector(`[data-testid=stSidebarNav] a[href$="${link}"]`).click();
  look();
})"""


@dataclass(frozen=True)
class Painted:
    """The seconds of one load, those until its first chart had marks, and the error boxes on the page at its end."""

    seconds: float
    errors: list[str]
    first_chart_seconds: float | None = None


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium without access to any other machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_tab(browser: Browser) -> Iterator[Page]:
    """Open a tab with a fresh profile and an empty cache."""
    context = browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]  # a mapping of those two is one
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def full_load(browser: Browser, url: str) -> Painted:
    """Load a page in a new tab, timed from the start of the navigation."""
    with new_tab(browser) as page:
        return load(page, url)


def load(page: Page, url: str) -> Painted:
    """Load a page in an existing tab with its cache."""
    page.goto(url, wait_until="commit")
    return _painted(page)


def click_to(page: Page, address: str, title: str) -> Painted:
    """Click a page's link in the sidebar of the app that is open in the tab, timed from the click."""
    return _painted(page, f"/{address}", title)


def _painted(page: Page, link: str | None = None, title: str | None = None) -> Painted:
    seconds, first_chart_seconds = page.evaluate(_PAINTED, [link, title, PATIENCE_MS])
    return Painted(float(seconds), page.locator(ERRORS).all_inner_texts(), first_chart_seconds)
