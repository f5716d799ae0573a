"""Tests of the pipeline's dashboard in the app: its contents, combined filters, and its empty states."""

from pathlib import Path
from shutil import copytree

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboards.components.pipeline_figures import headline_sentence
from pipeline_assets import landing, seed_loader
from pipeline_assets.access import Actor
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.ledger.submission import submit
from renewables.queries.pipeline_headline import Moves
from tests.dashboards.conftest import Open, page_text
from warehouse import snapshots
from warehouse.connection import writing

PAGE = "pipeline_dashboard"
VIEWS = ["Capacity", "Outlook", "Map", "RAG", "RTB dates", "Milestones", "Yield", "Risks", "Funnel"]


@pytest.fixture
def ledger(home: Path) -> sa.Engine:
    return open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land the seeds in a home; only for reading."""
    folder = tmp_path_factory.mktemp("portfolio")
    engine = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
    seed_loader.load_seeds(engine)
    landing.land_changes(engine, lambda: writing(folder / "warehouse.duckdb"))
    engine.dispose()
    return folder


@pytest.fixture
def portfolio(seeded: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 (the home comes first)
    """Set the home with the shared portfolio."""
    monkeypatch.setenv("RENEWABLES_HOME", str(seeded))
    return seeded


def is_well(app: AppTest) -> None:
    assert [element.value for element in app.exception] == []
    assert [element.value for element in app.error] == []


def metric(app: AppTest, label: str) -> str:
    (matches,) = [element.value for element in app.metric if element.label == label]
    return str(matches)


def test_the_pipeline_dashboard_without_a_warehouse_offers_the_sample_portfolio(open_page: Open) -> None:
    app = open_page(PAGE)
    is_well(app)
    assert "No projects yet" in page_text(app)
    assert "`renewables demo`" in page_text(app)


def test_the_pipeline_dashboard_on_an_empty_warehouse_offers_the_sample_portfolio(
    empty_home: Path,  # noqa: ARG001 (made)
    open_page: Open,
) -> None:
    app = open_page(PAGE)
    is_well(app)
    assert "No projects yet" in page_text(app)


def test_saved_edits_that_have_not_landed_are_announced(ledger: sa.Engine, open_page: Open) -> None:
    seed_loader.load_seeds(ledger)
    app = open_page(PAGE)
    is_well(app)
    assert "No charts yet" in page_text(app)


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_on_the_seeds(view: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view)
    is_well(app)
    assert metric(app, "Projects") == "40"
    assert app.get("plotly_chart") or view == "Yield", "yield needs data of Elexon, which this home lacks"
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_with_the_few_projects_left_by_filters(view: str, open_page: Open) -> None:
    app = open_page(PAGE, view=view, market="Spain", technology="Solar")
    is_well(app)
    assert metric(app, "Projects") == "1"
    assert metric(app, "Gross") == "0 MW"


@pytest.mark.usefixtures("portfolio")
def test_all_filters_of_the_address_are_applied(open_page: Open) -> None:
    app = open_page(PAGE, technology=["Solar", "BESS"], rag="Red")
    is_well(app)
    shown = {box.label: list(box.value) for box in app.multiselect}
    technologies, rags = shown.pop("Technology"), shown.pop("RAG")
    assert (technologies, rags) == (["Solar", "BESS"], ["Red"])
    assert not any(shown.values())
    assert metric(app, "Projects") == "2"
    assert metric(app, "Gross") == "126 MW"  # Cherwick Lock's solar 44 and battery 25, Bulphan Lane's 57
    assert metric(app, "Overdue RTB") == "1"


@pytest.mark.usefixtures("portfolio")
def test_the_headline_and_the_title_name_what_is_shown_and_a_chip_removes_its_filter(open_page: Open) -> None:
    app = open_page(PAGE, technology=["Solar", "BESS"], rag="Red")
    assert app.title[0].value == "Pipeline · Solar · BESS · Red · 2 projects"
    assert app.subheader[0].value.startswith("2 projects, 126 MW; ")
    (chip,) = [button for button in app.button if button.label.startswith("Red")]
    chip.click().run()
    is_well(app)
    assert app.title[0].value.startswith("Pipeline · Solar · BESS · ")
    assert "rag" not in app.query_params


@pytest.mark.parametrize(
    ("moves", "overdue", "sentence"),
    [
        (Moves(3, 2), 14, "3 advanced and 2 slipped since a month ago; 14 items overdue"),
        (Moves(0, 1), 1, "1 slipped since a month ago; 1 item overdue"),
        (Moves(0, 0), 0, "none advanced or slipped since a month ago; nothing overdue"),
        (None, 0, "nothing overdue"),
    ],
)
def test_the_headline_has_the_size_what_moved_and_what_is_overdue(
    moves: Moves | None, overdue: int, sentence: str
) -> None:
    figures = {"projects": 40, "gross_mwp": 4260, "weighted_mwp": 1902}
    assert headline_sentence(figures, moves, overdue) == f"40 projects, 4.26 GW; 1.90 GW weighted; {sentence}"


@pytest.mark.usefixtures("portfolio")
def test_filters_without_matches_show_an_empty_state(open_page: Open) -> None:
    app = open_page(PAGE, market="Spain", technology="Wind Offshore")
    is_well(app)
    assert "No projects match these filters" in app.info[0].value


def test_the_dashboard_shows_whether_the_charts_include_every_saved_edit(
    seeded: Path, home: Path, open_page: Open
) -> None:
    copytree(seeded, home, dirs_exist_ok=True)
    assert "These charts include every saved edit." in page_text(open_page(PAGE))
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    submit(ledger, [Change.create("pipelines", {"name": "Newcomer"})], actor=Actor.typed("tester"), token="one more")
    app = open_page(PAGE)
    is_well(app)
    assert "1 recent edit is not in these charts yet" in page_text(app)
    assert metric(app, "Projects") == "40"


@pytest.mark.parametrize(
    ("view", "statement", "other"),
    [
        ("Outlook", "UPDATE facilities SET capacity_mwp = 'Infinity'::DOUBLE", "Risks"),
        ("RTB dates", "UPDATE pipelines SET rag = 'Purple'", "Capacity"),
    ],
)
def test_a_value_that_one_view_cannot_draw_leaves_the_other_views_working(
    seeded: Path, home: Path, open_page: Open, view: str, statement: str, other: str
) -> None:
    copytree(seeded, home, dirs_exist_ok=True, symlinks=True)
    with writing() as con:
        con.execute(statement)
        snapshots.publish_snapshot(con)
    app = open_page(PAGE, view=view)
    assert [element.value for element in app.exception] == []
    (error,) = [element.value for element in app.error]
    assert error.startswith(f"The view {view} cannot be drawn: ")
    is_well(open_page(PAGE, view=other))


@pytest.mark.usefixtures("portfolio")
def test_the_map_lists_by_market_what_is_not_on_it(open_page: Open) -> None:
    app = open_page(PAGE, view="Map")
    is_well(app)
    (places,) = [element.value for element in app.markdown if element.value.startswith("- ")]
    assert any(line.startswith("- Italy, without coordinates: ") for line in places.splitlines())


@pytest.mark.usefixtures("home_with_data")
def test_the_milestones_of_a_project_are_drawn_on_its_page_and_those_of_all_on_the_dashboard(open_page: Open) -> None:
    for page, query in (("project", {"id": "pr-kettlewick"}), ("pipeline_dashboard", {"view": "Milestones"})):
        app = open_page(page, **query)
        assert not app.exception
        assert app.get("plotly_chart")
    assert "choose one milestone to see it in days" in page_text(app)


@pytest.mark.usefixtures("home_with_data")
def test_the_to_do_page_counts_what_is_due_by_owner(open_page: Open) -> None:
    app = open_page("todo")
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["Overdue", "In 14 days", "In 30 days", "In 90 days"]
    assert "Jonas Pell" in app.multiselect[0].options
