"""Forms built from the models: a field's title is its label, its description and limits are its help.

Belongs here: inputs, and their values as the ledger stores them. Not here: saving (`submit_form.py`). The browser
refuses nothing: the ledger validates, its problems are shown at their fields, and what was typed is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import streamlit as st

from dashboards.components import coordinate_input
from dashboards.components.plain_text import plain
from pipeline_assets.errors import Problem
from pipeline_assets.fields import DATED_BY_THE_LEDGER, FieldType, RecordField, fields_by_name
from pipeline_assets.ledger.changes import Change, Record
from warehouse.date_bounds import EARLIEST_DATE, LATEST_DATE

SIDE_BY_SIDE = 3
"The number of short fields per row."
WIDE_CHOICES, NARROW_CHOICES = ("technology", "stage", "role"), ("rag",)
"The fields whose words are all in view, so that one click chooses: on a line of their own, and beside other fields."
BESIDE_ONE = ("technology",)
"Those of the first that are short enough for the rest of a line, beside the field before them."
Choices = Mapping[str, Mapping[str, str]]
"Kind -> id -> name: the records that a reference may name."


@dataclass(frozen=True)
class Part:
    """One record of a form.

    `record` is the version that is edited, None when creating; `fixed` holds values that the form does not show.
    """

    kind: str
    id: str
    shown: Sequence[str]
    record: Record | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    heading: str = ""
    optional: bool = False
    "The part may be left out completely; then none of its fields is marked as required."

    @property
    def key(self) -> str:
        """Return the key of the part within its form."""
        return f"{self.kind} {self.id}"

    def requested_change(self, typed: Mapping[str, Any], *, base_version: int | None = None) -> Change:
        """Return the change: all fields of a creation; of an edit, those that differ from the opened version."""
        if self.record is None:
            given = {name: value for name, value in typed.items() if value is not None}
            return Change.create(self.kind, {**given, **self.fixed}, id=self.id)
        before = self.record.fields
        given = {name: value for name, value in typed.items() if value != before[name]}
        if given.get(DATED_BY_THE_LEDGER, "") is None:
            del given[DATED_BY_THE_LEDGER]
        version = self.record.version if base_version is None else base_version
        return Change.edit(self.kind, self.id, given, base_version=version)


def render_inputs(
    part: Part, *, prefix: str, typed: Mapping[str, Any], problems: Sequence[Problem], choices: Choices | None = None
) -> None:
    """Draw the fields, short ones side by side. `typed` holds what was entered before, by field."""
    if part.heading:
        st.markdown(f"**{part.heading}**")
    fields = fields_by_name(part.kind)
    row: list[Any] = []
    for name, following in pairwise((*part.shown, "")):
        if _is_in_coordinates(part, name):
            if name == coordinate_input.FIELDS[0]:
                row = row or list(st.columns(SIDE_BY_SIDE))
                with row.pop(0):
                    _render_coordinates(part, prefix, typed, problems)
            continue
        is_beside = bool(row) and name in BESIDE_ONE
        wide = fields[name].is_long or (name in WIDE_CHOICES and not is_beside)
        if not wide and not row:
            row = list(st.columns([1, SIDE_BY_SIDE - 1] if following in BESIDE_ONE else SIDE_BY_SIDE))
        with st.container() if wide else row.pop(0):
            _render_input(part, fields[name], _widget_key(prefix, part, name), typed, choices or {})
            for problem in problems:
                if (problem.kind, problem.id, problem.field) == (part.kind, part.id, name):
                    _render_problem(problem.message)
        if wide:
            row = []


def collect_values(part: Part, prefix: str) -> dict[str, Any]:
    """Return the values of the inputs as the ledger stores them."""
    names = [name for name in part.shown if not _is_in_coordinates(part, name)]
    values = {name: _stored_value(st.session_state.get(_widget_key(prefix, part, name))) for name in names}
    if coordinate_input.has_coordinates(part.shown):
        values |= coordinate_input.collect_coordinates(_widget_key(prefix, part, coordinate_input.SWAPPED))
    return values


def swap_offer(part: Part, prefix: str, typed: Mapping[str, Any]) -> Problem | None:
    """Return the problem that offers to swap the coordinates of a part, if they seem to be swapped."""
    if not coordinate_input.has_coordinates(part.shown):
        return None
    key, before = _widget_key(prefix, part, coordinate_input.SWAPPED), part.record.fields if part.record else {}
    return coordinate_input.swap_problem(part.kind, part.id, key, typed, before)


def as_sentence_start(message: str) -> str:
    """Return a message that stands alone at its field with a capital first letter."""
    return message[:1].upper() + message[1:]


def _is_in_coordinates(part: Part, name: str) -> bool:
    return name in coordinate_input.FIELDS and coordinate_input.has_coordinates(part.shown)


def _render_coordinates(part: Part, prefix: str, typed: Mapping[str, Any], problems: Sequence[Problem]) -> None:
    """Draw the one input of both coordinates, with the problems of either."""
    names = (*coordinate_input.FIELDS, coordinate_input.SWAPPED)
    own = [each for each in problems if (each.kind, each.id) == (part.kind, part.id) and each.field in names]
    before = part.record.fields if part.record else {}
    coordinate_input.render_coordinates(
        _widget_key(prefix, part, coordinate_input.SWAPPED),
        typed if coordinate_input.FIELDS[0] in typed else before,
        offers_swap=any(problem.field == coordinate_input.SWAPPED for problem in own),
    )
    for problem in own:
        _render_problem(coordinate_input.problem_text(problem, typed))


def _render_problem(message: str) -> None:
    st.markdown(f":small[:red[:material/error: {plain(as_sentence_start(message))}]]")


def _render_input(part: Part, field: RecordField, key: str, typed: Mapping[str, Any], choices: Choices) -> None:
    label = _label_text(part, field)
    help_text = _help_text(field)
    value = typed[field.name] if field.name in typed else _value_before(part, field)
    if field.value_type is FieldType.REFERENCE:
        names = dict(choices.get(field.target or "", {}))
        if value is not None:
            names.setdefault(value, value)
        _render_choice(label, list(names), value, key, help_text, field, names)
    elif field.value_type is FieldType.WORD and field.name in (*WIDE_CHOICES, *NARROW_CHOICES):
        default = value if value in field.words else None
        st.pills(label, field.words, default=default, key=key, help=help_text, required=not field.nullable)
    elif field.value_type is FieldType.WORD:
        _render_choice(label, list(field.words), value, key, help_text, field, {})
    elif field.value_type is FieldType.DATE:
        day = date.fromisoformat(value) if value else None
        low, high = min(EARLIEST_DATE, day or EARLIEST_DATE), max(LATEST_DATE, day or LATEST_DATE)
        st.date_input(label, day, low, high, key=key, help=help_text, format="DD/MM/YYYY")
    elif field.value_type is FieldType.NUMBER:
        given = None if value is None else float(value)
        st.number_input(label, value=given, step=0.1, format="%.10g", key=key, help=help_text)
    elif field.value_type is FieldType.INTEGER:
        st.number_input(label, value=None if value is None else int(value), step=1, key=key, help=help_text)
    elif field.is_long:
        st.text_area(label, value or "", key=key, help=help_text, height=90)
    else:
        st.text_input(label, value or "", key=key, help=help_text, autocomplete="off")


def _label_text(part: Part, field: RecordField) -> str:
    """Return the label of an input: the title, the scale of a whole number, and a mark if it is required."""
    scale = f", {field.low:,g} to {field.high:,g}" if field.value_type is FieldType.INTEGER and field.high else ""
    return f"{field.title}{scale}{' *' if field.must_be_typed and not part.optional else ''}"


def _render_choice(
    label: str,
    options: list[str],
    value: str | None,
    key: str,
    help_text: str | None,
    field: RecordField,
    names: Mapping[str, str],
) -> None:
    index = options.index(value) if value in options else None
    all_options: list[str | None] = [None, *options] if field.nullable else list(options)
    if field.nullable:
        index = 0 if index is None else index + 1
    st.selectbox(
        label,
        all_options,
        index=index,
        format_func=lambda option: "None" if option is None else names.get(option, option),
        key=key,
        help=help_text,
        placeholder="Choose one",
    )


def _value_before(part: Part, field: RecordField) -> Any:
    if field.name == DATED_BY_THE_LEDGER:
        return None
    return part.record.fields[field.name] if part.record else field.default


def _help_text(field: RecordField) -> str | None:
    messages = [field.help]
    if field.name == DATED_BY_THE_LEDGER:
        messages.append("Leave empty for today.")
    if limits := field.limits_text:
        messages.append(f"{limits}.")
    return " ".join(filter(None, messages)) or None


def _stored_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _widget_key(prefix: str, part: Part, name: str) -> str:
    return f"{prefix} {part.key} {name}"
