"""What fuzzing calls with arbitrary bytes: each target fails only where a person would meet an error without a name.

Belongs here: one function for each kind of untrusted input, with what it may raise. Not here: making inputs (the tests
use Hypothesis, `fuzz.py` uses Atheris).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

import duckdb
import httpx
import polars as pl
import sqlalchemy as sa
from pydantic import ValidationError

from elexon_assets.client import Answer, Decode, ElexonClient, answer_rows
from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.errors import UnusableInput, WindowFailed
from elexon_assets.fetch_windows import Failed, Fetched, fetch_windows
from elexon_assets.ingest import QUARANTINE_KEY, landing_stamp
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.simulator.faults import parse_faults
from elexon_assets.time_inputs import read_as_of, read_span
from elexon_assets.validation import validate
from elexon_assets.windows import Window, window_of_days
from pipeline_assets.errors import PipelineError
from pipeline_assets.ledger.engine import create_engine, parse_address
from pipeline_assets.ledger.schema import open_ledger
from pipeline_assets.seed_loader import load_seeds
from pipeline_assets.spreadsheets.import_plan import plan_import
from pipeline_assets.spreadsheets.sheet_columns import SHEETS
from pipeline_assets.spreadsheets.workbook import read_workbook
from renewables.user_errors import user_message
from warehouse import landing
from warehouse.addresses import endpoint_of, is_loopback
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

WINDOW = window_of_days(date(2024, 3, 28), date(2024, 4, 3))
"A week with a change of the clock, as in the tests of parsing."
SETTINGS_WITH_ADDRESSES = ("elexon_base_url", "dagster_url", "repd_url", "warehouse", "warehouse_data")


class UnnamedError(Exception):
    """An input met something that a person would not understand, or rows were lost or doubled."""


class OneAnswer:
    """A client that gives the same answer to every request."""

    concurrency = 1

    def __init__(self, content: bytes) -> None:
        """Keep the body of the answer."""
        self._content = content

    def get(self, path: str, parameters: Mapping[str, str], decode: Decode) -> Answer:
        """Return the rows as ElexonClient does. Raises the same errors."""
        request = httpx.Request("GET", f"http://127.0.0.1{path}", params=dict(parameters))
        rows = answer_rows(httpx.Response(200, request=request), self._content, decode)
        return Answer(rows, self._content, "synthetic", 1, 0.0)

    def close(self) -> None:
        """Do nothing: it has no connections."""


def check_answer(content: bytes, dataset: Dataset | None = None) -> None:
    """Take the bytes as an answer of Elexon: each row lands or is quarantined, or the window has a named error.

    Without a dataset the first byte chooses one.
    """
    if dataset is None:
        dataset, content = DATASETS[content[0] % len(DATASETS) if content else 0], content[1:]
    window: Window = dataset.windows(WINDOW)[0] if dataset.is_fetched_by_day else dataset.windows(WINDOW)[-1]
    outcomes = list(fetch_windows(cast(ElexonClient, OneAnswer(content)), dataset, [window]))
    validated = validate(dataset, outcomes, "fuzz")
    for outcome in validated.outcomes:
        if isinstance(outcome, Failed):
            if isinstance(outcome.error, WindowFailed):
                raise UnnamedError(outcome.message)
        elif isinstance(outcome, Fetched) and validated.good is not None:
            kept = len(validated.good) + len(validated.quarantined) + outcome.parsed.neighbours
            if kept > outcome.rows_received:
                raise UnnamedError(f"{kept} rows of {outcome.rows_received}")
            _land_and_forget(dataset, validated.good, validated.quarantined)


def _land_and_forget(dataset: Dataset, good: pl.DataFrame, quarantined: pl.DataFrame) -> None:
    """Land the rows in a warehouse in memory, and roll back."""
    con = _empty_warehouse()
    stamp = pl.lit(landing_stamp(con)).cast(UTC_TIME)
    con.execute("BEGIN")
    try:
        good, bad = good.with_columns(ingested_at_utc=stamp), quarantined.with_columns(found_at_utc=stamp)
        landed = landing.append_new(con, dataset.table, good, key=dataset.key, range_column=dataset.range_column)
        landing.append_new(con, "quarantine", bad, key=QUARANTINE_KEY, range_column="dataset")
        [(current,)] = con.execute(f"SELECT count(*) FROM {dataset.name}").fetchall()
        if current > landed:
            raise UnnamedError(f"{current} current values of {landed} publications")
    finally:
        con.execute("ROLLBACK")


@cache
def _empty_warehouse() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    ensure_schema(con)
    return con


def check_workbook(content: bytes) -> None:
    """Take the bytes as an Excel or OpenDocument file: a table, or one sentence that says why not."""
    with suppress(PipelineError, MemoryError):  # the child process that reads workbooks makes a sentence of both
        read_workbook(content, SHEETS["pipelines"].header_names)


def check_csv(content: bytes, ledger: sa.Engine | None = None) -> None:
    """Take the bytes as a CSV file of projects: a plan that names the errors of rows, or one sentence."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return  # a workbook
    for sheet in SHEETS:
        with suppress(PipelineError):
            plan_import(ledger or _sample_ledger(), sheet, content)


@cache
def _sample_ledger() -> sa.Engine:
    ledger = open_ledger(f"sqlite:///{Path(mkdtemp(prefix='fuzz-')) / 'ledger.sqlite'}")
    load_seeds(ledger)
    return ledger


def check_address(content: bytes) -> None:
    """Take the bytes as a setting, an address or a time that a person typed: it works, or one sentence says why not."""
    text = content.decode(errors="surrogateescape")
    for name in SETTINGS_WITH_ADDRESSES:
        _check_setting(name, text)
    _named(lambda: create_engine(parse_address(text)) if not text.startswith("sqlite") else parse_address(text))
    _named(lambda: read_span(text, "2024-04-02"))
    _named(lambda: read_span("2024-04-01", text))
    _named(lambda: read_as_of(text))
    is_loopback(text)
    with suppress(ValueError):  # the sentence of `renewables simulate`
        parse_faults(text)


def _check_setting(name: str, text: str) -> None:
    """Read one setting. What is accepted must be usable by the HTTP library; what is not has a sentence for people."""
    values: dict[str, Any] = {name: text}
    try:
        settings = Settings(**values)
    except (ValidationError, WarehouseError) as error:
        if not user_message(error):
            raise
        return
    if name.endswith("_url"):
        endpoint = endpoint_of(getattr(settings, name))
        httpx.Request("GET", f"{endpoint.url}/datasets", params=list(endpoint.parameters))


def _named(read: Callable[[], object]) -> None:
    """Read an input; only an error of our trees may be raised."""
    with suppress(UnusableInput, WarehouseError, PipelineError):
        read()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "answer": check_answer,
    "workbook": check_workbook,
    "csv": check_csv,
    "address": check_address,
}
