"""The log of a run over GraphQL: its messages, and why it failed.

Belongs here: the query and reading its result. Not here: sending it (`client.py`), which error explains the failure
(`pipeline_assets/failure_texts.py`).
"""

from collections.abc import Sequence
from typing import Any

from pipeline_assets.failure_texts import EngineEvent, RecordedError, describe_error, describe_run_failure
from warehouse.redaction import redacted

ERROR_FIELDS = "message className stack causes { message className stack }"
RUN_LOG_QUERY = f"""query($id: ID!, $cursor: String) {{
  runOrError(runId: $id) {{ ... on Run {{ status endTime tags {{ key value }} }} }}
  logsForRun(runId: $id, afterCursor: $cursor) {{ ... on EventConnection {{ cursor hasMore events {{
    __typename
    ... on MessageEvent {{ message }}
    ... on ExecutionStepFailureEvent {{ failureMetadata {{ description }} }}
    ... on ErrorEvent {{ error {{ {ERROR_FIELDS} }} }}
  }} }} }} }}"""

STEP_FAILED, RUN_FAILED, ENGINE = "ExecutionStepFailureEvent", "RunFailureEvent", "EngineEvent"

Event = dict[str, Any]


def read_errors(events: Sequence[Event]) -> list[str]:
    """Return the error of each failed step, or the run's own error if no step failed; nothing while a run continues."""
    steps = [_step_error(event) for event in events if event.get("__typename") == STEP_FAILED]
    if steps:
        return steps
    engine_events = []
    for event in events:
        if event.get("__typename") == ENGINE:
            engine_events.append(EngineEvent(event.get("message") or "", recorded_errors(event.get("error"))))
        elif event.get("__typename") == RUN_FAILED:
            return [describe_run_failure(event.get("message"), recorded_errors(event.get("error")), engine_events)]
    return []


def _step_error(event: Event) -> str:
    """Return the asset's own error, or the error that explains the failure."""
    description = (event.get("failureMetadata") or {}).get("description")
    return redacted(str(description).strip()) if description else describe_error(recorded_errors(event.get("error")))


def recorded_errors(error: dict[str, Any] | None) -> list[RecordedError]:
    """Return the error of a response and its causes, the outermost first."""
    chain = [error, *(error.get("causes") or [])] if error else []
    return [RecordedError(result["message"], result.get("className"), result.get("stack") or []) for result in chain]
