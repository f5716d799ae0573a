"""What every page must be in a real browser: drawn without errors, accessible in both themes, and no wider than it may.

Not here: axe-core (`accessibility.py`), driving the browser (`browsing.py`).
"""

from collections.abc import Sequence

from tests.accessibility import violations, violations_in_dark
from tests.browsing import WIDTHS, Tab


def assert_page_is_sound(visitor: Tab, path: str, widths: Sequence[int] = WIDTHS) -> None:
    """Open a page and judge it at these widths, and by axe-core at the first one of `browsing.WIDTHS`."""
    visitor.problems.clear()
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visitor.open(path)
    visitor.drawn()
    assert visitor.page.get_by_test_id("stException").count() == 0
    unguarded = visitor.page.locator("[data-testid=stElementToolbar] button[aria-label^='Download as CSV']")
    assert not any(button.is_visible() for button in unguarded.all()), "only our own downloads are guarded"
    assert violations(visitor.page) == []
    assert violations_in_dark(visitor.page) == []
    for width in widths:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.fit_window()
        assert visitor.overflow_pixels() <= 0, f"wider than {width} pixels"
        assert visitor.cut_off() == [], f"at {width} pixels"
    assert visitor.problems == []
    assert visitor.outside == [], "the dashboard works without the network"
