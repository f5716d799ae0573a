"""Forms made of the models: a field's title is its label, its description and limits are its help, a vocabulary a list.

Belongs here: inputs, and what was put into them as values of the ledger. Not here: saving (`app_parts/saving.py`).
The browser refuses nothing: the ledger judges, its problems are shown at their fields, and what was typed stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components.plain_text import plain
from pipeline_assets.dates import EARLIEST_DATE, LATEST_DATE
from pipeline_assets.errors import Problem
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.tables import Column, columns_of

LONG_TEXT = 1_000
"Fields that may be longer get several lines."
SIDE_BY_SIDE = 3
"The number of short fields per row."
DATED_BY_THE_LEDGER = "status_date"
"When left empty, it becomes the day of the change."
Choices = Mapping[str, Mapping[str, str]]
"Kind -> id -> name: the records that a reference may name."


@dataclass(frozen=True)
class Part:
    """One record of a form.

    `record` is the version that is edited, None when creating; `fixed` is set without asking.
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
    columns = columns_by_name(part.kind)
    row: list[Any] = []
    for name in part.shown:
        wide = _is_long(part.kind, name)
        if not wide and not row:
            row = list(st.columns(SIDE_BY_SIDE))
        with st.container() if wide else row.pop(0):
            _render_input(part, columns[name], _widget_key(prefix, part, name), typed, choices or {})
            for problem in problems:
                if (problem.kind, problem.id, problem.field) == (part.kind, part.id, name):
                    st.markdown(f":small[:red[:material/error: {plain(problem.message)}]]")
        if wide:
            row = []


def collect_values(part: Part, prefix: str) -> dict[str, Any]:
    """Return the values of the inputs as the ledger stores them."""
    return {name: _stored_value(st.session_state.get(_widget_key(prefix, part, name))) for name in part.shown}


def title_of(kind: str, name: str) -> str:
    """Return the label of a field."""
    info = ENTITIES[kind].model_fields.get(name) if kind in ENTITIES else None
    return (info.title if info else None) or name.capitalize()


def _render_input(part: Part, column: Column, key: str, typed: Mapping[str, Any], choices: Choices) -> None:
    name = column.name
    label = f"{column.title} *" if _is_needed(column) and not part.optional else column.title
    help_text = _help_text(part.kind, column)
    value = typed[name] if name in typed else _value_before(part, column)
    if target := ENTITIES[part.kind].references.get(name):
        names = dict(choices.get(target, {}))
        if value is not None:
            names.setdefault(value, value)
        _render_choice(label, list(names), value, key, help_text, column, names)
    elif column.values:
        _render_choice(label, list(column.values), value, key, help_text, column, {})
    elif column.dtype == pl.Date:
        day = date.fromisoformat(value) if value else None
        low, high = min(EARLIEST_DATE, day or EARLIEST_DATE), max(LATEST_DATE, day or LATEST_DATE)
        st.date_input(label, day, low, high, key=key, help=help_text, format="DD/MM/YYYY")
    elif column.dtype == pl.Float64:
        given = None if value is None else float(value)
        st.number_input(label, value=given, step=0.1, format="%.10g", key=key, help=help_text)
    elif column.dtype == pl.Int64:
        st.number_input(label, value=None if value is None else int(value), step=1, key=key, help=help_text)
    elif _is_long(part.kind, name):
        st.text_area(label, value or "", key=key, help=help_text, height=90)
    else:
        st.text_input(label, value or "", key=key, help=help_text, autocomplete="off")


def _render_choice(
    label: str,
    options: list[str],
    value: str | None,
    key: str,
    help_text: str | None,
    column: Column,
    names: Mapping[str, str],
) -> None:
    index = options.index(value) if value in options else None
    all_options: list[str | None] = [None, *options] if column.nullable else list(options)
    if column.nullable:
        index = 0 if index is None else index + 1
    st.selectbox(
        label,
        all_options,
        index=index,
        format_func=lambda option: "None" if option is None else names.get(option, option),
        key=key,
        help=help_text,
        placeholder="Choose",
    )


def _value_before(part: Part, column: Column) -> Any:
    if column.name == DATED_BY_THE_LEDGER:
        return None
    return part.record.fields[column.name] if part.record else column.default


def _help_text(kind: str, column: Column) -> str | None:
    messages = [ENTITIES[kind].model_fields[column.name].description or ""]
    if column.name == DATED_BY_THE_LEDGER:
        messages.append("Empty: the day of the change.")
    if column.low is not None and column.high is not None:
        messages.append(f"{column.low:,g} to {column.high:,g}.")
    if longest := _longest_texts(kind).get(column.name):
        messages.append(f"Up to {longest:,} characters.")
    return " ".join(filter(None, messages)) or None


def _is_needed(column: Column) -> bool:
    return not column.nullable and column.default is None and column.name != DATED_BY_THE_LEDGER


def _stored_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _widget_key(prefix: str, part: Part, name: str) -> str:
    return f"{prefix} {part.key} {name}"


def _is_long(kind: str, name: str) -> bool:
    return _longest_texts(kind).get(name, 0) > LONG_TEXT


@cache
def columns_by_name(kind: str) -> dict[str, Column]:
    """Return the fields of a kind by name."""
    return {column.name: column for column in columns_of(ENTITIES[kind])}


@cache
def _longest_texts(kind: str) -> dict[str, int]:
    """Return the largest number of characters of a text field; None for vocabularies and ids."""
    entity = ENTITIES[kind]
    fields = entity.model_json_schema()["properties"]
    return {
        name: schema["maxLength"]
        for name, schema in fields.items()
        if "maxLength" in schema and name not in entity.references
    }
