"""The people of the soak: browser sessions that click through the pages of the dashboard until the stop.

Belongs here: clicking, and what is wrong with a page. Not here: the other processes (`soak_workers.py`), when a page is
painted to the last pixel (`painted.py`).
"""

import asyncio
import random
import re
from multiprocessing.synchronize import Event

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as BrowserError

from benchmarks.page_loads import HEADINGS
from benchmarks.painted import CHROMIUM, FLAGS, VIEWPORT
from benchmarks.soak_workers import Tally

PATIENCE_MS = 180_000
"The time after which a page counts as broken: everything at once makes pages slow, and that is judged elsewhere."
PAUSE_SECONDS = 2.0
"The time that a person looks at a page."
CLICKS_PER_LOAD = 25
"The clicks after which a session loads the app again, as a new tab would."
UNLISTED = {"search"}
"The pages that the sidebar has no link to."
VERSION = re.compile(r"snapshot ([\d,]+)")
LOADED = """title => {
  const app = document.querySelector('[data-testid=stApp]');
  const headings = [...document.querySelectorAll('[data-testid=stMain] h1')];
  return app && app.dataset.testScriptState === 'notRunning' && headings.some((h) => h.innerText.trim() === title)
    || document.querySelector('[data-testid=stException]');
}"""
"True once the page of that title has run to its end, or shows an exception."


def click_through_pages(address: str, sessions: int, stop: Event) -> Tally:
    """Run that many sessions in one browser until the stop."""
    return asyncio.run(_run_sessions(address, sessions, stop))


async def _run_sessions(address: str, sessions: int, stop: Event) -> Tally:
    tally = Tally()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        await asyncio.gather(*(_run_session(browser, address, number, stop, tally) for number in range(sessions)))
        await browser.close()
    return tally


async def _run_session(browser: Browser, address: str, seed: int, stop: Event, tally: Tally) -> None:
    """Click through pages in a random order; a page that does not load is a problem, and the app is loaded again."""
    chance = random.Random(seed)  # noqa: S311 (not used for security)
    context = await browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]  # a mapping of those two is one
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("pageerror", lambda error: tally.add_problem(f"the browser met an error: {error}"))
    shown, clicks, is_open = 0, 0, False
    while not stop.is_set():
        name = chance.choice(list(HEADINGS))
        try:
            if is_open and clicks % CLICKS_PER_LOAD and name not in UNLISTED:
                await page.locator(f"[data-testid=stSidebarNav] a[href$='/{_path(name)}']").click()
            else:
                await page.goto(f"{address}/{_path(name)}")
            is_open = True
            await page.wait_for_function(LOADED, arg=HEADINGS[name])
            shown = await _judge_page(page, name, shown, tally)
        except BrowserError as error:
            is_open = False
            if not stop.is_set():
                tally.add_problem(f"page {name} of session {seed}: {error.message[:500]}")
        clicks += 1
        await asyncio.sleep(PAUSE_SECONDS * chance.uniform(0.5, 1.5))
    await context.close()


async def _judge_page(page: Page, name: str, shown_before: int, tally: Tally) -> int:
    """Count the page and what is wrong with it; return the version that it shows, which is never an older one."""
    tally.rounds += 1
    for text in await page.get_by_test_id("stException").all_inner_texts():
        tally.add_problem(f"page {name} shows an exception: {text[:1000]}")
    for text in await page.get_by_test_id("stAlertContentError").all_inner_texts():
        tally.named[text[:100]] += 1
    match = VERSION.search(" ".join(await page.get_by_test_id("stSidebar").all_inner_texts()))
    if match is None:
        return shown_before
    shown = int(match[1].replace(",", ""))
    tally.versions.add(shown)
    if shown < shown_before:
        tally.add_problem(f"page {name} shows version {shown} after version {shown_before}")
    return shown


def _path(name: str) -> str:
    """Return the path of a page; the first one has none."""
    return name.removeprefix("overview")
