"""The page of a record: its head with facts and actions, two columns, fields, information points.

Not here: lists (`record_lists.py`), forms (`record_forms.py`), comments (`record_comments.py`), the history
(`record_timeline.py`), what only one kind has (`app_pages/`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import chart_and_table, ledger_session, navigation, record_forms, record_lists, save_notice
from dashboards.components.formatting import NOTHING, day, moment
from dashboards.components.forms import Choices
from dashboards.components.people_view import website_link
from dashboards.components.plain_text import plain
from dashboards.components.record_lists import LISTS, PLURALS, record_link
from pipeline_assets.fields import FieldType, RecordField, fields_of
from pipeline_assets.ledger.changes import Record
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from renewables.queries.records import rating_of


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


def render_head(
    record: Record,
    facts: Mapping[str, str],
    choices: Choices | None = None,
    *,
    comment: Mapping[str, str] | None = None,
) -> None:
    """Draw the name, the actions and the strip of facts, which are Markdown, and the open form of the record.

    `comment` is the text below the facts, by its label; an empty one is not drawn.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="record-head"
    ):
        st.title(plain(str(record.fields["name"])), anchor=False, width="content")
        record_forms.render_actions(record)
    archived_note(record)
    with st.container(border=True, gap="small"):
        render_facts(facts, is_markdown=True)
        for label, text in (comment or {}).items():
            render_long_text(label, text)
    record_forms.render_open_form(record, choices)


def two_columns() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the left column for facts and next steps and the right one for what surrounds them."""
    left, right = chart_and_table.two_columns((8, 5), gap="large")
    return left, right


def day_of(text: str | None) -> str:
    """Format a date that the ledger stores."""
    return day(date.fromisoformat(text) if text else None)


def render_facts(values: Mapping[str, str], *, is_markdown: bool = False, key: str = "facts") -> None:
    """Draw labels with their values, side by side as far as there is room, and in two columns on a phone.

    They are one list in one element, which paints sooner than an element each; `page_style.py` lays it out.
    """
    items = [f"- :gray[{label}]  \n  {value if is_markdown else plain(value)}" for label, value in values.items()]
    with st.container(key=key):
        st.markdown("\n".join(items))


def render_long_text(label: str, text: str) -> None:
    """Draw a text of several lines as it was typed, below its label; nothing for an empty one."""
    if text:
        with st.container(gap=None):
            st.markdown(f":gray[{label}]")
            st.text(text)


def render_fields(record: Record, *, apart_from: Collection[str] = ()) -> None:
    """Draw what a record says: short fields side by side, long texts below them.

    `apart_from` are the fields that the page shows elsewhere.
    """
    fields = [field for field in fields_of(record.kind) if field.name not in apart_from]
    facts = {field.title: _value_markdown(field, record.fields[field.name]) for field in fields if not field.is_long}
    if facts:
        render_facts(facts, is_markdown=True, key="facts-of-fields")
    for field in fields:
        if field.is_long:
            render_long_text(field.title, record.fields[field.name])


def _value_markdown(field: RecordField, value: Any) -> str:
    return website_link(value) if field.name == "website" and value else plain(value_text(field, value))


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
    if not records:
        st.caption("No information points yet.")


def archived_note(record: Record) -> None:
    """Draw a warning if the record is archived."""
    if record.archived:
        st.warning(
            f"Archived by {plain(record.who)}, {moment(record.submitted_at_utc)}. Lists, totals and charts exclude it.",
            icon=":material/inventory_2:",
        )
