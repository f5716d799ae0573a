"""Comments on a record and on its parts, newest first, with edit and remove, and the form for a new one.

Not here: saving (`submit_form.py`), other forms of a record (`record_forms.py`).
"""

import streamlit as st

from dashboards.components import form_routing, record_forms, submit_form
from dashboards.components.formatting import moment
from dashboards.components.plain_text import plain
from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.records import comments_on


def render_comments(portfolio: Portfolio, record: Record) -> None:
    """Draw the comments, newest first, with edit and remove, and a form for a new one."""
    st.subheader("Comments", anchor=False)
    _comments(portfolio, record, page=record)


def comments_on_part(portfolio: Portfolio, part: Record, page: Record) -> None:
    """Draw the comments on a part, collapsed, on the page of its record; they are built on request."""
    comments, form = comments_on(portfolio, part.kind, part.id), form_routing.open_form()
    is_addressed = any(form in (f"comment {comment.id}", f"remove {comment.id}") for comment in comments)
    box = st.expander(
        f"Comments on {plain(str(part.fields['name']))} ({len(comments)})",
        expanded=is_addressed,
        key=f"comments {part.kind} {part.id}",
        on_change="rerun",
        icon=":material/comment:",
        type="compact",
    )
    if box.open:
        with box:
            _comments(portfolio, part, page=page)


def _comments(portfolio: Portfolio, record: Record, page: Record) -> None:
    comments = comments_on(portfolio, record.kind, record.id)
    for comment in comments:
        _render_comment(page, comment)
    if not comments:
        st.caption("No comments yet.")
    if record.archived or page.archived:
        return
    name = f"comment {record.kind} {record.id}"
    field = next(name for name, kind in ENTITIES["comments"].references.items() if kind == record.kind)
    part = submit_form.create_part(name, "comments", ("text",), fixed={field: record.id})
    # Behind a dialog no second input asks for the author's name.
    with_author = not form_routing.open_form()
    submit_form.render_form(name, [part], label="Add comment", with_reason=False, with_author=with_author)


def _render_comment(record: Record, comment: Record) -> None:
    form, go = f"comment {comment.id}", record_forms.same_page(record.kind, record.id)
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            edited = "" if comment.version == 1 else "edited by "
            st.caption(f"{edited}**{plain(comment.who)}** · {moment(comment.submitted_at_utc)}", width="stretch")
            record_forms.row_button("Edit", form, icon=":material/edit:", record=record)
            record_forms.row_button("Remove", f"remove {comment.id}", icon=":material/close:", record=record)
        st.text(str(comment.fields["text"]))
    if form_routing.open_form() == form and not record.archived:
        record_forms.edit_dialog(comment, "Edit comment", go, shown=("text",))
    record_forms.removal_form(comment, "comment", go)
