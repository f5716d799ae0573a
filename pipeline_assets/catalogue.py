"""What Dagster's catalogue shows of an asset before any run: group, owners, tags, columns, lineage, links, freshness.

Belongs here: facts about the definitions. Not here: the tables themselves (`tables.py`), what an asset does
(`assets.py`).
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg
import polars as pl

from pipeline_assets import tables
from pipeline_assets.fields import RecordField, fields_by_name, fields_of
from pipeline_assets.metric_columns import VIEW_COLUMNS
from pipeline_assets.models import Entity, Project
from pipeline_assets.tables import AUDIT, CHANGES, RECORD, STATUS_HISTORY, SUBMITTED_CHANGES
from warehouse.settings import Settings, checkout_folder

RECORDS, METRICS = "pipeline_records", "pipeline_metrics"
"The groups of this code location."
OWNERS = ["team:portfolio"]
KINDS = {"duckdb", "polars"}
RECORD_TAGS = {"source": "ledger", "refresh": "on-change"}

EVERY_NIGHT = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50), warn_window=timedelta(hours=26))
"Changes land when they are made, and once more every night: one missed night is a warning, two are a failure."

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
    "pipeline_id": "Id of the project.",
}
"Descriptions of the columns that come from the ledger and not from a field of a model."

_OF_A_RECORD = {
    **{"id": "id", "archived": "action", "version": "version", "position": "position"},
    **{"updated_at_utc": "submitted_at_utc", "updated_by": "who"},
}
"""The columns of a record's table, each with the column of submitted_changes that it comes from; fields come from
`after`.
"""


def changes_metadata() -> dict[str, Any]:
    """Return the columns and links of the table of submitted changes."""
    return _table_metadata(SUBMITTED_CHANGES, [_table_column(name, dtype) for name, dtype in CHANGES.items()])


def record_metadata(entity: type[Entity]) -> dict[str, Any]:
    """Return the columns, their lineage and the links of the current table of a kind of record."""
    fields = [_field_column(field) for field in fields_of(entity.kind)]
    columns = [
        _table_column("id", pl.String()),
        *fields,
        *(_table_column(name, dtype) for name, dtype in RECORD.items()),
    ]
    return _table_metadata(entity.kind, columns, _from_changes(columns, _OF_A_RECORD))


def history_metadata() -> dict[str, Any]:
    """Return the columns, their lineage and the links of the dated status of projects."""
    fields = fields_by_name(Project.kind)
    columns = [
        _field_column(fields[name]) if name in fields else _table_column(name, dtype)
        for name, dtype in tables.table_frames(pl.DataFrame(schema=CHANGES))[STATUS_HISTORY].schema.items()
    ]
    same = {name: name for name in CHANGES}
    return _table_metadata(STATUS_HISTORY, columns, _from_changes(columns, {**same, "pipeline_id": "id"}))


def audit_metadata() -> dict[str, Any]:
    """Return the columns, their lineage and the links of the audit."""
    schema = tables.table_frames(pl.DataFrame(schema=CHANGES))[AUDIT].schema
    columns = [_table_column(name, dtype) for name, dtype in schema.items()]
    return _table_metadata(AUDIT, columns, _from_changes(columns, {name: name for name in CHANGES}))


def view_metadata(name: str) -> dict[str, Any]:
    """Return the columns, their lineage and the links of a metric view."""
    declared = VIEW_COLUMNS[name]
    columns = [dg.TableColumn(column, c.type, description=c.description) for column, c in declared.items()]
    lineage = {column: c.sources for column, c in declared.items() if c.sources}
    return _table_metadata(name, columns, lineage)


def in_development(assets: Sequence[dg.AssetsDefinition]) -> Sequence[Any]:
    """Return the assets with links to their code in a checkout, or unchanged in an installed package."""
    if not checkout_folder():
        return assets
    with warnings.catch_warnings():
        # The feature is only a convenience, and the tests cover the pinned version.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.with_source_code_references(assets)


def _table_metadata(
    table: str, columns: Sequence[dg.TableColumn], lineage: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    settings = Settings()
    metadata: dict[str, Any] = {
        "dagster/table_name": f"{settings.warehouse.stem}.main.{table}",
        "dagster/column_schema": dg.TableSchema(list(columns)),
        "dashboard": dg.MetadataValue.url(str(settings.dashboard_url)),
        "docs": dg.MetadataValue.path("docs/pipeline.md"),
    }
    if lineage:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {column: [_column_dep(source) for source in sources] for column, sources in lineage.items()}
        )
    return metadata


def _column_dep(source: str) -> dg.TableColumnDep:
    table, _, column = source.partition(".")
    return dg.TableColumnDep(table, column)


def _from_changes(columns: Sequence[dg.TableColumn], own: Mapping[str, str]) -> dict[str, list[str]]:
    return {column.name: [f"{SUBMITTED_CHANGES}.{own.get(column.name, 'after')}"] for column in columns}


def _field_column(field: RecordField) -> dg.TableColumn:
    """Return the column of a field with its label, its help, its permitted values and the table that it refers to."""
    parts = [f"{field.title}.", field.help, f"One of: {', '.join(field.words)}." if field.words else ""]
    if field.target:
        parts.append(f"Id of a record of {field.target}.")
    dtype = tables.DTYPES[field.value_type]
    return dg.TableColumn(field.name, TYPES[type(dtype)], description=" ".join(filter(None, parts)))


def _table_column(name: str, dtype: pl.DataType) -> dg.TableColumn:
    return dg.TableColumn(name, TYPES[type(dtype)], description=DESCRIPTIONS[name])
