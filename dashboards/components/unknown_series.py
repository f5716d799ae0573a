"""The warning about series that Elexon publishes and that are not declared here.

Belongs here: how the pages show it. Not here: which they are (`renewables/queries/unknown_series.py`).
"""

import streamlit as st

from dashboards.components import snapshot_cache
from dashboards.components.plain_text import plain
from renewables.queries.unknown_series import sentence_of, unknown_series


def warn_of_unknown_series() -> None:
    """Show a warning if there are unknown series."""
    if sentence := sentence_of(snapshot_cache.cached_query(unknown_series)):
        st.warning(plain(sentence), icon=":material/new_releases:")
