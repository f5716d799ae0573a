"""The sensors: they land submitted changes, write notices about runs, checks, schedules and sensors, and send them."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile

import dagster as dg
import duckdb

from pipeline_assets import check_notices, jobs, run_notices, tick_notices
from pipeline_assets.assets import changes_metadata, table_metadata
from pipeline_assets.delivery import deliver_notice
from pipeline_assets.errors import LedgerUnavailable, PipelineError
from pipeline_assets.landing import append_changes, can_follow, update_tables
from pipeline_assets.ledger import outbox, reader, schema
from pipeline_assets.ledger.conditions import report_conditions
from pipeline_assets.ledger.outbox import NoticeState
from pipeline_assets.resources import WarehouseResource
from pipeline_assets.tables import SUBMITTED_CHANGES, landed_position
from warehouse.errors import WarehouseError, WarehouseMissing
from warehouse.redaction import log_line

RUNNING = dg.DefaultSensorStatus.RUNNING
"The default status of the sensors, independent of SCHEDULES_RUNNING, because none of them calls Elexon."

LANDING_SECONDS = 1
"""The sensor's interval. Dagster's daemon looks every 5 s at the soonest: with an interval of 5 a tick that began a
little late would skip every second look, and a person would wait for 10 s.
"""
CHANGES_PER_TICK = 5_000
"""The most changes that a tick lands itself: a person waits for those, and starting a run takes longer than landing
them. More changes, the first landing, and whatever a tick could not land get a run of their own.
"""
TICK_WAITS_SECONDS = 5.0
"The longest wait of a tick for the warehouse; a run waits for WAREHOUSE_WAIT_SECONDS."
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=30)
"The bounds of the pause between two runs that fail: each failure doubles it."


@dg.sensor(
    job=jobs.landing, minimum_interval_seconds=LANDING_SECONDS, default_status=RUNNING, name="landing_of_changes"
)
def landing_of_changes(
    context: dg.SensorEvaluationContext, warehouse: WarehouseResource
) -> dg.RunRequest | dg.SensorResult | dg.SkipReason:
    """Land all changes that readers cannot see yet, or request one run for them.

    The cursor holds the last requested position: new positions are requested immediately, failed ones after a pause.
    """
    with schema.ledger_for_task() as engine:
        position = reader.newest_position(engine)
    landed = _landed_position(warehouse)
    if position <= landed:
        return dg.SkipReason(f"readers have change {landed}, which is the newest")
    runs = jobs.newest_runs(context.instance, jobs.landing.name, limit=10)
    if runs and runs[0].dagster_run.status not in jobs.ENDED:
        return dg.SkipReason(f"the landing {runs[0].dagster_run.run_id} is on its way; change {position} waits for it")
    if position <= int(context.cursor or 0) and (until := _pausing_until(runs)) > datetime.now(UTC):
        return dg.SkipReason(f"the landing {runs[0].dagster_run.run_id} failed; the next is at {until:%H:%M:%S}Z")
    if landed and position - landed <= CHANGES_PER_TICK and (result := _land_in_tick(context, warehouse)):
        return result
    context.update_cursor(str(position))
    # The key contains the previous run: Dagster never starts a key twice, and a failed run needs a successor.
    after = f", after {runs[0].dagster_run.run_id}" if runs else ""
    return dg.RunRequest(run_key=f"change {position}{after}")


def _land_in_tick(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult | None:
    """Land the changes and return the materializations; None after an error, which a run then shows."""
    open_warehouse = partial(warehouse.get_connection, wait_seconds=TICK_WAITS_SECONDS)
    try:
        with schema.ledger_for_task() as engine:
            appended = append_changes(engine, open_warehouse)
        landed = update_tables(open_warehouse)
    except (PipelineError, WarehouseError, duckdb.Error) as error:
        context.log.warning(log_line(f"The tick could not land the changes, and requests a run: {error}"))
        return None
    metadata = {SUBMITTED_CHANGES: changes_metadata(appended), **table_metadata(landed)}
    return dg.SensorResult(
        skip_reason=f"landed up to change {landed.position}, which readers now have; no run was needed",
        asset_events=[dg.AssetMaterialization(name, metadata=dict(entries)) for name, entries in metadata.items()],
    )


def _landed_position(warehouse: WarehouseResource) -> int:
    """Return the position that readers see, or 0 if another version of the code landed their tables."""
    try:
        with warehouse.snapshot() as con:
            return landed_position(con) if can_follow(con) else 0
    except WarehouseMissing:
        return 0


def _pausing_until(runs: list[dg.RunRecord]) -> datetime:
    """Return the end of the pause after failed runs (`runs`: newest first, all of them ended)."""
    failed = list(takewhile(lambda run: run.dagster_run.status is not dg.DagsterRunStatus.SUCCESS, runs))
    if not failed:
        return datetime.now(UTC)
    pause: timedelta = min(FIRST_PAUSE * 2 ** len(failed), LONGEST_PAUSE)
    ended, now = datetime.fromtimestamp(failed[0].end_time or 0, UTC), datetime.now(UTC)
    return now if ended > now else ended + pause  # after the clock was set back, the length of the pause is unknown


@dg.run_failure_sensor(default_status=RUNNING, name="notice_of_failed_runs", monitor_all_code_locations=True)
def notice_of_failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Write one notice per failed run, with the cause and a link."""
    notice = run_notices.failed_run_notice(context)
    try:
        with schema.ledger_for_task() as engine:
            outbox.put_notices(engine, [notice])
    except LedgerUnavailable:
        # Dagster reports each run once, so a notice that cannot be stored must be in the log.
        context.log.exception(log_line(f"{notice.text} {notice.page}"))
        raise


