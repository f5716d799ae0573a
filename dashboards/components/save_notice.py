"""The notice of what was just saved, shown at the top of the next page.

Not here: saving (`submit_form.py`).
"""

import streamlit as st

from dashboards.components.landing_offer import landing_offer
from dashboards.components.plain_text import plain
from pipeline_assets.errors import MOST_NAMED, Problem
from pipeline_assets.fields import field_title
from pipeline_assets.ledger.changes import Receipt
from renewables.queries.import_summary import message_kind

Page = tuple[str, dict[str, str]]
"A page's file and its query parameters."
_SAVED, _GO, _LAST = "saved just now", "go after saving", "saved last"


def store_notice(receipt: Receipt, go: Page | None = None, *, token: str = "") -> None:
    """Store a receipt in a callback, in which no page can be drawn.

    `go` is the page to show it on; `token` is the form's.
    """
    st.session_state[_LAST] = token, receipt, go
    st.session_state[_SAVED] = receipt
    if go:
        st.session_state[_GO] = go


def restore_notice(token: str) -> None:
    """Restore the notice for the second of two clicks, which ends the run in which the first was changing pages."""
    last, receipt, go = st.session_state.get(_LAST, ("", None, None))
    if receipt and last == token:
        store_notice(receipt, go, token=token)


def render_notice() -> None:
    """Switch to the page that a form leads to and show what was saved. Call it at the top of every page."""
    going: Page | None = st.session_state.pop(_GO, None)
    if going:
        page, parameters = going
        st.switch_page(page, query_params=parameters)
    receipt: Receipt | None = st.session_state.pop(_SAVED, None)
    if receipt is not None:
        _render_outcome(receipt)
    landing_offer()


def _render_outcome(receipt: Receipt) -> None:
    if receipt.changes:
        st.success("Saved.", icon=":material/check_circle:")
    else:
        st.info("No changes to save.", icon=":material/info:")
    render_warnings(receipt)


def render_warnings(receipt: Receipt) -> None:
    """Draw the ledger's warnings; of several of one kind the first, with their count."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for warning in receipt.warnings:
        key = (field_title(warning.kind, warning.field), message_kind(warning.message))
        groups.setdefault(key, []).append(warning)
    lines = [
        f"{title}: {plain(group[0].message)}" + (f" (and {len(group) - 1:,} more like this)" if len(group) > 1 else "")
        for (title, _), group in groups.items()
    ]
    if lines:
        text = "  \n".join(lines[:MOST_NAMED])
        st.warning(text, title="Please check", icon=":material/visibility:")
