"""The typed name of an author, kept in a cookie of the browser for later sessions where nobody signs in.

Not here: who uses a session (`sign_in.py`), the input of a form (`submit_form.py`).
"""

from urllib.parse import quote, unquote

import streamlit as st

from dashboards.components import cookies
from dashboards.components.sign_in import current_actor, remember_name, sign_in_is_on
from pipeline_assets.names import clean_name, control_character
from warehouse.setting_types import is_text

COOKIE = "renewables_author"
LONGEST = 200
_KEPT = "author: name in the cookie"


def restore_name() -> None:
    """Take the name from the cookie in the first run of a session. Call it before the page."""
    if sign_in_is_on() or _KEPT in st.session_state:
        return
    st.session_state[_KEPT] = name_in_cookie(cookies.read_cookie(COOKIE))
    if not current_actor().name:
        remember_name(st.session_state[_KEPT])


def keep_name() -> None:
    """Write a new name into the cookie. Call it after the page."""
    if sign_in_is_on():
        return
    name = current_actor().name
    if name == st.session_state.get(_KEPT) or name_in_cookie(cookie_text(name)) != clean_name(name):
        return
    st.session_state[_KEPT] = name
    cookies.write_cookie(COOKIE, cookie_text(name))


def cookie_text(name: str) -> str:
    """Return a name as it is kept in the cookie: percent-encoded; empty for one that cannot be kept."""
    return quote(name, safe="") if is_text(name) else ""


def name_in_cookie(cookie: str) -> str:
    """Return the name in the cookie's text; empty if it is missing or is not a name."""
    name = clean_name(unquote(cookie, errors="ignore"))
    return "" if control_character(name) or len(name) > LONGEST else name
