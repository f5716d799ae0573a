"""Conditions are reported once per change, however often they are observed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from pipeline_assets.ledger import outbox
from pipeline_assets.ledger.conditions import Condition, report_conditions
from pipeline_assets.ledger.outbox import Notice

START = datetime(2026, 5, 1, 3, 15, tzinfo=UTC)


def observation(minute: int, *, is_well: bool, subject: str = "check a") -> Condition:
    text = "well" if is_well else "not well"
    return Condition(subject, is_well, START + timedelta(minutes=minute), Notice(subject, text))


def notice_texts(engine: sa.Engine) -> list[str]:
    """Return the texts of all notices in their order."""
    return [waiting.notice.text for waiting in reversed(outbox.list_notices(engine))]


def test_a_subject_that_was_never_reported_counts_as_healthy(engine: sa.Engine) -> None:
    assert report_conditions(engine, [observation(1, is_well=True)]) == []
    assert notice_texts(engine) == []


def test_each_change_of_a_condition_is_reported_once(engine: sa.Engine) -> None:
    for minute, is_well in enumerate([False, False, True, True, False, True]):
        report_conditions(engine, [observation(minute, is_well=is_well)])
    assert notice_texts(engine) == ["not well", "well", "not well", "well"]


def test_another_detail_of_a_failing_condition_is_reported_once(engine: sa.Engine) -> None:
    for minute, detail in enumerate(["INTX", "INTX", "INTX, INTY", "INTX, INTY"]):
        report_conditions(engine, [replace(observation(minute, is_well=False), detail=detail)])
    assert notice_texts(engine) == ["not well", "not well"]


def test_observations_are_processed_in_the_order_of_their_times(engine: sa.Engine) -> None:
    notices = report_conditions(engine, [observation(2, is_well=True), observation(1, is_well=False)])
    assert [notice.text for notice in notices] == ["not well", "well"]


def test_a_condition_reported_again_after_a_crash_sends_no_second_notice(engine: sa.Engine) -> None:
    history = [observation(1, is_well=False), observation(2, is_well=True), observation(3, is_well=False)]
    report_conditions(engine, history)
    for again in (history, history[:1], history[1:2]):
        assert report_conditions(engine, again) == []
    assert len(notice_texts(engine)) == 3


def test_conditions_of_different_subjects_are_independent(engine: sa.Engine) -> None:
    subjects = ("check a", "check b")
    report_conditions(engine, [observation(1, is_well=False, subject=subject) for subject in subjects])
    assert {waiting.notice.topic for waiting in outbox.list_notices(engine)} == set(subjects)
