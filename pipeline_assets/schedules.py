"""The schedule, in UTC: changes land every night as well, in case the sensor was off."""

import dagster as dg

from pipeline_assets import jobs


@dg.schedule(
    cron_schedule="30 2 * * *",
    job=jobs.landing,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    execution_timezone="UTC",
)
def every_night_landing(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request a landing even if nothing is new: all tables are rebuilt and checked."""
    if busy := jobs.on_its_way(context.instance, jobs.landing.name):
        return dg.SkipReason(f"the landing {busy} is still on its way")
    return dg.RunRequest(run_key=f"landing of {context.scheduled_execution_time.date()}")


SCHEDULES = [every_night_landing]
