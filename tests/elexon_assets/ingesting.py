"""An ingest from the simulator that the settings name, and what readers then see."""

from datetime import date
from typing import Any

import polars as pl

from elexon_assets.client import ElexonClient
from elexon_assets.datasets import WIND_AND_SOLAR, Dataset
from elexon_assets.ingest import ingest
from elexon_assets.report import Report
from elexon_assets.windows import of_days
from warehouse.connection import reading


def fetch_days(first: date, last: date | None = None, *, dataset: Dataset = WIND_AND_SOLAR) -> Report:
    """The UTC days, both ends in, fetched, landed and published."""
    with ElexonClient() as client:
        return ingest(dataset, of_days(first, last or first), client=client, run_id="test")


def published(sql: str, **parameters: Any) -> pl.DataFrame:
    """What a reader of the newest snapshot is answered."""
    with reading() as con:
        return con.sql(sql, params=parameters or None).pl()


def content(dataset: Dataset = WIND_AND_SOLAR) -> pl.DataFrame:
    """All that was ever published of the dataset, but for when it landed here; in one order."""
    return published(f"SELECT * EXCLUDE (ingested_at_utc) FROM {dataset.table} ORDER BY ALL")
