"""The catalogue entries of assets before any run: group, owners, tags, columns, lineage, links, freshness.

Belongs here: facts of the definitions. Not here: figures of a run (`metadata.py`), what an asset does (`assets.py`).
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from elexon_assets.dataset_model import Dataset, Role
from elexon_assets.datasets import BY_DAY, OBSERVED
from elexon_assets.descriptions import describe_column
from elexon_assets.schema.warehouse_schema import columns_sql
from warehouse.connection import configured_warehouse
from warehouse.settings import Settings, checkout_folder

GENERATION, QUALITY = "generation", "quality"
GROUPS = {Role.FORECAST: "forecasts", Role.DEMAND: "market", Role.PRICE: "market"}
"The asset groups of this code location; a role without its own group belongs to generation."
OWNERS = ["team:generation-data"]
KINDS = {"duckdb", "polars"}

EVERY_NIGHT = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=50), warn_window=timedelta(hours=26))
"The freshness policy of nightly data: one missed night is a warning, two are a failure."
EVERY_HALF_HOUR = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3), warn_window=timedelta(minutes=90))
"The freshness policy of today's data: three missed runs are a warning; one chunk of a long backfill may delay one."

ELEXON_DOCUMENTATION = "https://bmrs.elexon.co.uk/api-documentation/endpoint"

FLAG_COLUMNS = {
    **{"dataset": "VARCHAR", "start_time_utc": "TIMESTAMPTZ", "category": "VARCHAR", "reason": "VARCHAR"},
    **{"detail": "VARCHAR", "found_at_utc": "TIMESTAMPTZ", "closed_at_utc": "TIMESTAMPTZ"},
}
"The types of the columns of the table of flags."


def group_of(dataset: Dataset) -> str:
    """Return the group of a dataset's asset."""
    return GROUPS.get(dataset.role, GENERATION)


def dataset_tags(dataset: Dataset) -> dict[str, str]:
    """Return the tags by which the catalogue filters the assets of one dataset."""
    return {"elexon/dataset": dataset.code, "source": "elexon"}


def dataset_metadata(dataset: Dataset) -> dict[str, Any]:
    """Return the table, its columns and the links for a dataset's asset."""
    return {
        "dagster/column_schema": column_schema([dataset]),
        "dagster/table_name": table_name(dataset.table),
        "elexon_endpoint": dg.MetadataValue.text(dataset.path),
        **_documentation_links("docs/data-sources.md", dataset),
    }


def table_metadata(dataset: Dataset) -> dict[str, Any]:
    """Return the columns of the complete table's asset: the same columns, each derived from the asset by day."""
    same = {name: [(dataset.name, name)] for name in _table_columns([dataset])}
    return {
        "dagster/column_schema": column_schema([dataset]),
        "dagster/column_lineage": column_lineage(same),
        "dagster/table_name": table_name(dataset.table),
        **_documentation_links("docs/data-quality.md", dataset),
    }


def latest_metadata() -> dict[str, Any]:
    """Return the columns of all datasets by day, because the newest half-hours land in each of their tables."""
    return {
        "dagster/column_schema": column_schema(BY_DAY),
        **_documentation_links("docs/data-sources.md", *BY_DAY),
    }


def flag_metadata() -> dict[str, Any]:
    """Return the table of flags, and the dataset columns that a flag refers to."""
    columns = [
        dg.TableColumn(name, kind, description=describe_column("flags", name)) for name, kind in FLAG_COLUMNS.items()
    ]
    values = [(dataset.name, dataset.value) for dataset in OBSERVED]
    lineage = {
        "start_time_utc": [(dataset.name, "start_time_utc") for dataset in OBSERVED],
        "category": [(dataset.name, dataset.category) for dataset in OBSERVED],
        "reason": values,
        "detail": values,
    }
    return {
        "dagster/column_schema": dg.TableSchema(columns),
        "dagster/column_lineage": column_lineage(lineage),
        "dagster/table_name": table_name("flags"),
        **_documentation_links("docs/data-quality.md"),
    }


def in_development(assets: Sequence[dg.AssetsDefinition]) -> Sequence[Any]:
    """Return the assets with links to their code in a checkout; an installed package has no code to edit."""
    if not checkout_folder():
        return assets
    with warnings.catch_warnings():
        # This is only a convenience, and the pinned version is tested.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.with_source_code_references(assets)


def table_name(name: str) -> str:
    """Return the name of a table or view with its DuckDB catalogue and schema: `warehouse.main.flags`."""
    return f"{configured_warehouse().database_name}.main.{name}"


def column_schema(datasets: Sequence[Dataset]) -> dg.TableSchema:
    """Return the columns of the publications tables of the datasets, each column once."""
    return dg.TableSchema(list(_table_columns(datasets).values()))


def column_lineage(sources: Mapping[str, list[tuple[str, str]]]) -> dg.TableColumnLineage:
    """Return the lineage of columns, from (asset, column) pairs by column."""
    return dg.TableColumnLineage(
        {name: [dg.TableColumnDep(asset, column) for asset, column in pairs] for name, pairs in sources.items()}
    )


def _table_columns(datasets: Sequence[Dataset]) -> dict[str, dg.TableColumn]:
    columns: dict[str, dg.TableColumn] = {}
    for dataset in datasets:
        for definition in columns_sql(dataset):
            name, kind = definition.replace('"', "").split(" ")
            columns.setdefault(name, dg.TableColumn(name, kind, description=describe_column(dataset.table, name)))
    return columns


def _documentation_links(page: str, *datasets: Dataset) -> dict[str, dg.MetadataValue[Any]]:
    """Return links to Elexon's documentation of the datasets and to the dashboard, and the path of our docs page."""
    elexon = {f"elexon documentation {dataset.code}": ELEXON_DOCUMENTATION + dataset.path for dataset in datasets}
    links = {**elexon, "dashboard": str(Settings().dashboard_url)}
    return {**{name: dg.MetadataValue.url(url) for name, url in links.items()}, "docs": dg.MetadataValue.path(page)}
