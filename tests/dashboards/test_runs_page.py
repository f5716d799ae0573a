"""Tests of the lists of runs and imports, with a stand-in for Dagster: what failed is shown, with its errors."""

from pathlib import Path
from typing import Any

import pytest

from elexon_assets.backfill_plan import RANGE_END, RANGE_START
from renewables.dagster_control.client import REQUESTED_BY
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


class Import(DagsterStandIn):
    """A stand-in with one import: a run of days, and beside it one of yearly data that ended with the status."""

    def __init__(self, home: Path, status: str) -> None:
        super().__init__(home)
        self.status = status

    def answer_other(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "logsForRun" in query:
            status = self.status if variables["id"] == "installed_capacity" else "SUCCESS"
            run = {"__typename": "Run", "status": status, "tags": []}
            return {"runOrError": run, "logsForRun": {"events": [], "cursor": "1", "hasMore": False}}
        days = {RANGE_START: "2024-01-01", RANGE_END: "2024-01-07"}
        runs = [self._run("installed_capacity", self.status, {}), self._run("wind_and_solar", "SUCCESS", days)]
        return {"runsOrError": {"results": runs}, "partitionBackfillsOrError": {"results": []}}

    def _run(self, name: str, status: str, tags: dict[str, str]) -> dict[str, Any]:
        listed = [{"key": key, "value": value} for key, value in {REQUESTED_BY: "dashboard", **tags}.items()]
        times = {"creationTime": AT, "endTime": AT + 12, "assetSelection": [{"path": [name]}]}
        return {"runId": name, "status": status, "jobName": "__ASSET_JOB", "tags": listed, **times}


@pytest.mark.parametrize(("status", "is_listed"), [("SUCCESS", False), ("FAILURE", True)])
def test_yearly_data_of_an_import_has_a_line_of_its_own_only_if_it_failed(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, status: str, is_listed: bool
) -> None:
    with serving_graphql(Import(home, status).answer) as url:
        open_page("about")
        monkeypatch.setenv("DAGSTER_URL", url)
        app = open_page("data_management")
        while "Waiting for Dagster" in page_text(app):
            app.run()
    assert "Wind and solar" in page_text(app)
    assert ("**all years** · Installed capacity" in page_text(app)) is is_listed
