"""Notices about schedules and sensors of every code location: a tick fails, ticks stop, and either recovers.

One of our sensors observes them while it ticks itself, so nothing reports that the complete daemon is down: `renewables
up` starts it again, and the dashboard shows that Dagster does not respond. Not here: what was reported last
(`ledger/conditions.py`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorTick,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickStatus,
)
from dagster._utils.schedules import get_next_cron_tick

from pipeline_assets.failure_texts import describe_error
from pipeline_assets.ledger.conditions import Condition
from pipeline_assets.ledger.notices import shorten_text
from pipeline_assets.ledger.outbox import Notice
from pipeline_assets.run_notices import recorded_errors
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings

KINDS = {InstigatorType.SCHEDULE: "schedule", InstigatorType.SENSOR: "sensor"}
ENDED = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]
SCHEDULE_GRACE = timedelta(minutes=10)
"How late a tick may be before its schedule counts as stopped. The daemon looks once per minute."
SENSOR_GRACE = timedelta(minutes=5)
"The same for a sensor; ten times its interval if that is longer."

TICK_FAILED, TICK_WORKS = "Tick failed", "Ticks work again"
NO_TICKS, TICKS_AGAIN = "Ticks stopped", "Ticks are back"


def read_ticks(instance: dg.DagsterInstance, watched_since: datetime, now: datetime) -> Iterator[Condition]:
    """Yield two conditions of each schedule and sensor: whether its newest tick succeeded, and whether it ticks.

    Args:
        instance: Dagster's instance.
        watched_since: The time since when the daemon is known to have run, so that a night without a server is not
            reported as a fault of each schedule.
        now: The present time.
    """
    for state in instance.all_instigator_state():
        if state.instigator_type in KINDS:
            ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1, statuses=ENDED)
            newest = ticks[0] if ticks else None
            if newest:
                yield _newest_tick(state, newest)
            yield _ticking(state, newest, watched_since, now)


def _newest_tick(state: InstigatorState, newest: InstigatorTick) -> Condition:
    is_well = newest.status is not TickStatus.FAILURE
    text = "The newest tick succeeded" if is_well else shorten_text(describe_error(list(recorded_errors(newest.error))))
    topic = TICK_WORKS if is_well else TICK_FAILED
    return _condition(state, "tick", is_well, datetime.fromtimestamp(newest.timestamp, UTC), topic, text)


def _ticking(state: InstigatorState, newest: InstigatorTick | None, since: datetime, now: datetime) -> Condition:
    last = datetime.fromtimestamp(newest.timestamp, UTC) if newest else None
    if state.status is InstigatorStatus.STOPPED:
        return _condition(state, "ticks", False, now, NO_TICKS, "It was turned off in Dagster")
    if _is_silent(state, last, since, now):
        text = f"Its last tick was at {last:%Y-%m-%d %H:%M}Z" if last else "It has not ticked at all"
        return _condition(state, "ticks", False, now, NO_TICKS, text)
    return _condition(state, "ticks", True, now, TICKS_AGAIN, "It ticks as it should")


def _is_silent(state: InstigatorState, last: datetime | None, since: datetime, now: datetime) -> bool:
    data = state.instigator_data
    if isinstance(data, ScheduleInstigatorData):
        started = datetime.fromtimestamp(data.start_timestamp or 0, UTC)
        seen = max(filter(None, (last, started, since))) + timedelta(seconds=1)
        crons = [data.cron_schedule] if isinstance(data.cron_schedule, str) else data.cron_schedule
        return now > min(get_next_cron_tick(cron, seen, "UTC") for cron in crons) + SCHEDULE_GRACE
    if isinstance(data, SensorInstigatorData) and last and last >= since:
        # A sensor without a tick since then may be gone from the code: Dagster never deletes its state.
        return now > last + max(SENSOR_GRACE, 10 * timedelta(seconds=data.min_interval or 0))
    return False


def _condition(state: InstigatorState, aspect: str, is_well: bool, at: datetime, topic: str, text: str) -> Condition:
    kind, location = KINDS[state.instigator_type], state.repository_selector.location_name
    page = f"{endpoint_of(Settings().dagster_url).url}/locations/{location}/{kind}s/{state.instigator_name}"
    notice = Notice(topic, f"{kind} {state.instigator_name} of {location}: {text.rstrip('.')}.", page)
    return Condition(f"{aspect} of {kind} {location} {state.instigator_name}", is_well, at, notice)
