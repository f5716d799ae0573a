"""Accessibility tests by axe-core: obstacles for people who use a keyboard, a screen reader or have low vision.

Belongs here: how axe-core is run, and what it finds in Streamlit's own markup, which is not ours to fix.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Page

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}


class Known(NamedTuple):
    """A violation in Streamlit's own markup, by rule and selector, with the reason why it stays."""

    rule: str
    selector: str
    reason: str


STREAMLITS_OWN = [
    Known(
        "list",
        "[data-testid=stSidebarNavItems]",
        "Streamlit puts the sections of the navigation between the list's items",
    ),
    Known("listitem", "[data-testid=stSidebarNavItems] li", "the same, seen from the items"),
    Known(
        "svg-img-alt", "[data-testid=stMetric] .mark-symbol", "Vega gives the points of a metric's sparkline no names"
    ),
]

HIGHEST = 4_000
"The page height in pixels that is checked: axe does not judge the contrast outside the window."
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
    """Return our serious and critical violations of WCAG 2.1, levels A and AA, each with its element."""
    return _found(page, WCAG)


def contrast_violations(page: Page) -> list[str]:
    """Return the violations that another theme may add."""
    return _found(page, CONTRAST)


def switch_theme(page: Page, theme: Literal["light", "dark"]) -> None:
    """Switch the page to the other theme."""
    before = page.evaluate(_GROUND)
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(f"before => {_GROUND} !== before", arg=before)


def _found(page: Page, only: Mapping[str, object]) -> list[str]:
    high = page.get_by_test_id("stMain").evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": page.evaluate("innerWidth"), "height": min(max(high, 1000), HIGHEST)})
    page.wait_for_timeout(100)
    page.wait_for_function(_STILL)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(_FOUND, [only, [(item.rule, item.selector) for item in STREAMLITS_OWN]]))
