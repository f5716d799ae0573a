"""A real browser for tests: Debian's Chromium, driven by Playwright, without access to the outside network.

CHROMIUM names it (CI sets it, and then it must exist); otherwise Debian's is used, and without one the tests are
skipped.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, Response, expect, sync_playwright

from tests.layout_shifts import note_shifts

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"The resolver finds no other machine. (Requests intercepted by Playwright would bypass the browser's cache.)"
WIDTHS = (1440, 820, 390)
expect.set_options(timeout=20_000)  # a busy machine must not fail a test
PROBED = ("/_stcore/health", "/_stcore/host-config")
"Streamlit's page first looks for its server below its own path, which answers 404; the next attempt finds it."
DRAWN = """() => !document.querySelector([
  '[data-testid=stSkeleton]', '[data-testid=stPlotlyChart]:not(:has(.main-svg))',
  '[data-testid=stDataFrame]:not(:has(canvas))'].join())"""
FITTING_STEPS = 10
"The steps of 150 ms in which tables and charts follow a new size of the window on a busy machine."
CUT_OFF = """main => {
  const ends = e => e.getBoundingClientRect().width && e.getBoundingClientRect().right > innerWidth + 1;
  const short = e => e.closest('[data-testid=stMetric]') && e.scrollWidth > e.clientWidth + 1;
  const scrolls = e => e !== main && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...main.querySelectorAll('*')]
    .filter(e => (ends(e) || short(e)) && e.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(e => short(e) || (e.parentElement === main || !ends(e.parentElement)) && !scrolls(e.parentElement))
    .map(e => e.outerHTML.slice(0, 200));
}"""


def executable() -> str:
    """Return the path of the browser; skip the test without one, and fail it if CHROMIUM names a missing file."""
    named = os.environ.get("CHROMIUM")
    path = named or CHROMIUM
    if not Path(path).exists():
        if named:
            pytest.fail(f"CHROMIUM names {path}, which does not exist")
        pytest.skip("no Chromium: CHROMIUM does not name one, and Debian's is not installed")
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    path = executable()
    with sync_playwright() as playwright:
        browser = _chromium(playwright, path)
        try:
            yield browser
        finally:
            browser.close()


def _chromium(playwright: Playwright, path: str) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


@dataclass
class Tab:
    """One page of the dashboard, with the problems that occurred in it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    "The addresses beyond this machine that the page requested; none was reached."

    def open(self, path: str) -> None:
        """Load the page and wait until its script has ended."""
        self.page.goto(f"{self.address}/{path}")
        self.settled()

    def settled(self) -> None:
        self.page.get_by_test_id("stApp").wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
        self.page.get_by_test_id("stHeading").first.wait_for()

    def drawn(self) -> None:
        """Wait for what comes after the script: parts that the browser loads when it meets them."""
        self.page.wait_for_function(DRAWN)

    def fit_window(self) -> None:
        """Wait until the layout has followed a new size of the window, or for as long as it may take to do so."""
        for _ in range(FITTING_STEPS):
            self.page.wait_for_timeout(150)
            if self.overflow_pixels() <= 0 and not self.cut_off():
                return

    def overflow_pixels(self) -> int:
        """Return by how many pixels the content is wider than the window."""
        wide = "e => e.scrollWidth - e.clientWidth"
        return max(int(self.page.locator(where).first.evaluate(wide)) for where in ("html", "[data-testid=stMain]"))

    def cut_off(self) -> list[str]:
        """Return the outermost elements that end right of the window, beyond scrolling, and truncated figures."""
        return list(self.page.get_by_test_id("stMainBlockContainer").evaluate(CUT_OFF))


@contextmanager
def tab(browser: Browser, address: str, *, width: int = 1440) -> Iterator[Tab]:
    """Open a tab with a fresh profile and yield it."""
    context = browser.new_context(viewport={"width": width, "height": 1000})
    context.set_default_timeout(30_000)
    note_shifts(context)
    opened = Tab(context.new_page(), address)

    def requested(request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            opened.outside.append(request.url)

    def noted(message: ConsoleMessage) -> None:
        # A failed load is judged by its response, which has the address.
        if message.type == "error" and "Failed to load resource" not in message.text:
            opened.problems.append(message.text)

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.url.endswith(PROBED):
            opened.problems.append(f"{response.status} {response.url}")

    context.on("request", requested)
    opened.page.on("console", noted)
    opened.page.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.page.on("response", answered)
    try:
        yield opened
    finally:
        context.close()
