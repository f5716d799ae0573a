"""What moves on a page after its first paint, by Chromium's own measure (the Layout Instability API).

A shift is the share of the window that moved, times how far it moved in windows; 0.1 is what people notice.
"""

from playwright.sync_api import BrowserContext, Page

MOST = 0.1
"The largest single shift that a page may make after its first paint; the budget of web.dev for a whole visit."
_NOTING = """window.layoutShifts = []; new PerformanceObserver(list => {
  const painted = performance.getEntriesByName('first-paint')[0]?.startTime ?? 0;
  for (const shift of list.getEntries()) {
    if (shift.hadRecentInput || shift.startTime < painted) continue;
    const moved = shift.sources.map(({node, previousRect: was, currentRect: now}) => {
      const element = node?.dataset ? node : node?.parentElement;
      return `${element?.dataset.testid ?? element?.tagName}: ${Math.round(was.y)} to ${Math.round(now.y)}`;
    });
    window.layoutShifts.push([shift.value, moved.join(', ')]);
  }
}).observe({type: 'layout-shift', buffered: true})"""


def note_shifts(context: BrowserContext) -> None:
    """Note every shift of the pages that are loaded from now on."""
    context.add_init_script(_NOTING)


def large_shifts(page: Page) -> list[str]:
    """Return the shifts of the page so far that people notice, each with the elements that moved."""
    return [f"{value:.2f} of {moved}" for value, moved in page.evaluate("window.layoutShifts") if value > MOST]
