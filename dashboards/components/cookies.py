"""Cookies of the browser: small facts about a reader that no server needs to keep.

Not here: what they mean (`author.py`, `last_visit.py`).
"""

import re

import streamlit as st

DAYS_KEPT = 400
_SAFE = re.compile(r"[\w.%~-]*", re.ASCII)
"Names and values that end neither the cookie nor the script that writes it."


def read_cookie(name: str) -> str:
    """Return the value that the browser sent when the page was loaded, or an empty text."""
    value: object = st.context.cookies.get(name, "")
    return value if isinstance(value, str) else ""  # without a browser, in tests, it is anything


def write_cookie(name: str, value: str) -> None:
    """Make the browser keep a value, whose characters are letters, digits and `_.%~-`."""
    if not _SAFE.fullmatch(name + value):
        raise ValueError(f"the cookie {name} cannot hold this value")
    st.html(
        f"<script>document.cookie = '{name}={value}; path=/; max-age={DAYS_KEPT * 86_400}; samesite=strict'</script>",
        unsafe_allow_javascript=True,  # its only variable parts are of the characters above
    )
