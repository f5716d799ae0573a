"""What Dagster's catalogue shows of an asset before any run: group, owners, tags, columns, lineage, links, freshness.

Belongs here: facts about the definitions. Not here: the tables themselves (`tables.py`), what an asset does
(`assets.py`).
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from pipeline_assets.entity import Entity
from pipeline_assets.metric_columns import VIEW_COLUMNS
from pipeline_assets.registers.register_model import Register
from pipeline_assets.registers.register_tables import register_table_columns
from pipeline_assets.table_columns import table_columns
from pipeline_assets.tables import AUDIT, CHANGES, STATUS_HISTORY, SUBMITTED_CHANGES
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings, checkout_folder

RECORDS, METRICS, REGISTERS = "pipeline_records", "pipeline_metrics", "registers"
"The groups of this code location."
OWNERS = ["team:portfolio"]
KINDS = {"duckdb", "polars"}
RECORD_TAGS = {"source": "ledger", "refresh": "on-change"}

EVERY_NIGHT = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50), warn_window=timedelta(hours=26))
"Changes land when they are made, and once more every night: one missed night is a warning, two are a failure."
EVERY_MONTH = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=65), warn_window=timedelta(days=35))
"Registers are fetched every month: one missed month is a warning, two are a failure."

_OF_A_RECORD = {
    **{"id": "id", "archived": "action", "version": "version", "position": "position"},
    **{"updated_at_utc": "submitted_at_utc", "updated_by": "who"},
}
"""The columns of a record's table, each with the column of submitted_changes that it comes from; fields come from
`after`.
"""


def changes_metadata() -> dict[str, Any]:
    """Return the columns and links of the table of submitted changes."""
    return _table_metadata(SUBMITTED_CHANGES)


def record_metadata(entity: type[Entity]) -> dict[str, Any]:
    """Return the columns, their lineage and the links of the current table of a kind of record."""
    return _table_metadata(entity.kind, _from_changes(entity.kind, _OF_A_RECORD))


def history_metadata() -> dict[str, Any]:
    """Return the columns, their lineage and the links of the dated status of projects."""
    same = {name: name for name in CHANGES}
    return _table_metadata(STATUS_HISTORY, _from_changes(STATUS_HISTORY, {**same, "pipeline_id": "id"}))


def audit_metadata() -> dict[str, Any]:
    """Return the columns, their lineage and the links of the audit."""
    return _table_metadata(AUDIT, _from_changes(AUDIT, {name: name for name in CHANGES}))


def view_metadata(name: str) -> dict[str, Any]:
    """Return the columns, their lineage and the links of a metric view."""
    return _table_metadata(name, {column: c.sources for column, c in VIEW_COLUMNS[name].items() if c.sources})


def register_metadata(register: Register) -> dict[str, Any]:
    """Return the columns and links of the table of a register's records, with its licence."""
    columns = [
        dg.TableColumn(c.name, c.type, description=c.description) for c in register_table_columns(register.table)
    ]
    return {
        **_common_metadata(register.table, columns),
        "docs": dg.MetadataValue.path("docs/data-sources.md"),
        "licence": dg.MetadataValue.text(register.licence_line),
    }


def in_development(assets: Sequence[dg.AssetsDefinition]) -> Sequence[Any]:
    """Return the assets with links to their code in a checkout, or unchanged in an installed package."""
    if not checkout_folder():
        return assets
    with warnings.catch_warnings():
        # The feature is only a convenience, and the tests cover the pinned version.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.with_source_code_references(assets)


def _table_metadata(table: str, lineage: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    columns = [dg.TableColumn(c.name, c.type, description=c.description) for c in table_columns(table)]
    metadata = {**_common_metadata(table, columns), "docs": dg.MetadataValue.path("docs/pipeline.md")}
    if lineage:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {column: [_column_dep(source) for source in sources] for column, sources in lineage.items()}
        )
    return metadata


def _common_metadata(table: str, columns: Sequence[dg.TableColumn]) -> dict[str, Any]:
    return {
        "dagster/table_name": f"{configured_warehouse().database_name}.main.{table}",
        "dagster/column_schema": dg.TableSchema(columns),
        "dashboard": dg.MetadataValue.url(str(Settings().dashboard_url)),
    }


def _column_dep(source: str) -> dg.TableColumnDep:
    table, _, column = source.partition(".")
    return dg.TableColumnDep(table, column)


def _from_changes(table: str, own: Mapping[str, str]) -> dict[str, list[str]]:
    return {column.name: [f"{SUBMITTED_CHANGES}.{own.get(column.name, 'after')}"] for column in table_columns(table)}
