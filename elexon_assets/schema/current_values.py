"""Which of the published values of a period is current: the query, its view, and its macros for a point in time.

Belongs here: the order of publications. Not here: figures of the values (`measures.py`), the tables
(`warehouse_schema.py`).
"""

from elexon_assets.dataset_model import Dataset
from elexon_assets.parsing import OUR_COLUMNS, labels_of
from elexon_assets.schema.time_macros import as_of_sql


def values_sql(dataset: Dataset, condition: str = "true") -> str:
    """Return a query of the current value of each period and series, among the publications of the condition.

    The current value has the greatest publish time (and document revision), then the last ingest, then the greatest
    value. It is null where the declaration says that a row holds none.
    """
    value = f"CASE WHEN NOT ({dataset.no_value_if}) THEN {dataset.value} END AS {dataset.value}"
    shown = {dataset.value: value} if dataset.no_value_if else {}
    columns = ", ".join(shown.get(name, name) for name in [*dataset.columns, *labels_of(dataset), *OUR_COLUMNS])
    versions = (*dataset.versioned_by, "ingested_at_utc", *dataset.value_columns)
    order = ", ".join(f"{dataset.table}.{column} DESC" for column in versions)
    # The settlement date follows from the half-hour: naming it here lets a filter on it reach the table below the
    # window.
    parts = ", ".join([dataset.period, *(["settlement_date"] if dataset.is_half_hourly else ()), *dataset.dimensions])
    return (
        f"SELECT {columns} FROM {dataset.table} WHERE {condition} "
        f"QUALIFY row_number() OVER (PARTITION BY {parts} ORDER BY {order}) = 1"
    )


def current_statements(dataset: Dataset) -> list[str]:
    """Return the DDL of the view of the current values, and of the macros for a point in time."""
    name = dataset.name
    published, ingested = as_of_sql("published_by"), as_of_sql("ingested_by")
    return [
        f"CREATE OR REPLACE VIEW {name} AS {values_sql(dataset)}",
        f"CREATE OR REPLACE MACRO {name}_as_of(published_by) AS TABLE "
        f"{values_sql(dataset, f'publish_time_utc <= {published}')}",
        f"CREATE OR REPLACE MACRO {name}_known_at(ingested_by) AS TABLE "
        f"{values_sql(dataset, f'ingested_at_utc <= {ingested}')}",
    ]
