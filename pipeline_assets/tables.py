"""The contents of the pipeline's tables in the warehouse: frames built from the submitted changes.

Belongs here: types of columns, derived from the fields; the current tables, status_history, audit. Not here: the
contract of a frame (`contract.py`), writing them (`landing.py`), metrics computed from them (`metrics.py`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import orjson
import polars as pl

from pipeline_assets.collection_pause import paused_collection
from pipeline_assets.errors import ContractBroken
from pipeline_assets.fields import FieldType, RecordField, fields_by_name, fields_of
from pipeline_assets.ledger.changes import Action, Record, Recorded
from pipeline_assets.ledger.history import fields_changed, fold_changes
from pipeline_assets.models import ENTITIES, Project
from pipeline_assets.rules import STATUS_FIELDS
from pipeline_assets.upgrades import upgraded_fields
from warehouse.connection import has_table

SUBMITTED_CHANGES, STATUS_HISTORY, AUDIT = "submitted_changes", "status_history", "audit"
UTC_TIME = pl.Datetime("us", "UTC")
TEXT = pl.String()
INFO = "pipeline_info"
"""The table with one row: `landed_position` of the newest change in the current tables, `landed_at_utc`, and the
`fingerprint` of the code that landed them.
"""

CHANGES: dict[str, pl.DataType] = {
    **{"position": pl.Int64(), "batch": TEXT, "kind": TEXT, "id": TEXT, "version": pl.Int64(), "action": TEXT},
    **{"before": TEXT, "after": TEXT, "who": TEXT, "why": TEXT, "submitted_at_utc": UTC_TIME},
    "identity": TEXT,
}
"The columns of submitted_changes; before and after are JSON objects."
RECORD: dict[str, pl.DataType] = {
    **{"archived": pl.Boolean(), "version": pl.Int64(), "position": pl.Int64()},
    **{"updated_at_utc": UTC_TIME, "updated_by": TEXT},
}
"The columns of every current table after the id and the fields."
DATED = ("status_date", *STATUS_FIELDS)
"The fields of a project that status_history follows."

DTYPES: dict[FieldType, pl.DataType] = {
    **dict.fromkeys((FieldType.TEXT, FieldType.WORD, FieldType.REFERENCE), TEXT),
    **{FieldType.NUMBER: pl.Float64(), FieldType.INTEGER: pl.Int64(), FieldType.DATE: pl.Date()},
}
"The type of a field's column in frames and in the warehouse."


def landed_position(con: duckdb.DuckDBPyConnection) -> int:
    """Return the position of the newest change in the current tables, or 0 before the first landing."""
    return int(con.execute(f"SELECT landed_position FROM {INFO}").fetchall()[0][0]) if has_table(con, INFO) else 0


def landed_fingerprint(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the fingerprint of the code that landed the tables, or None before the first landing with one."""
    if not has_table(con, INFO):
        return None
    info = con.sql(f"FROM {INFO}").pl()
    return str(info["fingerprint"][0]) if "fingerprint" in info.columns else None


def is_current(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the landed tables have every field of today's models; an update may add new ones."""
    rows = con.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_catalog = current_database()"
    ).fetchall()
    expected = {(kind, field.name) for kind in ENTITIES for field in fields_of(kind)}
    return {*expected, (STATUS_HISTORY, "position"), (AUDIT, "position")} <= set(rows)


