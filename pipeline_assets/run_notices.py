"""Notices of failed runs, whichever code location they are of: what Dagster recorded, in words.

Not here: changes that people hear of (`alerts.py`), waiting and sending (`ledger/outbox.py`, `delivery.py`).
"""

import dagster as dg

from pipeline_assets.ledger.notices import shortened
from pipeline_assets.ledger.outbox import Notice
from warehouse.addresses import endpoint_of
from warehouse.redaction import redacted
from warehouse.settings import Settings

RUN_FAILED = "Run failed"


def of_failed_run(context: dg.RunFailureSensorContext) -> Notice:
    """One a run, however often it is told: the first error and a link to the run."""
    run = context.dagster_run
    causes = [cause(event) for event in context.get_step_failure_events()] or [cause(context.failure_event)]
    return Notice(
        RUN_FAILED,
        f"{_named(run)}, run {run.run_id}: {shortened(causes[0])}",
        f"{endpoint_of(Settings().dagster_url).url}/runs/{run.run_id}",
        id=f"run {run.run_id}",
    )


def _named(run: dg.DagsterRun) -> str:
    """Its job, or the assets where it is of Dagster's nameless one."""
    assets = ", ".join(sorted(key.to_user_string() for key in run.asset_selection or ()))
    return assets if assets and run.job_name.startswith("__") else run.job_name


def cause(event: dg.DagsterEvent) -> str:
    """Return what the asset itself said, not Dagster's wrapping of it, without secrets."""
    return redacted(_words_of(event))


def _words_of(event: dg.DagsterEvent) -> str:
    if not event.is_step_failure:
        return event.message or "no reason was recorded"
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else (event.message or "no reason was recorded")
