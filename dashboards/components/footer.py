"""The footer of every page, and the empty state of pages without data."""

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import OPEN_TO_ALL, sign_in_is_on
from renewables.attribution import LICENCE_URL, attribution, note_of_sources
from renewables.queries.snapshot import source_names
from warehouse.errors import WarehouseError


def render_footer() -> None:
    """Draw who can edit here, and the attribution: Elexon's licence requires its line wherever the data is shown."""
    st.space("small")
    if not sign_in_is_on():
        st.caption(f":material/lock_open: {OPEN_TO_ALL}", help="docs/access.md describes sign-in and roles.")
    if snapshot_cache.current_snapshot() is None:
        return
    try:
        sources = snapshot_cache.cached_query(source_names)
    except WarehouseError:
        return
    if not sources:
        return
    licence = f" [Licence of the BMRS data]({LICENCE_URL})." if attribution(sources) else ""
    st.caption(f"{plain(note_of_sources(sources))}{licence} UK time (GMT/BST) unless marked UTC.")


def empty_state(name: str = "wind and solar") -> None:
    """Draw an empty state in place of a page's content, with what to do next."""
    with st.container(border=True):
        st.subheader(f"No {name} data yet", anchor=False)
        st.write("Import the last 7 days, a year or any date range, and this page updates automatically.")
        st.page_link("app_pages/data_management.py", label="Import data", icon=":material/cloud_download:")
        st.caption(
            "From a terminal: `renewables fetch-range 2026-01-01 2026-01-07`, or `renewables demo` for synthetic data."
        )