@dg.sensor(default_status=RUNNING, name="notice_of_checks", minimum_interval_seconds=30)
def notice_of_checks(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Write a notice for each check that fails or goes stale, and one when it passes again; request no run."""
    conditions, cursor = check_notices.read_checks(context.instance, context.cursor)
    with schema.ledger_for_task() as engine:
        notices = report_conditions(engine, conditions)
    context.update_cursor(cursor)
    return dg.SkipReason(f"{len(conditions)} checks were evaluated, {len(notices)} of them changed")


TICKS_SECONDS = 60


@dg.sensor(default_status=RUNNING, name="notice_of_ticks", minimum_interval_seconds=TICKS_SECONDS)
def notice_of_ticks(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Write a notice for each schedule or sensor that fails or stops ticking, and one when it recovers.

    The cursor holds the period in which this sensor has ticked without a long break.
    """
    now = datetime.now(UTC)
    since, until = map(datetime.fromisoformat, context.cursor.split()) if context.cursor else (now, now)
    if now - until > timedelta(seconds=3 * TICKS_SECONDS):
        since = now
    conditions = list(tick_notices.read_ticks(context.instance, since, now))
    with schema.ledger_for_task() as engine:
        notices = report_conditions(engine, conditions)
    context.update_cursor(f"{since.isoformat()} {now.isoformat()}")
    return dg.SkipReason(f"{len(conditions)} conditions of schedules and sensors, {len(notices)} of them changed")


@dg.sensor(default_status=RUNNING, name="deliver_notices", minimum_interval_seconds=30)
def deliver_notices(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Send the notices that are due; request no run."""
    with schema.ledger_for_task() as engine:
        handled = deliver_notice(engine, log=context.log.warning)
    counts = ", ".join(f"{sum(notice.state is state for notice in handled)} {state}" for state in NoticeState)
    return dg.SkipReason(f"of {len(handled)} notices that were due: {counts}" if handled else "no notice is due")


SENSORS = [landing_of_changes, notice_of_failed_runs, notice_of_checks, notice_of_ticks, deliver_notices]
