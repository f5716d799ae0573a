"""The digest: a comparison in sentences, and one notice per week."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.definitions import defs
from pipeline_assets.delivery import LONGEST_TEXT
from pipeline_assets.digest import digest_sentences, weekly_digest
from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.schema import ledger_for_task
from pipeline_assets.schedules import monday_digest
from tests.pipeline_assets.invented_history import Change, compare_around, facility, landed, point, project
from tests.renewables.moved_portfolio import land_moved_portfolio

OPENING: list[Change] = [
    change
    for id in "abc"
    for change in (project(id, rtb_date="2027-03-01"), *facility(f"{id}1", id), point(f"{id}2", 10, 10))
]


def test_the_digest_names_the_first_projects_of_each_movement_and_counts_the_others() -> None:
    later: list[Change] = [("pipelines", id, {"stage": "Construction"}) for id in "abc"]
    later += [("pipelines", "a", {"rtb_date": "2027-04-15", "rag": "Red"}), ("pipelines", "b", {"stage": "On hold"})]
    later += [("facilities", "c1", {"capacity_mwp": 7.5}), ("information_points", "a2", {"impact": 90})]
    assert digest_sentences(compare_around(OPENING, later)) == [
        "27.5 MWp in all stages (\u22122.5).",
        "Advanced: Project a, Project c.",
        "Resized: Project c.",
        "Put on hold: Project b.",
        "Dates later: Project a (RTB, 45 days).",
        "RAG worse: Project a (Red).",
        "Risks: 1 rated higher.",
    ]
    new = compare_around([], OPENING)
    assert "New: Project a, Project b and 1 more." in digest_sentences(new)


def test_a_quiet_period_is_one_sentence() -> None:
    assert digest_sentences(compare_around(OPENING, [])) == ["Nothing changed in the portfolio."]


@pytest.mark.parametrize("hour", [0, 200 - 7 * 24])
def test_the_notice_is_of_the_last_whole_week_and_links_to_it(hour: int) -> None:
    monday = datetime(2026, 1, 12, tzinfo=UTC)
    with landed(OPENING) as con:
        notice = weekly_digest(con, monday + timedelta(hours=hour))
    assert notice.id == "digest 2026-01-12"
    assert notice.page == "changes?period=Two+days&from-to=2026-01-04&from-to=2026-01-11"


def test_a_long_digest_loses_the_end_of_the_changes_and_not_the_to_dos() -> None:
    long = [change for n in range(2) for change in facility(f"{n}x", "a")]
    later: list[Change] = [("pipelines", id, {"name": id * 190, "stage": "Construction", "rag": "Red"}) for id in "abc"]
    with landed([*OPENING, *long, *later]) as con:
        text = weekly_digest(con, datetime(2026, 1, 12, tzinfo=UTC), ["To do: 1 overdue.", "By owner: Ann 1."]).text
    assert text.endswith("… To do: 1 overdue. By owner: Ann 1.")
    assert len(text) == LONGEST_TEXT


@pytest.mark.slow
def test_a_run_writes_one_notice_per_week_and_the_schedule_is_off(home: Path) -> None:  # noqa: ARG001 (made)
    today = datetime.now(UTC).date()
    last_week = today - timedelta(days=today.weekday() + 3)
    land_moved_portfolio(date(2026, 3, 31), last_week)
    job = defs.resolve_job_def("weekly_digest")
    for _ in range(2):
        assert job.execute_in_process().success
    with ledger_for_task() as engine:
        notices = [waiting.notice for waiting in outbox.list_notices(engine) if waiting.notice.id.startswith("digest")]
    assert [notice.text.split(".")[0] for notice in notices] == ["45"]
    assert f"To do on {today.day} {today:%b %Y}: " in notices[0].text
    assert monday_digest.default_status is dg.DefaultScheduleStatus.STOPPED