def same_rows(table: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Return whether two tables have the same columns and the same rows, in any order."""
    return table.schema == other.schema and table.sort(table.columns).equals(other.sort(other.columns))


def submitted_frame(rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return rows of the ledger (`ledger.reader.rows_since`) as a frame with the columns `CHANGES`."""
    raw = {name: pl.Int64() if dtype == UTC_TIME else dtype for name, dtype in CHANGES.items()}
    frame = pl.DataFrame(rows, schema=raw, orient="row")
    return frame.with_columns(pl.from_epoch("submitted_at_utc", "us").dt.replace_time_zone("UTC"))


def decode_changes(changes: pl.DataFrame) -> list[Recorded]:
    """Decode the changes of a frame with the columns `CHANGES`."""
    columns: dict[str, Iterable[Any]] = {name: changes[name].to_list() for name in CHANGES}
    columns["action"] = map(Action, columns["action"])
    kinds = changes["kind"].to_list()
    columns |= {
        name: map(upgraded_fields, kinds, map(orjson.loads, changes[name].to_list())) for name in ("before", "after")
    }
    return list(map(Recorded, *columns.values()))


def table_frames(changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the tables that result from the changes: one per kind, status_history and audit.

    The rows of a record follow from its own changes alone: a landing replays only the records that were touched.
    Raises ContractBroken for a value whose type is not that of its field.
    """
    with paused_collection():
        made = decode_changes(changes)
        by_kind: dict[str, list[Record]] = {kind: [] for kind in ENTITIES}
        for record in fold_changes(made).values():
            by_kind[record.kind].append(record)
        current = {kind: _current_table(kind, by_kind[kind]) for kind in ENTITIES}
        return {**current, STATUS_HISTORY: _status_history(made, changes), AUDIT: _audit(made, changes)}


def _current_table(kind: str, records: Sequence[Record]) -> pl.DataFrame:
    own: dict[str, list[Any]] = {
        "archived": [record.archived for record in records],
        "version": [record.version for record in records],
        "position": [record.position for record in records],
        "updated_at_utc": [record.submitted_at_utc for record in records],
        "updated_by": [record.who for record in records],
    }
    return pl.DataFrame(
        [
            pl.Series("id", [record.id for record in records], TEXT),
            *(field_series(field, [record.fields[field.name] for record in records]) for field in fields_of(kind)),
            *(pl.Series(name, own[name], dtype) for name, dtype in RECORD.items()),
        ]
    ).sort("id")


def _status_history(changes: Iterable[Recorded], frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each change that dates a status, with the complete status after it."""
    positions: list[int] = []
    fields = fields_by_name(Project.kind)
    values: dict[str, list[Any]] = {name: [] for name in DATED}
    newest: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.kind != Project.kind or change.after.keys().isdisjoint(DATED):
            continue
        status = newest.setdefault(change.id, {name: fields[name].default for name in DATED})
        positions.append(change.position)
        for name in DATED:
            if name in change.after:
                status[name] = change.after[name]
            values[name].append(status[name])
    dating = pl.DataFrame(
        [
            pl.Series("position", positions, pl.Int64()),
            *(field_series(fields[name], values[name]) for name in DATED),
        ]
    )
    whole = _with_authors(dating, frame).rename({"id": "pipeline_id"})
    return whole.select("pipeline_id", *DATED, "version", "position", "batch", "who", "why", "submitted_at_utc")


def _audit(changes: Iterable[Recorded], frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each field of each change, with values as text or null."""
    columns: dict[str, list[Any]] = {"position": [], "field": [], "before": [], "after": []}
    position, field, before, after = columns.values()
    for change, name, old, new in fields_changed(changes):
        position.append(change.position)
        field.append(name)
        before.append(_value_text(old))
        after.append(_value_text(new))
    fields = pl.DataFrame(columns, schema={"position": pl.Int64(), "field": TEXT, "before": TEXT, "after": TEXT})
    head = ("position", "batch", "kind", "id", "version", "action", "field", "before", "after")
    return _with_authors(fields, frame).select(*head, "who", "why", "submitted_at_utc", "identity")


def _with_authors(rows: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    return rows.join(changes.drop("before", "after"), on="position", how="left", maintain_order="left")


def _value_text(value: Any) -> str | None:
    """Return a value as text; the field's model reads it back as the same value."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def field_series(field: RecordField, values: Sequence[Any]) -> pl.Series:
    """Return stored values of a field as a column. Raises ContractBroken for a value of another type."""
    dtype = DTYPES[field.value_type]
    is_date = field.value_type is FieldType.DATE
    try:
        series = pl.Series(field.name, values, TEXT if is_date else dtype)
        return series.str.to_date("%Y-%m-%d") if is_date else series
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise ContractBroken(
            f"{field.kind}.{field.name}: a value is no {dtype}: {error}. Nothing was landed."
        ) from None
