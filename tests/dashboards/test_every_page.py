"""Tests of every page on every kind of warehouse (scenario 23), and of the frame around the pages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.components.plain_text import plain
from tests.dashboards.conftest import ADDRESSES, PAGES, Open, page_text


def is_well(app: AppTest) -> None:
    assert [element.value for element in app.exception] == []
    assert [element.value for element in app.error] == []
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_a_warehouse(page: str, open_page: Open) -> None:
    app = open_page(page)
    is_well(app)
    assert "No data yet" in page_text(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_warehouse(page: str, empty_home: Path, open_page: Open) -> None:  # noqa: ARG001 (made)
    is_well(open_page(page))


@pytest.mark.usefixtures("home_with_data")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_a_seeded_warehouse(page: str, open_page: Open) -> None:
    app = open_page(page, **ADDRESSES.get(page, {}))
    is_well(app)
    assert "snapshot" in page_text(app)
    assert plain("SYNTHETIC data from a simulator, not from Elexon.") in page_text(app)


@pytest.mark.parametrize("page", ["overview", "analysis", "explorer"])
def test_a_page_without_data_links_to_the_import(page: str, open_page: Open) -> None:
    app = open_page(page)
    assert "No wind and solar data yet" in page_text(app)
    assert [link.value for link in app.page_link] == ["Import data"]


@pytest.mark.parametrize("page", ["data_management", "runs", "health"])
@pytest.mark.usefixtures("warehouse")
def test_a_page_without_dagster_explains_how_to_start_it(page: str, open_page: Open) -> None:
    assert "`renewables up`" in " ".join(element.value for element in open_page(page).warning)


@pytest.mark.parametrize("words", ["harrowfen", "  two words "])
@pytest.mark.usefixtures("home_with_data")
def test_the_search_box_of_any_page_opens_the_results(words: str, open_page: Open) -> None:
    app = open_page("explorer")
    app.sidebar.text_input[0].set_value(words).run()
    assert [title.value for title in app.title] == ["Search"]
    assert app.query_params["q"] == words.strip()
    assert app.sidebar.text_input[0].value == ""


@pytest.mark.usefixtures("home_with_data")
def test_blank_words_in_the_search_box_stay_on_the_page(open_page: Open) -> None:
    app = open_page("explorer")
    app.sidebar.text_input[0].set_value("   ").run()
    assert [title.value for title in app.title] == ["Explorer"]


def test_a_damaged_snapshot_is_reported_in_one_sentence(home: Path, open_page: Open) -> None:
    folder = home / "snapshots"
    folder.mkdir()
    (folder / "warehouse-000000001-2026-01-01.duckdb").write_bytes(b"no database" * 1000)
    app = open_page("overview")
    assert not app.exception
    assert "cannot be opened as a warehouse" in app.error[0].value
