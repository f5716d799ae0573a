"""The pipeline's dashboard in the app: what it shows, filters together, what stands in place of nothing."""

from pathlib import Path
from shutil import copytree

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from pipeline_assets import landing, seed_loader
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from tests.dashboards.conftest import Open, said
from warehouse.connection import writing

PAGE = "pipeline_dashboard"
VIEWS = ["Capacity", "Outlook", "Map", "RAG", "RTB dates", "Risks"]


@pytest.fixture
def ledger(home: Path) -> sa.Engine:
    return open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the seeds, landed: only to be read."""
    folder = tmp_path_factory.mktemp("portfolio")
    engine = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    seed_loader.load_seeds(engine)
    landing.land_changes(engine, lambda: writing(folder / "warehouse.duckdb"))
    engine.dispose()
    return folder


@pytest.fixture
def portfolio(seeded: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """The shared portfolio as the home in force."""
    monkeypatch.setenv("RENEWABLES_HOME", str(seeded))
    return seeded


def is_well(app: AppTest) -> None:
    assert [element.value for element in app.exception] == []
    assert [element.value for element in app.error] == []


def metric(app: AppTest, label: str) -> str:
    (matches,) = [element.value for element in app.metric if element.label == label]
    return str(matches)


def test_without_a_warehouse_it_offers_the_sample_portfolio(open_page: Open) -> None:
    app = open_page(PAGE)
    is_well(app)
    assert "No projects yet" in said(app)
    assert "`renewables demo`" in said(app)


def test_on_an_empty_warehouse_it_offers_the_sample_portfolio(hollow: Path, open_page: Open) -> None:  # noqa: ARG001 (made)
    app = open_page(PAGE)
    is_well(app)
    assert "No projects yet" in said(app)


def test_what_is_saved_but_not_landed_is_said(ledger: sa.Engine, open_page: Open) -> None:
    seed_loader.load_seeds(ledger)
    app = open_page(PAGE)
    is_well(app)
    assert "Nothing of the pipeline has landed yet" in said(app)


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_on_the_seeds(view: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view)
    is_well(app)
    assert metric(app, "Projects") == "40"
    assert app.get("plotly_chart")
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_stands_what_the_filters_leave(view: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view, market="Spain", technology="Solar")
    is_well(app)
    assert metric(app, "Projects") == "1"
    assert metric(app, "Gross MWp") == "0"


@pytest.mark.usefixtures("portfolio")
def test_filters_come_from_the_address_and_hold_together(open_page: Open) -> None:
    app = open_page(PAGE, technology=["Solar", "BESS"], rag="Red")
    is_well(app)
    shown = {box.label: list(box.value) for box in app.multiselect}
    technologies, rags = shown.pop("Technology"), shown.pop("RAG")
    assert (technologies, rags) == (["Solar", "BESS"], ["Red"])
    assert not any(shown.values())
    assert metric(app, "Projects") == "2"
    assert metric(app, "Gross MWp") == "126"  # Cherwick Lock's solar 44 and battery 25, Bulphan Lane's 57
    assert metric(app, "Overdue RTB") == "1"


@pytest.mark.usefixtures("portfolio")
def test_filters_that_leave_nothing_say_so(open_page: Open) -> None:
    app = open_page(PAGE, market="Spain", technology="Wind Offshore")
    is_well(app)
    assert "No project fits all of these filters" in app.info[0].value


def test_it_says_of_which_change_it_is_and_how_many_are_newer(seeded: Path, home: Path, open_page: Open) -> None:
    copytree(seeded, home, dirs_exist_ok=True)
    assert "As of change **469**, the newest." in said(open_page(PAGE))
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    submit(ledger, [Change.create("pipelines", {"name": "Newcomer"})], who="tester", token="one more")
    app = open_page(PAGE)
    is_well(app)
    assert "**1 newer**, not yet landed" in said(app)
    assert metric(app, "Projects") == "40"
