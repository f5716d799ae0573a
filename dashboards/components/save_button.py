"""A button that saves a few changes at once; it asks for the author's name first if that is not known yet.

Not here: forms with fields (`submit_form.py`), the notice after saving (`save_notice.py`).
"""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.components import ledger_session, save_notice, submit_form
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger.changes import Change
from pipeline_assets.ledger.submission import submit

_PROBLEM = "problem of a save button"


def save_button(
    label: str,
    name: str,
    build: Callable[[], Sequence[Change]],
    *,
    icon: str,
    why: str,
    go: submit_form.Go | None = None,
) -> None:
    """Draw a button that submits the changes of `build` as one batch. `name` is its key on the page."""
    if refusal := refusal_of("save changes"):
        st.caption(f":material/lock: {refusal}")
        return
    if not current_actor().name:
        with st.popover(label, icon=icon, type="tertiary", key=f"popover {name}"):
            submit_form.render_form(name, [], build=lambda _: build(), label=label, go=go, with_reason=False)
        return
    token = submit_form.form_state(name).token
    st.button(label, icon=icon, key=f"save {name}", type="tertiary", on_click=_save, args=(name, token, build, why, go))
    if problem := st.session_state.pop(f"{_PROBLEM} {name}", ""):
        st.error(plain(problem), title="Not saved", icon=":material/error:")


def _save(name: str, token: str, build: Callable[[], Sequence[Change]], why: str, go: submit_form.Go | None) -> None:
    try:
        receipt = submit(ledger_session.engine(), build(), actor=current_actor(), why=why, token=token)
    except PipelineError as error:
        st.session_state[f"{_PROBLEM} {name}"] = str(error)
    else:
        submit_form.discard(name)
        save_notice.store_notice(receipt, go(receipt) if go else None, token=token)
