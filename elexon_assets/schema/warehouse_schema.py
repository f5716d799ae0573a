"""What stands in the warehouse: tables, derived views and macros, made from the declarations.

Belongs here: DDL. Not here: reading it (the read layer) or filling it (`ingest.py`). Views never name the catalogue,
so that a snapshot carries them along; publications are kept for ever, and what is current is derived from them.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import polars as pl

from elexon_assets.contract import limits_of
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.parsing import OUR_COLUMNS, labels_of
from elexon_assets.schema import aggregates, capacity, current_values, flags, gap_states, measures, series
from elexon_assets.settlement import settlement_calendar

FETCH_LOG = """
CREATE TABLE IF NOT EXISTS fetch_log (
    run_id VARCHAR, dataset VARCHAR, window_start_utc TIMESTAMPTZ, window_end_utc TIMESTAMPTZ,
    status VARCHAR, -- landed, empty (asked for, nothing published), failed
    rows_received BIGINT, rows_neighbours BIGINT, rows_quarantined BIGINT, rows_repeated BIGINT, rows_landed BIGINT,
    labels_disagreeing BIGINT, attempts BIGINT, seconds DOUBLE, error VARCHAR, source VARCHAR, asked_at_utc TIMESTAMPTZ
)"""

QUARANTINE = """
CREATE TABLE IF NOT EXISTS quarantine (
    dataset VARCHAR, reason VARCHAR, raw_json VARCHAR, window_start_utc TIMESTAMPTZ, window_end_utc TIMESTAMPTZ,
    run_id VARCHAR, found_at_utc TIMESTAMPTZ
)"""

SETTLEMENT_DAYS = """
CREATE TABLE IF NOT EXISTS settlement_days (settlement_date DATE, first_start_time_utc TIMESTAMPTZ, half_hours SMALLINT)
"""

SOFT_LIMITS = "CREATE OR REPLACE TABLE soft_limits (dataset VARCHAR, category VARCHAR, low_mw DOUBLE, high_mw DOUBLE)"

CALENDAR = (date(2016, 1, 1), date(2040, 12, 31))
"Settlement days that the warehouse knows: from before the first publication to long after us."

TYPES: dict[Any, str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int16: "SMALLINT",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMPTZ",
}


def ensure_schema(con: duckdb.DuckDBPyConnection, datasets: Sequence[Dataset] = DATASETS) -> None:
    """Makes what is not there yet and refreshes views and limits. Cheap; called once at the start of an ingest."""
    con.execute(FETCH_LOG)
    con.execute(QUARANTINE)
    for statement in gap_states.ACCEPTED_GAPS:
        con.execute(statement)
    con.execute(SETTLEMENT_DAYS)
    if not con.execute("FROM settlement_days LIMIT 1").fetchall():
        con.register("calendar_frame", settlement_calendar(*CALENDAR))
        con.execute("INSERT INTO settlement_days BY NAME FROM calendar_frame")
        con.unregister("calendar_frame")
    con.execute(SOFT_LIMITS)
    observed = [dataset for dataset in datasets if dataset.is_observed]
    for dataset in datasets:
        con.execute(f"CREATE TABLE IF NOT EXISTS {dataset.table} ({', '.join(columns_sql(dataset))})")
        _soft_limits_view(con, dataset)
        for statement in current_values.current_statements(dataset):
            con.execute(statement)
    con.execute(f"CREATE OR REPLACE VIEW {series.UNKNOWN_SERIES_VIEW} AS {series.unknown_series(datasets)}")
    for statement in [*flags.flag_statements(observed), *capacity.capacity_views()]:
        con.execute(statement)
    for dataset in observed:
        for statement in [*aggregates.create_statements(dataset), *gap_states.gap_statements(dataset)]:
            con.execute(statement)


def columns_sql(dataset: Dataset) -> list[str]:
    """Name and DuckDB type of each column of the publications table, in order."""
    declared = {name: column.dtype for name, column in dataset.columns.items()}
    columns = {**declared, **labels_of(dataset), **OUR_COLUMNS}
    return [f'"{name}" {TYPES[type(dtype)]}' for name, dtype in columns.items()]


def _soft_limits_view(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    rows: list[tuple[str, str, float | None, float]] = [
        (dataset.name, name, limit.soft_low, limit.soft_high) for name, limit in limits_of(dataset).items()
    ]
    if dataset.total_soft_high is not None:
        rows.append((dataset.name, measures.TOTAL, None, dataset.total_soft_high))
    schema: dict[str, pl.DataType] = {"dataset": pl.String(), "category": pl.String()}
    schema |= {"low_mw": pl.Float64(), "high_mw": pl.Float64()}
    con.register("limits_frame", pl.DataFrame(rows, schema=schema, orient="row"))
    con.execute("INSERT INTO soft_limits BY NAME FROM limits_frame")
    con.unregister("limits_frame")
