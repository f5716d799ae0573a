"""Saving a form: author and reason, one token per form, problems at their fields, conflicts as a difference.

The ledger is written in the button's callback, before the page is drawn, so the page shows what was saved at once.
The session keeps the state of a form until it is saved or left; its token makes a double click one change.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboards.components import author_input, ledger_session, save_notice
from dashboards.components.conflict_table import conflict_table
from dashboards.components.coordinate_input import SWAPPED
from dashboards.components.forms import Choices, Part, as_sentence_start, collect_values, render_inputs, swap_offer
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import current_actor, refusal_of
from pipeline_assets.access import Actor
from pipeline_assets.errors import (
    MOST_NAMED,
    AccessRefused,
    Conflict,
    LedgerUnavailable,
    Problem,
    Refused,
    StaleVersion,
)
from pipeline_assets.fields import field_title, form_fields
from pipeline_assets.ledger.changes import Change, Receipt, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import new_id
from renewables.queries.records import name_of

Typed = Mapping[str, Mapping[str, Any]]
"Key of a part -> field -> value."
Build = Callable[[Typed], Sequence[Change]]
Send = Callable[[Actor, str, str], Receipt]
"Submits in another way than as a batch of changes; takes author, reason and token."
Go = Callable[[Receipt], tuple[str, dict[str, str]] | None]
"The page to go to after saving: its file and its query parameters."
NOBODY = "nobody yet"


@dataclass
class State:
    """The state of one open form."""

    token: str = field(default_factory=new_id)
    ids: dict[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    "The records as they were when the form was opened."
    typed: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    why: str = ""
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    message: str = ""
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    "The newer versions over which the change is to be applied."
    blocks: dict[str, int] = field(default_factory=dict)
    "How many blocks of inputs there are of what may be added several times, by its name."


@dataclass(frozen=True)
class Form:
    """A form as it was drawn, for its buttons, so that what was shown is what is saved."""

    name: str
    token: str
    parts: Sequence[Part]
    build: Build | None
    send: Send | None
    go: Go | None

    def changes(self, state: State) -> Sequence[Change]:
        """Return the changes that the form submits."""
        if self.build:
            return self.build(state.typed)
        return [
            part.requested_change(state.typed[part.key], base_version=state.versions.get((part.kind, part.id)))
            for part in self.parts
        ]


def form_state(name: str) -> State:
    """Return the state of the form, a new one if the form is not open."""
    state: State = st.session_state.setdefault(f"form {name}", State())
    return state


def discard(name: str) -> None:
    """Remove what was typed."""
    st.session_state.pop(f"form {name}", None)


def number_of_blocks(name: str, block: str) -> int:
    """Return how many blocks of inputs of one name the form has: one more after each press of its button."""
    return form_state(name).blocks.get(block, 1)


def create_part(
    name: str,
    kind: str,
    shown: Sequence[str] | None = None,
    *,
    fixed: Mapping[str, Any] | None = None,
    block: int = 0,
    **more: Any,
) -> Part:
    """Return a part that creates a record; the form keeps the record's id.

    `shown` are the fields that it asks for: all of the kind that are not `fixed`, unless given. `block` tells records
    of one kind in one form apart.
    """
    shown = form_fields(kind, apart_from=fixed or ()) if shown is None else shown
    more = {**more, "fixed": fixed or {}}
    return Part(kind, form_state(name).ids.setdefault(f"{kind} {block}", new_id()), shown, **more)


def edit_part(name: str, record: Record, shown: Sequence[str] | None = None, **more: Any) -> Part:
    """Return a part that edits a record, in the version that was opened: all fields of the kind, unless given."""
    shown = form_fields(record.kind) if shown is None else shown
    first = form_state(name).records.setdefault((record.kind, record.id), record)
    return Part(record.kind, record.id, shown, record=first, **more)


def render_form(
    name: str,
    parts: Sequence[Part],
    *,
    label: str = "Save",
    choices: Choices | None = None,
    build: Build | None = None,
    send: Send | None = None,
    go: Go | None = None,
    with_reason: bool = True,
    with_author: bool = True,
    adds: Mapping[str, str] | None = None,
    disabled: bool = False,
) -> None:
    """Draw the complete form. `build` makes the changes where it is not one per part; see `Send` for `send`.

    `adds` are buttons that add one more block of inputs: its name and the label; see `number_of_blocks`.
    """
    state = form_state(name)
    drawn = Form(name, state.token, tuple(parts), build, send, go)
    with st.container():  # always there: what comes and goes must not move the inputs
        if refusal := refusal_of("save changes"):
            st.caption(f":material/lock: {refusal}")
        _render_conflicts(drawn, state)
    with st.form(f"{name} {state.token}"):
        with st.container():
            _form_errors(drawn, state)
        for part in parts:
            typed = state.typed.get(part.key, {})
            render_inputs(part, prefix=state.token, typed=typed, problems=state.problems, choices=choices)
        _who_and_why(state, with_reason=with_reason, with_author=with_author)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button(  # the first button: Enter presses it
                label,
                type="primary",
                icon=":material/save:",
                on_click=_on_save_click,
                args=(drawn,),
                disabled=disabled or bool(refusal),
            )
            for block, words in (adds or {}).items():
                st.form_submit_button(words, icon=":material/add:", on_click=_on_add_click, args=(drawn, block))
            if parts:
                st.caption("\\* required", width="content")


def _who_and_why(state: State, *, with_reason: bool, with_author: bool) -> None:
    who, why = st.columns([1, 2], vertical_alignment="bottom")
    refused = any((problem.kind, problem.field) == ("batch", "who") for problem in state.problems)
    with who:
        if with_author:
            author_input.render_author(state.token, is_refused=refused)
        _position_text("who", state)
    if with_reason:
        with why:
            st.text_input("Reason", state.why, key=f"{state.token} why", help="Shown in the history with the change.")
            _position_text("why", state)


def _position_text(name: str, state: State) -> None:
    for problem in state.problems:
        if (problem.kind, problem.field) == ("batch", name):
            st.markdown(f":small[:red[:material/error: {plain(as_sentence_start(problem.message))}]]")


def _on_save_click(form: Form) -> None:
    state: State | None = st.session_state.get(f"form {form.name}")
    if state is None or state.token != form.token:
        save_notice.restore_notice(form.token)  # a second click after the first one has saved
        return
    _keep_typed(form, state)
    offers = [swap_offer(part, form.token, state.typed[part.key]) for part in form.parts]
    if swaps := tuple(offer for offer in offers if offer):
        state.problems, state.conflicts, state.message = swaps, (), ""
        return
    _submit(form, state)


def _on_add_click(form: Form, block: str) -> None:
    """Keep what was typed and draw one more block of inputs."""
    state: State | None = st.session_state.get(f"form {form.name}")
    if state is not None and state.token == form.token:
        _keep_typed(form, state)
        state.blocks[block] = state.blocks.get(block, 1) + 1


def _keep_typed(form: Form, state: State) -> None:
    state.typed = {part.key: collect_values(part, form.token) for part in form.parts}
    state.why = st.session_state.get(f"{form.token} why", "")
    author_input.remember_author(form.token)


def _on_overwrite_click(form: Form) -> None:
    state: State | None = st.session_state.get(f"form {form.name}")
    if state is not None and state.token == form.token:
        state.versions |= {(conflict.kind, conflict.id): conflict.version for conflict in state.conflicts}
        _submit(form, state)


def _submit(form: Form, state: State) -> None:
    state.problems, state.conflicts, state.message = (), (), ""
    actor = current_actor()
    try:
        if form.send:
            receipt = form.send(actor, state.why, state.token)
        else:
            changes = form.changes(state)
            if not actor.name:  # the ledger would report only that; this adds the problems of the fields
                submit(ledger_session.engine(), changes, actor=Actor.typed(NOBODY), token=state.token, dry_run=True)
            receipt = submit(ledger_session.engine(), changes, actor=actor, why=state.why, token=state.token)
    except Refused as error:
        nobody = () if actor.name else (Problem("batch", state.token, "who", "enter your name"),)
        state.problems = tuple(dict.fromkeys((*error.problems, *nobody)))
    except StaleVersion as error:
        state.conflicts = error.conflicts
    except (LedgerUnavailable, AccessRefused) as error:
        state.message = str(error)
    else:
        discard(form.name)
        save_notice.store_notice(receipt, form.go(receipt) if form.go else None, token=state.token)


def _form_errors(form: Form, state: State) -> None:
    """Draw the problems that belong to no field of the form."""
    if state.message:
        st.error(plain(state.message), icon=":material/cloud_off:")
    if not state.problems:
        return
    shown = {(part.kind, part.id, name) for part in form.parts for name in (*part.shown, SWAPPED)}
    shown |= {("batch", state.token, name) for name in ("who", "why")}
    others = [result for result in state.problems if (result.kind, result.id, result.field) not in shown]
    fields = len(state.problems) - len(others)
    lines = [f"Please correct {fields} field{'s' if fields > 1 else ''} below."]
    lines = [*(lines if fields else []), *(_error_text(form, problem) for problem in others[:MOST_NAMED])]
    if len(others) > MOST_NAMED:
        lines.append(f"And {len(others) - MOST_NAMED:,} more.")
    st.error("  \n".join(lines), title="Not saved", icon=":material/error:")


def _error_text(form: Form, problem: Problem) -> str:
    if problem.kind == "batch":
        return plain(problem.message)
    of_the_form = any((part.kind, part.id) == (problem.kind, problem.id) for part in form.parts)
    name = "" if of_the_form else f"{plain(name_of(ledger_session.current_portfolio(), problem.kind, problem.id))}, "
    return f"{name}{field_title(problem.kind, problem.field)}: {plain(problem.message)}"


def _render_conflicts(form: Form, state: State) -> None:
    for conflict in state.conflicts:
        conflict_table(conflict, state.records.get((conflict.kind, conflict.id)))
    if not state.conflicts:
        return
    with st.container(horizontal=True):
        st.button(
            "Keep theirs",
            key=f"{state.token} theirs",
            icon=":material/undo:",
            on_click=discard,
            args=(form.name,),
            help="Reopens the form with the current version and discards what you typed.",
        )
        if form.send is None:
            st.button(
                "Apply mine over theirs",
                key=f"{state.token} on top",
                icon=":material/merge:",
                on_click=_on_overwrite_click,
                args=(form,),
                help="Saves the fields that you changed and keeps their other changes.",
            )
