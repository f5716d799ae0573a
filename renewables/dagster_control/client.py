"""The client of Dagster's GraphQL API: fetch a span, run a job, follow it, cancel it.

Belongs here: the requests to a Dagster webserver. Not here: running anything in this process (`in_process.py`). A span
that fits one run is launched as a run (it starts within a second or two); a longer one as a backfill (the backfill
daemon looks every 30 s). Both carry a tag with the requester, so that they can be found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import httpx

from elexon_assets.backfill_plan import A_PERSONS_PRIORITY, PRIORITY, range_tags, runs_of
from elexon_assets.certificates import trusted_certificates
from elexon_assets.dataset_model import Dataset
from pipeline_assets.access import Actor, Role
from pipeline_assets.failure_texts import MARKED_FROM_OUTSIDE
from renewables.dagster_control.run_log import RUN_LOG_QUERY, Event, read_errors
from renewables.user_errors import UserError
from warehouse.addresses import endpoint_of

REQUESTED_BY, ACTOR = "renewables/requested_by", "renewables/actor"
"The tags with the part of the product that a run was requested from, and with the person."
ASSETS = "renewables/assets"
"The tag with the assets of a run in the process of a command; Dagster records them for its own runs only."
REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "elexon_assets"}
FETCH, START = "fetch data", "start this run"
ADMINS_JOBS = ("register_issues",)
"The jobs that only admins start; editors start the others."
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
LAUNCHING = {"REQUESTED", "CANCELING", "FAILING"}
WILL_RETRY, RETRIED_AS = "dagster/will_retry", "dagster/auto_retry_run_id"
"Dagster's own tags of a run whose process died."
DECIDED_WITHIN_SECONDS = 10.0
"""The longest time between the end of a failed run and Dagster's decision whether to retry it: the status is stored
first, and the tag afterwards.
"""
RETRIED_WITHIN_SECONDS = 60.0
"The longest time between the end of a run and its retry; Dagster looks every five seconds."
STARTS_WITHIN_SECONDS = 60.0
"The longest start of a run's process on a busy machine."


class OrchestratorError(UserError):
    """Raised when Dagster does not respond, or refuses a request; the sentence contains Dagster's own message."""


@dataclass(frozen=True)
class Launched:
    """A run or a backfill that we launched."""

    kind: str
    """"run" or "backfill"."""
    id: str
    url: str


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run; `error` says why it failed."""

    run_id: str
    succeeded: bool
    error: str | None = None


@dataclass(frozen=True)
class RunState:
    """One run: Dagster's status, its newest messages, why it failed, and where to continue reading."""

    run_id: str
    status: str
    messages: Sequence[str]
    errors: Sequence[str]
    cursor: str | None
    retried_as: str | None = None
    "The run that Dagster started in its place after its process died."
    will_retry: bool = False
    "Whether Dagster is about to start a retry."

    @property
    def succeeded(self) -> bool:
        """Return whether the run succeeded."""
        return self.status == "SUCCESS"

    @property
    def ended(self) -> bool:
        """Return whether the run has ended, in whichever way."""
        return self.status in ENDED


def _may_be_retried(status: str, will_retry: str | None, seconds_since_end: float) -> bool:
    """Return whether a retry is decided and due, or the decision about a failed run is still to come."""
    if will_retry is None:
        return status == "FAILURE" and seconds_since_end < DECIDED_WITHIN_SECONDS
    return will_retry == "true" and seconds_since_end < RETRIED_WITHIN_SECONDS


def role_of_job(name: str) -> Role:
    """Return the role that a person needs to start a job."""
    return Role.ADMIN if name in ADMINS_JOBS else Role.EDITOR


