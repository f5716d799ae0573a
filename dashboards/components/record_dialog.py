"""The open form of a record, in a dialog above its page.

The address names the form (`form_routing.py`), so a reload, a lost connection and a second look find it again. A dialog
is drawn alone while it is used; once its form is saved or closed, the whole page is drawn. A click beside it does not
close it, because that would lose what was typed.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from dashboards.components import form_routing, save_notice


def render_dialog(
    title: str, name: str, body: Callable[[], None], *, width: Literal["small", "medium"] = "medium"
) -> None:
    """Draw the open form in a dialog. `name` is that of its state, `body` draws what is in it."""
    form = form_routing.open_form()

    @st.dialog(title, width=width, dismissible=False)
    def draw() -> None:
        if save_notice.is_waiting() or form_routing.open_form() != form:
            st.rerun()
        body()
        form_routing.close_button(name)

    draw()
