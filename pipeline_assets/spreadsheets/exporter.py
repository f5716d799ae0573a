"""Export of the ledger into a sheet that imports back as no change and that a spreadsheet opens without harm.

Belongs here: template and export. Not here: which columns exist (`sheet_columns.py`).
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline_assets.ledger.changes import Record
from pipeline_assets.models import ENTITIES
from pipeline_assets.spreadsheets import cells
from pipeline_assets.spreadsheets.column_roles import Column, ColumnRole
from pipeline_assets.spreadsheets.portfolio_index import Portfolio, read_portfolio
from pipeline_assets.spreadsheets.sheet_columns import SHEETS, Sheet


def template_csv(sheet: str) -> str:
    """Return a CSV of the columns only, below a line with instructions that an import skips."""
    buffer = io.StringIO()
    title = SHEETS[sheet].title.lower()
    csv.writer(buffer).writerow(
        [
            f"One row per {title} below the headings. A blank cell keeps the current value; {cells.CLEARING_WORD} "
            "empties the field. This line is not read."
        ]
    )
    return buffer.getvalue() + _csv_text(SHEETS[sheet], [])


def export_csv(engine: sa.Engine, sheet: str, ids: Collection[str] | None = None) -> str:
    """Return a CSV of the live records (only of `ids`, if given), ordered by name.

    Encode it as "utf-8-sig" for a file: Excel reads anything else in the machine's legacy code page.
    """
    return export_of(read_portfolio(engine), sheet, ids)


def export_of(portfolio: Portfolio, sheet: str, ids: Collection[str] | None = None) -> str:
    """Export records of a portfolio that was read before, like `export_csv`."""
    flat = SHEETS[sheet]
    wanted = [record for record in portfolio.of_kind(flat.kind) if ids is None or record.id in ids]
    return _csv_text(flat, [row for record in wanted for row in _record_rows(portfolio, flat, record)])


def _csv_text(sheet: Sheet, rows: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [column.name for column in sheet.exported])
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _record_rows(portfolio: Portfolio, sheet: Sheet, record: Record) -> Iterator[dict[str, str]]:
    whole = {
        column.name: text
        for column in sheet.exported
        if (text := _of_record(portfolio, sheet, column, record)) is not None
    }
    parts: Sequence[tuple[Record | None, list[str]]] = _parts_with_roles(portfolio, sheet, record) if sheet.part else []
    for part, roles in parts or [(None, [])]:
        yield whole | {
            column.name: _of_part(column, part, roles)
            for column in sheet.exported
            if part and column.holds in (ColumnRole.PART_ID, ColumnRole.PART_FIELD, ColumnRole.PART_ROLES)
        }


def _of_record(portfolio: Portfolio, sheet: Sheet, column: Column, record: Record) -> str | None:
    match column.holds:
        case ColumnRole.ID:
            return cells.guard_text(record.id)
        case ColumnRole.FIELD:
            return _shown_value(column, record.fields[column.field])
        case ColumnRole.WHOLE:
            whole = portfolio.get(ENTITIES[sheet.kind].references[column.field], record.fields[column.field] or "")
            return cells.guard_text(str(whole.fields["name"])) if whole else ""
        case ColumnRole.LINKED:
            links = portfolio.referencing(sheet.linked, ENTITIES[sheet.linked].owners[0], record.id)
            ids = [link.fields["counterparty_id"] for link in links if link.fields.get("role", "") == column.word]
            companies = [portfolio.get("counterparties", id) for id in ids]
            return cells.join_names(sorted(str(each.fields["name"]) for each in companies if each))
    return None


def _parts_with_roles(portfolio: Portfolio, sheet: Sheet, record: Record) -> list[tuple[Record, list[str]]]:
    """Return each part once, ordered by name, with its roles."""
    owner_field, part_field = ENTITIES[sheet.link].references
    roles: dict[str, list[str]] = {}
    for link in portfolio.referencing(sheet.link, owner_field, record.id):
        roles.setdefault(link.fields[part_field], []).append(link.fields.get("role", ""))
    parts = [(part, sorted(roles[id])) for id in roles if (part := portfolio.get(sheet.part, id))]
    return sorted(parts, key=lambda each: (str(each[0].fields["name"]), each[0].id))


def _of_part(column: Column, part: Record, roles: list[str]) -> str:
    if column.holds is ColumnRole.PART_ID:
        return cells.guard_text(part.id)
    return (
        cells.join_names(roles)
        if column.holds is ColumnRole.PART_ROLES
        else _shown_value(column, part.fields[column.field])
    )


def _shown_value(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.type in (float, int):
        return cells.format_number(value)
    return cells.guard_text(value) if column.type is str else str(value)
