"""The history of a record as a timeline in sentences, newest first, with an undo at each entry.

The words of the ledger (change, version, whether the charts have it) are only here. Not here: the sentences
(`renewables/queries/change_sentences.py`), what undoing does (`undo_form.py`).
"""

from datetime import UTC, datetime

import sqlalchemy as sa
import streamlit as st

from dashboards.components import form_routing, ledger_session, record_dialog, submit_form, undo_form
from dashboards.components.chart import render_downloads
from dashboards.components.formatting import moment
from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Record
from pipeline_assets.ledger.schema import ledger_address
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.formatting import how_long
from renewables.queries.change_sentences import Entry, record_timeline
from renewables.queries.record_history import Batch, batches_by_id, record_changes
from warehouse.settings import Settings

LATEST, MOST, CLAUSES_SHOWN = 5, 200, 4
ALL = "history"
"The query parameter that shows the whole history."
UNDO = "undo "


def render_timeline(portfolio: Portfolio, record: Record, go: submit_form.Go) -> None:
    """Draw the newest entries, or all of them with the numbers of the ledger, and the open undo."""
    st.subheader("Latest changes", anchor=False)
    ledger = ledger_session.engine()
    entries = _cached_timeline(
        ledger_address(Settings()), portfolio.position, record.kind, record.id, portfolio, ledger
    )
    shows_all = len(entries) > 0 and bool(st.session_state.get(ALL, st.query_params.get(ALL) == "true"))
    shown = entries[: MOST if shows_all else LATEST]
    batches = batches_by_id(ledger, [entry.batch for entry in shown])
    if shows_all:
        st.caption("Every change to this record and to what belongs to it, newest first.")
    with st.container(gap="small", key="timeline"):
        for entry in shown:
            _render_entry(entry, batches.get(entry.batch), with_numbers=shows_all)
    words = "the change with its number" if len(entries) == 1 else f"all {len(entries):,} changes with their numbers"
    st.toggle(f"Show {words}", key=ALL, bind="query-params")
    if len(entries) > MOST and shows_all:
        st.caption(f"Showing the newest {MOST:,}; the download has every one.")
    if shows_all:
        render_downloads(record_changes(ledger, portfolio, record.kind, record.id), name=f"history-{record.kind}")
    form = form_routing.open_form()
    if form.startswith(UNDO):
        _render_undo(form, batches_by_id(ledger, [form.removeprefix(UNDO)]), go)


def _render_entry(entry: Entry, batch: Batch | None, *, with_numbers: bool) -> None:
    because = f", “{plain(entry.why)}”" if entry.why else ""
    is_undone = bool(batch and batch.reverted_by)
    facts = [f"{how_long(datetime.now(UTC) - entry.submitted_at_utc)} ago"]
    if entry.position > ledger_session.charted_position():
        facts.append(ledger_session.NOT_LANDED)
    if is_undone:
        facts.append("undone")
    if with_numbers:
        version = f"version {entry.version}" if entry.version else ""
        facts += [f"change {entry.position:,}", version, moment(entry.submitted_at_utc)]
    clauses = entry.clauses if with_numbers else entry.clauses[:CLAUSES_SHOWN]
    more = len(entry.clauses) - len(clauses)
    sentence = plain("; ".join(clauses)) + (f"; and {more} more" if more else "")
    with st.container(gap=None):
        st.markdown(f"**{plain(entry.who)}** {sentence}{because}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(" · ".join(filter(None, facts)), width="content")
            if not is_undone:
                form_routing.open_button(
                    "Undo", f"{UNDO}{entry.batch}", icon=":material/undo:", key=f"open undo {entry.batch}", small=True
                )


def _render_undo(form: str, batches: dict[str, Batch], go: submit_form.Go) -> None:
    """Draw the dialog that undoes a batch; the record may be only one of those that it changed."""
    batch = batches.get(form.removeprefix(UNDO))
    if batch is None:
        return
    title = f"Undo the changes of {moment(batch.submitted_at_utc)} by {plain(batch.who)}"
    record_dialog.render_dialog(title, form, lambda: undo_form.render_undo(form, batch, go=go))


@st.cache_resource(max_entries=32, show_spinner=False)
def _cached_timeline(
    address: str,  # noqa: ARG001 (part of the key)
    position: int,  # noqa: ARG001 (part of the key)
    kind: str,
    id: str,
    _portfolio: Portfolio,
    _engine: sa.Engine,
) -> list[Entry]:
    return record_timeline(_engine, _portfolio, kind, id)
