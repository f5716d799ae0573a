"""The schedules, in UTC: every night all tables are proved, and changes land even if the sensor was off.

The registers are fetched every month, unless SCHEDULES_RUNNING turns off what calls other servers. The digest of the
week is off until somebody switches it on in Dagster's UI.
"""

import dagster as dg

from pipeline_assets import jobs
from pipeline_assets.digest import SCHEDULE_NAME
from pipeline_assets.registers.declarations import SCHEDULE_NAME as REGISTER_SCHEDULE
from warehouse.settings import Settings

CALLING_OUT = dg.DefaultScheduleStatus.RUNNING if Settings().schedules_running else dg.DefaultScheduleStatus.STOPPED
"The status of the schedules that call other servers."


@dg.schedule(
    cron_schedule="30 2 * * *",
    job=jobs.nightly_landing,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    execution_timezone="UTC",
)
def every_night_landing(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request a landing with proof and checks, even if nothing is new."""
    for job in (jobs.landing, jobs.nightly_landing):
        if busy := jobs.on_its_way(context.instance, job.name):
            return dg.SkipReason(f"the landing {busy} is still on its way")
    return dg.RunRequest(run_key=f"landing of {context.scheduled_execution_time.date()}")


@dg.schedule(
    name=REGISTER_SCHEDULE,
    cron_schedule="40 5 3 * *",
    job=jobs.register_issues,
    default_status=CALLING_OUT,
    execution_timezone="UTC",
)
def every_month_registers(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request the newest issues of the public registers, on the third day of each month."""
    if busy := jobs.on_its_way(context.instance, jobs.register_issues.name):
        return dg.SkipReason(f"the run {busy} is still on its way")
    return dg.RunRequest(run_key=f"registers of {context.scheduled_execution_time.date()}")


monday_digest = dg.ScheduleDefinition(
    name=SCHEDULE_NAME,
    cron_schedule="0 7 * * 1",
    job=jobs.weekly_digest,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    execution_timezone="UTC",
    description="The notice of what changed in the portfolio last week, to Slack if a webhook is set. Off by default.",
)

SCHEDULES = [every_night_landing, every_month_registers, monday_digest]
