"""Saved views: who sees them, names that are taken or hostile, changes at the same time, deleting and restoring."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from pipeline_assets.access import Actor
from pipeline_assets.errors import ViewRefused
from pipeline_assets.ledger import reader
from pipeline_assets.ledger.saved_views import (
    LONGEST_PARAMETERS,
    SAVED,
    SavedView,
    change_view,
    create_view,
    delete_view,
    list_views,
    read_view,
    restore_view,
)

DESIGN = {"stage": ["Design"], "columns": ["RAG", "MWp"], "q": ["fen: 50 %"]}


def save(
    engine: sa.Engine, name: str, *, who: str = "Anna", is_shared: bool = False, page: str = "projects"
) -> SavedView:
    return create_view(engine, page, name, DESIGN, actor=Actor.typed(who), is_shared=is_shared)


def names(engine: sa.Engine, who: str, page: str | None = None) -> list[str]:
    return [view.name for view in list_views(engine, who, page)]


def test_a_view_is_read_as_it_was_saved(engine: sa.Engine) -> None:
    view = save(engine, "My solar")
    assert read_view(engine, view.id) == view
    assert (view.parameters, view.owner, view.changed_by) == (DESIGN, "Anna", "Anna")
    assert view.address == f"projects?{SAVED}={view.id}"


def test_a_person_sees_the_own_views_first_and_then_the_shared_ones(engine: sa.Engine) -> None:
    save(engine, "zebra")
    save(engine, "Board", who="Ben", is_shared=True)
    save(engine, "Hidden", who="Ben")
    save(engine, "Due", page="todo")
    assert names(engine, "  ANNA ", "projects") == ["zebra", "Board"]
    assert names(engine, "Anna") == ["zebra", "Board", "Due"]
    assert names(engine, "") == ["Board"]


@pytest.mark.parametrize("again", ["My solar", "my  SOLAR", "My\u200b solar", "My solar "])
def test_the_same_name_twice_is_refused_in_any_spelling(engine: sa.Engine, again: str) -> None:
    save(engine, "My solar")
    with pytest.raises(ViewRefused, match="already: choose another name"):
        save(engine, again)
    assert names(engine, "Anna") == ["My solar"]


def test_a_name_may_be_used_again_by_another_person_on_another_page_and_as_shared(engine: sa.Engine) -> None:
    save(engine, "Solar")
    save(engine, "Solar", who="Ben")
    save(engine, "Solar", page="todo")
    save(engine, "Solar", is_shared=True)
    assert names(engine, "Anna") == ["Solar", "Solar", "Solar"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "must not be empty"),
        (" \u200b\u3164 ", "must not be empty"),
        ("two\nlines", "has a line break"),
        ("nul\x00", "has a control character"),
        ("x" * 101, "at most 100 characters"),
        ("\ud800", "The name of the view"),
    ],
)
def test_an_unusable_name_is_refused_with_a_sentence(engine: sa.Engine, name: str, message: str) -> None:
    with pytest.raises(ViewRefused, match=message):
        save(engine, name)
    assert names(engine, "Anna") == []


@pytest.mark.parametrize("name", ["'; DROP TABLE saved_views; --", "![x](http://evil.example/a.png)", "=1+1", "🌬️ Вид"])
def test_a_strange_name_is_kept_as_it_is(engine: sa.Engine, name: str) -> None:
    view = save(engine, name)
    assert names(engine, "Anna") == [name]
    assert change_view(engine, view, actor=Actor.typed("Anna"), parameters={}).name == name


@pytest.mark.parametrize("who", ["", "  ", "\u200b", "a\x00b", "x" * 201, "\ud800"])
def test_a_view_needs_the_name_of_its_author(engine: sa.Engine, who: str) -> None:
    with pytest.raises(ViewRefused, match="our name"):
        save(engine, "Mine", who=who)


def test_a_view_is_renamed_updated_and_shared(engine: sa.Engine) -> None:
    view = save(engine, "Solar")
    view = change_view(engine, view, actor=Actor.typed("Anna"), name="Solar in design")
    view = change_view(engine, view, actor=Actor.typed("Anna"), parameters={"stage": ["Planning"]})
    view = change_view(engine, view, actor=Actor.typed("Anna"), is_shared=True)
    assert list_views(engine, "Ben") == [view]
    assert (view.name, view.parameters, view.owner, view.version) == ("Solar in design", {"stage": ["Planning"]}, "", 4)
    assert change_view(engine, view, actor=Actor.typed("Ben"), is_shared=False).owner == "Ben"
    assert names(engine, "Anna") == []


def test_renaming_to_a_name_that_is_taken_is_refused(engine: sa.Engine) -> None:
    save(engine, "Solar")
    wind = save(engine, "Wind")
    with pytest.raises(ViewRefused, match="“Solar” of this page already"):
        change_view(engine, wind, actor=Actor.typed("Anna"), name="SOLAR")
    assert change_view(engine, wind, actor=Actor.typed("Anna"), name="WIND").name == "WIND"


def test_a_change_over_somebody_elses_is_refused(engine: sa.Engine) -> None:
    view = save(engine, "Board", is_shared=True)
    change_view(engine, view, actor=Actor.typed("Ben"), parameters={})
    with pytest.raises(ViewRefused, match="Ben changed the view “Board” in the meantime"):
        change_view(engine, view, actor=Actor.typed("Anna"), name="Mine")
    with pytest.raises(ViewRefused, match="in the meantime"):
        delete_view(engine, view, actor=Actor.typed("Anna"))


def test_a_personal_view_is_changed_by_its_owner_only(engine: sa.Engine) -> None:
    view = save(engine, "Solar")
    for change in (
        lambda: change_view(engine, view, actor=Actor.typed("Ben"), name="x"),
        lambda: delete_view(engine, view, actor=Actor.typed("Ben")),
    ):
        with pytest.raises(ViewRefused, match="belongs to Anna"):
            change()
    assert change_view(engine, view, actor=Actor.typed("ANNA"), name="Wind").name == "Wind"


def test_a_deleted_view_can_be_restored(engine: sa.Engine) -> None:
    view = save(engine, "Solar")
    delete_view(engine, view, actor=Actor.typed("Anna"))
    assert read_view(engine, view.id) is None
    with pytest.raises(ViewRefused, match="was deleted in the meantime"):
        change_view(engine, view, actor=Actor.typed("Anna"), name="x")
    restored = restore_view(engine, view, actor=Actor.typed("Anna"))
    assert (restored.id, restored.name, restored.parameters) == (view.id, view.name, view.parameters)
    with pytest.raises(ViewRefused, match="exists already"):
        restore_view(engine, view, actor=Actor.typed("Anna"))


def test_a_deleted_view_is_not_restored_over_a_new_one_of_its_name(engine: sa.Engine) -> None:
    view = save(engine, "Solar")
    delete_view(engine, view, actor=Actor.typed("Anna"))
    save(engine, "Solar")
    with pytest.raises(ViewRefused, match="already: choose another name"):
        restore_view(engine, view, actor=Actor.typed("Anna"))


@pytest.mark.parametrize(
    "parameters", [{"q": ["x" * (LONGEST_PARAMETERS + 1)]}, {"q": ["\ud800"]}, {"q": ["a\x00b"]}, {"q\x00": ["a"]}]
)
def test_parameters_that_cannot_be_kept_are_refused(engine: sa.Engine, parameters: dict[str, list[str]]) -> None:
    with pytest.raises(ViewRefused, match="filter"):
        create_view(engine, "projects", "Solar", parameters, actor=Actor.typed("Anna"), is_shared=False)


def test_a_view_of_a_page_that_has_none_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(ViewRefused, match="no saved views of the page 'about'"):
        save(engine, "Solar", page="about")


@pytest.mark.parametrize("id", ["", "nothing", "\x00", "\ud800", "' OR 1=1 --"])
def test_an_id_that_no_view_has_reads_nothing(engine: sa.Engine, id: str) -> None:
    save(engine, "Solar")
    assert read_view(engine, id) is None


def test_views_leave_the_portfolio_and_its_position_alone(engine: sa.Engine) -> None:
    view = save(engine, "Solar")
    delete_view(engine, replace(view), actor=Actor.typed("Anna"))
    assert reader.newest_position(engine) == 0
