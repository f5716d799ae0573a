"""Notices about asset checks: a check that must pass fails, data goes stale, and either recovers.

They are read from the finished runs of every code location, so it does not matter who executed the checks. Not here:
what was reported last (`ledger/conditions.py`).
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
from dagster import AssetCheckEvaluation

from pipeline_assets.ledger.conditions import Condition
from pipeline_assets.ledger.outbox import Notice
from warehouse.addresses import endpoint_of
from warehouse.settings import Settings

ENDS = (dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED)
RUNS_PER_LOOK = 50

CHECK_FAILED, CHECK_PASSES = "Check failed", "Check passes again"
REPORTED_WARNINGS = {
    "newest_data_is_fresh": ("Data is stale", "Data is fresh again"),
    "series_are_declared": ("Unknown series", "Every series is declared again"),
}
"""The checks whose warnings are reported too, with the topics of their notices. (Other warnings appear only on the page
Checks.)
"""
DETAILS = {"series_are_declared": "unknown series"}
"The checks that are reported again while they fail, whenever this entry of their metadata changes."


def read_checks(instance: dg.DagsterInstance, cursor: str | None) -> tuple[list[Condition], str]:
    """Return the checks that were evaluated in runs that ended after the cursor, and the next cursor.

    Without a cursor it starts with the runs that end from now on, because older results are not news.
    """
    cursors: dict[str, str] = json.loads(cursor) if cursor else {}
    conditions: list[Condition] = []
    for end in ENDS:
        before = cursors.get(end.value)
        limit = RUNS_PER_LOOK if before else 1
        ended = instance.fetch_run_status_changes(end, limit=limit, cursor=before, ascending=before is not None)
        cursors[end.value] = ended.cursor
        if before:
            for record in ended.records:
                conditions += _evaluated_checks(instance, record.run_id)
    return conditions, json.dumps(cursors)


def _evaluated_checks(instance: dg.DagsterInstance, run_id: str) -> Iterator[Condition]:
    wanted = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    for entry in instance.all_logs(run_id, of_type=wanted):
        if entry.dagster_event:
            evaluation = entry.dagster_event.asset_check_evaluation_data
            yield _condition(evaluation, datetime.fromtimestamp(entry.timestamp, UTC))


def _condition(evaluation: AssetCheckEvaluation, at: datetime) -> Condition:
    asset, check = evaluation.asset_key.to_user_string(), evaluation.check_name
    is_well = evaluation.passed or not (
        check in REPORTED_WARNINGS or evaluation.severity is dg.AssetCheckSeverity.ERROR
    )
    figures = ", ".join(f"{label} {value.value}" for label, value in evaluation.metadata.items())
    what = f'{asset}, check "{check.replace("_", " ")}"'
    failed, passes = REPORTED_WARNINGS.get(check, (CHECK_FAILED, CHECK_PASSES))
    page = f"{endpoint_of(Settings().dagster_url).url}/assets/{asset}?view=checks"
    detail = evaluation.metadata.get(DETAILS.get(check, ""))
    return Condition(
        f"check {asset} {check}",
        is_well,
        at,
        Notice(passes if is_well else failed, f"{what}: {figures or 'no figures'}.", page),
        "" if is_well or detail is None else str(detail.value),
    )
