"""Another attempt for rows in quarantine: those that satisfy today's contract land, the others stay.

Belongs here: rows that were published once and are not requested again. Not here: how rows get into quarantine
(`validation.py`). After an update that declares a word or changes a limit, nothing has to be fetched again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl

from elexon_assets.contract import split_valid
from elexon_assets.dataset_model import UTC_TIME, Dataset
from elexon_assets.datasets import DATASETS
from elexon_assets.errors import ElexonError
from elexon_assets.ingest import OpenWarehouse, landing_stamp, write_log
from elexon_assets.ingest_report import WindowRecord
from elexon_assets.parsing import ROW_INDEX, parse_rows
from elexon_assets.schema.warehouse_schema import ensure_schema
from elexon_assets.windows import Window
from warehouse import landing
from warehouse.connection import has_table, publish, writing

RUN_ID = "quarantine retry"
"The run id in the fetch log, where a fetch has the id of its run."

_ROWS = """
SELECT raw_json, window_start_utc, window_end_utc, coalesce(
    (SELECT max(log.source) FROM fetch_log AS log WHERE log.run_id = quarantine.run_id
        AND log.dataset = quarantine.dataset AND log.window_start_utc = quarantine.window_start_utc),
    (SELECT CASE value WHEN 'stand-in' THEN 'synthetic' ELSE value END FROM warehouse_info WHERE key = 'filled_from')
) AS source
FROM quarantine WHERE dataset = '{dataset}' ORDER BY window_start_utc, window_end_utc"""


@dataclass(frozen=True)
class Retried:
    """The outcome for the quarantined rows of one dataset."""

    dataset: str
    rows: int
    rows_landed: int
    rows_repeated: int
    "The number of rows that had become valid in the meantime: they were published again, and landed."

    @property
    def rows_kept(self) -> int:
        """Return the number of rows that stay in quarantine."""
        return self.rows - self.rows_landed - self.rows_repeated


def retry(open_warehouse: OpenWarehouse = writing) -> list[Retried]:
    """Validate all quarantined rows again, land the valid ones, and publish. Raises WarehouseError."""
    with open_warehouse() as con:
        if not has_table(con, "quarantine"):
            return []
        with landing.transaction(con):
            ensure_schema(con)
            done = [_retry(con, dataset) for dataset in DATASETS]
        if any(outcome.rows_kept < outcome.rows for outcome in done):
            publish(con)
    return done


def _retry(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> Retried:
    rows = con.sql(_ROWS.format(dataset=dataset.name)).pl()
    windows = rows.group_by("window_start_utc", "window_end_utc", "source", maintain_order=True)
    good = [frame for _, of_window in windows for frame in _good_rows(dataset, of_window)]
    if not good:
        return Retried(dataset.name, len(rows), 0, 0)
    frame = pl.concat(good)
    stamp = landing_stamp(con)
    stamped = frame.drop("raw_json").with_columns(ingested_at_utc=pl.lit(stamp).cast(UTC_TIME))
    landed = landing.append_new(con, dataset.table, stamped, key=dataset.key, range_column=dataset.range_column)
    con.register("good_frame", frame.select("raw_json").unique())
    removed = con.execute(
        "DELETE FROM quarantine WHERE dataset = ? AND raw_json IN (SELECT raw_json FROM good_frame)", [dataset.name]
    ).fetchall()[0][0]
    con.unregister("good_frame")
    done = Retried(dataset.name, len(rows), landed, removed - landed)
    # The window is empty, because this is not an answer that could lack a half-hour.
    at = rows["window_start_utc"].min()
    assert isinstance(at, datetime)  # noqa: S101 (the rows exist, and each has a window)
    record = WindowRecord(
        Window(at, at),
        "landed",
        rows_received=done.rows,
        rows_quarantined=done.rows_kept,
        rows_repeated=done.rows_repeated,
        rows_landed=landed,
        source=frame["source"][0],
    )
    write_log(con, dataset, [record], RUN_ID, stamp)
    return done


def _good_rows(dataset: Dataset, of_window: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield frames of the rows that satisfy the contract, with `raw_json` and `source`."""
    texts = of_window["raw_json"].to_list()
    window = Window(*(of_window[name][0].astimezone(UTC) for name in ("window_start_utc", "window_end_utc")))
    try:
        parsed = parse_rows(dataset, [json.loads(text) for text in texts], window)
        good = split_valid(dataset, parsed.frame).good
    except ElexonError:
        if len(of_window) > 1:  # one row of another shape or time does not invalidate the others
            for position in range(len(of_window)):
                yield from _good_rows(dataset, of_window[position : position + 1])
        return
    if len(good):
        raw_json = pl.Series("raw_json", texts, pl.String).gather(good[ROW_INDEX])
        yield good.with_columns(raw_json, source=pl.lit(of_window["source"][0])).drop(ROW_INDEX)
