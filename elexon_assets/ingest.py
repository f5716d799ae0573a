"""Fetch, validate, land, publish: the main job without Dagster. A failed window is reported and stops no other.

Belongs here: the order of the steps, batches, the fetch log and the quarantine. Not here: what a dataset is, how the
warehouse is opened, what Dagster makes of the outcome.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta
from time import monotonic

import duckdb
import numpy as np
import polars as pl

from elexon_assets.client import OWN_SOURCES, ElexonClient
from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.fetch_windows import Failed, Fetched, Outcome, fetch_by_day_where_needed
from elexon_assets.ingest_report import Progress, Report, WindowRecord
from elexon_assets.schema.aggregates import complete_half_hours_sql
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.validation import Validated, validate
from elexon_assets.windows import Window
from warehouse import landing
from warehouse.connection import publish, writing
from warehouse.errors import MixedSources

BATCH_ROWS = 600_000
"""The number of received rows after which a batch is validated and landed, because a validation, an open-and-close and
the search for known keys cost nearly the same for one window as for many. A year's run of any dataset and ten years of
wind and solar are one batch; the answers of a batch and its frames take about 250 MB.
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUARANTINE_KEY = ("dataset", "reason", "raw_json")
"The key of the quarantine, so that a bad row that returns every night is quarantined once."

OpenWarehouse = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


def ingest(
    dataset: Dataset,
    span: Window,
    *,
    client: ElexonClient,
    run_id: str,
    open_warehouse: OpenWarehouse = writing,
    progress: Progress | None = None,
) -> Report:
    """Fetch the complete span and land the new rows; publish a snapshot even if it ends early.

    A window that fails is fetched again day by day, so that `report.records` names the days that could not be fetched.
    Raises WarehouseError (rows landed before stay and are published), and ElexonError only if no window is the cause.
    """
    [report] = ingest_several(
        [dataset], span, client=client, run_id=run_id, open_warehouse=open_warehouse, progress=progress
    )
    return report


def ingest_several(
    datasets: Iterable[Dataset],
    span: Window,
    *,
    client: ElexonClient,
    run_id: str,
    open_warehouse: OpenWarehouse = writing,
    progress: Progress | None = None,
) -> list[Report]:
    """Fetch the span of each dataset in turn and land the new rows; publish one snapshot, as `ingest` does."""
    reports: list[Report] = []
    try:
        for dataset in datasets:
            started = monotonic()
            report = Report(dataset, span, dataset.windows(span))
            reports.append(report)
            outcomes = fetch_by_day_where_needed(client, dataset, report.windows)
            with closing(_window_batches(outcomes, report, progress)) as batches:
                for batch in batches:
                    report.records += _land_batch(dataset, batch, run_id, open_warehouse, first=not report.records)
            report.seconds = monotonic() - started
    finally:
        if any(report.records for report in reports):
            with open_warehouse() as con:
                for report in reports:
                    if report.dataset.is_covered and report.records:
                        report.half_hours = _whole_half_hours(con, report.dataset, span)
                publish(con)
    for report in reports:
        report.is_complete = True
        if progress:
            progress(report)
    return reports


def _window_batches(
    outcomes: Iterable[Outcome], report: Report, progress: Progress | None
) -> Generator[list[Outcome], None, None]:
    """Yield the outcomes in batches of about `BATCH_ROWS`; a window counts as answered with the last of its days."""
    batch: list[Outcome] = []
    rows = 0
    ends = {window.end_utc for window in report.windows}
    for outcome in outcomes:
        batch.append(outcome)
        rows += outcome.rows_received if isinstance(outcome, Fetched) else 0
        report.windows_answered += outcome.window.end_utc in ends
        if progress:
            progress(report)
        if rows >= BATCH_ROWS:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _land_batch(
    dataset: Dataset, batch: list[Outcome], run_id: str, open_warehouse: OpenWarehouse, *, first: bool
) -> list[WindowRecord]:
    """Land a batch in one transaction: publications, quarantine and fetch log.

    Validation comes before the warehouse is opened.
    """
    validated = validate(dataset, batch, run_id)
    answered = [outcome for outcome in validated.outcomes if isinstance(outcome, Fetched)]
    with open_warehouse() as con:
        if first:
            with landing.transaction(con):
                ensure_schema(con)
        stamp = landing_stamp(con)
        with landing.transaction(con):
            refuse_mixed_sources(con, {outcome.source for outcome in answered if outcome.rows_received})
            if validated.good is not None:
                good = validated.good.with_columns(ingested_at_utc=pl.lit(stamp).cast(UTC_TIME))
                landing.append_new(con, dataset.table, good, key=dataset.key, range_column=dataset.range_column)
                bad = validated.quarantined.with_columns(found_at_utc=pl.lit(stamp).cast(UTC_TIME))
                landing.append_new(con, "quarantine", bad, key=QUARANTINE_KEY, range_column="dataset")
            records = _window_records(con, dataset, validated, stamp)
            write_log(con, dataset, records, run_id, stamp)
    return records


