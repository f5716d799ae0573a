"""Opening a saved view: its parameters become the address of its page, and the widgets take their values from there.

A widget reads the address only when the page is new to the session, so a view of the page that is shown needs a run
without the page's widgets in between. Not here: the menu of views (`view_menu.py`), what a view is
(`pipeline_assets/ledger/saved_views.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.navigation import FORM, RECORD
from dashboards.components.plain_text import plain, plain_sentence
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger.saved_views import PAGES, SAVED, SavedView, read_view

CALLS = 4
"""The calls of the part that clears the widgets: in the run without them, then by the browser's clock. The first of
these may have been sent before a slow browser forgot the widgets, and would bring their old values back.
"""
CLEARED_AFTER = 0.1
"The seconds between two calls of the part that clears the widgets."
NO_FILTERS = (FORM, RECORD, SAVED)
"The query parameters of pages with views that are not filters or columns."
LABELS = {"q": "Search", "from-to": "From and to", "of": "Technology", "rag": "RAG"}
_SEEN, _OPENING, _CLEARING = "views: parameters seen", "views: to open", "views: widgets to clear"
_OPENED, _MISSING, _REFUSED = "views: opened", "views: missing values", "views: refused"


def open_view(view: SavedView) -> None:
    """Open a view of the page that is shown. Call it in a callback."""
    st.session_state[_OPENING] = view
    st.session_state[_CLEARING] = CALLS


def present_parameters() -> dict[str, list[str]]:
    """Return the filters and columns in the address: the parameters that a widget of the page has."""
    return {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name in st.session_state and name not in NO_FILTERS
    }


def is_opening(page: st.Page) -> bool:
    """Go on opening a view, from the menu or from the address; return whether this run must not draw the page."""
    seen: set[str] = st.session_state.setdefault(_SEEN, set())
    seen.update(st.query_params)
    if st.session_state.get(_CLEARING, 0):
        _end_run()
        return True
    view: SavedView | None = st.session_state.pop(_OPENING, None) or _view_in_address(page)
    if view is not None:
        st.session_state[_OPENED] = view
        st.session_state.pop(_MISSING, None)
        for name in seen:  # else a widget restores the value that it had in this session
            st.session_state.pop(name, None)
        st.switch_page(page, query_params=view.parameters)
    return False


@st.fragment(run_every=CLEARED_AFTER)
def _end_run() -> None:
    """Let this run end without the page's widgets, then start the next one."""
    st.session_state[_CLEARING] -= 1
    if st.session_state[_CLEARING]:
        return
    del st.session_state[_CLEARING]
    st.rerun()


def render_refusal() -> None:
    """Draw why the view in the address cannot be opened."""
    if reason := st.session_state.pop(_REFUSED, ""):
        st.warning(plain_sentence(reason), icon=":material/bookmark_remove:")


def render_missing_values() -> None:
    """Draw which values of the opened view the page no longer has. Call it after the page was drawn."""
    view: SavedView | None = st.session_state.pop(_OPENED, None)
    present = present_parameters()
    if view is not None:
        missing = {name: _missing_of(name, values) for name, values in view.parameters.items()}
        st.session_state[_MISSING] = _missing_text(view, missing), present
    text, shown_with = st.session_state.get(_MISSING, ("", present))
    if text and shown_with == present:
        st.warning(text, icon=":material/bookmark_remove:")
    elif shown_with != present:
        del st.session_state[_MISSING]


def _view_in_address(page: st.Page) -> SavedView | None:
    id = st.query_params.get(SAVED)
    if id is None:
        return None
    del st.query_params[SAVED]
    try:
        view = read_view(ledger_session.engine(), id)
    except PipelineError as error:
        st.session_state[_REFUSED] = f"The saved view cannot be opened. {error}"
        return None
    if view is None or view.page not in PAGES:
        st.session_state[_REFUSED] = "The saved view in the address does not exist: it was probably deleted."
        return None
    if view.page != page.url_path:
        st.session_state[_REFUSED] = f"The saved view in the address belongs to the page {PAGES[view.page]}."
        return None
    return view


def _missing_of(name: str, values: Sequence[str]) -> list[str]:
    """Return the values that a widget did not take: neither in the address, nor its default, which is left out."""
    taken = {*st.query_params.get_all(name), *_value_texts(st.session_state.get(name))}
    return [value for value in values if value and value not in taken]


def _value_texts(value: Any) -> list[str]:
    """Return the value of a widget as it would be in the address."""
    if isinstance(value, list | tuple):
        return [text for each in value for text in _value_texts(each)]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [] if value is None else [str(value)]


def _missing_text(view: SavedView, missing: Mapping[str, Sequence[str]]) -> str:
    parts = [
        f"{LABELS.get(name, name.replace('_', ' ').capitalize())}: {', '.join(values)}"
        for name, values in missing.items()
        if values
    ]
    if not parts:
        return ""
    left_out = "; ".join(parts)
    return plain(
        f"The view “{view.name}” has choices that this page no longer has: {left_out}. They were left out; the other "
        "filters apply. Update the view to remove them."
    )
