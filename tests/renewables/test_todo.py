"""What is overdue or due soon, and the timeline of milestones."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.spreadsheets.portfolio_index import read_portfolio
from pipeline_assets.todo import todo_list, todo_sentences
from renewables.charts.milestones import milestone_timeline
from tests.filled_homes import Renewables
from tests.pipeline_assets.ledger.sample_portfolio import archive_record, set_fields, submit_batch

TODAY = date(2026, 11, 27)


@pytest.fixture
def engine(home: Path) -> sa.Engine:
    """Open a ledger with one project without dates."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    submit_batch(ledger, Change.create("pipelines", {"name": "Fen", "status_date": "2026-01-05"}, id="fen"))
    return ledger


def create(engine: sa.Engine, name: str, **fields: Any) -> None:
    values = {key: str(value) for key, value in fields.items()}
    submit_batch(engine, Change.create("milestones", {"name": name, "pipeline_id": "fen", **values}, id=name))


def due(engine: sa.Engine, **more: Any) -> list[tuple[Any, ...]]:
    return todo_list(read_portfolio(engine), TODAY, **more).select("name", "when", "days").rows()


@pytest.mark.parametrize(
    ("days", "when"),
    [
        (-1, "Overdue"),
        (0, "In 14 days"),
        (14, "In 14 days"),
        (15, "In 30 days"),
        (30, "In 30 days"),
        (90, "In 90 days"),
    ],
)
def test_a_milestone_is_due_on_its_forecast_date(engine: sa.Engine, days: int, when: str) -> None:
    create(engine, "COD", planned_date="2020-01-01", forecast_date=TODAY + timedelta(days))

    assert due(engine) == [("COD", when, days)]


def test_a_milestone_further_ahead_is_listed_on_request(engine: sa.Engine) -> None:
    create(engine, "COD", planned_date=TODAY + timedelta(91))

    assert due(engine) == []
    assert due(engine, days=91) == [("COD", "Later", 91)]


def test_reached_milestones_and_those_of_archived_or_completed_projects_are_not_due(engine: sa.Engine) -> None:
    create(engine, "Grid offer", forecast_date="2026-01-01", actual_date="2026-01-02")
    create(engine, "COD", forecast_date="2026-12-01")
    assert [name for name, *_ in due(engine)] == ["COD"]
    set_fields(engine, "pipelines", "fen", stage="Completed")
    assert due(engine) == []
    set_fields(engine, "pipelines", "fen", stage="Design")
    archive_record(engine, "pipelines", "fen")
    assert due(engine) == []


def test_the_rtb_date_of_a_project_is_due_once_and_until_construction(engine: sa.Engine) -> None:
    set_fields(engine, "pipelines", "fen", rtb_date="2026-12-01")
    assert due(engine) == [("RTB", "In 14 days", 4)]
    create(engine, "RTB", owner="Ann")
    assert todo_list(read_portfolio(engine), TODAY).select("name", "owner", "record_kind").rows() == [
        ("RTB", "Ann", "milestones")
    ]
    set_fields(engine, "pipelines", "fen", stage="Construction")
    assert due(engine) == []


def test_open_information_points_with_a_due_date_are_due(engine: sa.Engine) -> None:
    fields = {"name": "Track", "impact": 9, "likelihood": 9, "due_date": "2026-11-20", "mitigation": "Rebuilt."}
    submit_batch(engine, Change.create("information_points", fields, id="track"))
    assert due(engine) == [("Track", "Overdue", -7)]
    set_fields(engine, "information_points", "track", status="Closed")
    assert due(engine) == []


def sentences(engine: sa.Engine) -> list[str]:
    return todo_sentences(todo_list(read_portfolio(engine), TODAY), TODAY)


def test_the_sentences_count_what_is_due_and_name_the_most_overdue_and_the_owners(engine: sa.Engine) -> None:
    names = ("Grid offer", "COD", "Planning decision", "Grid acceptance", "RTB")
    for name, days, owner in zip(names, (-9, -1, -30, -2, 20), ("Ann", "Ben", "", "Ann", "Ann"), strict=True):
        create(engine, name, forecast_date=TODAY + timedelta(days), owner=owner)
    fields = {"name": "Track", "impact": 9, "likelihood": 9, "due_date": "2026-11-30"}
    submit_batch(engine, Change.create("information_points", fields, id="track"))

    assert sentences(engine) == [
        "To do on 27 Nov 2026: 4 overdue, 1 due in 14 days, 1 due in 30 days.",
        "Most overdue: Fen (Planning decision, no owner, 30 days), Fen (Grid offer, Ann, 9 days), "
        "Fen (Grid acceptance, Ann, 2 days) and 1 more.",
        "By owner: Ann 3, Ben 1, no owner 2.",
    ]


def test_an_overdue_point_without_a_project_is_named_itself_and_a_long_name_is_cut(engine: sa.Engine) -> None:
    fields = {"name": "Track " * 16, "impact": 9, "likelihood": 9, "due_date": "2026-11-26"}
    submit_batch(engine, Change.create("information_points", fields, id="track"))

    assert sentences(engine)[1] == f"Most overdue: {('Track ' * 16)[:31]}… (no owner, 1 day)."


def test_nothing_to_do_is_one_sentence(engine: sa.Engine) -> None:
    assert sentences(engine) == ["To do on 27 Nov 2026: nothing is overdue or due in 90 days."]


def test_the_command_lists_what_one_owner_has_to_do(engine: sa.Engine, renewables: Renewables) -> None:
    assert renewables("todo").out == "Nothing is overdue or due soon.\n"
    soon = datetime.now(UTC).date() + timedelta(3)
    create(engine, "COD", forecast_date=soon, owner="Ann Other")
    create(engine, "Grid offer", forecast_date=soon)

    assert [row["name"] for row in json.loads(renewables("todo", "--owner", "ann  other", "--json").out)] == ["COD"]
    assert "Grid offer" in renewables("todo").out


def test_the_timeline_draws_planned_forecast_and_actual_apart_and_the_slip_in_days() -> None:
    days = [date(2027, 1, 1), date(2027, 2, 1), None, 31]
    rows = [("fen", "Fen <b>", "COD", *days, ""), ("fen", "Fen <b>", "Grid offer", TODAY, TODAY, TODAY, 0, "Ann")]
    columns = ["pipeline_id", "project", "milestone", "planned_date", "forecast_date", "actual_date", "slip_days"]
    frame = pl.DataFrame(rows, schema=[*columns, "owner"], orient="row")
    figure = milestone_timeline(frame, TODAY, by="milestone")

    marks = [trace for trace in figure.data if trace.mode == "markers" and not trace.showlegend and trace.customdata]
    assert [(trace.marker.symbol, len(trace.x)) for trace in marks] == [
        ("diamond-open", 2),
        ("diamond", 1),
        ("circle", 1),
    ]
    assert "Fen &lt;b&gt;" in marks[0].customdata[0]
    assert [note.text for note in figure.layout.annotations] == ["today", "+31 d"]
    assert milestone_timeline(frame, TODAY, by="pipeline_id").layout.yaxis.ticktext == ("Fen &lt;b&gt;",)
