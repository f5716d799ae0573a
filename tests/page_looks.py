"""What every page must be in a real browser: drawn without errors, accessible in both themes, and no wider than it may.

It also stays where it was first painted. A page is loaded once, and then the window and the theme change in the same
tab. Not here: axe-core (`accessibility.py`), shifts (`layout_shifts.py`), driving the browser (`browsing.py`).
"""

from collections.abc import Sequence

from tests.accessibility import violations, violations_in_dark, violations_in_light
from tests.browsing import WIDTHS, Tab
from tests.layout_shifts import large_shifts


def assert_page_is_sound(visitor: Tab, path: str, widths: Sequence[int] = WIDTHS) -> None:
    """Open a page and judge it at these widths: by axe-core in both themes, and by what is cut off.

    All rules of axe-core are run at the first width in light; contrast, which the theme changes, and the rules about
    what fits the window, which the width changes, are run at each width in both themes.
    """
    visitor.problems.clear()
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    visitor.open(path)
    visitor.drawn()
    assert visitor.page.get_by_test_id("stException").count() == 0
    if large_shifts(visitor.page):  # a busy machine draws the parts of a page in another order
        visitor.open(path)
        visitor.drawn()
    assert large_shifts(visitor.page) == []
    unguarded = visitor.page.locator("[data-testid=stElementToolbar] button[aria-label^='Download as CSV']")
    assert not any(button.is_visible() for button in unguarded.all()), "only our own downloads are guarded"
    assert violations(visitor.page) == []
    assert violations_in_dark(visitor.page) == []
    for number, width in enumerate(widths):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.fit_window()
        assert visitor.overflow_pixels() <= 0, f"wider than {width} pixels"
        assert visitor.cut_off() == [], f"at {width} pixels"
        if width < WIDTHS[0]:
            judge = violations_in_light if number % 2 else violations_in_dark
            assert judge(visitor.page) == [], f"at {width} pixels"
    assert visitor.problems == []
    assert visitor.outside == [], "the dashboard works without the network"
