"""Past and present runs of Dagster: runs and backfills as one list, and the checks.

Belongs here: reading from Dagster. Not here: the progress of one run (`run_progress.py`), launching (`fetch_job.py`),
showing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from elexon_assets.backfill_plan import RANGE_END, RANGE_START
from renewables.dagster_control.client import ASSETS, ENDED, REQUESTED_BY, DagsterClient, Launched

OF_A_BACKFILL = "dagster/backfill"
SCHEDULE, SENSOR = "dagster/schedule_name", "dagster/sensor_name"
BACKFILL_ENDED = {"COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "CANCELED", "FAILED"}


@dataclass(frozen=True)
class RunSummary:
    """A run, or a backfill with all of its runs."""

    launched: Launched
    status: str
    what: str
    asked_by: str
    days: tuple[date, date] | None
    created_at_utc: datetime
    ended_at_utc: datetime | None

    @property
    def is_over(self) -> bool:
        """Return whether the run or backfill has ended."""
        return self.status in (ENDED if self.launched.kind == "run" else BACKFILL_ENDED)

    @property
    def succeeded(self) -> bool:
        """Return whether the run or backfill succeeded."""
        return self.status in ("SUCCESS", "COMPLETED_SUCCESS")


@dataclass(frozen=True)
class Check:
    """One asset check with its last `outcome`: passed, warning, FAILED, running, not run yet."""

    asset: str
    name: str
    outcome: str
    description: str
    said: str
    at_utc: datetime | None
    run_id: str | None
    "The run that evaluated it last, or is about to."


def recent_runs(orchestrator: DagsterClient, *, limit: int = 20, asked_by: str | None = None) -> list[RunSummary]:
    """Return the newest runs first; a backfill counts as one.

    `asked_by` keeps only those with that tag. Raises OrchestratorError.
    """
    query = """query($filter: RunsFilter, $limit: Int!) {
      runsOrError(filter: $filter, limit: $limit) { ... on Runs { results {
        runId status jobName creationTime endTime tags { key value } assetSelection { path } } } }
      partitionBackfillsOrError(limit: $limit) { ... on PartitionBackfills { results {
        id status timestamp endTimestamp title tags { key value } assetSelection { path } } } } }"""
    wanted = {"tags": [{"key": REQUESTED_BY, "value": asked_by}]} if asked_by else {}
    data = orchestrator.ask(query, {"filter": wanted, "limit": limit * 3})
    runs = [
        _run_summary(orchestrator.url, run) for run in data["runsOrError"].get("results", []) if not _in_backfill(run)
    ]
    backfills = [
        _backfill_summary(orchestrator.url, summary) for summary in data["partitionBackfillsOrError"].get("results", [])
    ]
    summaries = runs + [summary for summary in backfills if asked_by in (None, summary.asked_by)]
    return sorted(summaries, key=lambda listed: listed.created_at_utc, reverse=True)[:limit]


def recent_checks(orchestrator: DagsterClient) -> list[Check]:
    """Return every check of every asset, failing ones first. Raises OrchestratorError."""
    query = """{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks {
      name description executionForLatestMaterialization { runId status timestamp evaluation { severity
        metadataEntries { label ... on IntMetadataEntry { intRepr } ... on FloatMetadataEntry { floatValue }
          ... on TextMetadataEntry { text } } } }
    } } } } }"""
    results = [
        _check_result(node["assetKey"]["path"][-1], check)
        for node in orchestrator.ask(query)["assetNodes"]
        for check in (node["assetChecksOrError"] or {}).get("checks", [])
    ]
    order = ["FAILED", "warning", "running", "not run yet", "passed"]
    return sorted(results, key=lambda check: (order.index(check.outcome), check.asset, check.name))


def _check_text(entries: Sequence[dict[str, Any]]) -> str:
    """Return the figures of a check as one text; counts of zero are left out if another figure says more."""
    telling = [entry for entry in entries if entry.get("intRepr") != "0"]
    return ", ".join(map(_check_figure, telling or entries))


def _check_figure(entry: dict[str, Any]) -> str:
    """Return one figure of a check's outcome, without its value if it is neither number nor text."""
    if "intRepr" in entry:
        return f"{entry['label']} {int(entry['intRepr']):,}"
    value = entry.get("floatValue", entry.get("text"))
    return entry["label"] if value is None else f"{entry['label']} {value}"


def _check_result(asset: str, message: dict[str, Any]) -> Check:
    last = message["executionForLatestMaterialization"]
    evaluation = (last or {}).get("evaluation") or {}
    if last is None or last["status"] == "SKIPPED":
        outcome = "not run yet"
    elif last["status"] == "IN_PROGRESS":
        outcome = "running"
    elif last["status"] == "SUCCEEDED":
        outcome = "passed"
    else:
        outcome = "warning" if evaluation.get("severity") == "WARN" else "FAILED"
    return Check(
        asset,
        message["name"],
        outcome,
        " ".join((message["description"] or "").split()),
        _check_text(evaluation.get("metadataEntries") or []),
        _instant_of(last["timestamp"]) if last else None,
        last["runId"] if last else None,
    )


def _in_backfill(run: dict[str, Any]) -> bool:
    return any(tag["key"] == OF_A_BACKFILL for tag in run["tags"])


def _run_summary(url: str, run: dict[str, Any]) -> RunSummary:
    tags = _tag_values(run)
    first, last = tags.get(RANGE_START), tags.get(RANGE_END)
    return RunSummary(
        Launched("run", run["runId"], f"{url}/runs/{run['runId']}"),
        run["status"],
        _asset_names(run["assetSelection"]) or tags.get(ASSETS) or run["jobName"].replace("__ASSET_JOB", "assets"),
        _asked_by(tags),
        (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None,
        _instant_of(run["creationTime"]),
        _instant_of(run["endTime"]) if run["endTime"] else None,
    )


def _backfill_summary(url: str, message: dict[str, Any]) -> RunSummary:
    title = (message["title"] or "").split(" to ")
    return RunSummary(
        Launched("backfill", message["id"], f"{url}/runs/b/{message['id']}"),
        message["status"],
        _asset_names(message["assetSelection"]) or "assets",
        _asked_by(_tag_values(message)),
        (date.fromisoformat(title[0]), date.fromisoformat(title[1])) if len(title) == 2 else None,
        _instant_of(message["timestamp"]),
        _instant_of(message["endTimestamp"]) if message["endTimestamp"] else None,
    )


def _tag_values(message: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in message["tags"]}


def _asked_by(tags: dict[str, str]) -> str:
    return tags.get(REQUESTED_BY) or tags.get(SCHEDULE) or tags.get(SENSOR) or "Dagster UI"


def _asset_names(selection: Sequence[dict[str, Any]] | None) -> str:
    return ", ".join(key["path"][-1] for key in selection or [])


def _instant_of(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
