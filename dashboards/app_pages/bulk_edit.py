"""Bulk edit: many cells at once; the difference is shown and judged before it is saved as one batch."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import ledger_session, record_lists, save_notice, submit_form
from dashboards.components.forms import DATED_BY_THE_LEDGER, columns_by_name, title_of
from dashboards.components.ledger_session import plain
from pipeline_assets.errors import Refused, StaleVersion
from pipeline_assets.ledger.changes import Change, Record
from pipeline_assets.ledger.submission import submit
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets.portfolio_index import Holdings
from pipeline_assets.tables import Column
from renewables.queries.record_history import shown_value

KINDS = ("pipelines", "facilities", "counterparties", "information_points", "contacts")
ROWS_SEEN = 16
DRY_RUN = "dry run"
Edits = Sequence[tuple[Record, Mapping[str, Any]]]
"Records with the fields that were changed."


def show() -> None:
    save_notice.tell()
    held = ledger_session.held()
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
    if not held.of_kind(kind):
        record_lists.nothing_yet(held, "pipelines")
        return
    name = f"bulk edit of {kind}"
    state = submit_form.opened(name)
    if not state.records:
        state.records = {(one.kind, one.id): one for one in held.of_kind(kind)}
    opened = list(state.records.values())
    edits = _edited(kind, opened, key=f"bulk {state.token}")
    if any(held.get(kind, one.id) != one for one in opened):
        st.info("Some of these were changed since the table was opened.", icon=":material/update:")
    st.button("Start again", icon=":material/restart_alt:", on_click=submit_form.leave, args=(name,), type="tertiary")
    st.subheader("What would change", anchor=False)
    if not edits:
        st.caption("Nothing yet: change cells above. Nothing is saved before you confirm.")
        return
    _difference(held, kind, edits)
    _judged(edits)

    def build(_: submit_form.Typed) -> Sequence[Change]:
        return _changes(edits, submit_form.opened(name).versions)

    submit_form.form(name, [], build=build, label=f"Save {len(edits)} record{'s' if len(edits) > 1 else ''}")


def _edited(kind: str, opened: Sequence[Record], *, key: str) -> Edits:
    columns = [column for column in columns_by_name(kind).values() if column.name not in ENTITIES[kind].references]
    rows = [{column.name: _cell(column, one.fields[column.name]) for column in columns} for one in opened]
    frame = pl.DataFrame(rows, schema={column.name: column.dtype for column in columns})
    edited = st.data_editor(
        frame,
        hide_index=True,
        placeholder="",
        column_config={column.name: _config(column) for column in columns},
        height=min(38 + 35 * len(opened), 38 + 35 * ROWS_SEEN),
        key=key,
        alt=f"{record_lists.PLURALS[kind].capitalize()} to edit",
    )
    found = []
    for record, before, after in zip(opened, frame.to_dicts(), edited.to_dicts(), strict=True):
        given = {
            column.name: _stored(column, after[column.name])
            for column in columns
            if _stored(column, after[column.name]) != _stored(column, before[column.name])
        }
        if given:
            found.append((record, given))
    return found


def _difference(held: Holdings, kind: str, edits: Edits) -> None:
    rows = [
        {
            "Record": record.fields["name"],
            "Field": title_of(kind, name),
            "Before": shown_value(held, kind, name, record.fields[name]),
            "After": shown_value(held, kind, name, value),
        }
        for record, given in edits
        for name, value in given.items()
    ]
    st.dataframe(rows, hide_index=True, alt=f"{len(rows)} cells that would change")


def _judged(edits: Edits) -> None:
    """What the ledger says to a dry run."""
    try:
        receipt = submit(ledger_session.engine(), _changes(edits, {}), who=DRY_RUN, token=DRY_RUN, dry_run=True)
    except Refused as error:
        names = {(record.kind, record.id): str(record.fields["name"]) for record, _ in edits}
        lines = [
            f"{plain(names.get((one.kind, one.id), one.id))}, {title_of(one.kind, one.field)}: {plain(one.message)}"
            for one in error.problems
        ]
        st.error("  \n".join(lines), title="This would be refused", icon=":material/error:")
        return
    except StaleVersion:
        return  # said by the form, with the way on
    save_notice.second_look(receipt)


def _changes(edits: Edits, versions: Mapping[tuple[str, str], int]) -> list[Change]:
    return [
        Change.edit(
            record.kind,
            record.id,
            {name: value for name, value in given.items() if name != DATED_BY_THE_LEDGER or value},
            base_version=versions.get((record.kind, record.id), record.version),
        )
        for record, given in edits
    ]


def _config(column: Column) -> Any:
    label = column.title
    pinned = True if column.name == "name" else None  # always seen, so it is no cell to edit
    if column.values:
        return st.column_config.SelectboxColumn(label, options=list(column.values), required=True)
    if column.dtype == pl.Date:
        return st.column_config.DateColumn(label, format="DD MMM YYYY")
    if column.dtype in (pl.Float64, pl.Int64):
        step = 1 if column.dtype == pl.Int64 else None
        return st.column_config.NumberColumn(label, step=step)
    return st.column_config.TextColumn(label, pinned=pinned, width="medium")


def _cell(column: Column, value: Any) -> Any:
    if column.dtype == pl.Date:
        return date.fromisoformat(value) if value else None
    return float(value) if column.dtype == pl.Float64 and value is not None else value


def _stored(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):  # the editor's days are instants
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None and column.dtype == pl.String and not column.nullable else value


show()
