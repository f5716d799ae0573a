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
_RESTORED = "author: cookie was read"


def restore_name() -> None:
    """Take the name from the cookie in the first run of a session. Call it before the page."""
    if sign_in_is_on() or _RESTORED in st.session_state:
        return
    st.session_state[_RESTORED] = True
    if not current_actor().name:
        remember_name(name_in_cookie(cookies.read_cookie(COOKIE)))


def keep_name() -> None:
    """Write a name that the browser did not send into the cookie.

    Call it before the page: the callbacks of forms have set the name by then, and who saves and reloads at once keeps
    it. Every run writes it, because a run may be replaced before the browser has got it.
    """
    if sign_in_is_on():
        return
    name = current_actor().name
    text = cookie_text(name)
    if text != cookies.read_cookie(COOKIE) and name_in_cookie(text) == clean_name(name):
        cookies.write_cookie(COOKIE, text)


def cookie_text(name: str) -> str:
    """Return a name as it is kept in the cookie: percent-encoded; empty for one that cannot be kept."""
    return quote(name, safe="") if is_text(name) else ""


def name_in_cookie(cookie: str) -> str:
    """Return the name in the cookie's text; empty if it is missing or is not a name."""
    name = clean_name(unquote(cookie, errors="ignore"))
    return "" if control_character(name) or len(name) > LONGEST else name
