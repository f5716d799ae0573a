"""Helpers that ingest from a simulator and read what was published."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from elexon_assets.client import ElexonClient
from elexon_assets.dataset_model import Dataset
from elexon_assets.datasets import OBSERVED, WIND_AND_SOLAR
from elexon_assets.ingest import ingest
from elexon_assets.ingest_report import Report
from elexon_assets.windows import window_of_days
from warehouse.connection import reading, writing
from warehouse.settings import Settings


def fetch_days(first: date, last: date | None = None, *, dataset: Dataset = WIND_AND_SOLAR) -> Report:
    """Fetch, land and publish the UTC days, both included."""
    with ElexonClient() as client:
        return ingest(dataset, window_of_days(first, last or first), client=client, run_id="test")


def landed_in(
    home: Path,
    base_url: str,
    days: tuple[date, date],
    datasets: Sequence[Dataset] = OBSERVED,
    *,
    run_id: str = "test",
) -> Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]:
    """Land the UTC days from the API at `base_url` in a home that is not in force; return a function that opens it."""
    opened = partial(writing, home / "warehouse.duckdb")
    settings = Settings(renewables_home=home, elexon_base_url=base_url, elexon_backoff_seconds=0.01)  # type: ignore[arg-type]  # pydantic reads the URL
    with ElexonClient(settings) as client:
        for dataset in datasets:
            ingest(dataset, window_of_days(*days), client=client, run_id=run_id, open_warehouse=opened)
    return opened


def published(sql: str, **parameters: Any) -> pl.DataFrame:
    """Return the result of a query on the newest snapshot."""
    with reading() as con:
        return con.sql(sql, params=parameters or None).pl()


def content(dataset: Dataset = WIND_AND_SOLAR) -> pl.DataFrame:
    """Return all publications of the dataset in one order, without the columns about their landing."""
    return published(f"SELECT * EXCLUDE (ingested_at_utc) FROM {dataset.table} ORDER BY ALL")
