"""Notices about failed runs of every code location: Dagster's records as a sentence.

Not here: notices about changes (`ledger/notices.py`), waiting and sending (`ledger/outbox.py`, `delivery.py`).
"""

from collections.abc import Iterable

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipeline_assets.failure_texts import EngineEvent, RecordedError, describe_error, describe_run_failure
from pipeline_assets.ledger.notices import shorten_text
from pipeline_assets.ledger.outbox import Notice
from warehouse.addresses import endpoint_of
from warehouse.redaction import redacted
from warehouse.settings import Settings

RUN_FAILED = "Run failed"
WILL_RETRY, RETRIED_AS = "dagster/will_retry", "dagster/auto_retry_run_id"
"Dagster's own tags of a run whose process died, and which it starts once more."
RETRY_NUMBER, RETRY_OF = "dagster/retry_number", "dagster/parent_run_id"
"Dagster's own tags of the run that it started in the place of another."


def failed_run_notice(context: dg.RunFailureSensorContext) -> Notice:
    """Return the single notice of a run, however often it is reported, with the cause and a link to the run."""
    run = context.dagster_run
    causes = [describe_step_failure(event) for event in context.get_step_failure_events()]
    cause = causes[0] if causes else _describe_run_failure(context)
    return Notice(
        RUN_FAILED,
        f"{_name_run(run)}, run {run.run_id}: {shorten_text(cause)}{_describe_retry(context.instance, run)}",
        f"{endpoint_of(Settings().dagster_url).url}/runs/{run.run_id}",
        id=f"run {run.run_id}",
    )


def _describe_retry(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Return a sentence about the other attempt of a run whose process died, or "" if no other exists."""
    tags = {**run.tags, **getattr(instance.get_run_by_id(run.run_id), "tags", {})}  # Dagster may have added some since
    if RETRY_NUMBER in tags:
        return f" It was the retry of run {tags.get(RETRY_OF)}; Dagster does not start it again."
    if tags.get(WILL_RETRY) != "true":
        return ""
    retry = instance.get_run_by_id(tags[RETRIED_AS]) if RETRIED_AS in tags else None
    if retry is None:
        return " Dagster starts it once more."
    if not retry.is_finished:
        return f" Dagster has started it again, as run {retry.run_id}."
    outcome = "succeeded" if retry.is_success else "failed too" if retry.is_failure else "was cancelled"
    return f" Dagster has started it again: run {retry.run_id} {outcome}."


def describe_step_failure(event: dg.DagsterEvent) -> str:
    """Return the asset's own error without Dagster's wrapper and without secrets."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return redacted(data.user_failure_data.description)
    return describe_error(list(recorded_errors(data.error)))


def recorded_errors(error: SerializableErrorInfo | None) -> Iterable[RecordedError]:
    """Yield the error and its causes, the outermost first."""
    while error:
        yield RecordedError(error.message, error.cls_name, error.stack)
        error = error.cause


def _describe_run_failure(context: dg.RunFailureSensorContext) -> str:
    """Return the explanation in the run log of a run that failed outside its steps: killed, not launched, timed out."""
    failure = context.failure_event
    data = failure.job_failure_data if failure.event_specific_data else None
    wanted = {dg.DagsterEventType.ENGINE_EVENT, dg.DagsterEventType.RUN_FAILURE}
    engine_events = []
    for entry in context.instance.all_logs(context.dagster_run.run_id, of_type=wanted):
        event = entry.dagster_event
        if event is None or event.is_run_failure:
            break  # later events belong to the next attempt
        errors = list(recorded_errors(event.engine_event_data.error))
        engine_events.append(EngineEvent(event.message or "", errors))
    return describe_run_failure(failure.message, list(recorded_errors(data.error if data else None)), engine_events)


def _name_run(run: dg.DagsterRun) -> str:
    """Return the run's job, or its assets if it belongs to Dagster's unnamed job."""
    assets = ", ".join(sorted(key.to_user_string() for key in run.asset_selection or ()))
    return assets if assets and run.job_name.startswith("__") else run.job_name
