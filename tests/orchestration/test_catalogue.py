"""Tests of the catalogue: what Dagster shows of every asset before any run, compared with the created tables."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from elexon_assets.datasets import BY_DAY, DATASETS
from elexon_assets.definitions import defs as elexon
from elexon_assets.schema.warehouse_schema import ensure_schema
from pipeline_assets import landing
from pipeline_assets.definitions import defs as pipeline
from pipeline_assets.ledger import schema
from pipeline_assets.registers.register_views import ensure_register_schema
from warehouse.connection import writing
from warehouse.settings import Settings

SPECS = {
    spec.key.to_user_string(): spec
    for defs in (elexon, pipeline)
    for asset in defs.assets or []
    if isinstance(asset, dg.AssetsDefinition)
    for spec in asset.specs
}
SEED = "seeded_portfolio"
"The asset that fills the ledger and makes no table."
TABLES = sorted(set(SPECS) - {SEED})
GROUPS = {"generation", "forecasts", "market", "quality", "pipeline_records", "pipeline_metrics", "registers"}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Create every table and view of both code locations, empty."""
    folder: Path = tmp_path_factory.mktemp("catalogue")
    path = folder / "warehouse.duckdb"
    with schema.ledger_for_task(f"sqlite:///{folder / 'ledger.sqlite'}") as engine:
        landing.land_changes(engine, lambda: writing(path))
    with writing(path) as con:
        ensure_schema(con)
        ensure_register_schema(con)
        yield con


def columns_of(name: str) -> list[str]:
    table_schema = SPECS[name].metadata["dagster/column_schema"]
    assert isinstance(table_schema, dg.TableSchema)
    return [column.name for column in table_schema.columns]


@pytest.mark.parametrize("name", [name for name in TABLES if name != "latest_half_hours"])
def test_the_columns_are_those_of_the_table_with_type_and_meaning(
    name: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    metadata = SPECS[name].metadata
    stored = warehouse.sql(f"DESCRIBE {metadata['dagster/table_name']}").pl()
    types = stored["column_type"].str.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").to_list()
    declared = metadata["dagster/column_schema"].columns
    assert [(c.name, c.type) for c in declared] == list(zip(stored["column_name"], types, strict=True))
    assert [c.name for c in declared if not c.description] == []


def test_the_newest_half_hours_show_the_columns_of_both_tables() -> None:
    assert {"psr_type", "fuel_type", "generation_mw", "start_time_utc"} <= set(columns_of("latest_half_hours"))


@pytest.mark.parametrize("name", TABLES)
def test_the_table_name_is_qualified_and_the_links_are_external(name: str) -> None:
    metadata = SPECS[name].metadata
    if name != "latest_half_hours":  # it lands in two tables
        assert metadata["dagster/table_name"].startswith(f"{Settings().warehouse_file.stem}.main.")
    assert metadata["dashboard"].value == str(Settings().dashboard_url)
    assert (Path(__file__).parents[2] / metadata["docs"].value).is_file()
    assert metadata["dagster/code_references"].code_references


@pytest.mark.parametrize("name", sorted(SPECS))
def test_an_asset_has_a_group_an_owner_tags_and_a_description(name: str) -> None:
    spec = SPECS[name]
    assert spec.group_name in GROUPS
    assert spec.owners
    assert {"source", "refresh"} <= set(spec.tags)
    assert spec.description


def test_no_line_of_a_description_is_indented() -> None:
    """The UI draws descriptions as Markdown, where an indented paragraph is code."""
    texts = {name: spec.description or "" for name, spec in SPECS.items()}
    for defs in (elexon, pipeline):
        for checks in defs.asset_checks or []:
            texts |= {spec.name: spec.description or "" for spec in checks.check_specs}
    assert len(texts) > len(SPECS)
    assert [name for name, text in texts.items() if any(line.startswith(" ") for line in text.splitlines())] == []


@pytest.mark.parametrize("name", sorted(set(SPECS) - {SEED, *(dataset.name for dataset in BY_DAY)}))
def test_assets_without_partitions_have_a_freshness_policy(name: str) -> None:
    assert SPECS[name].freshness_policy


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.code)
def test_a_dataset_links_to_its_documentation_at_elexon(dataset: object) -> None:
    assert hasattr(dataset, "name")
    urls = [value.value for value in SPECS[dataset.name].metadata.values() if isinstance(value, dg.UrlMetadataValue)]
    assert any(url.startswith("https://bmrs.elexon.co.uk/api-documentation/endpoint/") for url in urls)


@pytest.mark.parametrize("name", [name for name in TABLES if "dagster/column_lineage" in SPECS[name].metadata])
def test_every_column_of_the_lineage_exists_on_both_sides(name: str) -> None:
    lineage = SPECS[name].metadata["dagster/column_lineage"].deps_by_column
    assert set(lineage) <= set(columns_of(name))
    parents = {dep.asset_key for dep in SPECS[name].deps}
    for dep in (dep for deps in lineage.values() for dep in deps):
        assert dep.asset_key in parents
        assert dep.column_name in columns_of(dep.asset_key.to_user_string())


@pytest.mark.parametrize("name", sorted(name for name in SPECS if SPECS[name].group_name == "pipeline_metrics"))
def test_a_metric_view_lists_the_columns_it_is_computed_from(name: str) -> None:
    assert SPECS[name].metadata["dagster/column_lineage"].deps_by_column
