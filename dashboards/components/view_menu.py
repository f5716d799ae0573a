"""The menu of saved views beside a page's title: open, save, rename, share, update, delete, undo.

It needs the ledger only, so it works while the warehouse is busy. Not here: how a view is opened (`view_opening.py`),
what a view is (`pipeline_assets/ledger/saved_views.py`).
"""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.plain_text import plain, plain_sentence
from dashboards.components.sign_in import current_actor, refusal_of, remember_name, sign_in_is_on
from dashboards.components.view_opening import open_view, present_parameters
from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger.saved_views import (
    SAVED,
    SAVING,
    SavedView,
    change_view,
    create_view,
    delete_view,
    list_views,
    restore_view,
)

_NOTE, _PROBLEM, _DELETED, _LAST = "views: note", "views: problem", "views: deleted", "views: id saved last"
_ROUND = "views: round"
"Counts what was saved: the menu closes, so that the note and its undo are seen, and its inputs are empty again."


def render_menu(page: st.Page) -> None:
    """Draw the menu of a page's views."""
    with st.popover("Views", icon=":material/bookmarks:", key=f"views {st.session_state.get(_ROUND, 0)}"):
        try:
            views = list_views(ledger_session.engine(), current_actor().name, page.url_path)
        except PipelineError as error:
            st.caption(plain_sentence(str(error)))
            return
        if problem := st.session_state.pop(_PROBLEM, ""):
            st.error(plain_sentence(problem), icon=":material/error:")
        _render_views(views)
        if sign_in_is_on() and (refusal := refusal_of(SAVING)):
            st.caption(refusal)
            return
        _render_saving(page.url_path)
        if views:
            _render_changing(views)


def render_note() -> None:
    """Draw what was just done to a view, with the undo of a deletion."""
    note, deleted = st.session_state.pop(_NOTE, ""), st.session_state.get(_DELETED)
    if not note:
        st.session_state.pop(_DELETED, None)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(note, icon=":material/bookmark:", width="stretch")
        if deleted is not None:
            st.button("Undo", icon=":material/undo:", on_click=_on_undo_click, args=(deleted,), key="views undo")


def _render_views(views: Sequence[SavedView]) -> None:
    present = present_parameters()
    if not views:
        st.caption("No saved views of this page yet. Choose filters and save them under a name.")
    for title, is_shared in (("Mine", False), ("Shared", True)):
        part = [view for view in views if view.is_shared == is_shared]
        if not part:
            continue
        with st.container(gap="xxsmall"):
            st.markdown(f"**{title}**")
            for view in part:
                st.button(
                    plain(view.name),
                    icon=":material/check:" if view.parameters == present else ":material/bookmark:",
                    type="tertiary",
                    key=f"open view {view.id}",
                    on_click=open_view,
                    args=(view,),
                )


def _render_saving(page: str) -> None:
    turn = st.session_state.get(_ROUND, 0)
    with st.form(f"save view {turn}", border=False):
        st.text_input("Save the present filters as", key=f"view name {turn}", placeholder="Name of the view")
        _author_input(f"view author {turn}")
        st.toggle("Shared", key=f"view shared {turn}", help="Everybody sees a shared view and can change it.")
        st.form_submit_button("Save view", icon=":material/bookmark_add:", on_click=_on_save_click, args=(page, turn))


def _render_changing(views: Sequence[SavedView]) -> None:
    by_id = {view.id: view for view in views}
    turn = st.session_state.get(_ROUND, 0)
    with st.expander("Change a view", icon=":material/edit:"):
        last = st.session_state.get(_LAST)
        id = st.selectbox(
            "View",
            list(by_id),
            index=list(by_id).index(last) if last in by_id else 0,
            format_func=lambda id: by_id[id].name + (" (shared)" if by_id[id].is_shared else ""),
            key=f"changed view {turn}",
        )
        view = by_id[id]
        key = f"{view.id} {view.version}"
        st.text_input("Name", view.name, key=f"view name {key}")
        st.toggle("Shared", view.is_shared, key=f"view shared {key}")
        with st.container(horizontal=True):
            st.button("Save", icon=":material/save:", on_click=_on_rename_click, args=(view, key), key=f"rename {key}")
            st.button(
                "Update to the present filters",
                icon=":material/sync:",
                on_click=_on_update_click,
                args=(view,),
                key=f"update {key}",
            )
            st.button("Delete", icon=":material/delete:", on_click=_on_delete_click, args=(view,), key=f"delete {key}")
        base = (st.context.url or "").rstrip("/")
        st.caption("The address that opens this view as it is at that time:")
        st.code(f"{base}?{SAVED}={view.id}", language=None, wrap_lines=True)


def _author_input(key: str) -> None:
    name = current_actor().name
    if sign_in_is_on():
        st.caption(f"Saved as {plain(name)}")
    else:
        st.text_input("Your name *", name, key=key, help="This browser remembers it. Your views are under it.")


def _on_save_click(page: str, turn: int) -> None:
    if not sign_in_is_on():
        remember_name(str(st.session_state.get(f"view author {turn}", "")).strip())
    name, is_shared = str(st.session_state[f"view name {turn}"]), bool(st.session_state[f"view shared {turn}"])

    def save() -> str:
        view = create_view(
            ledger_session.engine(), page, name, present_parameters(), actor=current_actor(), is_shared=is_shared
        )
        st.session_state[_LAST] = view.id
        return f"Saved the {'shared ' if is_shared else ''}view **{plain(view.name)}**."

    _try_change(save)


def _on_rename_click(view: SavedView, key: str) -> None:
    name, is_shared = str(st.session_state[f"view name {key}"]), bool(st.session_state[f"view shared {key}"])

    def rename() -> str:
        change_view(ledger_session.engine(), view, actor=_changer(), name=name, is_shared=is_shared)
        st.session_state[_LAST] = view.id
        return f"Saved the view **{plain(name)}**."

    _try_change(rename)


def _on_update_click(view: SavedView) -> None:
    def update() -> str:
        change_view(ledger_session.engine(), view, actor=_changer(), parameters=present_parameters())
        st.session_state[_LAST] = view.id
        return f"The view **{plain(view.name)}** now has the present filters."

    _try_change(update)


def _on_delete_click(view: SavedView) -> None:
    def delete() -> str:
        delete_view(ledger_session.engine(), view, actor=_changer())
        st.session_state[_DELETED] = view
        return f"Deleted the view **{plain(view.name)}**."

    _try_change(delete)


def _on_undo_click(view: SavedView) -> None:
    def restore() -> str:
        restore_view(ledger_session.engine(), view, actor=_changer())
        return f"The view **{plain(view.name)}** is back."

    st.session_state.pop(_DELETED, None)
    _try_change(restore)


def _changer() -> Actor:
    """Return who changes a shared view, which needs no typed name where nobody signs in."""
    actor = current_actor()
    return actor if actor.name or sign_in_is_on() else Actor.typed("a reader")


def _try_change(change: Callable[[], str]) -> None:
    """Make a change and keep its note for the next run, or the reason why it was refused."""
    try:
        st.session_state[_NOTE] = change()
    except PipelineError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
