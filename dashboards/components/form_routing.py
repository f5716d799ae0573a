"""Which form is open on a page. The address names it, so it is still open after a reload.

Not here: the fields of the forms (`forms.py`), saving them (`submit_form.py`).
"""

import streamlit as st

from dashboards.components import submit_form
from dashboards.components.navigation import FORM
from dashboards.components.sign_in import refusal_of

NEW = "new"


def open_form() -> str:
    """Return the form that the address names; empty for none."""
    return str(st.query_params.get(FORM, ""))


def open_button(
    label: str,
    form: str,
    *,
    icon: str,
    key: str,
    help_text: str | None = None,
    small: bool = False,
    primary: bool = False,
) -> None:
    """Draw a button that opens a form."""
    refusal = refusal_of("save changes")
    st.button(
        label,
        icon=icon,
        key=key,
        on_click=_open_form,
        args=(form,),
        type="primary" if primary else "tertiary" if small else "secondary",
        help=refusal or help_text,
        disabled=bool(refusal),
    )


def close_button(name: str) -> None:
    """Draw the button that closes the form without saving."""
    st.button(
        "Cancel", key=f"cancel {name}", icon=":material/close:", on_click=_close_form, args=(name,), type="tertiary"
    )


def _open_form(form: str) -> None:
    for name in [name for name in st.session_state if str(name).startswith("form ") and "comment " not in str(name)]:
        del st.session_state[name]  # reopened on the current version
    st.query_params[FORM] = form


def _close_form(name: str) -> None:
    submit_form.discard(name)
    st.query_params.pop(FORM, None)
