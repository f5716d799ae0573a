"""The contents of the warehouse: tables, derived views and macros, made from the declarations.

Belongs here: DDL. Not here: reading it (the read layer) or filling it (`ingest.py`). Views never name the catalogue, so
that they work in a snapshot; publications are kept for ever, and the current values are derived from them.
"""

import hashlib
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
from warehouse.connection import INFO

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

FINGERPRINT = "schema"
"The key in `warehouse_info` of the statements that made the schema."

CALENDAR = (date(2016, 1, 1), date(2040, 12, 31))
"The settlement days that the warehouse knows, from before the first publication to far in the future."

TYPES: dict[Any, str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Int16: "SMALLINT",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMPTZ",
}


def ensure_schema(con: duckdb.DuckDBPyConnection, datasets: Sequence[Dataset] | None = None) -> None:
    """Create missing tables and refresh views and limits, unless nothing has changed.

    A fingerprint of the statements is kept in `warehouse_info`: creating all views again takes as long as landing a
    day.
    """
    con.execute(INFO)
    statements = _schema_statements(datasets or DATASETS)
    fingerprint = hashlib.sha256("\n".join([*statements, repr(CALENDAR)]).encode()).hexdigest()
    if con.execute("FROM warehouse_info WHERE key = ? AND value = ?", [FINGERPRINT, fingerprint]).fetchall():
        return
    con.execute(SETTLEMENT_DAYS)
    if not con.execute("FROM settlement_days LIMIT 1").fetchall():
        con.register("calendar_frame", settlement_calendar(*CALENDAR))
        con.execute("INSERT INTO settlement_days BY NAME FROM calendar_frame")
        con.unregister("calendar_frame")
    for statement in statements:
        con.execute(statement)
    con.execute("DELETE FROM warehouse_info WHERE key = ?", [FINGERPRINT])
    con.execute("INSERT INTO warehouse_info VALUES (?, ?)", [FINGERPRINT, fingerprint])


def _schema_statements(datasets: Sequence[Dataset]) -> list[str]:
    """Return the DDL of all tables, limits, views and macros, in the order of their dependencies."""
    observed = [dataset for dataset in datasets if dataset.is_observed]
    tables = [f"CREATE TABLE IF NOT EXISTS {dataset.table} ({', '.join(columns_sql(dataset))})" for dataset in datasets]
    return [
        *[FETCH_LOG, QUARANTINE, *gap_states.ACCEPTED_GAPS, *tables, *_soft_limits(datasets)],
        *[statement for dataset in datasets for statement in current_values.current_statements(dataset)],
        f"CREATE OR REPLACE VIEW {series.UNKNOWN_SERIES_VIEW} AS {series.unknown_series(datasets)}",
        *[*flags.flag_statements(observed), *capacity.capacity_views()],
        *[
            statement
            for dataset in datasets
            if dataset.is_covered
            for statement in [*aggregates.create_statements(dataset), *gap_states.gap_statements(dataset)]
        ],
    ]


def columns_sql(dataset: Dataset) -> list[str]:
    """Return the name and DuckDB type of each column of the publications table, in order."""
    declared = {name: column.dtype for name, column in dataset.columns.items()}
    columns = {**declared, **labels_of(dataset), **OUR_COLUMNS}
    return [f'"{name}" {TYPES[type(dtype)]}' for name, dtype in columns.items()]


def _soft_limits(datasets: Sequence[Dataset]) -> list[str]:
    rows: list[tuple[str, str, float | None, float]] = []
    for dataset in datasets:
        rows += [(dataset.name, name, limit.soft_low, limit.soft_high) for name, limit in limits_of(dataset).items()]
        if dataset.total_soft_high is not None:
            rows.append((dataset.name, measures.TOTAL, None, dataset.total_soft_high))
    values = [f"('{name}', '{series}', {'NULL' if low is None else low}, {high})" for name, series, low, high in rows]
    return [SOFT_LIMITS, f"INSERT INTO soft_limits VALUES {', '.join(values)}"]
