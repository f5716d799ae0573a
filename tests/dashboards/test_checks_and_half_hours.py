"""Tests of checks that are started on their page, with a stand-in for Dagster, and of the address of a half-hour."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.components.plain_text import plain
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import GENERATION_BY_FUEL, WIND_AND_SOLAR
from tests.dashboards.conftest import Open, answered, page_text
from tests.dashboards.dagster_stand_in import DagsterStandIn, serving_graphql
from tests.filled_homes import Filled

AT = 1_700_000_000.0


class Dagster(DagsterStandIn):
    """A stand-in that answers the page's queries with one job and two checks, the first with a result at once."""

    status = "STARTED"

    def answer_other(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "assetNodes" in query:
            matches = [self._check("keys_are_unique", "SUCCEEDED"), self._check("coverage_is_whole", self._last())]
            return {
                "assetNodes": [{"assetKey": {"path": ["wind_and_solar"]}, "assetChecksOrError": {"checks": matches}}]
            }
        (tag,) = variables["filter"]["tags"]
        runs = [self._run(n, params) for n, params in enumerate(self.launched, 1)]
        asked = [run for run in runs if tag in run["tags"]]
        return {"runsOrError": {"results": asked}, "partitionBackfillsOrError": {"results": []}}

    def _last(self) -> str:
        return "FAILED" if self.status == "SUCCESS" else "IN_PROGRESS"

    def _check(self, name: str, status: str) -> dict[str, Any]:
        counted = [{"label": "half-hours", "intRepr": "1344"}, {"label": "missing", "intRepr": "0"}]
        severity = {"severity": "WARN", "metadataEntries": counted} if status == "FAILED" else None
        last = {"runId": "run-1", "status": status, "timestamp": AT, "evaluation": severity} if self.launched else None
        return {"name": name, "description": "Told.", "executionForLatestMaterialization": last}

    def _run(self, n: int, params: dict[str, Any]) -> dict[str, Any]:
        ended = AT + 12 if self.status == "SUCCESS" else None
        times = {"creationTime": AT, "endTime": ended, "assetSelection": None}
        tags = params["executionMetadata"]["tags"]
        job = params["selector"]["jobName"]
        return {"runId": f"run-{n}", "status": self.status, "jobName": job, "tags": tags, **times}


@pytest.fixture
def dagster(home: Path) -> Iterator[tuple[Dagster, str]]:
    stand_in = Dagster(home)

    with serving_graphql(stand_in.answer) as url:
        yield stand_in, url


def run_now(app: AppTest) -> Any:
    (button,) = [button for button in app.button if button.label == "Run checks now"]
    return button


def test_repeated_clicks_run_the_checks_once_and_a_reloaded_page_shows_the_run(
    dagster: tuple[Dagster, str], open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in, url = dagster

    def opened() -> AppTest:
        monkeypatch.setenv("DAGSTER_URL", url)
        return answered(open_page("health"))

    open_page("health")  # its fixture sets its own address
    first, second = opened(), opened()
    assert "2 of 2 checks have not run yet" in page_text(first)
    for app in (first, second):
        run_now(app).click().run()
        answered(app)
    (asked,) = stand_in.launched
    assert asked["selector"]["jobName"] == "checks"
    again = opened()
    for app in (first, second, again):
        assert not app.exception
        assert "running" in page_text(app)
        assert run_now(app).disabled
        assert [bar.proto.text for bar in app.get("progress")] == ["1 of 2 checks"]
    stand_in.status = "SUCCESS"
    done = opened()
    assert "done, 12 s" in page_text(done)
    assert "1 of 2 checks warns, 1 passes" in page_text(done)
    done.session_state["all-checks"] = True
    done.run()
    assert done.table[0].value["Result"].to_list() == [plain("half-hours 1,344"), ""]
    assert not run_now(done).disabled


def test_a_link_to_a_half_hour_shows_every_value_published_for_it(warehouse: Filled, open_page: Open) -> None:
    versions = warehouse.publications.filter(psr_type="Solar")
    twice = versions.group_by("start_time_utc").len().filter(pl.col("len") > 1)["start_time_utc"].sort()[0]
    at = twice.strftime("%Y-%m-%dT%H:%MZ")
    app = open_page("explorer", at=at, technology="Solar")
    assert not app.exception
    published = versions.filter(start_time_utc=twice).sort("publish_time_utc")["mw"]
    assert app.dataframe[0].value["generation_mw"].to_list() == published.to_list()
    (code,) = app.code
    assert code.value.endswith(f"/explorer?data=Wind+and+solar&technology=Solar&at={at}")
    next(button for button in app.button if button.label == "Close").click().run()
    assert "at" not in app.query_params
    assert not app.code
    assert "is not a day or a time" in page_text(open_page("explorer", at="yesterday"))
    assert "has no time zone" in page_text(open_page("explorer", at="2024-04-01T06:00"))
    assert "is not on the grid of half\\-hours" in page_text(open_page("explorer", at="2024-04-01T06:10Z"))
    assert "No values were published for this half-hour" in page_text(open_page("explorer", at="2019-01-01T00:00Z"))


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize(
    ("dataset", "parts"),
    [(WIND_AND_SOLAR, {"technology": ["Solar"]}), (GENERATION_BY_FUEL, {"fuel": ["WIND", "CCGT"]})],
)
def test_the_link_shown_for_a_half_hour_opens_the_same_half_hour(
    dataset: Dataset, parts: dict[str, list[str]], open_page: Open
) -> None:
    app = open_page("explorer", at="2024-04-01T12:00Z", data=dataset.title, **parts)
    (code,) = app.code
    again = open_page("explorer", **parse_qs(urlsplit(code.value).query))
    assert not again.exception
    assert again.selectbox(key="data").value == dataset.name
    assert [item.value for item in again.code] == [code.value]
    shown = again.dataframe[0].value
    assert set(shown[dataset.category]) == {name for names in parts.values() for name in names}
    assert shown.equals(app.dataframe[0].value)
