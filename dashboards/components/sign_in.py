"""Who the reader is, where the server has an identity provider (`[auth]` in Streamlit's secrets.toml).

Not here: the name that is typed into a form where nobody signs in (`submit_form.py`).
"""

import streamlit as st


def signed_in() -> str:
    """Return the e-mail address, or else the name, of the reader; empty if nobody is signed in."""
    user = st.user.to_dict()
    return str(user.get("email") or user.get("name") or "") if user.get("is_logged_in") else ""


def render_sign_in() -> None:
    """Draw a button to sign in or out in the sidebar, where sign-in is set up."""
    if "is_logged_in" not in st.user.to_dict():
        return
    with st.sidebar:
        if name := signed_in():
            st.text(f"Signed in as {name}")
            st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout)
        else:
            st.button("Sign in", icon=":material/login:", type="tertiary", on_click=st.login)
