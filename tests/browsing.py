"""A real browser for tests: Debian's Chromium, driven by Playwright, with no way to the network outside.

CHROMIUM names it (CI does, and then it must be there); else the one that Debian installs, else the tests are skipped.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTHS = (1440, 820, 390)
PROBED = ("/_stcore/health", "/_stcore/host-config")
"Streamlit's page looks for its server below its own path first, which answers 404; the next try finds it."


def executable() -> str:
    """The browser's path; skips the test where there is none, and fails it where one was named."""
    named = os.environ.get("CHROMIUM")
    path = named or CHROMIUM
    if not Path(path).exists():
        if named:
            pytest.fail(f"CHROMIUM names {path}, and there is no such file")
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
    """A page of the dashboard, and what went wrong in it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    "Addresses beyond this machine that it asked for; none was reached."

    def open(self, path: str) -> None:
        """Loads it anew and waits until the script has run to its end."""
        self.page.goto(f"{self.address}/{path}")
        self.settled()

    def settled(self) -> None:
        self.page.get_by_test_id("stApp").wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
        self.page.get_by_test_id("stHeading").first.wait_for()

    def overflow_pixels(self) -> int:
        """By how much the content is wider than the window."""
        wide = "e => e.scrollWidth - e.clientWidth"
        return max(int(self.page.locator(where).first.evaluate(wide)) for where in ("html", "[data-testid=stMain]"))


@contextmanager
def tab(browser: Browser, address: str, *, width: int = 1440) -> Iterator[Tab]:
    """A tab of a profile of its own."""
    context = browser.new_context(viewport={"width": width, "height": 1000})
    context.set_default_timeout(30_000)
    opened = Tab(context.new_page(), address)

    def route(found: Route) -> None:
        if urlsplit(found.request.url).hostname in ("127.0.0.1", None):
            found.continue_()
        else:
            opened.outside.append(found.request.url)
            found.abort()

    def noted(message: ConsoleMessage) -> None:
        # A failed load is judged by its response, which says its address.
        if message.type == "error" and "Failed to load resource" not in message.text:
            opened.problems.append(message.text)

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.url.endswith(PROBED):
            opened.problems.append(f"{response.status} {response.url}")

    context.route("**/*", route)
    opened.page.on("console", noted)
    opened.page.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.page.on("response", answered)
    try:
        yield opened
    finally:
        context.close()
