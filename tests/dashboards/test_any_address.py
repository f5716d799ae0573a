"""Tests that a page opens with any value of any parameter in its address. Scenario 23."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboards
from tests.dashboards.conftest import ADDRESSES, PAGES, Open
from tests.fuzzing import ODD_TEXTS, examples

NAMES = (
    *("ahead", "archived", "as-of", "at", "by", "change", "colour", "columns", "company", "day", "days", "drawn"),
    *("edit", "field", "flagged", "from", "from-to", "grain", "group", "high", "history", "id", "kind", "km", "low"),
    *("milestone", "milestones", "more", "neighbours", "of", "operator", "order", "owner", "page", "period", "picture"),
    *("price-year", "project", "q", "rag", "record", "register", "saved", "sheet", "sort", "sound", "stage", "stages"),
    *("state", "status", "table", "technology", "to", "view", "year"),
)
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


def test_every_parameter_that_a_page_names_is_tried() -> None:
    texts = [path.read_text() for path in Path(dashboards.__path__[0]).rglob("*.py")]
    bound = {name for text in texts for name in re.findall(r'key="([\w-]+)",\s+bind="query-params"', text)}
    assert len(bound) > 20
    assert bound <= set(NAMES)
