"""Notices wait, are claimed by one deliverer at a time, return after a pause, and are given up in the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger import outbox, schema
from pipeline_assets.ledger.outbox import ATTEMPTS, CLAIM, FIRST_PAUSE, LONGEST_PAUSE, Notice, NoticeState, Waiting

SOON = timedelta(minutes=1)
AGES = timedelta(days=30)


@pytest.fixture
def now() -> datetime:
    """Return a moment after everything that a test adds to the outbox."""
    return datetime.now(UTC).replace(microsecond=0) + SOON


def claim_at(engine: sa.Engine, at: datetime) -> Waiting:
    result = outbox.claim_next(engine, at)
    assert result
    return result


def test_a_notice_is_pending_until_it_is_sent(engine: sa.Engine, now: datetime) -> None:
    notice = Notice("Test", "Something <happened>.", "project?id=fen")
    outbox.put_notices(engine, [notice])
    [waiting] = outbox.list_notices(engine)
    assert (waiting.notice, waiting.state, waiting.attempts) == (notice, NoticeState.PENDING, 0)
    assert waiting.sent_at_utc is None
    assert now - waiting.created_at_utc < 2 * SOON

    sent = outbox.mark_sent(engine, claim_at(engine, now), now)

    assert (sent.state, sent.attempts, sent.outcome, sent.sent_at_utc) == (NoticeState.SENT, 1, "", now)
    assert outbox.claim_next(engine, now + AGES) is None
    assert outbox.list_notices(engine, state=NoticeState.SENT) == [sent]
    assert not outbox.list_notices(engine, state=NoticeState.PENDING)


def test_a_notice_that_an_earlier_version_only_logged_is_not_shown_as_sent(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one")])
    outbox.mark_sent(engine, claim_at(engine, now), now)
    with schema.writing(engine) as con:
        con.execute(schema.outbox.update().values(outcome="logged"))
    [waiting] = outbox.list_notices(engine, state=NoticeState.LOGGED)
    assert (waiting.state, waiting.outcome) == (NoticeState.LOGGED, "")
    assert outbox.count_by_state(engine) == {state: int(state is NoticeState.LOGGED) for state in NoticeState}
    outbox.try_again(engine, [waiting.notice.id], now, actor=Actor.typed("ana"))
    assert outbox.list_notices(engine)[0].state is NoticeState.PENDING


def test_the_same_notice_is_added_once(engine: sa.Engine) -> None:
    outbox.put_notices(engine, [Notice("Test", "first", id="run 1"), Notice("Test", "first", id="run 1")])
    outbox.put_notices(engine, [Notice("Test", "again", id="run 1"), Notice("Test", "another", id="run 2")])
    assert {waiting.notice.text for waiting in outbox.list_notices(engine)} == {"first", "another"}


def test_a_claimed_notice_cannot_be_claimed_again_until_the_claim_expires(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one")])
    first = claim_at(engine, now)
    assert outbox.claim_next(engine, now) is None
    assert outbox.claim_next(engine, now + CLAIM - timedelta(seconds=1)) is None
    second = claim_at(engine, now + CLAIM)
    assert (second.notice, second.attempts) == (first.notice, 2)


def test_a_deliverer_whose_claim_expired_cannot_change_the_notice(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one")])
    slow = claim_at(engine, now)
    quick = claim_at(engine, now + CLAIM)
    outbox.mark_sent(engine, quick, now + CLAIM)
    assert outbox.mark_not_sent(engine, slow, now + AGES, "too late").state is NoticeState.SENT
    assert outbox.list_notices(engine)[0].outcome == ""


def test_pauses_double_up_to_a_limit_and_the_last_attempt_gives_up(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one")])
    at, pauses = now, []
    for attempt in range(1, ATTEMPTS + 1):
        waiting = outbox.mark_not_sent(engine, claim_at(engine, at), at, f"failure {attempt}")
        pauses.append(waiting.due_at_utc - at)
        if waiting.state is NoticeState.PENDING:
            assert outbox.claim_next(engine, waiting.due_at_utc - timedelta(seconds=1)) is None
        at = waiting.due_at_utc
    assert pauses[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert timedelta(hours=12) < at - now < timedelta(hours=36)
    assert outbox.claim_next(engine, at + AGES) is None
    [failed] = outbox.list_notices(engine, state=NoticeState.FAILED)
    assert (failed.attempts, failed.outcome) == (ATTEMPTS, f"failure {ATTEMPTS}")


def test_slack_may_request_a_longer_pause(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one")])
    waiting = outbox.mark_not_sent(engine, claim_at(engine, now), now, "busy", timedelta(minutes=9))
    assert waiting.due_at_utc == now + timedelta(minutes=9)


def test_the_notice_that_has_been_due_longest_is_sent_first(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "one", id="1")])
    outbox.mark_not_sent(engine, claim_at(engine, now), now, "down")
    outbox.put_notices(engine, [Notice("Test", "two", id="2")])
    assert [claim_at(engine, now + CLAIM).notice.id for _ in range(2)] == ["2", "1"]


def test_many_deliverers_claim_each_notice_once(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", str(n), id=str(n)) for n in range(24)])

    def claims(_: int) -> list[str]:
        matches = []
        while waiting := outbox.claim_next(engine, now):
            matches.append(waiting.notice.id)
        return matches

    with ThreadPoolExecutor(4) as pool:
        ids = [id for matches in pool.map(claims, range(4)) for id in matches]
    assert sorted(ids, key=int) == [str(n) for n in range(24)]


def test_trying_again_restarts_only_the_notices_that_were_given_up(engine: sa.Engine, now: datetime) -> None:
    outbox.put_notices(engine, [Notice("Test", "hopeless", id="1")])
    at = now
    for _ in range(ATTEMPTS):
        at = outbox.mark_not_sent(engine, claim_at(engine, at), at, "down").due_at_utc
    outbox.put_notices(engine, [Notice("Test", "sent", id="2"), Notice("Test", "waits", id="3")])
    outbox.mark_sent(engine, claim_at(engine, now), now)
    one_of_each = {NoticeState.PENDING: 1, NoticeState.SENT: 1, NoticeState.LOGGED: 0, NoticeState.FAILED: 1}
    assert outbox.count_by_state(engine) == one_of_each

    outbox.try_again(engine, ["1", "2", "3", "4"], at, actor=Actor.typed("ana"))

    assert outbox.count_by_state(engine) == {**one_of_each, NoticeState.PENDING: 2, NoticeState.FAILED: 0}
    assert {claim_at(engine, at).notice.id for _ in range(2)} == {"1", "3"}
    again = next(notice for notice in outbox.list_notices(engine) if notice.notice.id == "1")
    assert (again.state, again.attempts, again.outcome) == (NoticeState.PENDING, 1, "down")
