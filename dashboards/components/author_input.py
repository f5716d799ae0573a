"""Who saves a form: the name that this browser knows, with a way to change it, or else the input for it.

Not here: keeping the name (`author.py`), who has signed in (`sign_in.py`), saving (`submit_form.py`).
"""

import streamlit as st

from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, remember_name, sign_in_is_on


def render_author(token: str, *, is_refused: bool = False) -> None:
    """Draw the author of a form; the input is open while no name is known, and while the name was refused."""
    name = current_actor().name
    if sign_in_is_on():
        st.caption(f"Saved as {plain(name)}")
    elif not name or is_refused:
        _render_input(token, name)
    else:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"as **{plain(name)}**", width="content")
            with st.popover("Change", type="tertiary", key=f"{token} change author"):
                _render_input(token, name)


def remember_author(token: str) -> None:
    """Keep the name that the form has. Call it in the callback of the form's button."""
    if not sign_in_is_on():
        remember_name(st.session_state.get(_key(token), current_actor().name))


def _render_input(token: str, name: str) -> None:
    st.text_input("Your name *", name, key=_key(token), help="Shown in the history. This browser remembers it.")


def _key(token: str) -> str:
    """Return the key of the input. It changes once a name is known, so that all forms of the page have it."""
    return f"{token} who {current_actor().name}"
