"""Tests that a page opens with any value of any parameter in its address. Scenario 23."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboards
from tests.dashboards.conftest import ADDRESSES, PAGES, Open
from tests.fuzzing import ODD_TEXTS, examples

SOURCES = [path.read_text() for path in sorted(Path(dashboards.__path__[0]).rglob("*.py"))]
BOUND = {name for text in SOURCES for name in re.findall(r'key="([\w-]+)"[^()]*?bind="query-params"', text)}
"The parameters that a page names where it draws their widget."
CONSTANTS = {
    *("ahead", "archived", "at", "columns", "company", "day", "edit", "from-to", "id", "page", "price-year", "project"),
    *("days", "high", "low", "milestone", "more", "record", "saved", "stage", "status", "technology"),
}
"Those that a page names by a constant, or reads without a widget."
NAMES = sorted(BOUND | CONSTANTS)
"The parameters of all pages. One that a page does not have changes nothing there."
VALUES = ODD_TEXTS | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(page=st.sampled_from(PAGES), value=VALUES, others=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
@examples(12)
@pytest.mark.usefixtures("home_with_data")
def test_a_page_opens_with_any_value_of_every_parameter(
    open_page: Open, page: str, value: str, others: dict[str, str]
) -> None:
    """A record is shown as it is, because the page of an unknown one has no other parameters."""
    app = open_page(page, **(dict.fromkeys(NAMES, value) | others | ADDRESSES.get(page, {})))
    assert [element.value for element in app.exception] == []
    assert app.title


@given(page=st.sampled_from(sorted(ADDRESSES)), value=VALUES)
@examples(4)
@pytest.mark.usefixtures("home_with_data")
def test_a_page_of_a_record_opens_with_any_id(open_page: Open, page: str, value: str) -> None:
    app = open_page(page, **dict.fromkeys(ADDRESSES[page], value))
    assert [element.value for element in app.exception] == []
    assert app.title
