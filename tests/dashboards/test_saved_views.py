"""Saved views on the pages: saving, opening, changing, undoing, hostile names, and values that no longer exist."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from dashboards.components.author import COOKIE, cookie_text, name_in_cookie
from dashboards.components.plain_text import plain
from dashboards.components.view_opening import CALLS
from pipeline_assets.access import Actor
from pipeline_assets.ledger.saved_views import PAGES, SavedView, change_view, create_view, list_views
from tests.dashboards.conftest import Open, page_text

pytestmark = pytest.mark.slow


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def fill(app: AppTest, label: str, text: str) -> None:
    [box for box in app.text_input if box.label == label][-1].set_value(text)


def save(app: AppTest, name: str, *, who: str = "Anna") -> AppTest:
    fill(app, "Save the present filters as", name)
    fill(app, "Your name *", who)
    return press(app, "Save view")


def open_saved(app: AppTest, label: str) -> AppTest:
    """Click a view; in a browser the next run starts by itself."""
    app = press(app, label)
    for _ in range(CALLS):
        app = app.run()
    return app


def saved(engine: sa.Engine, **parameters: list[str]) -> SavedView:
    return create_view(engine, "projects", "Solar", parameters, actor=Actor.typed("Anna"), is_shared=True)


def chosen(app: AppTest, label: str) -> list[str]:
    (box,) = [box for box in app.multiselect if box.label == label]
    return list(box.value)


def problems(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.error, *app.warning))


def test_every_page_with_views_is_a_page_of_the_app_under_its_title(open_page: Open, seeded: sa.Engine) -> None:
    assert seeded
    for name, title in PAGES.items():
        app = open_page(name)
        assert not app.exception
        assert [each.value for each in app.title] == [title]
        assert "Save view" in [button.label for button in app.button], name


def test_the_present_filters_are_saved_under_a_name(open_page: Open, seeded: sa.Engine) -> None:
    app = save(open_page("projects", stage=["Design"], columns=["MWp", "RAG"], utm="x"), "My solar")
    (view,) = list_views(seeded, "Anna")
    assert view.parameters == {"stage": ["Design"], "columns": ["MWp", "RAG"]}
    assert (view.page, view.owner) == ("projects", "Anna")
    assert "Saved the view" in "".join(each.value for each in app.success)


def test_one_click_opens_a_view_and_replaces_the_present_filters(open_page: Open, seeded: sa.Engine) -> None:
    saved(seeded, stage=["Design"])
    app = open_saved(open_page("projects", technology=["BESS"], q="harrow"), "Solar")
    assert not app.exception
    assert (chosen(app, "Stage"), chosen(app, "Technology")) == (["Design"], [])
    assert dict(app.query_params) == {"stage": "Design"}
    assert not problems(app)


def test_the_address_of_a_view_opens_it(open_page: Open, seeded: sa.Engine) -> None:
    view = saved(seeded, stage=["Design"], columns=["MWp"])
    app = open_page("projects", saved=view.id)
    assert (chosen(app, "Stage"), chosen(app, "Columns")) == (["Design"], ["MWp"])


@pytest.mark.parametrize("id", ["gone", "", "\x00", "' OR 1=1"])
def test_the_address_of_a_view_that_does_not_exist_says_so(open_page: Open, seeded: sa.Engine, id: str) -> None:
    assert seeded
    app = open_page("projects", saved=id)
    assert not app.exception
    assert "does not exist" in problems(app)
    assert "of 40 projects" in page_text(app)


def test_the_address_of_another_pages_view_names_that_page(open_page: Open, seeded: sa.Engine) -> None:
    assert "belongs to the page Projects" in problems(open_page("todo", saved=saved(seeded).id))


def test_values_that_no_longer_exist_are_named_and_left_out(open_page: Open, seeded: sa.Engine) -> None:
    parameters = {"stage": ["Design", "Prospect"], "technology": ["Tidal"], "columns": ["Colour", "MWp"]}
    app = open_page("projects", saved=saved(seeded, **parameters).id)
    assert not app.exception
    text = problems(app)
    assert all(part in text for part in ("Stage: Prospect", "Technology: Tidal", "Columns: Colour"))
    assert (chosen(app, "Stage"), chosen(app, "Technology")) == (["Design"], [])
    assert problems(app.run()) == text, "the sentence stays until the filters change"
    next(box for box in app.multiselect if box.label == "Stage").set_value([])
    del app.query_params["stage"]  # the browser does so
    assert not problems(app.run())


def test_an_owner_who_has_nothing_to_do_any_more_is_named(open_page: Open, seeded: sa.Engine) -> None:
    view = create_view(seeded, "todo", "Mine", {"owner": ["Somebody"]}, actor=Actor.typed("Anna"), is_shared=True)
    app = open_page("todo", saved=view.id)
    assert not app.exception
    assert "Owner: Somebody" in problems(app)


def test_the_same_name_twice_is_refused_with_a_sentence(open_page: Open, seeded: sa.Engine) -> None:
    app = save(save(open_page("projects", stage="Design"), "My solar"), "MY  solar")
    assert "already: choose another name" in problems(app).replace("\\", "")
    assert len(list_views(seeded, "Anna")) == 1


def test_without_a_name_of_the_author_nothing_is_saved(open_page: Open, seeded: sa.Engine) -> None:
    app = save(open_page("projects"), "My solar", who=" ")
    assert "Enter your name" in problems(app)
    assert list_views(seeded, "") == []


@pytest.mark.parametrize("name", ["![x](http://evil.example/a.png)", "# Big :red[x]", "</script><b>x"])
def test_a_hostile_name_is_shown_as_text(open_page: Open, seeded: sa.Engine, name: str) -> None:
    app = save(open_page("projects", stage="Design"), name)
    assert not app.exception
    (view,) = list_views(seeded, "Anna")
    (button,) = [button for button in app.button if button.key == f"open view {view.id}"]
    assert button.label == plain(name)


def test_a_view_is_renamed_shared_updated_and_deleted_with_undo(open_page: Open, seeded: sa.Engine) -> None:
    app = save(open_page("projects", stage="Design"), "My solar")
    fill(app, "Name", "Team solar")
    [box for box in app.toggle if box.label == "Shared"][-1].set_value(True)
    app = press(app, "Save")
    assert [(view.name, view.owner) for view in list_views(seeded, "")] == [("Team solar", "")]
    app.query_params["q"] = "fen"
    app = press(app, "Update to the present filters")
    assert list_views(seeded, "")[0].parameters == {"stage": ["Design"], "q": ["fen"]}
    app = press(app, "Delete")
    assert list_views(seeded, "") == []
    app = press(app, "Undo")
    assert [view.name for view in list_views(seeded, "")] == ["Team solar"]
    assert "is back" in "".join(each.value for each in app.success)


def test_a_change_over_somebody_elses_is_refused_with_a_sentence(open_page: Open, seeded: sa.Engine) -> None:
    view = saved(seeded, stage=["Design"])
    app = open_page("projects")
    change_view(seeded, view, actor=Actor.typed("Ben"), parameters={})
    (button,) = [button for button in app.button if button.label == "Delete"]
    assert "Ben changed the view" in problems(button.click().run())
    assert len(list_views(seeded, "")) == 1


def test_personal_views_are_those_of_the_author_only(open_page: Open, seeded: sa.Engine) -> None:
    create_view(seeded, "projects", "Of Ben", {"stage": ["Design"]}, actor=Actor.typed("Ben"), is_shared=False)
    app = open_page("projects")
    assert "Of Ben" not in [button.label for button in app.button]
    app = save(app, "Mine", who="Ben")
    assert {"Of Ben", "Mine"} <= {button.label for button in app.button}


@pytest.mark.parametrize("name", ["Anna Merrow", "Zoë; path=/x", "<script>alert('1')</script>", "x" * 200])
def test_the_name_of_the_author_is_kept_in_a_cookie(name: str) -> None:
    assert name_in_cookie(cookie_text(name)) == name
    assert all(character.isalnum() or character in "%_.-~" for character in cookie_text(name))
    assert COOKIE.isidentifier()


@pytest.mark.parametrize("cookie", ["", "%00", "a%07b", "%ff", "x" * 201])
def test_a_cookie_that_is_no_name_is_ignored(cookie: str) -> None:
    assert name_in_cookie(cookie) == ""
