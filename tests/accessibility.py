"""axe-core in a tab: what of a page keeps people from using it by keyboard, by screen reader or with weak eyes, as far
as a program can tell.

Belongs here: how it is run, and what it finds in Streamlit's own markup, which is not ours to mend.
"""

from collections.abc import Mapping
from typing import NamedTuple

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Page

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}


class Known(NamedTuple):
    """What a rule finds at elements of a selector, and why it stays."""

    rule: str
    selector: str
    reason: str


STREAMLITS_OWN = [
    Known("list", "[data-testid=stSidebarNavItems]", "sections of the navigation are put between the list's items"),
    Known("listitem", "[data-testid=stSidebarNavItems] li", "the same, seen from the items"),
    Known("svg-img-alt", "[data-testid=stMetric] .mark-symbol", "Vega's points in the line of a metric have no names"),
]

HIGHEST = 4_000
"Pixels of a page that are judged: the contrast of what is not in the window is not."
_STILL = """() => document.getAnimations().every(
  one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"""
_GROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
_FOUND = """async ([only, known]) => {
  const found = await axe.run(document, {runOnly: only, resultTypes: ['violations'], elementRef: true});
  const grave = node => ['serious', 'critical'].includes(node.impact);
  const ours = (rule, node) => !known.some(([id, selector]) => id === rule && node.element.matches(selector));
  return found.violations.flatMap(rule => rule.nodes
    .filter(node => grave(node) && ours(rule.id, node))
    .map(node => `${rule.id} (${node.impact}): ${node.html}\\n  ${node.failureSummary}`));
}"""


def violations(page: Page) -> list[str]:
    """Serious and critical ones of WCAG 2.1, levels A and AA, that are ours; each with its element."""
    return _found(page, WCAG)


def violations_in_dark(page: Page) -> list[str]:
    """Those of contrast once the system asks for dark; the page stays so."""
    light = page.evaluate(_GROUND)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => {_GROUND} !== light", arg=light)
    return _found(page, CONTRAST)


def _found(page: Page, only: Mapping[str, object]) -> list[str]:
    high = page.get_by_test_id("stMain").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": min(max(high, 1000), HIGHEST)})
    page.wait_for_timeout(100)
    page.wait_for_function(_STILL)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(_FOUND, [only, [(item.rule, item.selector) for item in STREAMLITS_OWN]]))
