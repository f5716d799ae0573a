"""Bulk edit: many cells at once; the difference is shown and judged before it is saved as one batch.

Cells are texts, so that what is typed or pasted is read by the import's parser and nothing is dropped by the browser.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice, submit_form
from dashboards.components.plain_text import plain
from pipeline_assets.errors import Problem, Refused, StaleVersion
from pipeline_assets.fields import field_title
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.spreadsheets.typed_cells import TypedCells, cell_text, columns_of, parse_cells
from renewables.queries.record_history import shown_value

KINDS = ("pipelines", "facilities", "counterparties", "information_points", "contacts")
ROWS_SEEN = 16
PROBLEMS_SHOWN = 500
LABEL = "record"
"The column that stays in view. It is no field: a pinned column cannot be edited, and the browser drops what is pasted."
DRY_RUN = "dry run"
Typed = Sequence[tuple[Record, Mapping[str, str]]]
"Records with the text of each cell that was changed, by field."


def render_page() -> None:
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
    typed, beyond = _typed(kind, opened, key=table)
    if any(portfolio.get(kind, record.id) != record for record in opened):
        st.info("Some of these were changed since the table was opened.", icon=":material/update:")
    st.button("Start again", icon=":material/restart_alt:", on_click=submit_form.discard, args=(name,), type="tertiary")
    st.subheader("What would change", anchor=False)
    if not typed and not beyond:
        st.caption(
            "Nothing yet: change cells above, or paste from a spreadsheet. Dates, numbers and words are read as in an "
            "import. Nothing is saved before you confirm."
        )
        return
    read = parse_cells(kind, typed)
    records = [(record, read.edits[record.id]) for record, _ in typed if record.id in read.edits]
    _difference_table(portfolio, kind, records)
    _second_look(kind, read.warnings, records)
    may_be_saved = _read_problems(kind, typed, read.problems, beyond)
    may_be_saved &= _clearing_is_confirmed(kind, read, key=f"clear {state.token}")
    if not records:
        st.caption("Nothing would change.")
        return
    may_be_saved &= _is_accepted(records)
    seen = st.session_state.get(table)

    def build(_: submit_form.Typed) -> Sequence[Change]:
        if st.session_state.get(table) != seen:
            message = "cells were changed since the difference was shown: look at it again"
            raise Refused([Problem("batch", state.token, "cells", message)])
        return _changes_of_rows(records, submit_form.form_state(name).versions)

    label = f"Save {len(records):,} record{'s' if len(records) > 1 else ''}"
    submit_form.render_form(name, [], build=build, label=label, disabled=not may_be_saved)


def _typed(kind: str, opened: Sequence[Record], *, key: str) -> tuple[Typed, list[str]]:
    """Draw the table; return the cells that were changed, and the texts that were pasted below the last record."""
    columns = {name: column for name, column in columns_of(kind).items() if name not in ENTITIES[kind].references}
    rows = [{name: cell_text(column, record.fields[name]) for name, column in columns.items()} for record in opened]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    edited = st.data_editor(
        frame.insert_column(0, frame["name"].alias(LABEL)),
        hide_index=True,
        placeholder="",
        num_rows="add",  # else the browser drops the rows that are pasted below the last record
        column_config={
            LABEL: st.column_config.TextColumn("Record", pinned=True, disabled=True, width=170),
            **{
                name: st.column_config.TextColumn(field_title(kind, name), help=column.help, width="medium")
                for name, column in columns.items()
            },
        },
        height=min(38 + 35 * (len(opened) + 1), 38 + 35 * ROWS_SEEN),
        key=key,
        alt=f"{record_lists.PLURALS[kind].capitalize()} to edit",
    )
    texts = edited.select(pl.col(name).cast(pl.String).fill_null("") for name in columns)
    kept = texts.head(len(frame))
    differs = pl.any_horizontal(kept[name] != frame[name] for name in columns)
    changed = pl.select(differs).to_series().arg_true().to_list()
    typed = []
    for number in changed:
        before, after = rows[number], kept.row(number, named=True)
        typed.append((opened[number], {name: text for name, text in after.items() if text != before[name]}))
    return typed, [text for row in texts.slice(len(frame)).rows() for text in row if text.strip()]


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


def _second_look(kind: str, warnings: Sequence[Problem], edits: Sequence[tuple[Record, Mapping[str, Any]]]) -> None:
    names = {record.id: str(record.fields["name"]) for record, _ in edits}
    lines = [
        f"{plain(names.get(each.id, each.id))}, {field_title(kind, each.field)}: {plain(each.message)}"
        for each in warnings[:PROBLEMS_SHOWN]
    ]
    if lines:
        st.warning("  \n".join(lines), title="Worth a second look", icon=":material/visibility:")


def _read_problems(kind: str, typed: Typed, problems: Sequence[Problem], beyond: Sequence[str]) -> bool:
    """Show the cells that could not be read; return whether there are none."""
    if beyond:
        count = "1 cell" if len(beyond) == 1 else f"{len(beyond):,} cells"
        st.error(
            f"{count} below the last record: {plain(', '.join(beyond[:5])[:200])}. Bulk edit changes records that "
            "exist; new ones come with their form or an import. Empty these cells, or start again.",
            icon=":material/error:",
        )
    if problems:
        texts = {record.id: (str(record.fields["name"]), cells) for record, cells in typed}
        rows = [
            {
                "Record": texts[each.id][0],
                "Field": field_title(kind, each.field),
                "Cell": texts[each.id][1][each.field],
                "What is wrong": each.message,
            }
            for each in problems[:PROBLEMS_SHOWN]
        ]
        count = "1 cell" if len(problems) == 1 else f"{len(problems):,} cells"
        st.error(f"{count} cannot be read. Nothing can be saved until they are corrected.", icon=":material/error:")
        st.dataframe(rows, hide_index=True, key="bulk problems", alt="Cells that cannot be read")
    return not problems and not beyond


def _clearing_is_confirmed(kind: str, read: TypedCells, *, key: str) -> bool:
    """List what would be emptied, to be ticked."""
    if not read.cleared:
        return True
    listed = [f"{plain(str(record.fields['name']))}: {field_title(kind, name)}" for record, name in read.cleared]
    more = f" and {len(listed) - ROWS_SEEN:,} more" if len(listed) > ROWS_SEEN else ""
    fields = "1 field" if len(listed) == 1 else f"{len(listed):,} fields"
    st.markdown(f"**Would be emptied:** {', '.join(listed[:ROWS_SEEN])}{more}.")
    return st.checkbox(f"Empty {fields}", key=f"{key} {len(listed)}")


def _is_accepted(edits: Sequence[tuple[Record, Mapping[str, Any]]]) -> bool:
    """Show what the ledger says to a dry run; return whether it would save the changes."""
    try:
        receipt = submit(ledger_session.engine(), _changes_of_rows(edits, {}), who=DRY_RUN, token=DRY_RUN, dry_run=True)
    except Refused as error:
        names = {(record.kind, record.id): str(record.fields["name"]) for record, _ in edits}
        lines = [
            f"{plain(names.get((each.kind, each.id), each.id))}, {field_title(each.kind, each.field)}: "
            f"{plain(each.message)}"
            for each in error.problems[:PROBLEMS_SHOWN]
        ]
        st.error("  \n".join(lines), title="This would be refused", icon=":material/error:")
        return False
    except StaleVersion:
        return True  # the form says it, with the ways on
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