class DagsterClient:
    """A client of a Dagster webserver.

    Every method raises OrchestratorError, and those that take an actor AccessRefused; `url` is its address without
    credentials.
    """

    def __init__(self, url: str, *, timeout_seconds: float = 15.0) -> None:
        endpoint = endpoint_of(url)
        self.url, self._auth, self._parameters = endpoint.url, endpoint.auth, endpoint.parameters
        self._timeout_seconds = timeout_seconds

    def answers(self, *, for_home: Path) -> bool:
        """Return whether a webserver with our code location and that instance responds, within two seconds.

        Another home's server would fill another warehouse.
        """
        query = """{ instance { info }
          repositoriesOrError { ... on RepositoryConnection { nodes { location { name } } } } }"""
        try:
            data = self.ask(query, timeout_seconds=2.0)
        except OrchestratorError:
            return False
        names = [node["location"]["name"] for node in data["repositoriesOrError"].get("nodes", [])]
        same_home = str(for_home.resolve()) in (data["instance"]["info"] or "")
        return same_home and REPOSITORY["repositoryLocationName"] in names

    def launch(
        self, datasets: Sequence[Dataset], first: date, last: date, *, requested_by: str, actor: Actor
    ) -> Launched:
        """Materialize the UTC days, both inclusive, or the complete datasets that have no partitions."""
        actor.require(Role.EDITOR, FETCH)
        runs = runs_of(datasets, first, last)
        if len(runs) == 1:
            what = {
                "jobName": "__ASSET_JOB",
                "assetSelection": [{"path": [dataset.name]} for dataset in datasets],
            }
            days = range_tags(*runs[0]) if runs[0] else {}
            return self._launch_run(what, {**days, REQUESTED_BY: requested_by, PRIORITY: A_PERSONS_PRIORITY}, actor)
        return self.launch_backfill(datasets, first, last, requested_by=requested_by, actor=actor)

    def run_state(self, run_id: str, cursor: str | None = None) -> RunState:
        """Return the status and all messages after `cursor`; Dagster returns a thousand at a time, a year has more."""
        run, events, next_cursor = self._run_log(run_id, cursor)
        errors = read_errors(events)
        if cursor and any(MARKED_FROM_OUTSIDE in error for error in errors):
            errors = read_errors(self._run_log(run_id, None)[1])  # the errors may have been read with an earlier cursor
        tags = {tag["key"]: tag["value"] for tag in run.get("tags", [])}
        return RunState(
            run_id,
            run["status"],
            [event["message"] for event in events if event.get("message")],
            errors,
            next_cursor,
            retried_as=tags.get(RETRIED_AS),
            will_retry=_may_be_retried(run["status"], tags.get(WILL_RETRY), time() - (run.get("endTime") or 0.0)),
        )

    def _run_log(self, run_id: str, cursor: str | None) -> tuple[dict[str, Any], list[Event], str | None]:
        """Return the run, its events after the cursor, and the cursor after them."""
        events: list[Event] = []
        while True:
            data = self.ask(RUN_LOG_QUERY, {"id": run_id, "cursor": cursor})
            if "status" not in data["runOrError"]:
                raise OrchestratorError(f"Dagster at {self.url} does not know the run {run_id}.")
            logs = data["logsForRun"]
            events += logs.get("events", [])
            cursor = logs.get("cursor", cursor)
            if not logs.get("hasMore"):
                return data["runOrError"], events, cursor

    def backfill_runs(self, backfill_id: str) -> tuple[bool, list[str]]:
        """Return (whether the backfill launches no more runs, ids of its runs, oldest first)."""
        query = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
          ... on PartitionBackfill { status runs(limit: 100) { runId } }
          ... on BackfillNotFoundError { message } ... on PythonError { message } } }"""
        rows = self.ask(query, {"id": backfill_id})["partitionBackfillOrError"]
        if "status" not in rows:
            raise OrchestratorError(f"Dagster at {self.url} does not know the backfill {backfill_id}.")
        return rows["status"] not in LAUNCHING, [run["runId"] for run in reversed(rows["runs"])]

    def cancel(self, launched: Launched, *, actor: Actor) -> None:
        """Request the end of a run or backfill; landed rows stay, and a run that has ended is left unchanged."""
        actor.require(Role.EDITOR, "cancel a run")
        if launched.kind == "run":
            self._cancel_run(launched.id, actor)
            return
        query = """mutation($id: String!) { cancelPartitionBackfill(backfillId: $id) {
          __typename ... on Error { message } } }"""
        answer = self.ask(query, {"id": launched.id})["cancelPartitionBackfill"]
        if "message" in answer:
            raise OrchestratorError(f"Dagster could not cancel the backfill: {answer['message']}")

    def _cancel_run(self, run_id: str, actor: Actor) -> None:
        """Cancel a run, retrying for a few seconds while its process is starting.

        Dagster ends a run that waits or works, but none whose process is starting. (It could mark such a run as
        cancelled, but a process that has read its run before would continue all the same.)
        """
        actor.require(Role.EDITOR, "cancel a run")
        query = """mutation($id: String!) { terminateRun(runId: $id) {
          __typename ... on TerminateRunFailure { message run { status } } ... on Error { message } } }"""
        until = monotonic() + STARTS_WITHIN_SECONDS
        while True:
            answer = self.ask(query, {"id": run_id})["terminateRun"]
            status = (answer.get("run") or {}).get("status")
            if "message" not in answer or status in ENDED or status == "CANCELING":
                return
            if status not in ("NOT_STARTED", "STARTING") or monotonic() > until:
                raise OrchestratorError(f"Dagster could not cancel the run: {answer['message']} Try again in a moment.")
            sleep(0.2)

    def launch_job(
        self,
        name: str,
        *,
        requested_by: str,
        actor: Actor,
        location: str = "elexon_assets",
        run_config: dict[str, Any] | None = None,
    ) -> Launched:
        """Start one of our jobs on all of its assets."""
        actor.require(role_of_job(name), START)
        job = {"jobName": name, "repositoryLocationName": location}
        return self._launch_run(job, {REQUESTED_BY: requested_by}, actor, run_config)

    def _launch_run(
        self, what: dict[str, Any], tags: dict[str, str], actor: Actor, run_config: dict[str, Any] | None = None
    ) -> Launched:
        actor.require(Role.EDITOR, START)
        tags = {**tags, ACTOR: actor.label}
        query = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
          __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
        params = {
            "selector": {**REPOSITORY, **what},
            "runConfigData": run_config or {},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self.ask(query, {"params": params})["launchRun"]
        if "run" not in answer:
            raise OrchestratorError(f"Dagster refused the run: {answer.get('message', answer['__typename'])}")
        run_id = answer["run"]["runId"]
        return Launched("run", run_id, f"{self.url}/runs/{run_id}")

    def launch_backfill(
        self, datasets: Sequence[Dataset], first: date, last: date, *, requested_by: str, actor: Actor
    ) -> Launched:
        """Launch a backfill as Dagster's UI does, in as many runs as the days need.

        `launch` chooses it for days that do not fit into one run.
        """
        actor.require(Role.EDITOR, FETCH)
        query = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
          __typename ... on LaunchBackfillSuccess { backfillId } ... on Error { message } } }"""
        days = {"range": {"start": first.isoformat(), "end": last.isoformat()}}
        params = {
            "partitionsByAssets": [{"assetKey": {"path": [dataset.name]}, "partitions": days} for dataset in datasets],
            "title": f"{first} to {last}",
            "tags": [{"key": REQUESTED_BY, "value": requested_by}, {"key": ACTOR, "value": actor.label}],
        }
        answer = self.ask(query, {"params": params})["launchPartitionBackfill"]
        if "backfillId" not in answer:
            raise OrchestratorError(f"Dagster refused the backfill: {answer.get('message', answer['__typename'])}")
        return Launched("backfill", answer["backfillId"], f"{self.url}/runs/b/{answer['backfillId']}")

    def ask(
        self, query: str, variables: dict[str, Any] | None = None, *, timeout_seconds: float | None = None
    ) -> dict[str, Any]:
        """Send one GraphQL request and return its data."""
        try:
            response = httpx.post(
                f"{self.url}/graphql",
                json={"query": query, "variables": variables or {}},
                auth=self._auth,
                params=self._parameters,
                timeout=timeout_seconds or self._timeout_seconds,
                verify=trusted_certificates(),
            )
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OrchestratorError(
                f"Dagster is not running at {self.url} ({error}). Start it with `renewables up`."
            ) from error
        if not isinstance(body, dict) or not (body.get("errors") or body.get("data")):
            raise OrchestratorError(
                f"The server at {self.url} is not Dagster: its answer has no data. Check DAGSTER_URL."
            )
        if body.get("errors"):
            raise OrchestratorError(f"Dagster at {self.url} answered: {body['errors'][0]['message']}")
        data: dict[str, Any] = body["data"]
        return data
