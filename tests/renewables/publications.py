"""Publications in a warehouse in memory, for the tests of point-in-time frames."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.schema.feature_series import feature_series
from elexon_assets.schema.warehouse_schema import ensure_schema
from warehouse.connection import INFO

BY_COLUMN = {one.column: one for one in feature_series()}


@dataclass(frozen=True)
class Publication:
    """A published value of a series, for the half-hour or hour that begins at `start`."""

    column: str
    start: datetime
    published: datetime
    value: float


def warehouse_in_memory() -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty warehouse in memory."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(INFO)
    ensure_schema(con)
    return con


def insert_publication(con: duckdb.DuckDBPyConnection, published: Publication, **further: object) -> None:
    """Insert a row as landing would."""
    series = BY_COLUMN[published.column]
    row: dict[str, object] = {
        "start_time_utc": published.start,
        "publish_time_utc": published.published,
        "ingested_at_utc": published.published,
        "settlement_date": published.start.date(),
        "source": "synthetic",
        **dict(zip(series.dataset.dimensions, series.labels, strict=True)),
        series.value: published.value,
        **further,
    }
    names = ", ".join(row)
    con.execute(f"INSERT INTO {series.dataset.table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


def insert_solar(con: duckdb.DuckDBPyConnection, days: int) -> None:
    """Insert solar of whole days from 2024-03-29, each value published two and a half hours after its start."""
    first = datetime(2024, 3, 29, tzinfo=UTC)
    con.execute(
        f"INSERT INTO {WIND_AND_SOLAR.table} BY NAME SELECT s AS start_time_utc, 'Solar' AS psr_type, "
        "1 + epoch_us(s) // 1800000000 % 97 AS generation_mw, s + INTERVAL 150 MINUTE AS publish_time_utc, "
        "s + INTERVAL 150 MINUTE AS ingested_at_utc, s::DATE AS settlement_date, 'synthetic' AS source "
        "FROM (SELECT unnest(range(?::TIMESTAMPTZ, ?::TIMESTAMPTZ, INTERVAL 30 MINUTE)) AS s)",
        [first, first + timedelta(days=days)],
    )
