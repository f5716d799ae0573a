"""The first row of a page: its title, and the actions beside it, such as saved views or an export.

The app draws the row before the page runs; a page may complete its title and add actions.
"""

from contextvars import ContextVar
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components.plain_text import plain


class _Header(NamedTuple):
    title: DeltaGenerator
    actions: DeltaGenerator


_CURRENT: ContextVar[_Header] = ContextVar("page header")
"The header of the script run; each run has a thread of its own."


PAGES_WITH_ACTIONS = ("pipeline_dashboard", "changes")
"""The pages that add actions of their own. On a phone these are in a row below the title, whose place is there before
they are drawn (`page_style.py`)."""


def render_header(title: str, address: str) -> None:
    """Draw the row with the title and room for actions; `address` is that of the page."""
    key = "page-header-and-actions" if address in PAGES_WITH_ACTIONS else "page-header"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=key):
        drawn = st.title(title, anchor=False, width="content")
        actions = st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content", key="page-actions"
        )
    _CURRENT.set(_Header(drawn, actions))


def replace_title(title: str) -> None:
    """Replace the title of the page, and of the browser's tab, by a longer one."""
    st.set_page_config(page_title=f"{title} · gb-renewables")
    _CURRENT.get().title.title(plain(title), anchor=False, width="content")


def page_actions() -> DeltaGenerator:
    """Return the container of the actions."""
    return _CURRENT.get().actions
