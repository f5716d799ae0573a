"""Bulk edit: many cells at once; the difference is shown and checked before it is saved as one batch.

Cells are texts, so that the import's parser reads what is typed or pasted, and the browser drops nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice, submit_form
from dashboards.components.plain_text import plain
from dashboards.components.sign_in import dry_run_actor
from pipeline_assets.errors import AccessRefused, Problem, Refused, StaleVersion
from pipeline_assets.fields import FieldType, field_title, fields_by_name
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.column_roles import Column
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.spreadsheets.typed_cells import TypedCells, cell_text, columns_of, parse_cells
from renewables.queries.record_history import shown_value

KINDS = ("pipelines", "facilities", "counterparties", "information_points", "milestones", "contacts")
ROWS_SEEN = 16
PROBLEMS_SHOWN = 500
TEXT_PIXELS, SHORT_PIXELS, TITLE_PIXELS = 220, 120, 7
"The width of a column of texts, the least of any other, and that of a letter of a title."
LABEL = "record"
"The column that stays in view. It can be edited, because the browser drops text that is pasted into a fixed column."
END, END_MARK = "end", "·"
"""A column after the last field, and the text of its cells. The browser drops text pasted beyond the last column; a
block that is too wide replaces these marks with a text or a blank."""
DRY_RUN = "dry run"
Typed = Sequence[tuple[Record, Mapping[str, str]]]
"Records with the text of each cell that was changed, by field."
Misplaced = Mapping[str, Sequence[str]]
"Texts that were pasted or typed outside the fields of the records, by the place where they are."
IN_LABELS, RIGHT, BELOW = "in the column *Record*", "right of the last column", "below the last record"
FIXES = {
    IN_LABELS: "That column only names the record: paste from the column *Name* onwards.",
    RIGHT: "Paste a block that is not wider than the table; cells further right were not used.",
    BELOW: "Bulk edit only changes existing records; add new ones with a form or an import.",
}


def render_page() -> None:
    """Draw the table in which many records are edited at once."""
    save_notice.render_notice()
    portfolio = ledger_session.current_portfolio()
    kind = st.segmented_control(
        "Records",
        KINDS,
        format_func=lambda kind: record_lists.PLURALS[kind].capitalize(),
        default=KINDS[0],
        required=True,
        key="kind",
        bind="query-params",
        label_visibility="collapsed",
    )
    kind = kind or KINDS[0]
    if not portfolio.of_kind(kind):
        record_lists.empty_list(portfolio, "pipelines")
        return
    name = f"bulk edit of {kind}"
    state = submit_form.form_state(name)
    if not state.records:
        state.records = {(record.kind, record.id): record for record in portfolio.of_kind(kind)}
    opened, table = list(state.records.values()), f"bulk {state.token}"
    typed, misplaced, is_too_wide = _typed(kind, opened, key=table)
    if any(portfolio.get(kind, record.id) != record for record in opened):
        st.info("Some of these records have changed since you opened the table.", icon=":material/update:")
    st.button("Start over", icon=":material/restart_alt:", on_click=submit_form.discard, args=(name,), type="tertiary")
    st.subheader("Changes to save", anchor=False)
    if is_too_wide:
        st.warning(
            "The pasted block is wider than the table: the cells to the right of the column "
            f"*{field_title(kind, list(_columns_shown(kind))[-1])}* were not used. Check that nothing is missing.",
            icon=":material/warning:",
        )
    if not typed and not misplaced:
        st.caption(
            "No changes yet. Edit cells above, or paste from a spreadsheet. Dates, numbers and words are read as in an "
            "import. Nothing is saved until you confirm."
        )
        return
    read = parse_cells(kind, typed)
    records = [(record, read.edits[record.id]) for record, _ in typed if record.id in read.edits]
    _difference_table(portfolio, kind, records)
    _render_warnings(kind, read.warnings, records)
    may_be_saved = _read_problems(kind, typed, read.problems)
    may_be_saved &= _nothing_is_misplaced(misplaced)
    may_be_saved &= _clearing_is_confirmed(kind, read, key=f"clear {state.token}")
    if not records:
        st.caption("No changes to save.")
        return
    may_be_saved &= _is_accepted(records)
    seen = st.session_state.get(table)

    def build(_: submit_form.Typed) -> Sequence[Change]:
        if st.session_state.get(table) != seen:
            message = "cells have changed since the difference was shown: check it again"
            raise Refused([Problem("batch", state.token, "cells", message)])
        return _changes_of_rows(records, submit_form.form_state(name).versions)

    label = f"Save {len(records):,} record{'s' if len(records) > 1 else ''}"
    submit_form.render_form(name, [], build=build, label=label, disabled=not may_be_saved)


def _columns_shown(kind: str) -> Mapping[str, Column]:
    return {name: column for name, column in columns_of(kind).items() if name not in ENTITIES[kind].references}


def _column_pixels(kind: str, name: str) -> int:
    """Return the width of a column: room for its title with the mark of an editable cell, more for texts."""
    field = fields_by_name(kind)[name]
    of_text = field.value_type in (FieldType.TEXT, FieldType.REFERENCE)
    return TEXT_PIXELS if of_text else max(SHORT_PIXELS, 60 + TITLE_PIXELS * len(field.title))


def _typed(kind: str, opened: Sequence[Record], *, key: str) -> tuple[Typed, Misplaced, bool]:
    """Draw the table; return the changed cells, those outside the fields, and whether a block was too wide."""
    columns = _columns_shown(kind)
    rows = [{name: cell_text(column, record.fields[name]) for name, column in columns.items()} for record in opened]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    shown = frame.insert_column(0, frame["name"].alias(LABEL)).with_columns(pl.lit(END_MARK).alias(END))
    edited = st.data_editor(
        shown,
        hide_index=True,
        placeholder="",
        num_rows="add",  # otherwise the browser drops rows that are pasted below the last record
        column_config={
            LABEL: st.column_config.TextColumn(
                "Record", pinned=True, width=220, help="The name of the record; not a field."
            ),
            **{
                name: st.column_config.TextColumn(
                    field_title(kind, name), help=column.help, width=_column_pixels(kind, name)
                )
                for name, column in columns.items()
            },
            END: st.column_config.TextColumn(
                "End", default=END_MARK, width=60, help="The end of the table; not a field."
            ),
        },
        height=min(38 + 35 * (len(opened) + 1), 38 + 35 * ROWS_SEEN),
        key=key,
        alt=f"{record_lists.PLURALS[kind].capitalize()} to edit",
    )
    table = edited.with_columns(pl.all().cast(pl.String))
    texts, kept = table.with_columns(pl.all().fill_null("")), table.head(len(frame))
    changed = pl.any_horizontal(texts[name].head(len(frame)) != frame[name] for name in columns)
    typed = []
    for number in pl.select(changed).to_series().arg_true().to_list():
        before, after = rows[number], texts.row(number, named=True)
        typed.append((opened[number], {name: after[name] for name in columns if after[name] != before[name]}))
    labels = [text for text, name in zip(kept[LABEL], frame["name"], strict=True) if text and text.strip() != name]
    misplaced = {
        IN_LABELS: labels,
        RIGHT: [text for text in kept[END] if text and text != END_MARK],
        BELOW: [text for row in texts.tail(-len(frame)).drop(END).rows() for text in row if text.strip()],
    }
    return typed, {place: outside for place, outside in misplaced.items() if outside}, "" in kept[END]


def _difference_table(portfolio: Portfolio, kind: str, edits: Sequence[tuple[Record, Mapping[str, Any]]]) -> None:
    rows = [
        {
            "Record": record.fields["name"],
            "Field": field_title(kind, name),
            "Before": shown_value(portfolio, kind, name, record.fields[name]),
            "After": shown_value(portfolio, kind, name, value),
        }
        for record, given in edits
        for name, value in given.items()
    ]
    if rows:
        st.dataframe(rows, hide_index=True, alt=f"{len(rows)} cells that would change")


def _render_warnings(kind: str, warnings: Sequence[Problem], edits: Sequence[tuple[Record, Mapping[str, Any]]]) -> None:
    names = {record.id: str(record.fields["name"]) for record, _ in edits}
    lines = [
        f"{plain(names.get(each.id, each.id))}, {field_title(kind, each.field)}: {plain(each.message)}"
        for each in warnings[:PROBLEMS_SHOWN]
    ]
    if lines:
        st.warning("  \n".join(lines), title="Please check", icon=":material/visibility:")


def _nothing_is_misplaced(misplaced: Misplaced) -> bool:
    """Show the cells that are outside the fields of the records; return whether there are none."""
    for place, texts in misplaced.items():
        count = "1 cell" if len(texts) == 1 else f"{len(texts):,} cells"
        st.error(
            f"{count} {place}: {plain(', '.join(texts[:5])[:200])}. {FIXES[place]} Empty these cells, or start over.",
            icon=":material/error:",
        )
    return not misplaced


def _read_problems(kind: str, typed: Typed, problems: Sequence[Problem]) -> bool:
    """Show the cells that could not be read; return whether there are none."""
    if problems:
        texts = {record.id: (str(record.fields["name"]), cells) for record, cells in typed}
        rows = [
            {
                "Record": texts[each.id][0],
                "Field": field_title(kind, each.field),
                "Cell": texts[each.id][1][each.field],
                "Problem": each.message,
            }
            for each in problems[:PROBLEMS_SHOWN]
        ]
        count = "1 cell" if len(problems) == 1 else f"{len(problems):,} cells"
        them = "it" if len(problems) == 1 else "them"
        st.error(f"{count} cannot be read. Correct {them} before saving.", icon=":material/error:")
        st.dataframe(rows, hide_index=True, key="bulk problems", alt="Cells that cannot be read")
    return not problems


def _clearing_is_confirmed(kind: str, read: TypedCells, *, key: str) -> bool:
    """List the fields that would be emptied, with a box to tick; return whether it is ticked."""
    if not read.cleared:
        return True
    listed = [f"{plain(str(record.fields['name']))}: {field_title(kind, name)}" for record, name in read.cleared]
    more = f" and {len(listed) - ROWS_SEEN:,} more" if len(listed) > ROWS_SEEN else ""
    fields = "1 field" if len(listed) == 1 else f"{len(listed):,} fields"
    st.markdown(f"**Fields to be emptied:** {', '.join(listed[:ROWS_SEEN])}{more}.")
    return st.checkbox(f"Empty {fields}", key=f"{key} {len(listed)}")


def _is_accepted(edits: Sequence[tuple[Record, Mapping[str, Any]]]) -> bool:
    """Show the ledger's answer to a dry run; return whether it would save the changes."""
    try:
        receipt = submit(
            ledger_session.engine(), _changes_of_rows(edits, {}), actor=dry_run_actor(), token=DRY_RUN, dry_run=True
        )
    except Refused as error:
        names = {(record.kind, record.id): str(record.fields["name"]) for record, _ in edits}
        lines = [
            f"{plain(names.get((each.kind, each.id), each.id))}, {field_title(each.kind, each.field)}: "
            f"{plain(each.message)}"
            for each in error.problems[:PROBLEMS_SHOWN]
        ]
        st.error("  \n".join(lines), title="These changes cannot be saved", icon=":material/error:")
        return False
    except AccessRefused as error:
        st.caption(f":material/lock: {plain(str(error))}")
        return False
    except StaleVersion:
        return True  # the form shows it and offers what to do
    save_notice.render_warnings(receipt)
    return True


def _changes_of_rows(
    edits: Sequence[tuple[Record, Mapping[str, Any]]], versions: Mapping[tuple[str, str], int]
) -> list[Change]:
    return [
        Change.edit(
            *(record.kind, record.id, given),
            base_version=versions.get((record.kind, record.id), record.version),
        )
        for record, given in edits
    ]


render_page()
