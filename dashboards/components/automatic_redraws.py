"""Redraws that nobody asked for: newer data was published, or an edit has reached the charts.

A page that counts visits must not take them for a reader's.
"""

from typing import NoReturn

import streamlit as st

_NEXT, _PRESENT = "redraws: the next run is automatic", "redraws: this run is automatic"


def redraw_page() -> NoReturn:
    """Run the script again without a reader's doing. Call it in a fragment."""
    st.session_state[_NEXT] = True
    st.rerun()


def note_run() -> None:
    """Note whether this run is automatic. Call it once at the start of each script run."""
    st.session_state[_PRESENT] = st.session_state.pop(_NEXT, False)


def is_automatic_run() -> bool:
    """Return whether this script run was started by `redraw_page`."""
    return bool(st.session_state.get(_PRESENT, False))
