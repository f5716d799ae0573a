"""The page of a record: its actions, its parts, comments and history.

Not here: lists (`record_lists.py`), which form is open (`form_routing.py`), saving (`submit_form.py`), what only one
kind has (`app_pages/`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import form_routing, ledger_session, navigation, record_lists, save_notice, submit_form
from dashboards.components.chart import in_london, render_downloads
from dashboards.components.formatting import NOTHING, day, moment
from dashboards.components.forms import Choices
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import LISTS, PAGES, PLURALS, record_link
from pipeline_assets.fields import FieldType, RecordField, fields_of
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.record_history import record_changes
from renewables.queries.records import comments_on, rating_of

HISTORY: dict[str, Any] = {
    "when_london": st.column_config.DatetimeColumn("Time (UK)", format="D MMM YYYY HH:mm"),
    "who": "Who",
    "record": st.column_config.TextColumn("Record", width="medium"),
    "action": "Action",
    "field": "Field",
    "before": st.column_config.TextColumn("Before", width="medium"),
    "after": st.column_config.TextColumn("After", width="medium"),
    "why": st.column_config.TextColumn("Reason", width="medium"),
    "version": "Version",
    "position": "Change",
}


def addressed_record(kind: str) -> tuple[Portfolio, Record | None]:
    """Return the portfolio and the record that the address names, and draw links back above it.

    Draws a message in place of a record that does not exist.
    """
    save_notice.render_notice()
    portfolio = ledger_session.current_portfolio()
    id = str(st.query_params.get("id", ""))
    record = portfolio.get(kind, id)
    if record is None:
        record_lists.render_missing(kind, id)
    navigation.back_links(LISTS[kind], f"All {PLURALS[kind]}")
    return portfolio, record


def same_page(kind: str, id: str) -> submit_form.Go:
    """Return the record's page without a form, for after saving."""
    return lambda _: (PAGES[kind], {"id": id})


def day_of(text: str | None) -> str:
    """Format a date that the ledger stores."""
    return day(date.fromisoformat(text) if text else None)


def render_facts(values: Mapping[str, str]) -> None:
    """Draw labels with their values, side by side as far as there is room."""
    with st.container(horizontal=True, gap="medium"):
        for label, value in values.items():
            st.markdown(f":gray[{label}]  \n{plain(value)}", width="content")


def render_fields(record: Record, first: Mapping[str, str] | None = None, *, apart_from: Collection[str] = ()) -> None:
    """Draw what a record says: short fields side by side after the `first` facts, long texts below them.

    `apart_from` are the fields that the page shows elsewhere.
    """
    fields = [field for field in fields_of(record.kind) if field.name not in apart_from]
    short = {field.title: value_text(field, record.fields[field.name]) for field in fields if not field.is_long}
    render_facts({**(first or {}), **short})
    for field in fields:
        if field.is_long and record.fields[field.name]:
            st.caption(field.title)
            st.text(record.fields[field.name])


def field_texts(record: Record, *, apart_from: Collection[str] = ()) -> dict[str, str]:
    """Return label to text of the fields that have a value."""
    fields = [field for field in fields_of(record.kind) if field.name not in apart_from]
    return {
        field.title: value_text(field, record.fields[field.name])
        for field in fields
        if record.fields[field.name] not in ("", None)
    }


def value_text(field: RecordField, value: Any) -> str:
    """Return a stored value for people; a dash for none."""
    if value in ("", None):
        return NOTHING
    if field.value_type is FieldType.DATE:
        return day_of(value)
    return f"{value:,.10g}" if field.value_type in (FieldType.NUMBER, FieldType.INTEGER) else str(value)


def choices_of(portfolio: Portfolio, *kinds: str) -> Choices:
    """Return the live records to choose from, by name."""
    return {kind: {record.id: str(record.fields["name"]) for record in portfolio.of_kind(kind)} for kind in kinds}


def render_information_points(records: Sequence[Record]) -> None:
    """Draw information points as lines with links, open ones first."""
    for point in records:
        fields = point.fields
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(f"{rating_of(point):,}", color="gray", help="Rating: impact x likelihood")
            record_link("information_points", point.id, fields["name"], icon=":material/warning:")
            due = f", due {day_of(fields['due_date'])}" if fields["due_date"] else ""
            st.caption(f"{fields['status']}{due}", width="content")
            ledger_session.landing_mark(point.position)
    if not records:
        st.caption("No information points yet.")


def render_actions(record: Record) -> None:
    """Draw the buttons Edit and Archive, or Restore for an archived record."""
    with st.container(horizontal=True):
        if record.archived:
            form_routing.open_button("Restore", "archive", icon=":material/unarchive:", key="restore")
            return
        form_routing.open_button("Edit", "record", icon=":material/edit:", key="edit")
        form_routing.open_button("Archive", "archive", icon=":material/archive:", key="archive")


