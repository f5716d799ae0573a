"""What stands in the warehouse: tables, derived views and macros, made from the declarations.

Belongs here: DDL. Not here: reading it (the read layer) or filling it (`ingest.py`). Views never name the catalogue,
so that a snapshot carries them along; publications are kept for ever, and what is current is derived from them.
"""

from datetime import date
from typing import Any

import duckdb
import polars as pl

from elexon_assets.datasets import DATASETS, Dataset
from elexon_assets.parsing import LABELS, OUR_COLUMNS
from elexon_assets.schemas import limits_of
from elexon_assets.settlement import calendar

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


def ensure(con: duckdb.DuckDBPyConnection) -> None:
    """Makes what is not there yet and refreshes views and limits. Cheap; called once at the start of an ingest."""
    con.execute(FETCH_LOG)
    con.execute(QUARANTINE)
    con.execute(SETTLEMENT_DAYS)
    if not con.execute("FROM settlement_days LIMIT 1").fetchall():
        days = calendar(*CALENDAR)
        con.register("calendar_frame", days)
        con.execute("INSERT INTO settlement_days BY NAME FROM calendar_frame")
        con.unregister("calendar_frame")
    con.execute(SOFT_LIMITS)
    for dataset in DATASETS:
        con.execute(f"CREATE TABLE IF NOT EXISTS {dataset.table} ({', '.join(columns_sql(dataset))})")
        _limits(con, dataset)
        for statement in _views(dataset):
            con.execute(statement)


def columns_sql(dataset: Dataset) -> list[str]:
    """Name and DuckDB type of each column of the publications table, in order."""
    declared = {name: column.dtype for name, column in dataset.columns.items()}
    return [f'"{name}" {TYPES[type(dtype)]}' for name, dtype in {**declared, **LABELS, **OUR_COLUMNS}.items()]


def _limits(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    rows: list[tuple[str, str, float | None, float]] = [
        (dataset.name, name, limit.soft_low, limit.soft_high) for name, limit in limits_of(dataset).items()
    ]
    if dataset.total_soft_high is not None:
        rows.append((dataset.name, "Total", None, dataset.total_soft_high))
    schema: dict[str, pl.DataType] = {"dataset": pl.String(), "category": pl.String()}
    schema |= {"low_mw": pl.Float64(), "high_mw": pl.Float64()}
    con.register("limits_frame", pl.DataFrame(rows, schema=schema, orient="row"))
    con.execute("INSERT INTO soft_limits BY NAME FROM limits_frame")
    con.unregister("limits_frame")


def _views(dataset: Dataset) -> list[str]:
    """Current values, both points in time, outside the soft limits, by settlement day, coverage by UTC day."""
    name, table, category, value = dataset.name, dataset.table, dataset.category, dataset.value
    columns = ", ".join(name for name in [*dataset.columns, *LABELS, *OUR_COLUMNS])
    newest = (
        f"QUALIFY row_number() OVER (PARTITION BY start_time_utc, {category} "
        f"ORDER BY publish_time_utc DESC, ingested_at_utc DESC, {value} DESC) = 1"
    )
    always = ", ".join(f"('{item}')" for item in dataset.always_published)
    return [
        f"CREATE OR REPLACE VIEW {name} AS SELECT {columns} FROM {table} {newest}",
        f"CREATE OR REPLACE MACRO {name}_as_of(published_by) AS TABLE "
        f"SELECT {columns} FROM {table} WHERE publish_time_utc <= published_by {newest}",
        f"CREATE OR REPLACE MACRO {name}_known_at(ingested_by) AS TABLE "
        f"SELECT {columns} FROM {table} WHERE ingested_at_utc <= ingested_by {newest}",
        f"""CREATE OR REPLACE VIEW {name}_outside_soft_limits AS
            SELECT start_time_utc, settlement_date, {category}, {value}, low_mw, high_mw
            FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = {category}
            WHERE {value} < low_mw OR {value} > high_mw
            UNION ALL
            SELECT start_time_utc, settlement_date, 'Total', sum({value}) AS total_mw, any_value(low_mw),
                any_value(high_mw)
            FROM {name} JOIN soft_limits ON dataset = '{name}' AND category = 'Total'
            GROUP BY start_time_utc, settlement_date HAVING total_mw > any_value(high_mw)""",
        # A day without data is a row with 0 half hours and no energy: a gap is not zero.
        f"""CREATE OR REPLACE VIEW {name}_daily AS
            WITH present AS (
                SELECT settlement_date, {category}, count(*) AS half_hours, sum({value}) * 0.5 AS energy_mwh,
                    avg({value}) AS mean_mw, max({value}) AS peak_mw,
                    count(*) FILTER ({value} < low_mw OR {value} > high_mw) AS half_hours_outside_soft_limits
                FROM {name} LEFT JOIN soft_limits ON dataset = '{name}' AND category = {category}
                GROUP BY settlement_date, {category}
            ), expected AS (
                SELECT settlement_date, {category}, days.half_hours AS half_hours_expected
                FROM settlement_days AS days, (VALUES {always}) AS always({category})
                WHERE settlement_date BETWEEN (SELECT min(settlement_date) FROM {table})
                    AND (SELECT max(settlement_date) FROM {table})
            )
            SELECT settlement_date, {category}, energy_mwh, mean_mw, peak_mw,
                coalesce(present.half_hours, 0) AS half_hours, days.half_hours AS half_hours_expected,
                coalesce(present.half_hours, 0) / days.half_hours AS coverage,
                coalesce(half_hours_outside_soft_limits, 0) AS half_hours_outside_soft_limits
            FROM present FULL JOIN expected USING (settlement_date, {category})
            JOIN settlement_days AS days USING (settlement_date)""",
        # UTC days are the partitions; a half hour counts when every category that is always published is there.
        # The zone is said, since other tools read the snapshot in the zone of their machine.
        f"""CREATE OR REPLACE VIEW {name}_coverage AS
            WITH whole AS (
                SELECT start_time_utc FROM {table} WHERE {category} IN (SELECT * FROM (VALUES {always}))
                GROUP BY start_time_utc HAVING count(DISTINCT {category}) = {len(dataset.always_published)}
            ), present AS (
                SELECT CAST(start_time_utc AT TIME ZONE 'UTC' AS DATE) AS day_utc, count(*) AS half_hours
                FROM whole GROUP BY 1
            ), asked AS (
                SELECT CAST(unnest(range(min(start_time_utc AT TIME ZONE 'UTC')::DATE::TIMESTAMP,
                    max(start_time_utc AT TIME ZONE 'UTC')::DATE::TIMESTAMP + INTERVAL 1 DAY, INTERVAL 1 DAY)) AS DATE)
                    AS day_utc FROM {table}
            )
            SELECT day_utc, coalesce(half_hours, 0) AS half_hours, 48 AS half_hours_expected,
                coalesce(half_hours, 0) / 48 AS coverage
            FROM asked LEFT JOIN present USING (day_utc)""",
    ]
