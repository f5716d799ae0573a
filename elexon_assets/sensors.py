"""Sensors: the checks after every landing, whether it succeeded or not, and a notice of every run that failed."""

import dagster as dg

from elexon_assets import jobs
from elexon_assets.notices import cause, send
from warehouse.settings import Settings

RUNNING = dg.DefaultSensorStatus.RUNNING if Settings().schedules_running else dg.DefaultSensorStatus.STOPPED
NO_CHECKS_AFTER = {jobs.checks.name, jobs.latest.name}
"Checks of checks never end, and 48 runs a day of the whole table's checks would say nothing new."


def _request_checks(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    run = context.dagster_run
    if run.job_name in NO_CHECKS_AFTER:
        return dg.SkipReason(f"no checks after a run of {run.job_name}")
    # A backfill is many runs; the checks look at whole tables, so those that are waiting will see this landing too.
    waiting = context.instance.get_runs(
        filters=dg.RunsFilter(job_name=jobs.checks.name, statuses=[dg.DagsterRunStatus.QUEUED]), limit=1
    )
    if waiting:
        return dg.SkipReason(f"the checks {waiting[0].run_id} are waiting already")
    return dg.RunRequest(run_key=f"checks after {run.run_id}")


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS, request_job=jobs.checks, default_status=RUNNING, name="checks_after_success"
)
def checks_after_success(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Runs the checks on what landed."""
    return _request_checks(context)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.FAILURE, request_job=jobs.checks, default_status=RUNNING, name="checks_after_failure"
)
def checks_after_failure(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Runs the checks on what landed before the run failed."""
    return _request_checks(context)


@dg.run_failure_sensor(default_status=RUNNING, name="notice_of_failed_runs")
def notice_of_failed_runs(context: dg.RunFailureSensorContext) -> None:
    """One notice a failed run, with the first error and a link."""
    run = context.dagster_run
    steps = context.get_step_failure_events()
    causes = [cause(event) for event in steps] or [context.failure_event.message or "no reason was recorded"]
    settings = Settings()
    link = f"{str(settings.dagster_url).rstrip('/')}/runs/{run.run_id}"
    text = f"Run {run.run_id} of {run.job_name} failed: {causes[0]}\n{link}"
    send(text, settings.slack_webhook_url, context.log.error)


SENSORS = [checks_after_success, checks_after_failure, notice_of_failed_runs]
