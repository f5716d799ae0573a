"""Tests of navigation: back from a record to the unchanged list, signing in, and the page Alerts."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from pipeline_assets.ledger import outbox, reader
from pipeline_assets.ledger.outbox import ATTEMPTS, Notice, NoticeState
from tests.dashboards.conftest import Open, page_text
from tests.dashboards.test_pipeline_forms import press, put

PROJECT = "pr-harrowfen"
SIGNED_IN: dict[str, Any] = {"is_logged_in": True, "email_verified": True, "iss": "https://id.example", "sub": "1"}


def links(app: AppTest) -> dict[str, dict[str, list[str]]]:
    """Return the parameters of each link above a record, by label."""
    return {link.proto.label: parse_qs(link.proto.query_string) for link in app.get("page_link")[:2]}


@pytest.mark.usefixtures("seeded")
def test_the_link_back_from_a_record_keeps_the_filters_of_the_list(open_page: Open) -> None:
    left = {"stage": ["Design", "Construction"], "q": "wind"}
    app = open_page("projects", **left)
    rows = len(app.dataframe[0].value)
    app.switch_page("app_pages/project.py")
    app.query_params["id"] = PROJECT
    app.run()
    assert links(app)["All projects"] == {"stage": ["Design", "Construction"], "q": ["wind"]}
    # The browser's back button reaches the list's path with the record's id: see `navigation.py`.
    app.switch_page("app_pages/projects.py")
    app.query_params["id"] = PROJECT
    app.run()
    assert not app.exception
    assert app.query_params["stage"] == left["stage"]
    assert "id" not in app.query_params
    assert len(app.dataframe[0].value) == rows < 40


@pytest.mark.usefixtures("seeded")
def test_a_record_opened_from_a_search_links_back_to_the_search(open_page: Open) -> None:
    app = open_page("search", q="harrowfen")
    app.switch_page("app_pages/project.py")
    app.query_params["id"] = PROJECT
    app.run()
    assert links(app) == {"All projects": {}, "Back to Search": {"q": ["harrowfen"]}}


def test_a_signed_in_user_is_the_author_and_need_not_enter_a_name(
    seeded: sa.Engine, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("project", id=PROJECT, edit="record")
    assert not [button for button in app.sidebar.button if button.label.startswith("Sign")]
    app.user = {"is_logged_in": False}
    assert "Sign in" in [button.label for button in app.run().sidebar.button]
    monkeypatch.setenv("ROLE_EDITORS", "anna@example.com")
    app.user = {**SIGNED_IN, "iat": time(), "email": "anna@example.com", "name": "Anna *A*"}
    app.run()
    assert [text.value for text in app.sidebar.text] == ["Signed in as anna@example.com"]
    assert not [box for box in app.text_input if box.label == "Your name *"]
    put(app, "Notes", "as signed in")
    press(app, "Save")
    (made,) = reader.changes_since(seeded, 483)
    assert (made.who, made.identity) == ("anna@example.com", "signed in")
    assert made.after == {"notes": "as signed in"}


def given_up(engine: sa.Engine, notice: Notice) -> None:
    outbox.put_notices(engine, [notice])
    at = datetime.now(UTC)
    for _ in range(ATTEMPTS):
        at += timedelta(hours=3)
        claimed = outbox.claim_next(engine, at)
        assert claimed
        outbox.mark_not_sent(engine, claimed, at, "Slack answered 404: *no_service*")


def test_alerts_show_how_each_notice_was_delivered_and_retry_failed_ones(
    engine: sa.Engine, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No alerts yet" in page_text(open_page("alerts"))
    given_up(engine, Notice("RAG to Red", "Fen: <b>**lapsed**</b>", "project?id=pr-fen"))
    outbox.put_notices(engine, [Notice("Run failed", "half_hours", "http://127.0.0.1:3000/runs/1")])
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.example.com/secret")
    app = open_page("alerts", state="Failed")
    words = page_text(app)
    assert not app.exception
    assert "1 of 2 alerts could not be sent" in words
    assert f"Failed after {ATTEMPTS} attempts: Slack answered 404: \\*no_service\\*" in words
    assert "Slack is set up" in words
    assert "secret" not in words
    assert [text.value for text in app.text] == ["Fen: <b>**lapsed**</b>"]
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.query_string) == ("project", "id=pr-fen")
    press(app, "Try again")
    assert "No alerts have failed." in page_text(app)
    assert {notice.state for notice in outbox.list_notices(engine)} == {NoticeState.PENDING}
    assert [link.proto.external for link in open_page("alerts", state="Pending").get("page_link")] == [True, False]
