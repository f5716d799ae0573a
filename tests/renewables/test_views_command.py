"""`renewables views`, and `--view` of the lists of records."""

import json

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.ledger.saved_views import create_view, list_views
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds
from tests.filled_homes import Renewables

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("home")]
DESIGN = {"stage": ["Design"], "columns": ["MWp", "RAG"]}


@pytest.fixture
def ledger() -> sa.Engine:
    return open_ledger()


def test_without_views_the_list_says_where_to_save_one(renewables: Renewables) -> None:
    assert "in the menu Views" in renewables("views", "list").out


def test_shared_views_and_those_of_one_person_are_listed(ledger: sa.Engine, renewables: Renewables) -> None:
    create_view(ledger, "projects", "Design", DESIGN, actor=Actor.typed("Anna"), is_shared=False)
    create_view(ledger, "todo", "Due", {}, actor=Actor.typed("Ben"), is_shared=True)
    shown = renewables("views", "list", "--who", "anna").out
    assert "Design" in shown
    assert "stage: Design; columns: MWp, RAG" in shown
    views = json.loads(renewables("views", "list", "--who", "Ben", "--json").out)
    assert [(view["name"], view["is_shared"]) for view in views] == [("Due", True)]
    assert views[0]["address"].endswith(f"/todo?saved={views[0]['id']}")


def test_a_view_is_shown_and_deleted_by_name_or_id(ledger: sa.Engine, renewables: Renewables) -> None:
    view = create_view(ledger, "projects", "Design", DESIGN, actor=Actor.typed("Anna"), is_shared=True)
    assert "MWp, RAG" in renewables("views", "show", " DESIGN ").out
    assert json.loads(renewables("views", "show", view.id, "--json").out)["parameters"] == DESIGN
    assert renewables("views", "delete", view.id, "--yes").code == 0
    assert list_views(ledger) == []


def test_a_name_that_several_views_or_none_have_is_refused(ledger: sa.Engine, renewables: Renewables) -> None:
    create_view(ledger, "projects", "Mine", {}, actor=Actor.typed("Anna"), is_shared=True)
    create_view(ledger, "todo", "Mine", {}, actor=Actor.typed("Anna"), is_shared=True)
    outcome = renewables("views", "show", "Mine")
    assert (outcome.code, "Several pages have a view" in outcome.err) == (2, True)
    assert renewables("views", "show", "Mine", "--page", "todo").code == 0
    for arguments, message in (
        (("views", "show", "Other"), "has the id or name 'Other'"),
        (("views", "list", "--page", "about"), "No page with views is called 'about'"),
        (("pipelines", "list", "--view", "Other"), "No view of the page Projects"),
    ):
        outcome = renewables(*arguments)
        assert (outcome.code, message in outcome.err) == (2, True), outcome.err


def test_a_list_takes_filters_and_columns_of_a_view(ledger: sa.Engine, renewables: Renewables) -> None:
    load_seeds(ledger)
    create_view(ledger, "projects", "Design", DESIGN, actor=Actor.typed("Anna"), is_shared=True)
    shown = renewables("pipelines", "list", "--view", "design")
    assert shown.out.split("\n")[0].split() == ["ID", "Name", "MWp", "RAG"]
    rows = json.loads(renewables("pipelines", "list", "--view", "design", "--json").out)
    assert {row["stage"] for row in rows} == {"Design"}
    other = json.loads(renewables("pipelines", "list", "--view", "design", "--stage", "Completed", "--json").out)
    assert {row["stage"] for row in other} == {"Completed"}


def test_values_of_a_view_that_no_longer_exist_are_named(ledger: sa.Engine, renewables: Renewables) -> None:
    load_seeds(ledger)
    parameters = {"stage": ["Design", "Prospect"], "columns": ["Colour"]}
    create_view(ledger, "projects", "Old", parameters, actor=Actor.typed("Anna"), is_shared=True)
    outcome = renewables("pipelines", "list", "--view", "Old")
    assert (outcome.code, "stage: Prospect; columns: Colour" in outcome.err) == (0, True)
    assert "Developer" not in outcome.out.split("\n")[0] or "Design" in outcome.out
