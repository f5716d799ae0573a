"""Undoing a batch after a look at what that does: sentences with names, and a box to tick for many changes.

Not here: the undo beside *Saved.* (`save_notice.py`), the list of batches (`app_pages/transfer.py`).
"""

import streamlit as st

from dashboards.components import ledger_session, submit_form
from dashboards.components.plain_text import plain
from dashboards.components.save_notice import UNDONE_AT_ONCE
from dashboards.components.sign_in import dry_run_actor
from pipeline_assets.access import Actor
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger.changes import Receipt
from pipeline_assets.ledger.submission import revert
from renewables.queries.change_sentences import undo_sentences
from renewables.queries.record_history import Batch

SENTENCES_SHOWN = 12


def render_undo(name: str, batch: Batch, *, go: submit_form.Go | None = None) -> None:
    """Draw what undoing the batch does and the form for it; a new batch undoes it, and nothing is deleted."""
    if batch.reverted_by:
        st.caption("This batch was already undone.")
        return
    try:
        dry = revert(
            ledger_session.engine(),
            batch.batch,
            actor=dry_run_actor(),
            token=f"dry run {batch.batch}",
            dry_run=True,
        )
    except PipelineError as error:
        st.error(plain(str(error)), title="This batch cannot be undone", icon=":material/error:")
        return
    sentences = undo_sentences(ledger_session.current_portfolio(), dry.changes)
    lines = [f"- {plain(sentence)}" for sentence in sentences[:SENTENCES_SHOWN]]
    if len(sentences) > SENTENCES_SHOWN:
        lines.append(f"- and {len(sentences) - SENTENCES_SHOWN:,} more records")
    st.markdown("\n".join(lines))
    changes = len(dry.changes)
    label = "Undo 1 change" if changes == 1 else f"Undo {changes:,} changes"
    is_confirmed = changes <= UNDONE_AT_ONCE or st.checkbox(
        f"Yes, undo all {changes:,} changes to {len(sentences):,} records", key=f"confirm {name}"
    )

    def send(actor: Actor, why: str, token: str) -> Receipt:
        return revert(ledger_session.engine(), batch.batch, actor=actor, why=why, token=token)

    submit_form.render_form(name, [], send=send, label=label, go=go, disabled=not is_confirmed)