def head_forms(record: Record, choices: Choices | None = None) -> None:
    """Draw the record's actions, or its open form, and who changed it last."""
    name, title = f"edit {record.kind} {record.id}", ENTITIES[record.kind].title.lower()
    if form_routing.open_form() == "record" and not record.archived:
        with st.container(border=True):
            st.markdown(f"**Edit {title}**")
            part = submit_form.edit_part(name, record)
            submit_form.render_form(name, [part], choices=choices, go=same_page(record.kind, record.id))
            form_routing.close_button(name)
    elif form_routing.open_form() == "archive":
        archive_or_restore(record)
    else:
        render_actions(record)
    newest_change(record)


def row_button(label: str, form: str, *, icon: str, record: Record, key: str = "") -> None:
    """Draw a button that opens the form of a part, unless the record is archived."""
    if not record.archived:
        form_routing.open_button(label, form, icon=icon, key=f"open {form} {key}", small=True)


def removal_form(part: Record, name: str, go: submit_form.Go) -> None:
    """Draw the form that removes a part from its record, when it is open."""
    if form_routing.open_form() == f"remove {part.id}":
        with st.container(border=True):
            st.markdown(f"**Remove {plain(name)}**")
            _archiving_form(part, f"remove {part.kind} {part.id}", "Remove", go)


def archive_or_restore(record: Record) -> None:
    """Draw the form that archives or restores the record, when it is open."""
    word = "Restore" if record.archived else "Archive"
    with st.container(border=True):
        st.markdown(f"**{word} {plain(str(record.fields['name']))}**")
        st.caption(
            "The record returns to lists and charts with everything that belongs to it."
            if record.archived
            else "The record is removed from lists, totals and charts. Its history is kept, and you can restore it."
        )
        _archiving_form(record, f"{word.lower()} {record.kind} {record.id}", word, same_page(record.kind, record.id))


def _archiving_form(record: Record, name: str, word: str, go: submit_form.Go) -> None:
    part = submit_form.edit_part(name, record, ())

    def build(_: submit_form.Typed) -> Sequence[Change]:
        version = submit_form.form_state(name).versions.get((record.kind, record.id), (part.record or record).version)
        make = Change.restore if word == "Restore" else Change.archive
        return [make(record.kind, record.id, base_version=version)]

    submit_form.render_form(name, [part], label=word, build=build, go=go)
    form_routing.close_button(name)


def archived_note(record: Record) -> None:
    """Draw a warning if the record is archived."""
    if record.archived:
        st.warning(
            f"Archived by {plain(record.who)}, {moment(record.submitted_at_utc)}. Lists, totals and charts exclude it.",
            icon=":material/inventory_2:",
        )


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
    submit_form.render_form(name, [part], label="Add comment", with_reason=False)


def _render_comment(record: Record, comment: Record) -> None:
    form, go = f"comment {comment.id}", same_page(record.kind, record.id)
    if form_routing.open_form() == form and not record.archived:
        name = f"edit comments {comment.id}"
        with st.container(border=True):
            st.markdown("**Edit comment**")
            submit_form.render_form(name, [submit_form.edit_part(name, comment, ("text",))], go=go)
            form_routing.close_button(name)
        return
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            edited = "" if comment.version == 1 else "edited by "
            st.caption(f"{edited}**{plain(comment.who)}** · {moment(comment.submitted_at_utc)}", width="stretch")
            ledger_session.landing_mark(comment.position)
            row_button("Edit", form, icon=":material/edit:", record=record)
            row_button("Remove", f"remove {comment.id}", icon=":material/close:", record=record)
        st.text(str(comment.fields["text"]))
    removal_form(comment, "comment", go)


def render_history(portfolio: Portfolio, record: Record) -> None:
    """Draw every change of the record and its parts, built on request."""
    box = st.expander("History", key="history", on_change="rerun", bind="query-params", icon=":material/history:")
    if not box.open:
        return
    with box:
        frame = record_changes(ledger_session.engine(), portfolio, record.kind, record.id)
        st.caption("Every change to this record and to what belongs to it, newest first.")
        st.dataframe(
            in_london(frame).rename({"submitted_at_london": "when_london"}).drop("version"),
            hide_index=True,
            column_config=HISTORY,
            height=min(38 + 35 * max(len(frame), 1), 460),
            key="history rows",
            alt=f"{len(frame)} values that were changed",
        )
        render_downloads(frame, name=f"history-{record.kind}")


def newest_change(record: Record) -> None:
    """Draw who changed the record last."""
    st.caption(f"Version {record.version}, saved by {plain(record.who)} on {moment(record.submitted_at_utc)}.")
