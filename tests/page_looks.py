"""What every page must be in a real browser: drawn without errors, accessible in both themes, and no wider than it may.

It also stays where it was first painted. A page is loaded once, and then the window and the theme change in the same
tab. Not here: axe-core (`accessibility.py`), shifts (`layout_shifts.py`), driving the browser (`browsing.py`).
"""

from collections.abc import Sequence

from tests.accessibility import contrast_violations, switch_theme, violations
from tests.browsing import WIDTHS, Tab
from tests.layout_shifts import large_shifts

DESK, TABLET, PHONE = WIDTHS
TRIES = 3


def assert_page_is_sound(visitor: Tab, path: str, widths: Sequence[int] = WIDTHS, *, is_new: bool = True) -> None:
    """Open a page and judge it at these widths.

    axe-core runs all rules at a desk in light, on a tablet in dark and on a phone in light, and those of contrast at a
    desk in dark. A view of a page that is judged elsewhere is not `is_new`: its widths differ in nothing but its parts.
    """
    visitor.problems.clear()
    visitor.page.emulate_media(color_scheme="light")
    assert_page_stands_still(visitor, path, DESK)
    assert visitor.page.get_by_test_id("stException").count() == 0
    unguarded = visitor.page.locator("[data-testid=stElementToolbar] button[aria-label^='Download as CSV']")
    assert not any(button.is_visible() for button in unguarded.all()), "only our own downloads are guarded"
    assert violations(visitor.page) == []
    switch_theme(visitor.page, "dark")
    assert contrast_violations(visitor.page) == []
    for width in widths:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        if width == PHONE and is_new:
            switch_theme(visitor.page, "light")
        visitor.fit_window()
        assert visitor.overflow_pixels() <= 0, f"wider than {width} pixels"
        assert visitor.cut_off() == [], f"at {width} pixels"
        if width in (TABLET, PHONE) and is_new:
            assert violations(visitor.page) == [], f"at {width} pixels"
    assert visitor.problems == []
    assert visitor.outside == [], "the dashboard works without the network"


def assert_page_stands_still(visitor: Tab, path: str, width: int) -> None:
    """Open a page at this width, at which nothing may move far after the first paint."""
    visitor.page.set_viewport_size({"width": width, "height": 900})
    for _ in range(TRIES):  # a busy machine may draw the parts of a page in another order
        _open(visitor, path)
        if not (shifts := large_shifts(visitor.page)):
            break
    assert shifts == [], shifts


def _open(visitor: Tab, path: str) -> None:
    visitor.open(path)
    visitor.drawn()