def landing_stamp(con: duckdb.DuckDBPyConnection) -> datetime:
    """Return the landing time of the next rows: now, and always later than any landing in the fetch log.

    Flags and checks recognise new rows by it, so a clock that went back must not put a landing before one that they
    have processed. Call this while the warehouse is held, so that no other process can land in between.
    """
    now = datetime.now(UTC)
    newest = con.sql("SELECT max(asked_at_utc) AS newest FROM fetch_log").pl().item()
    return now if newest is None else max(now, newest.astimezone(UTC) + timedelta(microseconds=1))


def _window_records(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    validated: Validated,
    stamp: datetime,
) -> list[WindowRecord]:
    """Return the record of each window; `stamp` marks the rows that this batch landed."""
    batch = validated.outcomes
    landed = _rows_landed(con, dataset, [outcome.window for outcome in batch], stamp)
    records, answered = [], 0
    for outcome in batch:
        window = outcome.window
        if isinstance(outcome, Failed):
            records.append(WindowRecord(window, "failed", attempts=outcome.error.attempts, error=outcome.message))
            continue
        quarantined, new = validated.quarantined_by_window.get(answered, 0), landed[window]
        received = outcome.rows_received
        neighbours = outcome.parsed.neighbours
        records.append(
            WindowRecord(
                window,
                "landed" if len(outcome.parsed.frame) else "empty",
                rows_received=received,
                rows_neighbours=neighbours,
                rows_quarantined=quarantined,
                rows_repeated=received - neighbours - quarantined - new,
                rows_landed=new,
                labels_disagreeing=outcome.parsed.labels_disagreeing,
                attempts=outcome.attempts,
                seconds=outcome.seconds,
                source=outcome.source,
            )
        )
        answered += 1
    return records


def _rows_landed(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, windows: list[Window], stamp: datetime
) -> dict[Window, int]:
    """Return the number of rows that landed with the stamp, by window. The windows do not overlap."""
    ordered, start = sorted(windows), dataset.range_column
    rows = con.execute(
        f"SELECT epoch_us({start}) AS start_us, count(*) AS rows FROM {dataset.table} "
        f"WHERE {start} >= $low AND {start} < $high AND ingested_at_utc = $stamp GROUP BY 1",
        {"low": ordered[0].start_utc, "high": ordered[-1].end_utc, "stamp": stamp},
    ).fetchnumpy()
    starts_us = [(window.start_utc - EPOCH) // timedelta(microseconds=1) for window in ordered]
    positions = np.searchsorted(starts_us, rows["start_us"], side="right") - 1
    counts = np.bincount(positions, weights=rows["rows"], minlength=len(ordered))
    return dict(zip(ordered, map(int, counts), strict=True))


def write_log(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, records: list[WindowRecord], run_id: str, stamp: datetime
) -> None:
    """Append the records to the fetch log."""
    rows = []
    for record in records:
        row = {name: value for name, value in vars(record).items() if name != "window"}
        rows.append(
            row
            | {"run_id": run_id, "dataset": dataset.name, "asked_at_utc": stamp}
            | {"window_start_utc": record.window.start_utc, "window_end_utc": record.window.end_utc}
        )
    frame = pl.DataFrame(rows, schema_overrides={"error": pl.String, "source": pl.String})
    con.register("fetch_log_frame", frame)
    con.execute("INSERT INTO fetch_log BY NAME FROM fetch_log_frame")
    con.unregister("fetch_log_frame")


def _whole_half_hours(con: duckdb.DuckDBPyConnection, dataset: Dataset, span: Window) -> int:
    """Return the number of complete half-hours of the span in the warehouse."""
    return int(
        con.execute(
            f"SELECT count(*) FROM ({complete_half_hours_sql(dataset)}) "
            "WHERE start_time_utc >= ? AND start_time_utc < ?",
            [span.start_utc, span.end_utc],
        ).fetchall()[0][0]
    )


def refuse_mixed_sources(con: duckdb.DuckDBPyConnection, sources: set[str]) -> None:
    """Raise MixedSources if rows of one origin would land beside those of another.

    A warehouse contains answers of Elexon, of a stand-in, or of one other host, so that synthetic data is never taken
    for real.
    """
    for origin in {_origin_of(source) for source in sources}:
        con.execute(
            "INSERT INTO warehouse_info SELECT 'filled_from', ? WHERE NOT EXISTS "
            "(FROM warehouse_info WHERE key = 'filled_from')",
            [origin],
        )
        filled_from = con.execute("SELECT value FROM warehouse_info WHERE key = 'filled_from'").fetchall()[0][0]
        if filled_from != origin:
            is_host = origin not in ("elexon", "stand-in")
            mirror = f" If {origin} passes on Elexon's own answers, name it in ELEXON_MIRRORS." if is_host else ""
            raise MixedSources(
                f"This warehouse was filled from {filled_from}, and the answers now come from {origin}. "
                "Set RENEWABLES_HOME to another folder, or ELEXON_BASE_URL to the right address. Nothing was landed."
                f"{mirror}"
            )


def _origin_of(source: str) -> str:
    if source == "elexon":
        return source
    return "stand-in" if source in OWN_SOURCES else source
