"""Tests of the page Runs, with a stand-in for Dagster: what failed comes first, with its errors."""

from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.conftest import Open, page_text
from tests.dashboards.dagster_stand_in import DagsterStandIn, serving_graphql

AT = 1_700_000_000.0


class Dagster(DagsterStandIn):
    """A stand-in with a run that failed and a later one that succeeded."""

    def answer_other(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 (the base has it)
        if "logsForRun" in query:
            failure = {"__typename": "RunFailureEvent", "message": "Elexon answered 503 for 2023-01-10", "error": None}
            run = {"__typename": "Run", "status": "FAILURE", "tags": []}
            return {"runOrError": run, "logsForRun": {"events": [failure], "cursor": "1", "hasMore": False}}
        runs = [self._run("later", "SUCCESS", AT + 60), self._run("earlier", "FAILURE", AT)]
        return {"runsOrError": {"results": runs}, "partitionBackfillsOrError": {"results": []}}

    def _run(self, id: str, status: str, at: float) -> dict[str, Any]:
        times = {"creationTime": at, "endTime": at + 12, "assetSelection": None}
        return {"runId": id, "status": status, "jobName": f"{id}_job", "tags": [], **times}


def test_a_failed_run_is_shown_first_with_its_errors(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving_graphql(Dagster(home).answer) as url:
        open_page("about")  # its fixture sets its own address
        monkeypatch.setenv("DAGSTER_URL", url)
        app = open_page("runs")
        while "Waiting for Dagster" in page_text(app):
            app.run()
    text = page_text(app)
    assert "Nothing in progress; 1 of the newest 2 runs failed" in text
    assert "Elexon answered 503" in text
    jobs = app.table[0].value["Datasets or job"].to_list()
    assert [job.partition("]")[0] for job in jobs] == ["[later_job", "[earlier_job"]
    assert "**earlier_job**" in text
