"""Requesting an import once, and following a run page by page through Dagster's responses."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from time import sleep, time
from typing import Any

import pytest

from dashboards.components import fetch_requests
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.access import Actor
from pipeline_assets.failure_texts import INTERRUPTED
from renewables.dagster_control.client import DagsterClient, Launched, OrchestratorError, Outcome, RunState
from renewables.dagster_control.fetch_job import follow_runs
from renewables.dagster_control.run_history import RunSummary
from renewables.dagster_control.run_progress import RunProgress
from tests.dashboards.dagster_stand_in import serving_graphql

LINES = [f"{name}: {n} of {n} windows, 9 new rows, 0 failed" for name, n in (("fuels", 61), ("winds", 53))]
INTERRUPTION = {
    "message": "dagster._core.errors.DagsterExecutionInterruptedError\n",
    "className": "DagsterExecutionInterruptedError",
}
WRAPPING = {"message": "…", "className": "DagsterExecutionStepExecutionError", "causes": [INTERRUPTION]}
STEP_FAILURE = {"__typename": "ExecutionStepFailureEvent", "message": "failed", "error": WRAPPING}
PAGES: dict[str | None, list[dict[str, Any]]] = {
    None: [{"message": "planned"}] * 1_000,
    "one": [{"message": LINES[0]}, {}, {"message": "planned"}],
    "two": [{"message": LINES[1]}, STEP_FAILURE],
}
NEXT = {None: "one", "one": "two", "two": "three"}


class Paged(DagsterClient):
    """A stand-in that responds as a webserver does for a run of a year."""

    def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        timeout_seconds: float | None = None,  # noqa: ARG002 (it responds immediately)
    ) -> dict[str, Any]:
        assert "logsForRun" in query
        assert variables
        cursor = variables["cursor"]
        if variables["id"] != "a run":
            return {"runOrError": {}, "logsForRun": {}}
        logs = {"events": PAGES.get(cursor, []), "cursor": NEXT.get(cursor, cursor), "hasMore": cursor in (None, "one")}
        return {"runOrError": {"status": "FAILURE"}, "logsForRun": logs}


@pytest.fixture
def dagster() -> DagsterClient:
    return Paged("http://127.0.0.1:9")


def test_a_run_that_ended_is_read_to_its_last_page(dagster: DagsterClient) -> None:
    progress = RunProgress()
    progress.poll(dagster, Launched("run", "a run", "…"))
    assert progress.totals() == {"fuels": (61, 61, 0), "winds": (53, 53, 0)}
    assert progress.is_over
    assert progress.outcomes() == [Outcome("a run", succeeded=False, error=INTERRUPTED)]


class Restarted(DagsterClient):
    """A Dagster whose run died and was started again under another id, as a part of a backfill."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.asked: list[str] = []

    def backfill_runs(self, backfill_id: str) -> tuple[bool, list[str]]:
        self.asked.append(backfill_id)
        return True, ["dead"]

    def run_state(self, run_id: str, cursor: str | None = None) -> RunState:  # noqa: ARG002 (it has one page)
        self.asked.append(run_id)
        if run_id == "dead":
            return RunState(run_id, "FAILURE", ["fuels: 20 of 61 windows, 9 new rows, 0 failed"], [], None, "retry")
        return RunState(run_id, "SUCCESS", [LINES[0]], [], None)


@pytest.fixture
def restarted() -> Restarted:
    return Restarted()


def test_a_run_that_died_is_followed_by_the_one_that_took_its_place(restarted: Restarted) -> None:
    progress, backfill = RunProgress({"fuels": 61}), Launched("backfill", "of a year", "…")
    progress.poll(restarted, backfill)
    assert not progress.is_over
    progress.poll(restarted, backfill)
    assert progress.is_over
    assert progress.totals() == {"fuels": (61, 61, 0)}
    assert progress.outcomes() == [Outcome("retry", succeeded=True)]


def test_a_page_and_a_command_follow_a_run_to_the_same_end(restarted: Restarted) -> None:
    watched: list[RunProgress] = []
    outcomes = follow_runs(restarted, Launched("run", "dead", "…"), RunProgress(), watched.append)
    assert outcomes == [Outcome("retry", succeeded=True)]
    assert watched[-1].outcomes() == outcomes


def test_only_what_is_new_is_read_again(dagster: DagsterClient) -> None:
    state = dagster.run_state("a run", "two")
    assert state.messages == [LINES[1], "failed"]
    assert dagster.run_state("a run", state.cursor).messages == []


@pytest.mark.parametrize(
    ("tag", "seconds", "waits"),
    [(None, 1.0, True), (None, 30.0, False), ("true", 30.0, True), ("true", 90.0, False), ("false", 1.0, False)],
)
def test_a_failed_run_is_not_over_before_dagster_has_decided_whether_to_retry_it(
    tag: str | None, seconds: float, waits: bool
) -> None:
    tags = [{"key": "dagster/will_retry", "value": tag}] if tag else []
    run = {"status": "FAILURE", "endTime": time() - seconds, "tags": tags}
    logs = {"events": [], "cursor": "1", "hasMore": False}
    with serving_graphql(lambda _query, _variables: {"runOrError": run, "logsForRun": logs}) as url:
        progress = RunProgress()
        progress.poll(DagsterClient(url), Launched("run", "a run", "…"))
    assert progress.is_over is not waits


def test_an_unknown_run_is_reported(dagster: DagsterClient) -> None:
    with pytest.raises(OrchestratorError, match="does not know the run another"):
        dagster.run_state("another")


def test_a_server_that_is_not_dagster_is_reported_and_counts_as_no_dagster(home: Path) -> None:
    with serving_graphql(lambda _query, _variables: {}) as url:
        assert not DagsterClient(url).answers(for_home=home)
        with pytest.raises(OrchestratorError, match="is not Dagster"):
            DagsterClient(url).run_state("a run")


def test_two_simultaneous_clicks_start_one_import(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RunSummary] = []

    class Slow(DagsterClient):
        def launch(
            self,
            datasets: Sequence[Dataset],
            first: date,
            last: date,
            *,
            requested_by: str,
            actor: Actor,  # noqa: ARG002 (the signature of what it stands in for)
        ) -> Launched:
            sleep(0.1)
            launched = Launched("run", f"run {len(asked)}", "…")
            what = ", ".join(dataset.name for dataset in datasets)
            asked.append(RunSummary(launched, "QUEUED", what, requested_by, (first, last), datetime.now(UTC), None))
            return launched

    monkeypatch.setattr(fetch_requests, "dagster_client", lambda: Slow("http://127.0.0.1:9"))
    monkeypatch.setattr(fetch_requests, "recent_runs", lambda *_, **__: list(asked))
    with ThreadPoolExecutor(2) as clicks:
        message = list(
            clicks.map(
                lambda _: fetch_requests.launch_fetch(
                    [WIND_AND_SOLAR], date(2026, 1, 1), date(2026, 1, 7), actor=Actor.typed("a test")
                ),
                range(2),
            )
        )
    assert len(asked) == 1
    assert sum("is already being imported" in item for item in message) == 1
