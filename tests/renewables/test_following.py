"""Asking for an import once, and following a run by what Dagster answers of it, a page at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from time import sleep
from typing import Any

import pytest

from dashboards.components import fetch_requests
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import WIND_AND_SOLAR
from pipeline_assets.failure_texts import INTERRUPTED
from renewables.dagster_control.client import DagsterClient, Launched, OrchestratorError
from renewables.dagster_control.run_history import RunProgress, RunSummary, poll_run

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
    """Answers as a webserver does of a run of a year."""

    def ask(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        timeout_seconds: float | None = None,  # noqa: ARG002 (it answers at once)
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
    launched = Launched("run", "a run", "…")
    now = datetime.now(UTC)
    listed = RunSummary(launched, "FAILURE", "winds, fuels", "a test", None, now, now)
    known = poll_run(dagster, listed, RunProgress())
    assert known.totals() == {"fuels": (61, 61, 0), "winds": (53, 53, 0)}
    assert known.errors == {"a run": INTERRUPTED}
    assert known.ended == {"a run"}


def test_only_what_is_new_is_read_again(dagster: DagsterClient) -> None:
    state = dagster.run_state("a run", "two")
    assert state.messages == [LINES[1], "failed"]
    assert dagster.run_state("a run", state.cursor).messages == []


def test_a_run_that_nobody_knows_is_said_so(dagster: DagsterClient) -> None:
    with pytest.raises(OrchestratorError, match="knows no run another"):
        dagster.run_state("another")


def test_two_clicks_at_once_are_one_import(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RunSummary] = []

    class Slow(DagsterClient):
        def launch(self, datasets: Sequence[Dataset], first: date, last: date, *, requested_by: str) -> Launched:
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
                lambda _: fetch_requests.launch_fetch([WIND_AND_SOLAR], date(2026, 1, 1), date(2026, 1, 7)), range(2)
            )
        )
    assert len(asked) == 1
    assert sum("is on its way already" in item for item in message) == 1
