"""Fetch, validate, land, publish: the main job without Dagster. A window that fails is reported and stops no other.

Belongs here: the order of things, batches, the fetch log and the quarantine. Not here: what a dataset is, how the
warehouse is opened, what Dagster makes of the outcome.
"""

import json
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta
from time import monotonic

import duckdb
import numpy as np
import polars as pl

from elexon_assets.client import OWN_SOURCES, ElexonClient
from elexon_assets.contract import Judged, split
from elexon_assets.datasets import UTC_TIME, Dataset
from elexon_assets.fetch_windows import Failed, Fetched, Outcome, fetch_by_day_where_needed
from elexon_assets.ingest_report import Progress, Report, WindowRecord
from elexon_assets.parsing import RAW
from elexon_assets.schema.warehouse_schema import ensure
from elexon_assets.windows import Window, cut
from warehouse import landing, snapshots
from warehouse.connection import writing
from warehouse.errors import MixedSources

BATCH = 53
"""Windows validated and landed at once: a validation and an open-and-close cost the same for one window as for many.

A year's run of wind and solar is one batch."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUARANTINE_KEY = ("dataset", "reason", "raw_json")
"A bad row that comes again every night is kept aside once."

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
    """Fetch the whole span and land what is new; publish a snapshot also when it ends early.

    A window that fails is fetched again day by day, so that `report.records` names the days that cannot be had.
    Raises WarehouseError (what landed before stays and is published), and ElexonError only where no window is to blame.
    """
    started = monotonic()
    report = Report(dataset, span, cut(span, dataset.longest_window))
    try:
        outcomes = fetch_by_day_where_needed(client, dataset, report.windows)
        with closing(_batches(outcomes, report, progress)) as batches:
            for batch in batches:
                report.records += _land(dataset, batch, run_id, open_warehouse, first=not report.records)
    finally:
        if report.records:
            with open_warehouse() as con:
                if dataset.is_half_hourly:
                    report.half_hours = _whole_half_hours(con, dataset, span)
                snapshots.publish(con)
    report.seconds = monotonic() - started
    report.is_complete = True
    if progress:
        progress(report)
    return report


def _batches(
    outcomes: Iterable[Outcome], report: Report, progress: Progress | None
) -> Generator[list[Outcome], None, None]:
    """Yield the outcomes in lists of at most `BATCH`; a window counts as answered with the last of its days."""
    batch: list[Outcome] = []
    ends = {window.end_utc for window in report.windows}
    for outcome in outcomes:
        batch.append(outcome)
        report.windows_answered += outcome.window.end_utc in ends
        if progress:
            progress(report)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _land(
    dataset: Dataset, batch: list[Outcome], run_id: str, open_warehouse: OpenWarehouse, *, first: bool
) -> list[WindowRecord]:
    """One transaction: publications, quarantine, fetch log. Validation comes before the warehouse is opened."""
    fetched = [outcome for outcome in batch if isinstance(outcome, Fetched)]
    judged = _judged(dataset, fetched)
    with open_warehouse() as con:
        now = datetime.now(UTC)  # while no other can write: what commits later is stamped later, so a watermark holds
        if first:
            with landing.transaction(con):
                ensure(con)
        with landing.transaction(con):
            _refuse_mixed_sources(con, {outcome.source for outcome in fetched if outcome.rows_received})
            if judged:
                good = judged.good.drop("window", RAW).with_columns(ingested_at_utc=pl.lit(now).cast(UTC_TIME))
                landing.append_new(con, dataset.table, good, key=dataset.key, range_column=dataset.range_column)
                aside = _quarantine_frame(dataset, fetched, judged.bad, run_id, now)
                landing.append_new(con, "quarantine", aside, key=QUARANTINE_KEY, range_column="dataset")
            records = _records(con, dataset, batch, judged.bad if judged else None, now)
            _log(con, dataset, records, run_id, now)
    return records


def _judged(dataset: Dataset, fetched: list[Fetched]) -> Judged | None:
    """Rows of all windows, those that fulfil the contract and the others; `window` is the position in `fetched`."""
    if not fetched:
        return None
    frames = [outcome.parsed.frame for outcome in fetched]
    window = pl.Series(np.repeat(np.arange(len(frames), dtype=np.uint32), [len(frame) for frame in frames]))
    source = pl.Series([outcome.source for outcome in fetched], dtype=pl.String).gather(window)
    return split(dataset, pl.concat(frames).with_columns(window=window, source=source))


def _quarantine_frame(
    dataset: Dataset, fetched: list[Fetched], bad: pl.DataFrame, run_id: str, now: datetime
) -> pl.DataFrame:
    rows = [
        {
            "dataset": dataset.name,
            "reason": reason,
            "raw_json": json.dumps(fetched[window].raw_row(raw), sort_keys=True),
            "window_start_utc": fetched[window].window.start_utc,
            "window_end_utc": fetched[window].window.end_utc,
            "run_id": run_id,
            "found_at_utc": now,
        }
        for window, raw, reason in bad.select("window", RAW, "reason").iter_rows()
    ]
    schema: dict[str, pl.DataType] = {
        **{name: pl.String() for name in ("dataset", "reason", "raw_json", "run_id")},
        **dict.fromkeys(("window_start_utc", "window_end_utc", "found_at_utc"), UTC_TIME),
    }
    return pl.DataFrame(rows, schema=schema)


def _records(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    batch: list[Outcome],
    bad: pl.DataFrame | None,
    now: datetime,
) -> list[WindowRecord]:
    """Return what became of each window; `now` marks the rows that this batch landed."""
    landed = _rows_landed(con, dataset, [outcome.window for outcome in batch], now)
    aside = dict(bad.group_by("window").len().iter_rows()) if bad is not None else {}
    records, answered = [], 0
    for outcome in batch:
        window = outcome.window
        if isinstance(outcome, Failed):
            error = f"{type(outcome.error).__name__}: {outcome.error}"
            records.append(WindowRecord(window, "failed", attempts=outcome.error.attempts, error=error))
            continue
        quarantined, new, received = aside.get(answered, 0), landed[window], outcome.rows_received
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
    con: duckdb.DuckDBPyConnection, dataset: Dataset, windows: list[Window], now: datetime
) -> dict[Window, int]:
    """Return the number of rows that landed at `now` for each of the windows, which do not overlap."""
    ordered, start = sorted(windows), dataset.range_column
    rows = con.execute(
        f"SELECT epoch_us({start}) AS start_us, count(*) AS rows FROM {dataset.table} "
        f"WHERE {start} >= $low AND {start} < $high AND ingested_at_utc = $now GROUP BY 1",
        {"low": ordered[0].start_utc, "high": ordered[-1].end_utc, "now": now},
    ).fetchnumpy()
    starts_us = [(window.start_utc - EPOCH) // timedelta(microseconds=1) for window in ordered]
    positions = np.searchsorted(starts_us, rows["start_us"], side="right") - 1
    counts = np.bincount(positions, weights=rows["rows"], minlength=len(ordered))
    return dict(zip(ordered, map(int, counts), strict=True))


def _log(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, records: list[WindowRecord], run_id: str, now: datetime
) -> None:
    rows = []
    for record in records:
        row = {name: value for name, value in vars(record).items() if name != "window"}
        rows.append(
            row
            | {"run_id": run_id, "dataset": dataset.name, "asked_at_utc": now}
            | {"window_start_utc": record.window.start_utc, "window_end_utc": record.window.end_utc}
        )
    frame = pl.DataFrame(rows, schema_overrides={"error": pl.String, "source": pl.String})
    con.register("fetch_log_frame", frame)
    con.execute("INSERT INTO fetch_log BY NAME FROM fetch_log_frame")
    con.unregister("fetch_log_frame")


def _whole_half_hours(con: duckdb.DuckDBPyConnection, dataset: Dataset, span: Window) -> int:
    always = list(dataset.always_published)
    return int(
        con.execute(
            f"SELECT count(*) FROM (SELECT start_time_utc FROM {dataset.table} WHERE start_time_utc >= ? "
            f"AND start_time_utc < ? AND list_contains(?, {dataset.category}) "
            f"GROUP BY start_time_utc HAVING count(DISTINCT {dataset.category}) = ?)",
            [span.start_utc, span.end_utc, always, len(always)],
        ).fetchall()[0][0]
    )


def _refuse_mixed_sources(con: duckdb.DuckDBPyConnection, sources: set[str]) -> None:
    """Raise MixedSources where rows of one origin would land beside those of another.

    A warehouse holds what Elexon answered, what a stand-in did, or what one other host did: synthetic is never taken
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
