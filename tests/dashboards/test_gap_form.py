"""Tests of the forms that accept a day as a known gap and withdraw that, with a stand-in for Dagster."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from elexon_assets.accepted_gaps import accept_gap, withdraw_gap
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.simulator.server import Simulator
from tests.dashboards.conftest import Open, answered, page_text
from tests.dashboards.dagster_stand_in import DagsterStandIn, serving_graphql
from tests.elexon_assets.ingesting import fetch_days

BAD = datetime.now(UTC).date() - timedelta(days=5)


@pytest.fixture
def dagster(home: Path) -> Iterator[tuple[DagsterStandIn, str]]:
    stand_in = DagsterStandIn(home)
    with serving_graphql(stand_in.answer) as url:
        yield stand_in, url


@pytest.fixture
def day_without_data(
    simulator: Simulator, dagster: tuple[DagsterStandIn, str], open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> tuple[DagsterStandIn, Any]:
    """Return the stand-in, and a function that opens the page with the day selected that cannot be fetched."""
    monkeypatch.setenv("FIRST_DAY", (BAD - timedelta(days=1)).isoformat())
    simulator.faults = f"status=404@{BAD}T10:00Z"
    assert fetch_days(BAD - timedelta(days=1), BAD).failed
    stand_in, url = dagster

    def opened() -> AppTest:
        open_page("about")  # its fixture sets its own address
        monkeypatch.setenv("DAGSTER_URL", url)
        app = open_page("data_management")
        app.session_state["gaps"] = True
        app.run()
        row = [f"{day:%F}" for day in app.dataframe[0].value["day_utc"]].index(BAD.isoformat())
        app.session_state["rows wind_and_solar-gaps"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        return app.run()

    return stand_in, opened


def submit(app: AppTest, label: str, *, reason: str, who: str) -> AppTest:
    next(field for field in app.text_input if field.label == "Reason").set_value(reason)
    next(field for field in app.text_input if field.label == "Your name").set_value(who)
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def decision_of(launched: dict[str, Any]) -> tuple[str, dict[str, str]]:
    [op] = launched["runConfigData"]["ops"].values()
    return launched["selector"]["jobName"], op["config"]


def decision(day: date, reason: str, who: str) -> dict[str, str]:
    return {"dataset": "wind_and_solar", "day": day.isoformat(), "reason": reason, "decided_by": who}


def test_a_day_is_accepted_as_a_known_gap_with_a_reason_and_a_name(
    day_without_data: tuple[DagsterStandIn, Any],
) -> None:
    stand_in, opened = day_without_data
    app = opened()
    assert "has 48 missing half-hours" in page_text(app)
    submit(app, "Accept", reason=" ", who="ada")
    assert "Enter a reason and your name" in page_text(app)
    assert stand_in.launched == []
    submit(app, "Accept", reason="ticket 4711", who="ada")
    answered(app)
    [launched] = stand_in.launched
    assert decision_of(launched) == ("accepting", decision(BAD, "ticket 4711", "ada"))


def test_an_accepted_day_says_who_accepted_it_and_can_be_withdrawn(
    day_without_data: tuple[DagsterStandIn, Any],
) -> None:
    stand_in, opened = day_without_data
    accept_gap(WIND_AND_SOLAR, BAD, reason="ticket *4711*", accepted_by="ada")
    app = opened()
    assert "Accepted by ada" in page_text(app)
    assert r"ticket \*4711\*" in page_text(app), "text of a person is no Markdown"
    assert "Accept" not in [button.label for button in app.button]
    submit(app, "Withdraw", reason="Elexon has it now", who="bob")
    answered(app)
    [launched] = stand_in.launched
    assert decision_of(launched) == ("withdrawing", decision(BAD, "Elexon has it now", "bob"))


def test_a_withdrawn_day_says_both_reasons_and_can_be_accepted_again(
    day_without_data: tuple[DagsterStandIn, Any],
) -> None:
    _, opened = day_without_data
    accept_gap(WIND_AND_SOLAR, BAD, reason="ticket 4711", accepted_by="ada")
    withdraw_gap(WIND_AND_SOLAR, BAD, reason="Elexon has it now", withdrawn_by="bob")
    app = opened()
    assert "ticket 4711 · Withdrawn by bob" in page_text(app)
    assert "Accept" in [button.label for button in app.button]
    assert "Withdraw" not in [button.label for button in app.button]


def test_a_decision_without_dagster_shows_the_reason_and_can_be_tried_again(
    day_without_data: tuple[DagsterStandIn, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, opened = day_without_data
    app = opened()
    monkeypatch.setenv("DAGSTER_URL", "http://127.0.0.1:9")
    submit(app, "Accept", reason="ticket 4711", who="ada")
    text = page_text(answered(app)).replace("\\", "")
    assert "Not started" in text
    assert "Dagster is not running" in text
    assert "Try again" in [button.label for button in app.button]
