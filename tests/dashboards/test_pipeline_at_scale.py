"""Tests of the pipeline's views with many projects, and with dates stored before they were checked (27, 32)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from benchmarks import portfolio
from pipeline_assets.access import Actor
from pipeline_assets.landing import land_changes
from pipeline_assets.ledger import schema
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from renewables.queries import pipeline
from renewables.queries.pipeline import Filter
from tests.dashboards.conftest import Open, page_text
from warehouse.connection import writing

PAGE = "pipeline_dashboard"
MANY = 320
VIEWS = ("Capacity", "Outlook", "Map", "RAG", "RTB dates", "Risks")
FAR = ("9999-12-31", "0001-01-01", "1899-12-30", "2999-06-30")


@pytest.fixture(scope="module")
def _large_portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large_portfolio")
    ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    portfolio.fill(ledger, MANY)
    land_changes(ledger, lambda: writing(folder / "warehouse.duckdb"))
    ledger.dispose()
    return folder


@pytest.fixture
def large_portfolio(_large_portfolio: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """Set a home with more projects than a chart draws one by one; only for reading."""
    monkeypatch.setenv("RENEWABLES_HOME", str(_large_portfolio))
    return _large_portfolio


@pytest.fixture
def ledger(home: Path) -> Iterator[sa.Engine]:
    engine = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    yield engine
    engine.dispose()


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def with_stored_date(ledger: sa.Engine, home: Path, field: str, day: str) -> None:
    """Land two projects, one with a date from before dates had bounds."""
    plant = {"technology": "Solar", "capacity_mwp": 50}
    for id, name in (("far", "Far Away"), ("near", "Near Here")):
        project = {"name": name, "rtb_date": "2027-12-31", "status_date": "2025-01-01", "stage": "Design"}
        changes = [
            Change.create("pipelines", project, id=id),
            Change.create("facilities", {"name": f"{name} plant", **plant}, id=f"{id}-plant"),
            Change.create("pipeline_facilities", {"pipeline_id": id, "facility_id": f"{id}-plant"}),
        ]
        submit(ledger, changes, actor=Actor.typed("tester"), token=id)
    with schema.writing(ledger) as con:
        for table, column in ((schema.records, schema.records.c.fields), (schema.changes, schema.changes.c.after)):
            fields = con.execute(sa.select(column).where(table.c.kind == "pipelines", table.c.id == "far")).scalar_one()
            con.execute(table.update().where(table.c.id == "far").values({column: {**fields, field: day}}))
    land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))


@pytest.mark.usefixtures("large_portfolio")
@pytest.mark.parametrize("view", VIEWS)
def test_a_chart_of_many_projects_is_no_larger_than_one_of_forty(view: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view)
    assert not app.exception
    assert sum(len(chart.proto.spec) for chart in app.get("plotly_chart")) < 200_000
    assert max(figure["layout"].get("height", 0) for figure in figures(app)) < 1_200


@pytest.mark.usefixtures("large_portfolio")
@pytest.mark.parametrize(("view", "page"), [("RAG", "rag-page"), ("RTB dates", "rtb-page")])
def test_projects_are_drawn_page_by_page_with_their_count(view: str, page: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view, **{page: "2"})
    assert not app.exception
    assert f"Projects 41 to 80 of {MANY}" in page_text(app)
    drawn = figures(app)[-1]["layout"]["yaxis"]["ticktext"]
    assert len(drawn) == len(set(drawn)) == 40


@pytest.mark.usefixtures("large_portfolio")
def test_a_page_number_that_does_not_exist_is_not_an_error(open_page: Open) -> None:
    app = open_page(PAGE, view="RAG", **{"rag-page": "99999"})
    assert not app.exception
    assert f"of {MANY}" in page_text(app)


@pytest.mark.usefixtures("large_portfolio")
def test_the_monthly_counts_include_all_projects(open_page: Open) -> None:
    counts = figures(open_page(PAGE, view="RAG"))[0]
    assert sum(trace["y"][-1] for trace in counts["data"]) == MANY


@pytest.mark.usefixtures("large_portfolio")
def test_the_rtb_dates_view_opens_on_the_page_with_today(open_page: Open) -> None:
    app = open_page(PAGE, view="RTB dates")
    assert "Projects 1 to 40" not in page_text(app)


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize("field", ["rtb_date", "status_date"])
def test_a_project_with_an_impossible_date_is_named_and_hides_no_other_project(
    field: str, day: str, ledger: sa.Engine, home: Path, open_page: Open
) -> None:
    with_stored_date(ledger, home, field, day)
    for view in VIEWS[:-1]:
        app = open_page(PAGE, view=view)
        assert [element.value for element in app.exception] == [], view
        assert app.get("plotly_chart"), view
    for view in ("Outlook", "RAG", "RTB dates"):
        app = open_page(PAGE, view=view)
        assert "1 project has an impossible date" in page_text(app), view
        assert any("Far Away" in link.proto.label for link in app.get("page_link")), view


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize(
    ("page", "address"),
    [("projects", {}), ("project", {"id": "far"}), ("project", {"id": "far", "edit": "record"}), ("bulk_edit", {})],
)
def test_lists_and_forms_open_with_an_impossible_stored_date(
    page: str, address: dict[str, str], day: str, ledger: sa.Engine, home: Path, open_page: Open
) -> None:
    with_stored_date(ledger, home, "rtb_date", day)
    assert [element.value for element in open_page(page, **address).exception] == []


def test_a_stored_status_date_in_the_future_hides_no_later_slip(ledger: sa.Engine, home: Path) -> None:
    with_stored_date(ledger, home, "status_date", "9999-12-31")
    later = Change.edit("pipelines", "far", {"rtb_date": "2028-12-31"}, base_version=1)
    submit(ledger, [later], actor=Actor.typed("tester"), token="later")
    land_changes(ledger, lambda: writing(home / "warehouse.duckdb"))
    today = datetime.now(UTC).date()
    rows = pipeline.rtb_dates(Filter(today)).filter(pipeline_id="far")
    assert rows["slippage_days"].to_list() == [366]
    assert pipeline.rag_by_month(Filter(today)).filter(pipeline_id="far")["month"].max() == today.replace(day=1)
