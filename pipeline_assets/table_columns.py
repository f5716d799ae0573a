"""The tables and views of the pipeline with their columns: types and meanings, for the catalogue and the dictionary.

Belongs here: what the models and the declared views say of each column, without a warehouse. Not here: the contents
(`tables.py`), Dagster's form of it (`catalogue.py`).
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline_assets import tables
from pipeline_assets.fields import RecordField, fields_by_name, fields_of
from pipeline_assets.metric_columns import VIEW_COLUMNS
from pipeline_assets.metrics import VIEWS
from pipeline_assets.models import ENTITIES, Project
from pipeline_assets.tables import AUDIT, CHANGES, INFO, RECORD, STATUS_HISTORY, SUBMITTED_CHANGES

TYPES: dict[type[pl.DataType], str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int64: "BIGINT",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMPTZ",
}
"The types of the frames' columns as DuckDB stores them."

DESCRIPTIONS = {
    "id": "Stable id of the record.",
    "archived": "Whether the record was archived. Archived records count in no metric.",
    "version": "Number of the record's change, from 1.",
    "position": "Position of the change in the ledger, from 1.",
    "updated_at_utc": "When the record was last changed, UTC.",
    "updated_by": "Who changed it last.",
    "batch": "The submission that the change came with.",
    "kind": "The table of the record.",
    "action": "create, set, archive or restore.",
    "before": "What the changed fields were before.",
    "after": "What the changed fields are after.",
    "field": "The field that changed.",
    "who": "Who made the change.",
    "why": "The reason that was given.",
    "submitted_at_utc": "When the change was submitted, UTC.",
    "identity": "How the name in who was established: unverified (typed, or a login name), signed in (an address that "
    "the identity provider has verified), token, or program.",
    "pipeline_id": "Id of the project.",
}
"Descriptions of the columns that come from the ledger and not from a field of a model."

OTHERS = {
    SUBMITTED_CHANGES: "Every change that was ever submitted to the ledger, in the order of its positions. Appended "
    "to, and never changed.",
    STATUS_HISTORY: "The dated status of each project: stage, RAG with its comment, and RTB date, from `status_date` "
    "on.",
    AUDIT: "Who changed which field of what, when and why, from which value to which: a row for each field of each "
    "change. Values as text.",
    INFO: "How far the ledger has landed in the warehouse: one row.",
}
"The meaning of the tables that are no kind of record."


@dataclass(frozen=True)
class TableColumn:
    """A column of a table or view: its type in DuckDB, its meaning, and the closed vocabulary of its values."""

    name: str
    type: str
    description: str
    values: tuple[str, ...] = ()


def pipeline_tables() -> tuple[str, ...]:
    """Return the names of all tables and views of the pipeline."""
    return (*ENTITIES, *OTHERS, *VIEWS)


def describe_table(name: str) -> str:
    """Return the meaning of a table or view; "" if it is none of the pipeline's."""
    if name in VIEWS:
        return VIEWS[name].description
    if name in ENTITIES:
        return " ".join((inspect.getdoc(ENTITIES[name]) or "").split())
    return OTHERS.get(name, "")


def table_columns(name: str) -> list[TableColumn]:
    """Return the columns of a table or view of the pipeline, in order."""
    if name in VIEW_COLUMNS:
        return [TableColumn(column, c.type, c.description) for column, c in VIEW_COLUMNS[name].items()]
    if name in ENTITIES:
        fields = [field_column(field) for field in fields_of(name)]
        return [ledger_column("id", pl.String()), *fields, *_ledger_columns(RECORD.items())]
    if name == SUBMITTED_CHANGES:
        return list(_ledger_columns(CHANGES.items()))
    if name == INFO:
        return [
            TableColumn("landed_position", "BIGINT", "Position of the newest change in the tables."),
            TableColumn("landed_at_utc", "TIMESTAMPTZ", "When it landed, UTC."),
            TableColumn(
                "fingerprint", "VARCHAR", "Digest of the code that landed it; another one rebuilds the tables."
            ),
        ]
    own = fields_by_name(Project.kind) if name == STATUS_HISTORY else {}
    schema = tables.table_frames(pl.DataFrame(schema=CHANGES))[name].schema
    return [
        field_column(own[column]) if column in own else ledger_column(column, dtype) for column, dtype in schema.items()
    ]


def field_column(field: RecordField) -> TableColumn:
    """Return the column of a field with its label, its help, its permitted values and the table that it refers to."""
    parts = [f"{field.title}.", field.help, f"One of: {', '.join(field.words)}." if field.words else ""]
    if field.target:
        parts.append(f"Id of a record of {field.target}.")
    dtype = tables.DTYPES[field.value_type]
    return TableColumn(field.name, TYPES[type(dtype)], " ".join(filter(None, parts)), field.words)


def ledger_column(name: str, dtype: pl.DataType) -> TableColumn:
    """Return a column that the ledger adds to the fields."""
    return TableColumn(name, TYPES[type(dtype)], DESCRIPTIONS[name])


def _ledger_columns(columns: Iterable[tuple[str, pl.DataType]]) -> Iterable[TableColumn]:
    return (ledger_column(name, dtype) for name, dtype in columns)
