"""The notice of what was just saved, shown at the top of the next page, with a button that undoes it.

Not here: saving (`submit_form.py`), undoing after a look at what it does (`undo_form.py`).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboards.components import ledger_session
from dashboards.components.landing_offer import landing_offer
from dashboards.components.navigation import FORM, RECORD, last_list
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.errors import MOST_NAMED, PipelineError, Problem
from pipeline_assets.fields import field_title
from pipeline_assets.ledger.changes import Receipt
from pipeline_assets.ledger.submission import revert
from pipeline_assets.models import new_id
from renewables.queries.import_summary import message_kind

Page = tuple[str, dict[str, str]]
"A page's file and its query parameters."
UNDONE_AT_ONCE = 20
"The most changes that one click undoes; more are listed and confirmed first."
STAYS_FOR = timedelta(minutes=1)
"How long the notice stays while its page is shown, which may be drawn again when the edit lands."
_SAVED, _GO, _LAST = "saved just now", "go after saving", "saved last"
_SHOWN, _UNDONE, _PROBLEM = "saved: notice", "saved: batch that undid", "saved: problem of undoing"


@dataclass(frozen=True)
class _Notice:
    receipt: Receipt
    is_undone: bool
    place: tuple[object, ...]
    at: datetime
    token: str = field(default_factory=new_id)
    "The token of the batch that undoes it, so that two clicks are one batch."


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


def is_waiting() -> bool:
    """Return whether something was saved that no page has shown yet; an open dialog then closes."""
    return _SAVED in st.session_state or _GO in st.session_state


def render_notice() -> None:
    """Switch to the page that a form leads to and show what was saved. Call it at the top of every page."""
    going: Page | None = st.session_state.pop(_GO, None)
    if going:
        page, parameters = going
        st.switch_page(page, query_params=parameters)
    place = (last_list(), st.query_params.get(RECORD), st.query_params.get(FORM))
    receipt: Receipt | None = st.session_state.pop(_SAVED, None)
    if receipt is not None:
        is_undone = st.session_state.pop(_UNDONE, "") == receipt.batch
        st.session_state[_SHOWN] = _Notice(receipt, is_undone, place, datetime.now(UTC))
    notice: _Notice | None = st.session_state.get(_SHOWN)
    if notice and notice.place == place and datetime.now(UTC) - notice.at < STAYS_FOR:
        _render_outcome(notice)
    else:
        st.session_state.pop(_SHOWN, None)
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain(problem), title="Not undone", icon=":material/error:")
    landing_offer()


def _render_outcome(notice: _Notice) -> None:
    changes = len(notice.receipt.changes)
    if not changes:
        st.info("No changes to save.", icon=":material/info:")
    else:
        with st.container(horizontal=True, vertical_alignment="center", key="saved"):
            st.success("Undone." if notice.is_undone else "Saved.", icon=":material/check_circle:", width=160)
            if changes <= UNDONE_AT_ONCE:
                refusal = refusal_of("undo a batch")
                st.button(
                    *("Redo" if notice.is_undone else "Undo", f"undo {notice.token}"),
                    icon=f":material/{'redo' if notice.is_undone else 'undo'}:",
                    type="tertiary",
                    on_click=_undo,
                    args=(notice,),
                    disabled=bool(refusal),
                    help=refusal or None,
                )
            else:
                st.caption(f"{changes:,} changes; undo them under *Earlier batches* of the page Import.")
    render_warnings(notice.receipt)


def _undo(notice: _Notice) -> None:
    try:
        receipt = revert(ledger_session.engine(), notice.receipt.batch, actor=current_actor(), token=notice.token)
    except PipelineError as error:
        st.session_state[_PROBLEM] = str(error)
    else:
        store_notice(receipt)
        if not notice.is_undone:
            st.session_state[_UNDONE] = receipt.batch


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
