"""Sensors: flags after every landing, whether it succeeded or not, then the checks."""

import dagster as dg

from elexon_assets import jobs

RUNNING = dg.DefaultSensorStatus.RUNNING
"Whatever SCHEDULES_RUNNING says: what was fetched by hand wants its flags too."
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
Requested = dg.RunRequest | dg.SkipReason

AFTER = "renewables/after"
"Tag of a run that follows another: the name of that one's job."
LANDS_NOTHING = {jobs.flagging.name, jobs.checks.name}


def _follow(context: dg.RunStatusSensorContext, job: str, tags: dict[str, str]) -> Requested:
    """A backfill is many runs, and flags and checks take whatever is there: those that wait will see this landing."""
    waiting = context.instance.get_runs(
        filters=dg.RunsFilter(job_name=job, statuses=[dg.DagsterRunStatus.QUEUED], tags=tags), limit=1
    )
    if waiting:
        return dg.SkipReason(f"a run of {job} is waiting already: {waiting[0].run_id}")
    return dg.RunRequest(run_key=f"{job} after {context.dagster_run.run_id}", tags=tags)


def _request_flags(context: dg.RunStatusSensorContext) -> Requested:
    landed = context.dagster_run.job_name
    if landed in LANDS_NOTHING:
        return dg.SkipReason(f"a run of {landed} lands nothing")
    return _follow(context, jobs.flagging.name, {AFTER: landed})


def _request_checks(context: dg.RunStatusSensorContext) -> Requested:
    """Also when the flags failed: what landed is there to be checked."""
    run = context.dagster_run
    if run.job_name != jobs.flagging.name:
        return dg.SkipReason("the checks follow the flags")
    # 48 runs a day of the whole table's checks would say nothing new.
    if run.tags.get(AFTER) == jobs.latest.name:
        return dg.SkipReason(f"no checks after a run of {jobs.latest.name}")
    return _follow(context, jobs.checks.name, {AFTER: jobs.flagging.name})


@dg.run_status_sensor(run_status=SUCCESS, request_job=jobs.flagging, default_status=RUNNING, name="flags_after_success")
def flags_after_success(context: dg.RunStatusSensorContext) -> Requested:
    """Flags what landed."""
    return _request_flags(context)


@dg.run_status_sensor(run_status=FAILURE, request_job=jobs.flagging, default_status=RUNNING, name="flags_after_failure")
def flags_after_failure(context: dg.RunStatusSensorContext) -> Requested:
    """Flags what landed before the run failed."""
    return _request_flags(context)


@dg.run_status_sensor(
    run_status=SUCCESS,
    monitored_jobs=[jobs.flagging],
    request_job=jobs.checks,
    default_status=RUNNING,
    name="checks_after_success",
)
def checks_after_success(context: dg.RunStatusSensorContext) -> Requested:
    """Runs the checks on what was flagged."""
    return _request_checks(context)


@dg.run_status_sensor(
    run_status=FAILURE,
    monitored_jobs=[jobs.flagging],
    request_job=jobs.checks,
    default_status=RUNNING,
    name="checks_after_failure",
)
def checks_after_failure(context: dg.RunStatusSensorContext) -> Requested:
    """Runs the checks although the flags failed."""
    return _request_checks(context)


SENSORS = [flags_after_success, flags_after_failure, checks_after_success, checks_after_failure]
