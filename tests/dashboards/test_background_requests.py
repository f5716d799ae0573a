"""Tests that no click waits for Dagster, with a stand-in that answers late, and of the first HTML of a page."""

import socket
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboards.components.formatting import span_of_days
from dashboards.first_paint import FirstPaint
from renewables.formatting import time_left
from tests.dashboards.conftest import WAITING, Open, answered, page_text
from tests.dashboards.dagster_stand_in import DagsterStandIn, serving_graphql


class LateDagster(DagsterStandIn):
    """A stand-in that keeps a launch waiting until it is told to answer."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.may_answer = threading.Event()

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "launchRun" in query:
            assert self.may_answer.wait(60)
        return super().answer(query, variables)


def test_a_click_on_an_import_returns_before_dagster_answers(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    dagster = LateDagster(home)
    with serving_graphql(dagster.answer) as url:
        open_page("about")  # its fixture sets its own address
        monkeypatch.setenv("DAGSTER_URL", url)
        app = open_page("data_management")
        for _ in range(2):  # a double click
            next(button for button in app.button if button.label == "Import 7 days").click().run()
        assert WAITING in page_text(app)
        assert dagster.launched == []
        dagster.may_answer.set()
        answered(app)
    assert len(dagster.launched) == 2, "one run of the daily datasets and one of the others"


def test_the_test_of_the_api_shows_at_once_that_it_waits_and_then_the_answer(open_page: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.MonkeyPatch.context() as patch:
        app = open_page("data_management")
        patch.setenv("ELEXON_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        next(button for button in app.button if button.label == "Test Elexon API").click().run()
        assert "Waiting for the Elexon API to answer" in page_text(app)
        silent.close()
    while "Waiting for the Elexon API" in page_text(app):
        app.run()
    assert "cannot be reached" in page_text(app)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 10, 20), date(2026, 10, 20), "20 Oct 2026"),
        (date(2026, 10, 20), date(2026, 10, 28), "20–28 Oct 2026"),  # noqa: RUF001 (a dash is meant)
        (date(2025, 1, 1), date(2025, 12, 31), "1 Jan–31 Dec 2025"),  # noqa: RUF001 (a dash is meant)
        (date(2025, 12, 30), date(2026, 1, 2), "30 Dec 2025–2 Jan 2026"),  # noqa: RUF001 (a dash is meant)
    ],
)
def test_a_span_of_days_names_month_and_year_once(first: date, last: date, text: str) -> None:
    assert span_of_days(first, last) == text


@pytest.mark.parametrize(
    ("seconds", "finished", "rest", "text"),
    [
        (10.0, 10, 20, "less than a minute left"),
        (60.0, 41, 73, "about 2 min left"),
        (60.0, 1, 180, "about 3 h left"),
    ],
)
def test_the_rest_of_an_import_is_estimated_from_what_is_finished(
    seconds: float, finished: int, rest: int, text: str
) -> None:
    assert time_left(seconds, finished, rest) == text


def test_the_first_html_has_the_rules_of_the_layout_and_other_answers_stay_as_they_are() -> None:
    async def page(_: Request) -> Response:
        return HTMLResponse("<html><body>Page</body></html>")

    async def text(_: Request) -> Response:
        return PlainTextResponse("</body>")

    client = TestClient(FirstPaint(Starlette(routes=[Route("/", page), Route("/text", text)])))
    html = client.get("/", headers={"Accept": "text/html"})
    assert "stMainBlockContainer" in html.text
    assert html.text.endswith("</body></html>")
    assert int(html.headers["Content-Length"]) == len(html.content)
    assert client.get("/text", headers={"Accept": "text/html"}).text == "</body>"
