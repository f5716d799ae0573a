"""The actions of a record and the dialogs in which it and its parts are edited, archived and removed.

Not here: which form is open (`form_routing.py`), saving (`submit_form.py`), the forms of new records (`app_pages/`).
"""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.components import form_routing, record_dialog, submit_form
from dashboards.components.forms import Choices
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import PAGES
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import ENTITIES


def same_page(kind: str, id: str) -> submit_form.Go:
    """Return the record's page without a form, for after saving."""
    return lambda _: (PAGES[kind], {"id": id})


def render_actions(record: Record) -> None:
    """Draw the buttons Edit and Archive, or Restore for an archived record."""
    with st.container(horizontal=True, width="content"):
        if record.archived:
            form_routing.open_button("Restore", "archive", icon=":material/unarchive:", key="restore")
            return
        form_routing.open_button("Edit", "record", icon=":material/edit:", key="edit")
        form_routing.open_button("Archive", "archive", icon=":material/archive:", key="archive", small=True)


def render_open_form(record: Record, choices: Choices | None = None) -> None:
    """Draw the dialog that edits, archives or restores the record, when it is open."""
    if form_routing.open_form() == "record" and not record.archived:
        edit_dialog(record, record_dialog_title("Edit", record), same_page(record.kind, record.id), choices=choices)
    elif form_routing.open_form() == "archive":
        _archiving_dialog(record)


def record_dialog_title(action: str, record: Record) -> str:
    """Return the title of a dialog about a record, such as `Edit project Altnarra`."""
    return f"{action} {ENTITIES[record.kind].title.lower()} {plain(str(record.fields['name']))}"


def edit_dialog(
    record: Record,
    title: str,
    go: submit_form.Go,
    *,
    shown: Sequence[str] | None = None,
    choices: Choices | None = None,
    more: Callable[[], None] | None = None,
) -> None:
    """Draw the dialog that edits a record or a part. `more` draws what follows the form."""
    name = f"edit {record.kind} {record.id}"

    def draw() -> None:
        part = submit_form.edit_part(name, record, shown)
        submit_form.render_form(name, [part], choices=choices, go=go)
        if more:
            more()

    record_dialog.render_dialog(title, name, draw)


def row_button(label: str, form: str, *, icon: str, record: Record, key: str = "") -> None:
    """Draw a button that opens the form of a part, unless the record is archived."""
    if not record.archived:
        form_routing.open_button(label, form, icon=icon, key=f"open {form} {key}", small=True)


def removal_form(part: Record, name: str, go: submit_form.Go) -> None:
    """Draw the dialog that removes a part from its record, when it is open."""
    if form_routing.open_form() == f"remove {part.id}":
        form = f"remove {part.kind} {part.id}"
        record_dialog.render_dialog(
            f"Remove {plain(name)}", form, lambda: _archiving_form(part, form, "Remove", go), width="small"
        )


def _archiving_dialog(record: Record) -> None:
    word = "Restore" if record.archived else "Archive"
    form = f"{word.lower()} {record.kind} {record.id}"

    def draw() -> None:
        st.caption(
            "The record returns to lists and charts with everything that belongs to it."
            if record.archived
            else "The record is removed from lists, totals and charts. Its history is kept, and you can restore it."
        )
        _archiving_form(record, form, word, same_page(record.kind, record.id))

    record_dialog.render_dialog(record_dialog_title(word, record), form, draw, width="small")


def _archiving_form(record: Record, name: str, word: str, go: submit_form.Go) -> None:
    part = submit_form.edit_part(name, record, ())

    def build(_: submit_form.Typed) -> Sequence[Change]:
        version = submit_form.form_state(name).versions.get((record.kind, record.id), (part.record or record).version)
        make = Change.restore if word == "Restore" else Change.archive
        return [make(record.kind, record.id, base_version=version)]

    submit_form.render_form(name, [part], label=word, build=build, go=go)
