"""The schedules, UTC: the night, its repair, and today's half-hours.

A tick skips while a run of its job is in progress.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from elexon_assets import jobs
from elexon_assets.backfill_plan import range_tags
from elexon_assets.datasets import COVERED
from elexon_assets.missing_days import REPAIR_DAYS, spans_to_repair
from warehouse.settings import Settings

TRAILING_DAYS = 7
"""The trailing days of the night: one wind and solar window. Documents are late by a day at most; republications seldom
come after a week.
"""

RUNNING = dg.DefaultScheduleStatus.RUNNING if Settings().schedules_running else dg.DefaultScheduleStatus.STOPPED
Requests = list[dg.RunRequest] | dg.RunRequest | dg.SkipReason


# The last half-hour of a UTC day is published at about 01:58Z.
@dg.schedule(cron_schedule="15 3 * * *", job=jobs.nightly, default_status=RUNNING, execution_timezone="UTC")
def every_night(context: dg.ScheduleEvaluationContext) -> Requests:
    """Fetch the trailing seven UTC days of every dataset in one run."""
    if busy := jobs.on_its_way(context.instance, jobs.nightly.name):
        return dg.SkipReason(f"the nightly run {busy} is still in progress")
    yesterday = _schedule_tick(context).date() - timedelta(days=1)
    first = max(yesterday - timedelta(days=TRAILING_DAYS - 1), Settings().first_day)
    return dg.RunRequest(
        run_key=f"nightly {yesterday}",
        tags=range_tags(first, yesterday),
    )


@dg.schedule(cron_schedule="45 3 * * *", job=jobs.repair, default_status=RUNNING, execution_timezone="UTC")
def every_night_repair(context: dg.ScheduleEvaluationContext) -> Requests:
    """Fetch the missing and incomplete days of the last 30, with one run for each span."""
    if busy := jobs.on_its_way(context.instance, jobs.repair.name):
        return dg.SkipReason(f"the repair {busy} is still in progress")
    now = _schedule_tick(context)
    requests = []
    for dataset in COVERED:
        for span in spans_to_repair(dataset, now=now):
            requests.append(
                dg.RunRequest(
                    run_key=f"repair {now.date()} {dataset.name} {span.days[0]}",
                    asset_selection=[dg.AssetKey(dataset.name)],
                    tags=range_tags(span.days[0], span.days[-1]),
                )
            )
    return requests or dg.SkipReason(f"no day of the last {REPAIR_DAYS} is missing or incomplete")


# Documents are published at about :28 and :58.
@dg.schedule(cron_schedule="5,35 * * * *", job=jobs.latest, default_status=RUNNING, execution_timezone="UTC")
def every_half_hour(context: dg.ScheduleEvaluationContext) -> Requests:
    """Fetch the trailing 24 hours."""
    if busy := jobs.on_its_way(context.instance, jobs.latest.name):
        return dg.SkipReason(f"the previous half-hour's run {busy} is still in progress")
    return dg.RunRequest()


@dg.schedule(
    cron_schedule="30 4 * * *",
    job=jobs.pruning,
    default_status=dg.DefaultScheduleStatus.RUNNING,  # independent of SCHEDULES_RUNNING: it does not call Elexon
    execution_timezone="UTC",
)
def every_night_pruning(context: dg.ScheduleEvaluationContext) -> Requests:
    """Delete old runs after the work of the night."""
    if busy := jobs.on_its_way(context.instance, jobs.pruning.name):
        return dg.SkipReason(f"the pruning {busy} is still in progress")
    return dg.RunRequest()


def _schedule_tick(context: dg.ScheduleEvaluationContext) -> datetime:
    return context.scheduled_execution_time.astimezone(UTC)


SCHEDULES = [every_night, every_night_repair, every_half_hour, every_night_pruning]
