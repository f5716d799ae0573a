"""Ways to load the same windows from the simulator to disk: ours, the floor below it, and the older tool's.

Belongs here: what one side does with a span, for several figures. Each is called in its own home.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import httpx
import polars as pl

from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import WIND_AND_SOLAR
from elexon_assets.fetch_windows import Fetched, fetch_windows
from elexon_assets.ingest import ingest
from elexon_assets.ingest_report import Report
from elexon_assets.windows import Window, split_window
from warehouse.settings import Settings

OLDER_TABLE = """
CREATE TABLE generation (
    publish_time TEXT, business_type TEXT, psr_type TEXT, quantity REAL, start_time TEXT, settlement_date TEXT,
    settlement_period INTEGER, PRIMARY KEY (psr_type, start_time)
)"""
OLDER_FIELDS = (
    *("publishTime", "businessType", "psrType", "quantity", "startTime"),
    *("settlementDate", "settlementPeriod"),
)


def ours(span: Window, dataset: Dataset = WIND_AND_SOLAR) -> Report:
    """Ingest the span, four requests at a time, in one call and without Dagster."""
    with ElexonClient() as client:
        report = ingest(dataset, span, client=client, run_id="benchmark")
    assert not report.failed
    return report


def floor(span: Window, path: Path) -> int:
    """Fetch and parse with the same client, insert in bulk, unchecked, and return the number of rows."""
    with ElexonClient() as client:
        outcomes = list(fetch_windows(client, WIND_AND_SOLAR, split_window(span, WIND_AND_SOLAR.longest_window)))
    fetched = pl.concat([outcome.parsed.frame for outcome in outcomes if isinstance(outcome, Fetched)])
    with duckdb.connect(str(path)) as con:
        con.register("fetched", fetched)
        con.execute("CREATE TABLE generation AS FROM fetched")
    return len(fetched)


def limit(span: Window, path: Path, dataset: Dataset) -> int:
    """Request one window after the other, decode each with Polars, insert all in bulk, and return the number of rows.

    The texts stay texts, and nothing is checked: no program in Python that uses Polars does less.
    """
    url = str(Settings().elexon_base_url).rstrip("/") + dataset.path
    with httpx.Client(timeout=30) as http:
        contents = (
            http.get(url, params=dict(dataset.parameters(window))).content
            for window in split_window(span, dataset.longest_window)
        )
        rows = pl.concat(pl.read_json(content)["data"].explode().struct.unnest() for content in contents)
    with duckdb.connect(str(path)) as con:
        con.register("fetched", rows)
        con.execute(f"CREATE TABLE {dataset.name} AS FROM fetched")
    return len(rows)


def older(span: Window, path: Path) -> int:
    """Send one request and insert one row after the other into SQLite, and return the number of rows.

    It commits once per window; the pauses of the older tool are left out.
    """
    url = str(Settings().elexon_base_url).rstrip("/") + WIND_AND_SOLAR.path
    insert = f"INSERT OR REPLACE INTO generation VALUES ({', '.join('?' * len(OLDER_FIELDS))})"
    with closing(sqlite3.connect(path)) as con, httpx.Client(timeout=30) as http:
        con.execute(OLDER_TABLE)
        for window in split_window(span, WIND_AND_SOLAR.longest_window):
            response = http.get(url, params=dict(WIND_AND_SOLAR.parameters(window)))
            for row in json.loads(response.raise_for_status().content)["data"]:
                con.execute(insert, [row[field] for field in OLDER_FIELDS])
            con.commit()
        return int(con.execute("SELECT count(*) FROM generation").fetchone()[0])
