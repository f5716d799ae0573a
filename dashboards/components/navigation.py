"""Links back from a record to the page that it was opened from, with the filters of its address.

Streamlit changes the address in two steps when a script goes to another page: first the parameters, then the path. The
browser's history therefore has, between the list and the record, the list's path with the record's id. Going back
reaches that entry first; it means the list as it was left.
Not here: which parameters a page has (each page binds its own widgets).
"""

from pathlib import PurePath

import streamlit as st

RECORD, FORM = "id", "edit"
"Query parameters of a record's page, and of a page with an open form."
_LEFT, _LAST = "way back: addresses", "way back: last list"


def remember_list(page: st.Page) -> None:
    """Remember the page for links back. Call it first on every page that is not a record's, once per script run."""
    left: dict[str, dict[str, list[str]]] = st.session_state.setdefault(_LEFT, {})
    if RECORD in st.query_params:
        st.switch_page(page, query_params=left.get(page.url_path, {}))
    st.session_state[_LAST] = page
    if FORM not in st.query_params:
        left[page.url_path] = {name: st.query_params.get_all(name) for name in st.query_params}


def last_list() -> str:
    """Return the path of the page that was shown last and is not a record's."""
    page = st.session_state.get(_LAST)
    return page.url_path if page else ""


def back_links(file: str, label: str) -> None:
    """Draw links to the list of a record's kind and to the page that the record was opened from."""
    left, last = st.session_state.get(_LEFT, {}), st.session_state.get(_LAST)
    path = PurePath(file).stem
    with st.container(horizontal=True, key="back-links"):
        st.page_link(file, label=label, icon=":material/list:", query_params=left.get(path))
        if last is not None and last.url_path != path:
            words = f"Back to {last.title}"
            st.page_link(last, label=words, icon=":material/arrow_back:", query_params=left.get(last.url_path))
